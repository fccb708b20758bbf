"""Every dialog in every state of a card, by keyboard: it takes the focus and gives it back.

What pages and consoles complain about fails the test, as it does in every browser test. The
cards that test_every_state.py opens anyway have their dialogs opened there, in the same tab.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support import odd_cards
from tests.support.browser_stage import READER

LONG_LISTS = (8069, odd_cards.MANY)
WHERE = """() => {
  const { activeElement } = document;
  const dialog = document.querySelector("dialog[open]");
  return [dialog?.contains(activeElement) && activeElement !== dialog, activeElement.tagName];
}"""


COUNT_MEASURES = """() => {
  const { get } = Object.getOwnPropertyDescriptor(HTMLElement.prototype, "offsetHeight");
  window.measures = 0;
  Object.defineProperty(HTMLElement.prototype, "offsetHeight", {
    get() { window.measures += 1; return get.call(this); },
  });
}"""


CLOSED = ".pay__open[aria-expanded=false], details:not([open]) > summary:not([hidden])"


def dialog_openers(someone):
    """The ids of what opens a dialog: of one payment of each kind, and of the card."""
    return someone.frame.evaluate(
        """() => {
          const kinds = new Map();
          for (const one of document.querySelectorAll("[data-opens], [data-confirm]")) {
            const state = one.closest(".pay")?.dataset.paid || "";
            const kind = one.id.replace(/\\d+/g, "") + state;
            const canBeReached = one.checkVisibility() || one.closest("[popover]");
            if (one.id && canBeReached && !kinds.has(kind)) kinds.set(kind, one.id);
          }
          return [...kinds.values()];
        }"""
    )


def press_by_keyboard(someone, opener_id):
    """Press a control where it is, in a menu too; answers what the focus has to come back to."""
    opener = someone.frame.locator(f"#{opener_id}")
    menu = opener.evaluate("one => one.closest('[popover]')?.id || ''")
    back = opener_id
    if menu:
        back = someone.frame.locator(f"[popovertarget={menu}]").first.get_attribute("id")
        someone.frame.locator(f"#{back}").focus()
        someone.page.keyboard.press("Enter")
        expect(someone.frame.locator(f"#{menu}")).to_be_visible()
    opener.focus()
    someone.page.keyboard.press("Enter")
    return back


def open_and_close_all(someone):
    opened = 0
    for details in someone.frame.query_selector_all(CLOSED):
        details.evaluate("one => one.click()")
    expect(someone.frame.locator("details[open][data-waits]")).to_have_count(0)
    for opener_id in dialog_openers(someone):
        if not someone.frame.locator(f"#{opener_id}").count():
            continue
        back = press_by_keyboard(someone, opener_id)
        expect(someone.dialog).to_have_count(1)
        expect(someone.dialog.locator(".skel:visible")).to_have_count(0)
        expect(someone.dialog.get_by_role("heading").first).to_be_visible()
        is_inside, tag = someone.frame.evaluate(WHERE)
        assert is_inside, (opener_id, tag)
        assert tag in {"BUTTON", "INPUT", "SELECT", "TEXTAREA"}, (opener_id, tag)

        someone.page.keyboard.press("Escape")
        expect(someone.dialog).to_have_count(0)
        assert someone.frame.evaluate("document.activeElement.id") == back, opener_id
        opened += 1
    return opened


@pytest.mark.parametrize("deal", LONG_LISTS)
def test_every_dialog_of_a_long_list_takes_the_focus_and_gives_it_back(stage, person, deal):
    if deal in odd_cards.PRODUCTS:
        odd_cards.add_deal(stage.portal.crm, deal)
    person.open_tab(f"/crm/deal/details/{deal}/")

    assert open_and_close_all(person) > 0


def test_every_dialog_of_a_card_on_which_all_is_paid(stage, person):
    for payment in stage.payments:
        payment.is_paid = True
    person.open_tab()

    assert open_and_close_all(person) > 0


def test_every_dialog_of_somebody_who_may_only_look(stage, person):
    person.be(READER)
    person.page.may_fail_to_load = True
    person.open_tab()
    unpaid = stage.payments[2]
    person.press(person.button("Mark as paid", person.payment(unpaid)))
    person.press(person.button("Mark as paid", person.dialog))
    expect(person.button("View only")).to_be_visible()
    person.wait_until_loaded()

    assert open_and_close_all(person) > 0


@pytest.mark.parametrize("deal", [8062, odd_cards.NOTHING])
def test_where_nothing_can_be_billed_no_payment_can_be_created(stage, person, deal):
    if deal in odd_cards.PRODUCTS:
        odd_cards.add_deal(stage.portal.crm, deal)
    person.open_tab(f"/crm/deal/details/{deal}/")

    new = person.button("New payment").first
    if new.get_attribute("aria-disabled") != "true":
        person.press(new)
        foot = person.dialog.locator(".dialog__foot")
        expect(person.button("Close", foot)).to_be_focused()
        expect(person.button("Create payment", person.dialog)).to_have_count(0)

    expect(person.button("Bill the rest")).to_have_count(0)
    assert stage.executed("crm.item.payment.add") == []


@pytest.mark.usefixtures("stage")
def test_what_is_left_reads_as_a_number_towards_its_unit_until_it_is_changed(person):
    person.open_tab()
    person.press(person.frame.locator("#new-payment"))
    row = person.dialog.locator("[data-row]").last
    row.wait_for()
    person.page.mouse.move(0, 0)
    field = row.locator("input[type=number]")

    expect(field).to_have_css("text-align", "end")
    field.focus()
    expect(field).to_have_css("text-align", "center")


@pytest.mark.usefixtures("stage")
def test_a_dialog_is_measured_when_its_choice_changes_and_not_at_each_letter(person):
    person.open_tab()
    person.press(person.frame.locator("#new-payment"))
    field = person.dialog.locator("[data-row] input[type=number]").last
    field.wait_for()
    person.press(person.dialog.locator("[name=what][value=all]"))
    person.frame.evaluate(COUNT_MEASURES)

    field.press_sequentially("1")
    expect(person.dialog.locator("[name=what][value=some]")).to_be_checked()
    measures = person.frame.evaluate("measures")
    field.press_sequentially("23")

    assert person.frame.evaluate("measures") == measures > 0


def test_the_focus_stays_where_a_dialog_left_it_when_what_it_saved_comes(stage, person):
    """The button is replaced by the answer, and the payment is not in the list that is shown."""
    unpaid = stage.payments[3]
    item = stage.items(unpaid)[0]
    person.open_tab()
    person.press(person.button(re.compile("^Paid")))
    person.wait_until_loaded()
    person.press(person.button("Allocation"))
    person.hand.write(person.dialog.locator(f"#all-{item.id}"), "7")

    # Pressing it leaves the field, which saves half a second later.
    person.press(person.button("Done", person.dialog))

    expect(person.said).to_contain_text("Quantity saved")
    expect(person.button("Allocation")).to_be_focused()
