"""The strip in a browser: its words open by mouse and keyboard, in every state and width."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.simulator.control.control_somebody import do_order
from b24app.simulator.portal_state import sale
from tests.browser.test_states import SHIFTS
from tests.support.browser_stage import DEAL_CARD, LINKED_CARD, MANAGER
from tests.support.framed_app import bind_tab
from tests.support.looks import violations

WIDTHS = (1280, 768, 375)
REFIT_CARD, DOLLARS_CARD, CANCELED_CARD = (
    f"/crm/deal/details/{number}/" for number in (8062, 8066, 8068)
)
SIDES = """() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const bar = box(".bar3"), paid = box(".bar3 .p-paid"), waiting = box(".bar3 .p-wait");
  const isMirrored = document.documentElement.dir === "rtl";
  const before = isMirrored ? bar.right - paid.right : paid.left - bar.left;
  const between = isMirrored ? paid.left - waiting.right : waiting.left - paid.right;
  const after = isMirrored ? waiting.left - bar.left : bar.right - waiting.right;
  return [before, between, after].map(Math.round);
}"""

TOPS = "(all) => new Set(all.map((one) => one.getBoundingClientRect().top)).size"


def over_bill(stage):
    [lamps, _] = stage.portal.crm.rows_of(2, 8062)
    do_order(stage.portal, {"do": "set_row_quantity", "id": str(lamps.id), "quantity": "10"})


def test_how_it_adds_up_opens_and_closes_by_hand(stage, either):
    how = either.frame.get_by_text("Products of the deal")
    expect(how).to_be_hidden()

    either.press(either.button("How this adds up"))
    expect(how).to_be_visible()
    delivery = either.frame.get_by_text("Own fleet, delivery 3653/2")
    expect(delivery).to_be_visible()
    expect(delivery).not_to_contain_text("payments")
    either.page.keyboard.press("Escape")

    expect(how).to_be_hidden()
    either.expect_focus_on(either.button("How this adds up"))
    # More is named as soon as somebody asks.
    crm = stage.portal.crm
    sale.add_delivery(crm, stage.payments[2], crm.shipments_of(2, 8061)[0])
    either.open_tab(opens=False)
    either.press(either.button("How this adds up"))
    expect(either.frame.get_by_text("Own fleet, delivery 3653/2: in 2 payments")).to_be_visible()


def test_badges_say_why(stage, person):
    over_bill(stage)
    # What is billed too much of is known to who has looked at the card once.
    person.open_tab(REFIT_CARD)
    person.open_tab(REFIT_CARD)
    for badge, words in (
        ("Over-paid by €805.00", "Nothing is refunded from here."),
        ("Over-billed by €2,700.00", "30 more in payments than in the card"),
    ):
        person.press(person.button(badge))

        expect(person.frame.locator(".flags :popover-open")).to_contain_text(words)
        expect(person.frame.locator(".legend")).to_contain_text("Billed too much")
        person.page.keyboard.press("Escape")


def test_a_canceled_order_is_said_and_can_be_checked_again(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab(CANCELED_CARD)
    [payment] = stage.portal.crm.payments_of(2, 8068)
    person.press(person.button("Mark as paid", person.payment(payment)))
    person.press(person.button("Mark as paid", person.dialog))

    badge = person.button("Order canceled")
    expect(badge).to_be_visible()
    person.wait_until_loaded()
    expect(person.button("Mark as paid")).to_have_count(0)
    expect(person.button("New payment")).to_have_count(0)
    expect(person.button("Remove item")).to_have_count(0)
    do_order(stage.portal, {"do": "reopen", "entityId": "8068"})
    person.press(badge)
    person.press(person.button("Check again"))

    expect(badge).to_have_count(0)
    expect(person.button("Mark as paid", person.payment(payment))).to_be_visible()


def test_the_strip_has_nothing_for_axe_to_say(stage, person):
    over_bill(stage)
    for card in (DEAL_CARD, REFIT_CARD, DOLLARS_CARD):
        person.open_tab(card)
        person.press(person.button("How this adds up"))
        for width in WIDTHS:
            person.resize(width)
            expect(person.frame.locator(".how")).to_be_visible()
            assert violations(person.frame) == [], (card, width)


def test_the_strip_takes_the_place_of_its_skeleton(stage, person):
    stage.portal.switches.request_ms = 1000
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        frame = person.start_tab()
        waiting = frame.locator("[data-first-load] .strip").bounding_box()
        person.wait_until_loaded()

        shown = frame.locator("#strip").bounding_box()
        assert abs(shown["height"] - waiting["height"]) <= 1, width
        assert frame.evaluate(SHIFTS) <= 0.02, width


@pytest.mark.usefixtures("stage")
def test_the_parts_of_the_bar_lie_side_by_side(person):
    person.open_tab()
    for colors in ("none", "active"):
        person.page.emulate_media(forced_colors=colors)

        start, between, end = person.frame.evaluate(SIDES)

        assert (start, between) == (0, 0), colors
        assert end > 0, "what is not billed is seen at the end"

    # The bar begins where reading begins. It is mirrored with the next picture that is drawn.
    person.page.emulate_media(forced_colors="none")
    person.frame.evaluate("document.documentElement.dir = 'rtl'")
    person.frame.wait_for_function(f"() => ({SIDES})().join().startsWith('0,0,')")
    assert person.frame.evaluate(SIDES)[2] > 0


def test_linked_cards_have_a_strip_each(stage, person):
    bind_tab(stage.portal, "CRM_DYNAMIC_1036_DETAIL_TAB", f"{stage.app_url}/placement")
    person.open_tab(LINKED_CARD)

    for strip in person.frame.locator("#payments .strip").all():
        person.press(strip.get_by_role("button", name="How this adds up"))
        expect(strip.get_by_text("Products of the")).to_be_visible()
        person.page.keyboard.press("Escape")


def test_the_three_figures_are_one_line_beside_the_buttons_in_long_languages(stage, person):
    for language in ("en", "it", "kz", "ru", "th", "ua"):
        stage.portal.users[MANAGER].language = language
        person.go(DEAL_CARD)
        person.page.get_by_role("tab").nth(2).click()
        person.enter_frame()
        person.wait_until_loaded()

        assert person.frame.locator("#strip .figures > div").evaluate_all(TOPS) == 1, language
        buttons = person.frame.locator("#new-payment, #bill-rest, #allocation")
        expect(buttons).to_have_count(3)
        tops = "(all) => new Set(all.map((one) => one.closest('.btn').offsetTop)).size"
        assert buttons.evaluate_all(tops) == 1, language
