"""A dialog of a payment, or a line, that somebody has deleted: it stays to be read, not sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.simulator.control.control_somebody import do_payment
from tests.support.person import Keyboard


def delete(stage, payment):
    """Delete a payment in Bitrix24 behind the tab's back."""
    do_payment(stage.portal, {"do": "delete", "id": str(payment.id)})


def unpaid(stage):
    return [one for one in stage.payments if not one.is_paid]


@pytest.mark.parametrize(
    ("opens", "sends"),
    [
        ("Change payment system", "Save"),
        ("Add items", "Add to payment"),
        ("Add delivery", "Add as well, bill it twice"),
        ("Remind me", "Remind me"),
    ],
)
def test_a_dialog_of_a_deleted_payment_cannot_be_sent_again(person, stage, opens, sends):
    payment = unpaid(stage)[0]
    person.page.may_fail_to_load = True
    person.open_tab()
    person.choose_in_menu(payment, opens)
    if opens == "Add delivery":
        person.hand.toggle(person.dialog.get_by_role("radio").first)
    save = person.button(sends, person.dialog)
    expect(save).to_be_enabled()
    delete(stage, payment)

    person.press(save)

    told = person.dialog.get_by_role("alert")
    expect(told).to_contain_text("Already deleted. Not saved")
    expect(person.dialog.locator("[type=submit]:enabled")).to_have_count(0)
    expect(person.dialog.get_by_role("button", name="Cancel")).to_be_focused()
    asked = []
    person.page.on("request", lambda request: asked.append(request.method))
    field = person.dialog.locator(".dialog__body :is(input, select):visible").first
    field.focus()
    person.page.keyboard.press("Enter")
    boxes = person.dialog.locator("[name=row]:visible")
    if boxes.count():
        # What they come to is worked out again: that does not bring the button back.
        boxes.first.click()
        boxes.first.click()
        expect(person.dialog.locator("#dialog-sum[aria-busy]")).to_have_count(0)
        expect(person.dialog.locator("[type=submit]:enabled")).to_have_count(0)
    assert "POST" not in asked
    expect(told).to_be_visible()


def test_another_payment_can_be_chosen_where_the_chosen_one_is_deleted(person, stage):
    source = next(one for one in unpaid(stage) if stage.deliveries(one))
    targets = [one for one in unpaid(stage) if one.id != source.id]
    person.page.may_fail_to_load = True
    person.open_tab()
    person.press(person.button("Move delivery", person.payment(source)).first)
    gone = targets[0]
    person.dialog.locator("select").select_option(str(gone.id))
    delete(stage, gone)

    person.press(person.button("Move delivery", person.dialog))

    told = person.dialog.get_by_role("alert")
    expect(told).to_contain_text(f"Payment {gone.account_number}:")
    expect(told).to_contain_text("Already deleted. Not saved")
    expect(person.button("Move delivery", person.dialog)).to_be_enabled()


def test_a_dialog_of_a_line_that_is_gone_cannot_be_sent_again(person, stage):
    source = next(one for one in unpaid(stage) if stage.deliveries(one))
    person.page.may_fail_to_load = True
    person.open_tab()
    person.press(person.button("Move delivery", person.payment(source)).first)
    move = person.button("Move delivery", person.dialog)
    expect(move).to_be_enabled()
    for line in stage.deliveries(source):
        del stage.portal.crm.items[line.id]

    person.press(move)

    expect(person.dialog.get_by_role("alert")).to_contain_text("This line is not in the payment")
    expect(move).to_be_disabled()
    expect(person.dialog.get_by_role("button", name="Cancel")).to_be_focused()


@pytest.mark.parametrize("is_chosen", [True, False])
def test_a_deleted_payment_is_named_although_its_row_has_left(person, stage, is_chosen):
    source = next(one for one in unpaid(stage) if stage.deliveries(one))
    gone = next(one for one in unpaid(stage) if one.id != source.id) if is_chosen else source
    person.page.may_fail_to_load = True
    person.open_tab()
    person.press(person.button("Move delivery", person.payment(source)).first)
    # The payment must not go while the dialog is still being read: that would say so itself.
    expect(person.button("Move delivery", person.dialog)).to_be_enabled()
    if is_chosen:
        person.dialog.locator("select").select_option(str(gone.id))
    delete(stage, gone)
    person.frame.evaluate("htmx.trigger('#toolbar', 'renew')")
    expect(person.payment(gone)).to_have_count(0)

    person.press(person.button("Move delivery", person.dialog))

    told = person.dialog.get_by_role("alert")
    expect(told).to_contain_text(f"Payment {gone.account_number}: Already deleted. Not saved")


@pytest.mark.parametrize(("place", "neighbour"), [(1, 2), (3, 2)])
def test_the_focus_stays_beside_a_payment_that_was_deleted(sit, stage, place, neighbour):
    person = sit(Keyboard)
    person.open_tab()
    rows = person.frame.locator("[data-payment-id]")
    expect(rows).to_have_count(4)
    shown = [row.get_attribute("data-payment-id") for row in rows.all()]
    payment = stage.portal.crm.payments[int(shown[place])]
    if payment.is_paid:
        do_payment(stage.portal, {"do": "unpay", "id": str(payment.id)})
        person.press(person.button("Refresh"))
        expect(person.status(payment)).to_have_text("Unpaid")
    person.choose_in_menu(payment, "Delete payment")
    person.press(person.button("Delete payment", person.dialog))

    expect(person.payment(payment)).to_have_count(0)
    expect(person.frame.locator(f"#payment-{shown[neighbour]} .pay__title")).to_be_focused()
