"""Undo by mouse and keyboard: back where it was, called so, and the focus where one goes on."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.held import Held


def row_of(someone, payment, item):
    return someone.payment(payment).locator(f'[data-item-id="{item.id}"]')


def names(someone, payment):
    return someone.payment(payment).locator("[data-item-id] th").all_inner_texts()


def test_what_was_removed_typed_or_moved_comes_back_with_the_focus(stage, either):
    unpaid, small = stage.payments[3], stage.payments[2]
    expect_item_back_at_its_place(stage, either, unpaid)
    expect_quantity_back(stage, either, unpaid)
    line = either.payment(unpaid).locator("[data-delivery-item-id]")
    either.press(either.button("Remove delivery", line))
    expect(line).to_have_count(0)

    either.press(either.button("Undo", either.said))

    expect(either.said).to_contain_text("Delivery put back into payment 3653/4")
    expect(either.button("Reassign delivery", line)).to_be_focused()
    expect_moved_delivery_back(stage, either, unpaid, small)


def expect_item_back_at_its_place(stage, either, unpaid):
    before = names(either, unpaid)
    either.press(either.button("Remove item", row_of(either, unpaid, stage.items(unpaid)[0])))
    expect(either.said).to_contain_text("Item removed from payment 3653/4")

    either.press(either.button("Undo", either.said))

    expect(either.said).to_contain_text("Item put back into payment 3653/4")
    expect(either.button("Undo", either.said)).to_have_count(0)
    assert names(either, unpaid) == before
    back = either.payment(unpaid).locator("[data-item-id]").first
    expect(back.get_by_label("Quantity", exact=True)).to_be_focused()


def expect_quantity_back(stage, either, unpaid):
    """Of two changes the last one, as the first is not what is there any more."""
    item = stage.items(unpaid)[0]
    field = row_of(either, unpaid, item).get_by_label("Quantity", exact=True)
    for quantity in (5, 3):
        either.hand.write(field, str(quantity))
        either.page.keyboard.press("Enter")
        expect(either.frame.locator(f"[hx-vals*='\"shown\": {quantity}']")).to_have_count(1)
        expect(either.said.locator("[data-undo]")).to_have_count(1)

    either.press(either.button("Undo", either.said))

    expect(either.said).to_contain_text("Quantity put back in payment 3653/4")
    expect(either.button("Undo", either.said)).to_have_count(0)
    expect(field).to_have_value("5")
    expect(field).to_be_focused()
    assert stage.items(unpaid)[0].quantity == 5


def expect_moved_delivery_back(stage, either, unpaid, small):
    line = either.payment(unpaid).locator("[data-delivery-item-id]")
    either.press(either.button("Move delivery", line))
    either.dialog.locator("select").select_option(value=str(small.id))
    either.press(either.button("Move delivery", either.dialog))
    expect(either.said).to_contain_text("Delivery moved from payment 3653/4 to payment 3653/3")
    expect(line).to_have_count(0)

    either.press(either.button("Undo", either.said))

    expect(either.said).to_contain_text("Delivery moved from payment 3653/3 to payment 3653/4")
    expect(either.button("Undo", either.said)).to_have_count(0)
    expect(line.locator(".btn:focus")).to_have_count(1)
    assert len(stage.deliveries(unpaid)) == 1
    assert stage.deliveries(small) == []


def test_marked_as_paid_is_taken_back_and_what_stays_is_said(stage, either):
    unpaid = stage.payments[2]
    either.press(either.button("Mark as paid", either.payment(unpaid)))
    either.press(either.button("Mark as paid", either.dialog))
    expect(either.said).to_contain_text("Payment 3653/3 marked as paid")
    expect(either.said).to_contain_text("no automation, receipt or message")

    either.press(either.button("Undo", either.said))

    expect(either.status(unpaid)).to_have_text("Unpaid")
    expect(either.said).to_contain_text("Payment 3653/3 is marked as unpaid again")
    expect(either.button("Undo", either.said)).to_have_count(0)
    expect(either.payment(unpaid).locator(".pay__title")).to_be_focused()
    assert not unpaid.is_paid


def test_marked_as_unpaid_is_taken_back_after_being_asked(stage, either):
    paid = stage.payments[1]
    either.press(either.button("Mark as unpaid", either.payment(paid)))
    either.press(either.button("Mark as unpaid", either.dialog))
    expect(either.said).to_contain_text("marks it as paid again")

    either.press(either.button("Undo", either.said))
    expect(either.dialog).to_contain_text("3653/2")
    expect(either.dialog).to_contain_text("4,940.00")
    # The undo can be given up, and stays.
    either.hand.leave(either.dialog)
    expect(either.button("Undo", either.said)).to_be_focused()
    assert not paid.is_paid
    either.press(either.button("Undo", either.said))
    either.press(either.button("Mark as paid", either.dialog))

    expect(either.status(paid)).to_have_text("Paid")
    expect(either.said).to_contain_text("Payment 3653/2 is marked as paid again")
    expect(either.payment(paid).locator(".pay__title")).to_be_focused()
    assert paid.is_paid


def test_undo_of_a_payment_that_is_gone_is_told(stage, either):
    either.page.may_fail_to_load = True
    unpaid = stage.payments[3]
    either.press(either.button("Remove item", row_of(either, unpaid, stage.items(unpaid)[0])))
    expect(either.button("Undo", either.said)).to_be_visible()
    del stage.portal.crm.payments[unpaid.id]

    either.press(either.button("Undo", either.said))

    expect(either.said.get_by_role("alert")).to_contain_text("deleted in Bitrix24 by someone else")
    expect(either.payment(unpaid)).to_have_count(0)


def test_undo_of_a_payment_that_left_the_filtered_list(stage, either):
    unpaid = stage.payments[2]
    either.press(either.button(re.compile("^Unpaid")))
    either.wait_until_loaded()
    either.press(either.button("Mark as paid", either.payment(unpaid)))
    either.press(either.button("Mark as paid", either.dialog))
    expect(either.button("Undo", either.said)).to_be_visible()
    either.frame.evaluate("document.getElementById('refresh').click()")
    expect(either.payment(unpaid)).to_be_hidden()
    either.wait_until_loaded()

    either.press(either.button("Undo", either.said))

    expect(either.said).to_contain_text("Payment 3653/3 is marked as unpaid again")
    expect(either.status(unpaid)).to_have_text("Unpaid")
    assert not unpaid.is_paid
    # And by its key, which leads to what is back.
    either.press(either.button("Mark as paid", either.payment(unpaid)))
    either.press(either.button("Mark as paid", either.dialog))
    expect(either.payment(unpaid)).to_be_hidden()
    either.page.keyboard.press("u")
    expect(either.payment(unpaid)).to_be_visible()
    either.expect_focus_on(either.payment(unpaid).locator(".pay__title"))


def test_the_answer_to_another_write_moves_nobody_from_one_button_to_the_next(stage, person):
    """Who stands on Remove item would remove another one by the next press."""
    unpaid = stage.payments[3]
    item = stage.items(unpaid)[0]
    person.open_tab()
    late = Held(person, f"/payments/{unpaid.id}/items/{item.id}", "POST")
    row = row_of(person, unpaid, item)
    late.wait(lambda: person.press(person.button("Decrease quantity", row)))
    person.button("Remove item", row).focus()

    late.let_go()

    expect(person.said).to_contain_text("Quantity saved")
    expect(person.button("Remove item", row)).to_be_focused()
