"""Every control that changes a payment: once with the mouse, once with the keyboard only."""

from __future__ import annotations

import re
from decimal import Decimal

from playwright.sync_api import expect

from b24app.simulator.control.control_somebody import do_payment

EXIT_SIGN, CABLE_SET = "Emergency exit sign E1", "Cable set, 5 m"
CASH = 6


def quantities(stage, payment):
    """What the portal holds: a quantity by item id."""
    return {item.id: item.quantity for item in stage.items(payment)}


def row_of(someone, payment, item):
    return someone.payment(payment).locator(f'[data-item-id="{item.id}"]')


def delivery_row(someone, payment, item):
    return someone.payment(payment).locator(f'[data-delivery-item-id="{item.id}"]')


def test_new_payment_takes_chosen_rows_and_quantities(stage, either):
    before = {one.id for one in stage.payments}
    either.press(either.button("New payment"))
    expect(either.dialog.get_by_role("radio", name="Everything left")).to_be_focused()
    sign = either.dialog.get_by_role("row").filter(has_text=EXIT_SIGN)
    cable = either.dialog.get_by_role("row").filter(has_text=CABLE_SET)
    either.hand.write(sign.get_by_label("Quantity", exact=True), "4")
    either.hand.toggle(cable.get_by_role("checkbox"))
    expect(either.dialog.locator("#dialog-sum")).to_have_text("€472.00")
    expect(sign.get_by_role("cell").last).to_have_text("€472.00")
    expect(either.dialog.get_by_role("radio", name="Chosen items")).to_be_checked()
    either.hand.choose(either.frame.get_by_label("Payment system"), "Cash")
    either.press(either.button("Create payment", either.dialog))

    expect(either.said).to_contain_text("created")
    [created] = [one for one in stage.payments if one.id not in before]
    assert [item.quantity for item in stage.items(created)] == [Decimal(4)]
    assert created.pay_system_id == CASH
    expect(either.dialog).to_have_count(0)
    article = either.frame.locator("[data-payment-id]").first
    expect(article).to_have_attribute("data-payment-id", str(created.id))
    expect(article.locator(".pay__amount")).to_have_text("€472.00")
    expect(article.locator(".pay__title")).to_be_focused()


def test_bill_the_rest_bills_every_unbilled_row(stage, either):
    before = {one.id for one in stage.payments}

    either.press(either.button("Bill the rest"))
    expect(either.dialog).to_contain_text("€1,472.00")
    expect(either.button("Bill the rest", either.dialog)).to_be_focused()
    assert len(stage.payments) == len(before), "nothing is billed by the first click"
    either.press(either.button("Bill the rest", either.dialog))

    expect(either.frame.locator("[data-payment-id]")).to_have_count(5)
    [created] = [one for one in stage.payments if one.id not in before]
    assert sorted(quantities(stage, created).values()) == [8, 10]
    expect(either.button("Bill the rest")).to_have_count(0)
    expect(either.payment(created).locator(".pay__title")).to_be_focused()


def test_bill_the_rest_goes_on_to_other_quantities(stage, either):
    before = {one.id for one in stage.payments}
    either.press(either.button("Bill the rest"))
    either.press(either.button("Change quantities", either.dialog))
    cable = either.dialog.get_by_role("row").filter(has_text=CABLE_SET)
    either.hand.write(cable.get_by_label("Quantity", exact=True), "3")
    expect(cable.get_by_role("cell").last).to_have_text("€109.50")
    either.press(either.button("Create payment", either.dialog))

    expect(either.frame.locator("[data-payment-id]")).to_have_count(5)
    [created] = [one for one in stage.payments if one.id not in before]
    assert sorted(quantities(stage, created).values()) == [3, 10]


def choose_everything(either):
    """By keyboard Tab reaches the chosen one of a group, and arrows the others."""
    if either.hand.name == "keyboard":
        either.hand.reach(either.dialog.get_by_role("radio", name="Chosen items"))
        either.page.keyboard.press("ArrowLeft")
        expect(either.dialog.get_by_role("radio", name="An advance")).to_be_focused()
        either.page.keyboard.press("ArrowLeft")
    else:
        either.press(either.dialog.get_by_role("radio", name="Everything left"))


def test_a_payment_of_nothing_is_marked_as_paid_only_after_a_question(stage, either):
    do_payment(stage.portal, {"do": "add", "entityId": "8061"})
    empty = stage.payments[-1]
    either.press(either.button("Refresh"))
    either.wait_until_loaded()

    either.press(either.button("Mark as paid", either.payment(empty)))
    expect(either.dialog).to_contain_text("the client has nothing to pay")
    either.press(either.button("Mark as paid", either.dialog))

    expect(either.status(empty)).to_have_text("Paid")


def test_change_payment_system(stage, either):
    unpaid = stage.payments[2]

    either.choose_in_menu(unpaid, "Change payment system")
    choice = either.dialog.get_by_role("combobox")
    expect(choice).to_be_focused()
    either.hand.choose(choice, "Cash")
    either.press(either.button("Save", either.dialog))

    expect(either.said).to_contain_text("Payment system changed")
    expect(either.payment(unpaid).locator(".pay__meta")).to_contain_text("Cash")
    assert stage.portal.crm.payments[unpaid.id].pay_system_id == CASH
    either.expect_focus_kept(unpaid, either.button("More actions", either.payment(unpaid)))


def test_delete_payment_asks_with_cancel_first(stage, either):
    unpaid = stage.payments[2]

    either.choose_in_menu(unpaid, "Delete payment")
    expect(either.dialog).to_contain_text("Delete payment")
    expect(either.button("Cancel", either.dialog)).to_be_focused()
    either.press(either.button("Delete payment", either.dialog))

    expect(either.payment(unpaid)).to_have_count(0)
    expect(either.said).to_contain_text("deleted")
    assert unpaid.id not in stage.portal.crm.payments
    expect(either.frame.locator("[data-payment-id]")).to_have_count(3)
    focused = either.frame.evaluate("document.activeElement.className")
    assert "pay__title" in focused


def test_add_items(stage, either):
    unpaid = stage.payments[2]
    before = quantities(stage, unpaid)

    either.choose_in_menu(unpaid, "Add items")
    cable = either.dialog.get_by_role("row").filter(has_text=CABLE_SET)
    sign = either.dialog.get_by_role("row").filter(has_text=EXIT_SIGN)
    either.hand.toggle(sign.get_by_role("checkbox"))
    either.hand.write(cable.get_by_label("Quantity", exact=True), "5")
    either.press(either.button("Add to payment", either.dialog))

    expect(either.payment(unpaid).get_by_text(CABLE_SET, exact=True)).to_be_visible()
    added = [value for key, value in quantities(stage, unpaid).items() if key not in before]
    assert added == [5]
    either.expect_focus_kept(unpaid, either.button("More actions", either.payment(unpaid)))


def test_quantity_is_typed_and_sent_by_enter_and_history_names_it(stage, either):
    unpaid = stage.payments[3]
    item = stage.items(unpaid)[0]
    field = row_of(either, unpaid, item).get_by_label("Quantity", exact=True)

    either.hand.write(field, "5")
    either.page.keyboard.press("Enter")

    expect(either.said).to_contain_text("Quantity saved")
    assert quantities(stage, unpaid)[item.id] == 5
    expect(field).to_have_value("5")
    expect(field).to_be_focused()
    assert len(stage.executed("crm.item.payment.product.setQuantity")) == 1
    entries = either.payment(unpaid).get_by_role("listitem")
    expect(entries.filter(has_text=re.compile("5"))).to_have_count(1)
    expect(entries.first).to_contain_text(stage.portal.users[7].last_name)


def test_removed_item_and_removed_delivery_can_be_put_back(stage, either):
    unpaid = stage.payments[3]
    item = stage.items(unpaid)[0]
    before = sorted(quantities(stage, unpaid).values())

    either.press(either.button("Remove item", row_of(either, unpaid, item)))
    expect(row_of(either, unpaid, item)).to_have_count(0)
    expect(either.said).to_contain_text("Item removed")
    assert item.id not in quantities(stage, unpaid)
    following = row_of(either, unpaid, stage.items(unpaid)[0])
    either.expect_focus_on(either.button("Remove item", following))
    either.press(either.button("Undo", either.said))

    expect(either.payment(unpaid).locator("[data-item-id]")).to_have_count(3)
    assert sorted(quantities(stage, unpaid).values()) == before
    expect(either.button("Undo", either.said)).to_have_count(0)

    [linked] = stage.deliveries(unpaid)
    either.press(either.button("Remove delivery", delivery_row(either, unpaid, linked)))
    expect(either.said).to_contain_text("Delivery removed")
    assert stage.deliveries(unpaid) == []
    either.expect_focus_kept(unpaid)
    either.press(either.button("Undo", either.said))

    expect(either.payment(unpaid).locator("[data-delivery-item-id]")).to_have_count(1)
    assert [one.entity_id for one in stage.deliveries(unpaid)] == [linked.entity_id]


def test_add_delivery(stage, either):
    unpaid = stage.payments[2]

    either.choose_in_menu(unpaid, "Add delivery")
    expect(either.dialog.get_by_role("radio").first).to_be_focused()
    expect(either.button("Add to payment", either.dialog)).to_be_visible()
    either.hand.toggle(either.dialog.get_by_role("radio").first)
    expect(either.button("Add to payment", either.dialog)).to_be_hidden()
    expect(either.button("Move delivery", either.dialog)).to_be_hidden()
    either.press(either.button("Add as well, bill it twice", either.dialog))

    warning = either.said.locator(".toast--warn")
    expect(warning).to_contain_text("is now in payments 3653/3 and 3653/2")
    rows = either.payment(unpaid).locator("[data-delivery-item-id]")
    expect(rows).to_have_count(1)
    assert len(stage.deliveries(unpaid)) == 1
    either.expect_focus_kept(unpaid, either.button("More actions", either.payment(unpaid)))
    either.press(either.button("Refresh"))
    either.wait_until_loaded()
    expect(warning).to_be_visible()
    either.press(either.button("Remove delivery", rows))
    expect(warning).to_have_count(0)


def test_a_delivery_of_another_payment_is_named_not_chosen_and_can_be_moved(stage, either):
    source, target = stage.payments[3], stage.payments[2]
    [linked] = stage.deliveries(source)
    either.choose_in_menu(target, "Add delivery")
    expect(either.dialog).to_contain_text("In payment 3653/2, paid")
    expect(either.dialog).to_contain_text("In payment 3653/4, unpaid")
    expect(either.dialog.locator("input:checked")).to_have_count(0)

    either.press(either.button("Add to payment", either.dialog))
    # The browser says so by itself; nothing is sent, or it would stand in the history as refused.
    either.expect_focus_on(either.dialog.get_by_role("radio").first)
    assert stage.executed("crm.item.payment.delivery.add") == []
    either.hand.toggle(either.dialog.get_by_role("radio").first)
    expect(either.button("Move delivery", either.dialog)).to_be_hidden()
    either.page.keyboard.press("ArrowDown")
    expect(either.button("Add as well, bill it twice", either.dialog)).to_be_visible()
    either.press(either.button("Move delivery", either.dialog))

    expect(either.payment(target).locator("[data-delivery-item-id]")).to_have_count(1)
    expect(either.payment(source).locator("[data-delivery-item-id]")).to_have_count(0)
    assert stage.deliveries(source) == []
    assert [one.entity_id for one in stage.deliveries(target)] == [linked.entity_id]
    expect(either.dialog).to_have_count(0)


def test_move_delivery_to_another_payment(stage, either):
    source, target = stage.payments[3], stage.payments[2]
    [linked] = stage.deliveries(source)

    either.press(either.button("Move delivery", delivery_row(either, source, linked)))
    expect(either.dialog.get_by_role("combobox")).to_be_focused()
    either.press(either.button("Move delivery", either.dialog))

    expect(either.payment(target).locator("[data-delivery-item-id]")).to_have_count(1)
    expect(either.payment(source).locator("[data-delivery-item-id]")).to_have_count(0)
    assert [one.entity_id for one in stage.deliveries(target)] == [linked.entity_id]
    assert stage.deliveries(source) == []
    either.expect_focus_kept(source)


def test_a_quantity_is_changed_in_the_allocation_itself(stage, either):
    item = stage.items(stage.payments[3])[0]
    either.press(either.button("Allocation"))
    field = either.dialog.locator(f"#all-{item.id}")

    either.hand.write(field, "7")
    either.page.keyboard.press("Enter")

    expect(either.said).to_contain_text("Quantity saved")
    row = either.dialog.get_by_role("row").filter(has=either.frame.locator(f"#all-{item.id}"))
    expect(row.get_by_role("cell").last).to_have_text("5")
    assert stage.items(stage.payments[3])[0].quantity == 7


def test_what_is_given_up_or_only_looked_at_changes_nothing(stage, either):
    """One after the other in one opened tab: each leaves it as it was."""
    before = [(one.id, one.is_paid, quantities(stage, one)) for one in stage.payments]
    for look in (
        give_up_a_new_payment,
        choose_nothing_and_everything_again,
        give_up_billing_the_rest,
        give_up_a_dialog_of_a_menu,
        look_at_the_allocation,
        look_at_a_qr_code,
        open_and_close_details,
    ):
        look(stage, either)
        expect(either.dialog).to_have_count(0)

    assert [(one.id, one.is_paid, quantities(stage, one)) for one in stage.payments] == before


def give_up_a_new_payment(_stage, either):
    either.press(either.button("New payment"))
    expect(either.button("Create payment", either.dialog)).to_be_visible()

    either.hand.leave(either.dialog)

    expect(either.dialog).to_have_count(0)
    expect(either.button("New payment")).to_be_focused()


def choose_nothing_and_everything_again(stage, either):
    either.press(either.button("New payment"))
    create = either.button("Create payment", either.dialog)
    everything = either.dialog.get_by_role("checkbox", name="Choose all products")
    quantity = either.dialog.get_by_label("Quantity", exact=True).first
    either.hand.write(quantity, "4")

    either.hand.toggle(everything)

    expect(create).to_be_disabled()
    expect(either.dialog).to_contain_text("Choose at least one product.")
    expect(either.dialog.locator("#dialog-sum")).to_have_text("€0.00")
    choose_everything(either)
    expect(create).to_be_enabled()
    expect(quantity).to_have_value("10")
    expect(either.dialog.locator("#dialog-sum")).to_have_text("€1,472.00")
    expect(either.dialog).not_to_contain_text("Choose at least one product.")
    assert stage.executed("crm.item.payment.add") == []
    either.page.keyboard.press("Escape")


def give_up_billing_the_rest(_stage, either):
    either.press(either.button("Bill the rest"))
    expect(either.button("Bill the rest", either.dialog)).to_be_visible()

    either.hand.leave(either.dialog)

    expect(either.dialog).to_have_count(0)
    expect(either.button("Bill the rest")).to_be_focused()


def give_up_a_dialog_of_a_menu(stage, either):
    unpaid = stage.payments[2]
    either.choose_in_menu(unpaid, "Change payment system")
    expect(either.button("Save", either.dialog)).to_be_visible()

    either.hand.leave(either.dialog)

    expect(either.button("More actions", either.payment(unpaid))).to_be_focused()


def look_at_the_allocation(stage, either):
    either.press(either.button("Allocation"))

    row = either.dialog.get_by_role("row").filter(has_text="Wall light Nova")
    expect(row).to_contain_text("18")
    expect(row).to_contain_text(stage.payments[1].account_number)
    # One element a payment, wherever else it is spoken of.
    expect(either.frame.locator("[data-payment-id]")).to_have_count(4)
    either.press(either.button("Close", either.dialog))
    expect(either.button("Allocation")).to_be_focused()


def look_at_a_qr_code(stage, either):
    paid = stage.payments[0]
    button = either.button("Show QR code", either.payment(paid))

    either.press(button)
    expect(either.payment(paid).get_by_role("img", name="QR code")).to_be_visible()
    either.page.keyboard.press("Escape")

    expect(either.payment(paid).get_by_role("img", name="QR code")).to_be_hidden()
    expect(button).to_be_focused()


def open_and_close_details(stage, either):
    paid = stage.payments[0]
    summary = either.payment(paid).locator(".pay__open")

    either.press(summary)
    expect(either.payment(paid).locator("[data-item-id]").first).to_be_visible()
    expect(either.payment(paid)).to_contain_text("This payment is paid. Mark as unpaid to edit")
    either.press(either.button("Refresh"))
    either.wait_until_loaded()

    expect(either.payment(paid).locator("[data-item-id]").first).to_be_visible()
    either.press(summary)
    expect(either.payment(paid).locator("[data-item-id]").first).to_be_hidden()
