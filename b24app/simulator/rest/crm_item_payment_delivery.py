"""crm.item.payment.delivery.list, add, setDelivery, delete."""

from __future__ import annotations

from b24app.simulator.portal_state import sale
from b24app.simulator.portal_state.records import PayableItem

from ..errors import BusinessError
from .call import Call, Method, of_one_answer
from .filters import Columns, select_rows, sort_rows, unknown_in
from .payment_records import (
    NO_ACCESS,
    changed_items,
    demand_item_read,
    demand_item_update,
    find_item,
    find_payment,
    item_area,
)

_COLUMNS: Columns[PayableItem] = {
    "ID": lambda item: item.id,
    "PAYMENT_ID": lambda item: item.payment_id,
    "ENTITY_ID": lambda item: item.entity_id,
    "QUANTITY": lambda item: item.quantity,
}


def list_links(call: Call) -> object:
    """Return the delivery items of a payment; `deliveryId` here is the document."""
    payment_id = call.int_param("paymentId")
    conditions, order = call.array_param("filter"), call.array_param("order")
    payment = find_payment(call, payment_id)
    demand_item_read(call, payment)
    unknown = unknown_in("PayableItem")
    items = select_rows(
        call.state.crm.items_of(payment.id, sale.DELIVERY), conditions, _COLUMNS, unknown
    )
    rows: list[object] = [
        {
            "id": item.id,
            "paymentId": item.payment_id,
            "quantity": item.quantity,
            "deliveryId": item.entity_id,
        }
        for item in sort_rows(items, order, _COLUMNS, unknown)
    ]
    return of_one_answer(call, rows)


def add_link(call: Call) -> object:
    """Bill a delivery document of the same order; repeating it returns the existing item."""
    payment_id, document_id = call.int_param("paymentId"), call.int_param("deliveryId")
    payment = find_payment(call, payment_id)
    demand_item_update(call, payment, quiet_result=None)
    shipment = call.state.crm.shipments.get(document_id)
    if shipment is None or shipment.order_id != payment.order_id:
        raise BusinessError("Shipment was not found")
    item = sale.add_delivery(call.state.crm, payment, shipment)
    changed_items(call, payment)
    return item.id


def set_delivery(call: Call) -> object:
    """Store any number as the document: neither existence nor order is checked."""
    item_id, document_id = call.int_param("id"), call.int_param("deliveryId")
    item = find_item(call, item_id, sale.DELIVERY)
    payment = call.state.crm.payments[item.payment_id]
    if call.is_oldest:
        # The oldest servers have this check the wrong way round: only paid payments may change.
        allowed = call.may("update", item_area(call, payment)) and payment.is_paid
        call.demand(allowed, False, NO_ACCESS)
    else:
        demand_item_update(call, payment, quiet_result=False)
    item.entity_id = document_id
    changed_items(call, payment)
    return True


def delete_link(call: Call) -> object:
    """Take a delivery out of its payment."""
    item = find_item(call, call.int_param("id"), sale.DELIVERY)
    payment = call.state.crm.payments[item.payment_id]
    demand_item_update(call, payment, quiet_result=False)
    sale.delete_item(call.state.crm, item)
    changed_items(call, payment)
    return True


METHODS = tuple(
    Method(
        f"crm.item.payment.delivery.{name}", handler, ("crm",), is_intranet=True, is_controller=True
    )
    for name, handler in (
        ("list", list_links),
        ("add", add_link),
        ("setdelivery", set_delivery),
        ("delete", delete_link),
    )
)
