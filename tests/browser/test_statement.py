"""A bank statement, by mouse and by keyboard: paste, look, go back, mark as paid."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from tests.support.browser_stage import LINKED_CARD
from tests.support.framed_app import bind_tab
from tests.support.looks import look_at
from tests.support.person import Keyboard

LINES = """Date;Purpose;Amount
20.11.2026;ACME, payment 3653/4;7.680,00
21.11.2026;Northwind;2.258,00
22.11.2026;Payment 3653/2;4.940,00
23.11.2026;Bank fee;-12,00"""
BOTH = "Payment 3653/3 2.258,00\nPayment 3653/4 7.680,00"
PASTE = """(field, text) => {
  field.focus();
  field.setRangeText(text, 0, field.value.length, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def lines(person):
    return person.dialog.get_by_role("textbox", name="Lines of the statement")


def paste(person, text):
    lines(person).evaluate(PASTE, text)


def tick(person, payment):
    return person.dialog.get_by_role("checkbox", name=f"Payment {payment.account_number}")


def find(person):
    person.press(person.button("Find payments", person.dialog))


def open_statement(person):
    person.press(person.button("More for this list"))
    person.press(person.button("Match a bank statement"))
    expect(lines(person)).to_be_focused()


def test_payments_of_a_statement_are_marked_with_their_lines(stage, either):
    either.page.may_fail_to_load = True
    expect_all_that_fits_ticked_at_once(stage, either)
    either.page.keyboard.press("Escape")
    expect(either.dialog).to_have_count(0)
    small, large = stage.payments[2], stage.payments[3]
    open_statement(either)
    paste(either, LINES)
    find(either)

    expect(either.dialog.get_by_role("status").first).to_contain_text("an unpaid payment: 1 of 5")
    expect(tick(either, large)).not_to_be_checked()
    expect(tick(either, large)).to_have_accessible_description(re.compile("ACME"))
    expect(tick(either, small)).not_to_be_checked()
    either.expect_focus_on(tick(either, large))
    either.hand.toggle(tick(either, large))
    either.hand.toggle(tick(either, small))
    either.press(either.button("Mark as paid", either.dialog))
    expect(either.dialog).to_contain_text("Mark 2 payments as paid?")
    either.press(either.button("Back", either.dialog))
    expect(tick(either, small)).to_be_checked()
    either.press(either.button("Mark as paid", either.dialog))
    expect(either.dialog).to_contain_text("Mark 2 payments as paid?")
    assert not large.is_paid
    either.press(either.button("Mark as paid", either.dialog))

    expect(either.dialog).to_contain_text("2 payments marked as paid")
    either.press(either.button("Done", either.dialog))
    for payment in (small, large):
        expect(either.status(payment)).to_have_text("Paid")
        assert payment.is_paid
    either.press(either.opener(large))
    either.wait_until_opened()
    expect(either.payment(large)).to_contain_text("20.11.2026;ACME, payment 3653/4;7.680,00")


def expect_all_that_fits_ticked_at_once(stage, either):
    payments = stage.payments[2:4]
    open_statement(either)
    paste(either, BOTH)
    find(either)
    everything = either.dialog.get_by_role("checkbox", name="Select all that fit")
    expect(either.dialog).to_contain_text("tick the payments that you have received")
    for payment in payments:
        expect(tick(either, payment)).not_to_be_checked()

    either.hand.toggle(tick(either, payments[0]))
    assert everything.evaluate("box => box.indeterminate")
    either.hand.toggle(everything)
    for payment in payments:
        expect(tick(either, payment)).to_be_checked()
    either.press(either.button("Mark as paid", either.dialog))
    expect(either.dialog).to_contain_text("Mark 2 payments as paid?")
    either.press(either.button("Back", either.dialog))
    expect(everything).to_be_checked()
    either.hand.toggle(everything)
    expect(tick(either, payments[0])).not_to_be_checked()
    either.press(either.button("Mark as paid", either.dialog))
    expect(either.dialog.get_by_role("alert")).to_contain_text("Choose at least one payment.")
    assert not any(payment.is_paid for payment in payments)


def test_no_more_are_ticked_at_once_than_one_act_can_have(stage, person):
    stage.portal.crm = CrmData()
    seed.fill(stage.portal.crm, payments=54)
    for payment in stage.payments:
        payment.is_paid = False
    person.start_tab()
    open_statement(person)
    paste(person, "\n".join(f"x {one.account_number} {one.sum:.2f} EUR" for one in stage.payments))
    find(person)
    everything = person.dialog.get_by_role("checkbox", name="Select all that fit")
    chosen = person.dialog.locator("[name=chosen]")
    expect(chosen).to_have_count(54)
    person.hand.toggle(everything)

    expect(person.dialog.locator("[name=chosen]:checked")).to_have_count(50)
    assert everything.evaluate("box => box.indeterminate")
    person.press(person.button("Mark as paid", person.dialog))
    expect(person.dialog).to_contain_text("Mark 50 payments as paid?")


def test_what_cannot_be_sent_stays_in_its_field(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab(opens=False)
    open_statement(person)
    stage.portal.recorder.clear()

    for text in ("", "x\n" * 201, "ж" * 24_001, "x" * 300_000):
        paste(person, text)
        find(person)
        expect(person.dialog.get_by_role("alert")).to_contain_text("aste")
        expect(lines(person)).to_have_value(text)
        expect(lines(person)).to_have_attribute("aria-invalid", "true")
    assert stage.http_calls == []

    paste(person, LINES)
    stage.portal.faults.add("*", "busy", times=99)
    stage.portal.faults.add("batch", "busy", times=99)
    find(person)
    expect(person.dialog.get_by_role("alert")).to_contain_text("Nothing was changed")
    expect(lines(person)).to_have_value(LINES)
    stage.portal.faults.clear()
    person.press(person.button("Try again", person.dialog))
    expect(tick(person, stage.payments[3])).to_be_visible()
    expect_note_is_the_line_that_was_shown(person, stage.payments[3])


def expect_note_is_the_line_that_was_shown(person, large):
    person.hand.toggle(tick(person, large))
    person.press(person.dialog.get_by_text("Change the lines"))
    paste(person, "x\n" * 250 + LINES)
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.dialog).to_contain_text("Mark 1 payment as paid?")
    expect(person.dialog).to_contain_text("20.11.2026;ACME, payment 3653/4;7.680,00")
    person.press(person.button("Back", person.dialog))
    expect(tick(person, large)).to_be_checked()
    person.press(person.dialog.get_by_text("Change the lines"))
    expect(lines(person)).to_have_value(LINES)
    paste(person, LINES.replace("ACME", "Umbrella"))
    find(person)
    expect(person.dialog).to_contain_text("Umbrella, payment 3653/4")


@pytest.mark.usefixtures("stage")
def test_the_focus_stays_in_sight_in_a_dialog_taller_than_the_window(sit):
    person = sit(Keyboard)
    person.page.set_viewport_size({"width": 1280, "height": 560})
    person.open_tab(opens=False)
    open_statement(person)
    paste(person, LINES)
    find(person)
    expect(person.dialog).to_contain_text("an unpaid payment: 1 of 5")
    for summary in person.dialog.locator("summary").all():
        person.press(summary)

    cancel = person.button("Cancel", person.dialog)
    person.hand.reach(cancel)

    expect(cancel).to_be_in_viewport()


@pytest.mark.parametrize("size", [(1280, 900), (375, 812)])
def test_a_linked_card_has_one_for_each_deal(stage, person, size):
    person.page.set_viewport_size({"width": size[0], "height": size[1]})
    bind_tab(stage.portal, "CRM_DYNAMIC_1036_DETAIL_TAB", f"{stage.app_url}/placement")
    person.open_tab(LINKED_CARD, opens=False)
    person.press(person.button("Match a bank statement"))
    paste(person, LINES)
    find(person)
    person.hand.toggle(tick(person, stage.payments[3]))
    person.press(person.button("Mark as paid", person.dialog))
    person.press(person.button("Mark as paid", person.dialog))
    person.press(person.button("Done", person.dialog))

    expect(person.status(stage.payments[3])).to_have_text("Paid")
    # One is left: there is nothing to match any more.
    expect(person.button("Match a bank statement")).to_have_count(0)


def test_a_statement_looks_right(stage, person):
    person.open_tab(opens=False)
    open_statement(person)
    look_at(person, "statement-lines")
    paste(person, LINES)
    find(person)
    expect(person.dialog).to_contain_text("an unpaid payment: 1 of 5")
    for summary in person.dialog.locator("summary").all():
        summary.press("Enter")
    look_at(person, "statement-found")
    tick(person, stage.payments[3]).press("Space")
    person.button("Mark as paid", person.dialog).press("Enter")
    expect(person.dialog).to_contain_text("Mark 1 payment as paid?")
    look_at(person, "statement-question")
