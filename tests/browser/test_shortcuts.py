"""One key does what a button does, but not while somebody types, chooses or is asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import seed
from tests.support.browser_stage import EMPTY_CARD
from tests.support.looks import violations


@pytest.fixture
def tab(stage, person):
    """The opened tab, with the focus in the frame and on no control."""
    assert stage.was_installed
    person.open_tab(opens=False)
    focus_frame(person)
    return person


def focus_frame(person):
    person.frame.locator("#page").evaluate("one => { one.tabIndex = -1; one.focus(); }")


def type_key(person, key):
    person.page.keyboard.press(key)


def dispatch(person, event):
    person.frame.evaluate(f"() => document.activeElement.dispatchEvent({event})")


def test_n_opens_new_payment_and_the_focus_comes_back_to_where_it_was(stage, tab):
    before = tab.opener(stage.payments[2])
    # A check box takes no letters.
    box = tab.frame.get_by_role("checkbox", name="Select all shown")
    # A Russian keyboard writes another letter where N is: it is known by its place.
    russian = (
        "new KeyboardEvent('keydown', { key: 'т', code: 'KeyN', bubbles: true, cancelable: true })"
    )
    for place, write in (
        (before, lambda: type_key(tab, "n")),
        (before, lambda: type_key(tab, "N")),
        (box, lambda: type_key(tab, "n")),
        (before, lambda: dispatch(tab, russian)),
    ):
        place.focus()

        write()

        expect(tab.dialog.get_by_role("heading", name="New payment")).to_be_visible()
        tab.page.keyboard.press("Escape")
        expect(tab.dialog).to_have_count(0)
        expect(place).to_be_focused()


def test_what_was_given_up_before_it_came_opens_at_the_next_press(stage, tab):
    stage.portal.switches.request_ms = 4_000
    type_key(tab, "n")
    expect(tab.dialog).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(tab.dialog).to_have_count(0)
    stage.portal.switches.request_ms = 0

    type_key(tab, "n")

    expect(tab.button("Create payment", tab.dialog)).to_be_visible()


def test_what_is_no_shortcut_opens_nothing(stage, tab):
    payment = stage.payments[3]
    held = (
        "new KeyboardEvent('keydown',"
        " {{ key: 'n', code: 'KeyN', {}Key: true, bubbles: true, cancelable: true }})"
    )
    for modifier in ("ctrl", "alt", "meta"):
        dispatch(tab, held.format(modifier))
        expect_no_dialog_soon(tab, modifier)
    # As browsers send it where they fill in a field.
    dispatch(tab, "new Event('keydown', { bubbles: true })")
    tab.frame.locator("#sort").focus()
    type_key(tab, "n")
    expect_no_dialog_soon(tab, "a key without a name, or n in a list")
    tab.press(tab.opener(payment))
    tab.wait_until_opened()
    tab.payment(payment).get_by_label("Quantity", exact=True).first.focus()
    for key in ("n", "?", "/"):
        type_key(tab, key)
    expect_no_dialog_soon(tab, "keys in a quantity")


def expect_no_dialog_soon(person, what):
    person.page.wait_for_timeout(300)
    assert person.dialog.count() == 0, what


def test_n_makes_the_first_payment_of_a_card_that_has_products_only(stage, person):
    for row in stage.portal.crm.rows_of(2, 8061):
        row.entity_id = 8063
    person.open_tab(EMPTY_CARD, opens=False)
    focus_frame(person)

    type_key(person, "n")

    expect(person.dialog.get_by_role("heading", name="New payment")).to_be_visible()


def test_r_refreshes_and_acts_once_while_it_is_held_down(tab):
    with tab.page.expect_response(lambda answer: "refresh=1" in answer.url):
        type_key(tab, "r")
    tab.wait_until_loaded()
    asked = []
    tab.page.on("request", lambda one: asked.append(one.url))
    tab.page.keyboard.down("r")
    for _ in range(5):
        tab.page.keyboard.down("r")
    tab.page.keyboard.up("r")
    tab.wait_until_loaded()

    assert len([url for url in asked if "refresh=1" in url]) == 1


def test_u_takes_back_what_was_done_last_and_is_nothing_without_undo(stage, tab):
    type_key(tab, "u")
    expect(tab.dialog).to_have_count(0)
    payment = stage.payments[2]
    items = len(stage.items(payment))
    tab.press(tab.opener(payment))
    tab.wait_until_opened()
    tab.press(tab.button("Remove item", tab.payment(payment)).first)
    expect(tab.button("Undo", tab.said)).to_be_visible()
    assert len(stage.items(payment)) == items - 1

    type_key(tab, "u")

    expect(tab.payment(payment).locator("[data-item-id]")).to_have_count(items)
    assert len(stage.items(payment)) == items


def test_a_slash_goes_to_the_search_where_there_is_one(stage, person):
    stage.portal.crm = type(stage.portal.crm)()
    seed.fill(stage.portal.crm, 12)
    person.open_tab(opens=False)
    focus_frame(person)
    type_key(person, "/")
    field = person.frame.get_by_label("Search payments")
    expect(field).to_be_focused()

    for key in ("/", "n", "r", "?"):
        type_key(person, key)

    expect(field).to_have_value("/nr?")
    expect(person.dialog).to_have_count(0)


def test_the_list_of_keys_is_found_in_the_menu(either):
    either.press(either.button("More for this list"))
    expect(either.frame.locator("#list-menu")).to_be_visible()
    either.page.keyboard.press("n")
    expect(either.dialog).to_have_count(0)

    either.press(either.button("Keyboard shortcuts"))

    expect(either.dialog.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    either.press(either.button("Close", either.dialog))
    expect(either.button("More for this list")).to_be_focused()


def test_a_question_mark_lists_what_there_is_and_they_can_be_switched_off(tab):
    """The menu still has the way back."""
    expect_list_of_shortcuts(tab)
    for key in ("n", "r", "?"):
        type_key(tab, key)
    expect(tab.dialog).to_have_count(1)
    tab.page.keyboard.press("Escape")
    expect(tab.dialog).to_have_count(0)

    type_key(tab, "?")
    tab.frame.get_by_label("Use these shortcuts").uncheck()
    tab.page.keyboard.press("Escape")
    tab.open_tab(opens=False)
    focus_frame(tab)

    type_key(tab, "?")

    expect(tab.dialog).to_have_count(0)
    tab.press(tab.button("More for this list"))
    tab.press(tab.button("Keyboard shortcuts"))
    expect(tab.frame.get_by_label("Use these shortcuts")).not_to_be_checked()
    tab.frame.get_by_label("Use these shortcuts").check()
    tab.page.keyboard.press("Escape")
    type_key(tab, "?")
    expect(tab.dialog).to_be_visible()


def expect_list_of_shortcuts(tab):
    type_key(tab, "?")

    expect(tab.dialog.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    expect(tab.dialog.get_by_text("New payment")).to_be_visible()
    expect(tab.dialog.get_by_text("Search payments")).to_be_hidden()
    expect(tab.button("Close", tab.dialog)).to_be_focused()
    assert violations(tab.frame) == []
    last = tab.dialog.get_by_label("Use these shortcuts").bounding_box()
    edge = tab.dialog.bounding_box()
    assert edge["y"] + edge["height"] - (last["y"] + last["height"]) >= 16, "not at its edge"


def test_the_arrows_lead_through_a_menu_and_leave_what_is_chosen_in_a_list_alone(stage, tab):
    payment = stage.payments[3]
    menu = tab.payment(payment).locator(".menu:popover-open")
    tab.button("More actions", tab.payment(payment)).focus()
    type_key(tab, "Enter")
    expect(menu).to_be_visible()

    type_key(tab, "ArrowUp")
    expect(tab.button("Delete payment", menu)).to_be_focused()
    type_key(tab, "ArrowDown")
    expect(menu.locator(".menu__item").first).to_be_focused()
    type_key(tab, "ArrowDown")
    expect(menu.locator(".menu__item").nth(1)).to_be_focused()
    type_key(tab, "Escape")
    expect(menu).to_have_count(0)
    expect(tab.button("More actions", tab.payment(payment))).to_be_focused()

    tab.button("Send", tab.payment(payment)).focus()
    type_key(tab, "Enter")
    receivers = menu.get_by_role("combobox")
    receivers.focus()
    before = receivers.input_value()
    type_key(tab, "ArrowDown")
    expect(receivers).to_be_focused()
    expect(receivers).not_to_have_value(before)
