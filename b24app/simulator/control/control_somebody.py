"""What somebody else does behind the application's back, through Bitrix24's own screens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from b24app.simulator.control.control_fields import Fields, int_field, quantity_field
from b24app.simulator.portal_state import events, sale
from b24app.simulator.portal_state.people import ADMIN_ID
from b24app.simulator.portal_state.records import DEAL, Card, PayableItem, Payment, ProductRow
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.timeline import ACTIVITY_DEEDS, change_activity, plan_reminder


def do_payment(state: PortalState, fields: Fields) -> dict[str, object]:
    """`do` with `id` (payment or item) or `entityId` / `entityTypeId`; see PAYMENT_DEEDS."""
    deed = PAYMENT_DEEDS.get(fields.get("do", ""))
    if deed is None:
        raise ValueError(f"do is one of {', '.join(PAYMENT_DEEDS)}")
    payment = deed(state, fields)
    if payment is None:
        return {"ok": True}
    events.queue_sale(state, "ONPAYMENTENTITYSAVED", payment.id, ADMIN_ID)
    return {"ok": True, "id": payment.id, "sum": str(payment.sum), "paid": payment.is_paid}


def do_order(state: PortalState, fields: Fields) -> dict[str, object]:
    """`do` second (`currency`), cancel, reopen of a card; delete_row, set_row_quantity of a row."""
    deed = ORDER_DEEDS.get(fields.get("do", ""))
    if deed is None:
        raise ValueError(f"do is one of {', '.join(ORDER_DEEDS)}")
    deed(state, fields)
    return {"ok": True}


def do_activity(state: PortalState, fields: Fields) -> dict[str, object]:
    """`do` complete, postpone, delete with `id`: what a person does in the timeline of a card.

    `do` remind with the `id` of a payment and `days`: a reminder that our application has set.
    """
    deed = fields.get("do", "")
    if deed == "remind":
        days = timedelta(int(fields.get("days", "0")))
        return {"ok": True, "id": plan_reminder(state, _payment(state, fields), days).id}
    if deed not in ACTIVITY_DEEDS:
        raise ValueError(f"do is one of remind, {', '.join(ACTIVITY_DEEDS)}")
    activity = state.crm.activities.get(int_field(fields, "id"))
    if activity is None:
        raise ValueError(f"No such activity: {fields['id']}")
    change_activity(state, activity, deed, ADMIN_ID)
    return {"ok": True}


def _payment(state: PortalState, fields: Fields) -> Payment:
    payment = state.crm.payments.get(int_field(fields, "id"))
    if payment is None:
        raise ValueError(f"No such payment: {fields['id']}")
    return payment


def _card(state: PortalState, fields: Fields) -> Card:
    type_id = int_field(fields, "entityTypeId", default=str(DEAL))
    card = state.card(type_id, int_field(fields, "entityId"))
    if card is None:
        raise ValueError(f"No such card: {fields['entityId']} of type {type_id}")
    return card


def _item(state: PortalState, fields: Fields) -> PayableItem:
    item = state.crm.items.get(int_field(fields, "id"))
    if item is None:
        raise ValueError(f"No such item of a payment: {fields['id']}")
    return item


def _row(state: PortalState, fields: Fields) -> ProductRow:
    row = state.crm.product_rows.get(int_field(fields, "id"))
    if row is None:
        raise ValueError(f"No such product row: {fields['id']}")
    return row


def _add(state: PortalState, fields: Fields) -> Payment:
    card = _card(state, fields)
    owner = (card.entity_type_id, card.id)
    order = sale.newest_order(state.crm, *owner) or sale.open_order(state.crm, owner, card.currency)
    system = sale.picked_pay_system(state.crm, order.currency)
    if system is None:
        raise ValueError("No payment system fits")
    return sale.add_payment(state.crm, order, system)


def _delete(state: PortalState, fields: Fields) -> None:
    payment = _payment(state, fields)
    sale.delete_payment(state.crm, payment)
    events.queue_sale(state, "ONPAYMENTDELETED", payment.id, ADMIN_ID)


def _pay(state: PortalState, fields: Fields) -> Payment:
    payment = _payment(state, fields)
    sale.mark_paid(payment, state.clock.now(), ADMIN_ID)
    return payment


def _pay_online(state: PortalState, fields: Fields) -> Payment:
    payment = _payment(state, fields)
    sale.mark_paid(payment, state.clock.now(), None)
    payment.emp_paid_id = None
    return payment


def _unpay(state: PortalState, fields: Fields) -> Payment:
    payment = _payment(state, fields)
    sale.mark_unpaid(payment)
    return payment


def _refund(state: PortalState, fields: Fields) -> Payment:
    payment = _payment(state, fields)
    if not sale.give_back(payment):
        raise ValueError(f"Not paid: {payment.id}")
    return payment


def _set_pay_system(state: PortalState, fields: Fields) -> Payment:
    payment = _payment(state, fields)
    system = state.crm.pay_systems.get(int_field(fields, "paySystemId"))
    if system is None:
        raise ValueError(f"No such payment system: {fields['paySystemId']}")
    sale.set_pay_system(payment, system)
    return payment


def _set_quantity(state: PortalState, fields: Fields) -> Payment:
    item, quantity = _item(state, fields), quantity_field(fields)
    item.quantity = quantity
    payment = state.crm.payments[item.payment_id]
    sale.recalculate(state.crm, payment)
    return payment


def _remove_item(state: PortalState, fields: Fields) -> Payment:
    item = _item(state, fields)
    payment = state.crm.payments[item.payment_id]
    sale.delete_item(state.crm, item)
    return payment


def _second_order(state: PortalState, fields: Fields) -> None:
    card = _card(state, fields)
    currency = fields.get("currency", "EUR")
    sale.open_order(state.crm, (card.entity_type_id, card.id), currency)


def _cancel(state: PortalState, fields: Fields) -> None:
    _set_canceled(state, fields, is_canceled=True)


def _reopen(state: PortalState, fields: Fields) -> None:
    _set_canceled(state, fields, is_canceled=False)


def _set_canceled(state: PortalState, fields: Fields, *, is_canceled: bool) -> None:
    card = _card(state, fields)
    for order in state.crm.orders_of(card.entity_type_id, card.id):
        order.is_canceled = is_canceled


def _delete_row(state: PortalState, fields: Fields) -> None:
    del state.crm.product_rows[_row(state, fields).id]


def _set_row_quantity(state: PortalState, fields: Fields) -> None:
    # The order's basket keeps its quantity: this is how the two come to differ.
    _row(state, fields).quantity = quantity_field(fields)


PAYMENT_DEEDS: dict[str, Callable[[PortalState, Fields], Payment | None]] = {
    "add": _add,
    "delete": _delete,
    "pay": _pay,
    "pay_online": _pay_online,
    "unpay": _unpay,
    "refund": _refund,
    "set_pay_system": _set_pay_system,
    "set_quantity": _set_quantity,
    "remove_item": _remove_item,
}
ORDER_DEEDS: dict[str, Callable[[PortalState, Fields], None]] = {
    "second": _second_order,
    "cancel": _cancel,
    "reopen": _reopen,
    "delete_row": _delete_row,
    "set_row_quantity": _set_row_quantity,
}
SOMEBODY: dict[str, Callable[[PortalState, Fields], dict[str, object]]] = {
    "payment": do_payment,
    "order": do_order,
    "activity": do_activity,
}
