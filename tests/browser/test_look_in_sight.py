"""What opens is seen: a frame is as tall as its content, and the card around it scrolls."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import seed
from tests.support.person import Keyboard, Mouse

BOX = """() => {
  const box = document.querySelector("dialog[open], .pop:popover-open").getBoundingClientRect();
  return [box.top, box.bottom];
}"""


def expect_in_sight(someone):
    """All of the open dialog or popover lies in the part of the card that the window shows."""
    someone.page.wait_for_timeout(250)
    frame = someone.page.locator("iframe.app-frame").first.bounding_box()
    top, bottom = (edge + frame["y"] for edge in someone.frame.evaluate(BOX))
    # The portal's own bar lies over what is scrolled under it.
    bar = someone.page.locator(".top").bounding_box()
    assert top >= bar["y"] + bar["height"], (top, bottom)
    assert bottom <= someone.page.viewport_size["height"], (top, bottom)


@pytest.fixture
def tall(stage, sit):
    """Somebody with a keyboard in a tab that is much taller than the window."""
    someone = sit(Keyboard, size=(1280, 700))
    someone.open_tab()
    for payment in stage.payments:
        details = someone.payment(payment).locator("details")
        if not details.evaluate("one => one.open"):
            someone.opener(payment).click()
    # The frame has to be as tall as what was opened before anybody scrolls.
    someone.wait_until_loaded()
    return someone


def test_what_is_opened_after_scrolling_is_in_sight(stage, tall):
    for number, verb in ((0, "Mark as unpaid"), (3, "Mark as paid"), (1, "Mark as unpaid")):
        # The focus scrolls the card, and the very next key opens the dialog.
        opener = tall.button(verb, tall.payment(stage.payments[number]))
        opener.focus()
        tall.page.keyboard.press("Enter")
        expect(tall.dialog).to_be_visible()
        expect_in_sight(tall)
        # Nor was the card scrolled away from what was pressed.
        expect(opener).to_be_in_viewport()
        tall.page.keyboard.press("Escape")
    opener = tall.button("Reassign delivery")
    opener.scroll_into_view_if_needed()
    tall.page.mouse.wheel(0, opener.bounding_box()["y"] - 600)
    tall.page.wait_for_timeout(200)

    opener.click()

    expect_in_sight(tall)


def test_a_dialog_stays_where_it_is_while_the_card_scrolls(stage, tall):
    tall.button("Allocation").focus()
    tall.page.keyboard.press("Enter")
    expect(tall.dialog.locator(".dialog__foot")).to_be_visible()
    tall.page.wait_for_timeout(250)
    top, _ = tall.frame.evaluate(BOX)
    field = tall.dialog.locator(f"#all-{stage.items(stage.payments[3])[-1].id}")

    field.focus()
    tall.page.keyboard.press("ArrowDown")
    tall.page.keyboard.press("Enter")

    expect(tall.dialog.get_by_role("status").filter(has_text="Quantity saved")).to_be_visible()
    assert tall.frame.evaluate(BOX)[0] == top


@pytest.mark.usefixtures("stage")
def test_the_title_of_a_dialog_taller_than_the_window_is_not_under_the_portals_bar(sit):
    someone = sit(Keyboard, size=(768, 600))
    someone.open_tab()
    someone.page.mouse.move(400, 400)
    for by in (0, 150, 180, 215, 260, 700):
        someone.page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        someone.page.mouse.wheel(0, by)
        someone.page.wait_for_timeout(300)
        # Pressed by its letter, as it were: nothing scrolls the card to it.
        someone.frame.evaluate("document.getElementById('allocation').click()")
        expect(someone.dialog.locator(".dialog__foot")).to_be_attached()
        someone.page.wait_for_timeout(300)

        title = someone.dialog.get_by_role("heading").bounding_box()

        bar = someone.page.locator(".top").bounding_box()
        assert title["y"] >= bar["y"] + bar["height"], (by, title, bar)
        assert title["y"] < 600, by
        someone.page.keyboard.press("Escape")
        expect(someone.dialog).to_have_count(0)


def test_what_follows_the_foot_of_a_long_dialog_begins_in_sight(stage, sit):
    stage.portal.crm = type(stage.portal.crm)()
    seed.fill(stage.portal.crm, payments=40)
    waiting = [one for one in stage.payments if not one.is_paid]
    someone = sit(Mouse, size=(1280, 700))
    someone.start_tab()
    expect(someone.frame.locator("[data-item-id]").first).to_be_attached()
    someone.press(someone.button("More for this list"))
    someone.press(someone.button("Match a bank statement"))
    lines = [f"Payment {one.account_number} {one.sum:.2f} EUR" for one in waiting]
    someone.dialog.get_by_role("textbox").fill("\n".join(lines))
    someone.press(someone.button("Find payments", someone.dialog))
    someone.hand.toggle(someone.dialog.get_by_role("checkbox", name="Select all that fit"))

    for said in (f"Mark {len(waiting)} payments as paid?", f"{len(waiting)} payments marked"):
        someone.press(someone.button("Mark as paid", someone.dialog))

        expect(someone.dialog).to_contain_text(said)
        heading = someone.dialog.get_by_role("heading").first
        someone.page.wait_for_timeout(300)
        bar = someone.page.locator(".top").bounding_box()
        assert heading.bounding_box()["y"] >= bar["y"] + bar["height"], said


@pytest.mark.usefixtures("stage")
def test_a_menu_whose_content_comes_later_begins_in_sight(sit):
    someone = sit(Mouse, size=(375, 800))
    someone.start_tab()
    expect(someone.frame.locator("[data-item-id]").first).to_be_attached()
    send = someone.button("Send").first
    someone.page.mouse.move(180, 400)
    menu = someone.frame.locator(".pop:popover-open")
    for at in (330, 400, 480, 560, 640):
        someone.page.mouse.wheel(0, send.bounding_box()["y"] - at)
        someone.page.wait_for_timeout(300)

        send.click()

        # Anew each time: it names who the client is now.
        expect(menu.locator("[data-loaded]")).to_be_attached()
        someone.page.wait_for_timeout(300)
        bar = someone.page.locator(".top").bounding_box()
        box = menu.bounding_box()
        assert box["y"] >= bar["y"] + bar["height"], at
        assert box["y"] + box["height"] <= 800, at
        someone.page.keyboard.press("Escape")
        expect(menu).to_have_count(0)


@pytest.mark.usefixtures("stage")
def test_what_was_opened_gives_way_to_what_tab_leads_to(sit):
    someone = sit(Keyboard)
    someone.open_tab(opens=False)
    opened = someone.frame.locator(".pop:popover-open")
    for name, next_one in (
        ("How this adds up", "#tick-all"),
        ("More for this list", ".tick input"),
    ):
        someone.press(someone.button(name))
        expect(opened).to_have_count(1)
        someone.page.keyboard.press("Tab")
        if name == "More for this list":
            expect(opened).to_have_count(1)
            someone.page.keyboard.press("Shift+Tab")
            expect(opened).to_have_count(1)
            opened.locator(".menu__item").last.focus()
            someone.page.keyboard.press("Tab")

        expect(opened).to_have_count(0)
        assert someone.frame.locator(":focus").evaluate("(one, to) => one.matches(to)", next_one)
