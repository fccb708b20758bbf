"""What the payment method files share: finding records, rights on them, refusing in shape."""

from __future__ import annotations

from b24app.simulator.portal_state import events, sale
from b24app.simulator.portal_state.people import area_of
from b24app.simulator.portal_state.records import Order, PayableItem, Payment, PaySystem

from ..errors import LOUD, BusinessError
from .call import Call

NO_RIGHTS = "Insufficient permissions"
NO_ACCESS = "Access denied"


def order_of(call: Call, payment: Payment) -> Order:
    """Return the order of a payment."""
    return call.state.crm.orders[payment.order_id]


def find_payment(call: Call, payment_id: int, quiet_result: object = LOUD) -> Payment:
    """Return a payment or raise "has not been found".

    Old servers refuse a missing payment like one without rights (`quiet_result` tells how the
    oldest do it); new ones look for it first, so an outsider can tell the two apart.
    """
    payment = call.state.crm.payments.get(payment_id)
    if payment is None and not call.is_new and quiet_result is not LOUD:
        call.demand(False, quiet_result, NO_RIGHTS)
    if payment is None:
        raise BusinessError("Payment has not been found")
    return payment


def item_area(call: Call, payment: Payment) -> str:
    """Return the rights area of a payment's items: the order, or the card it is bound to."""
    owner = order_of(call, payment).owner
    if call.state.switches.works_with_orders:
        return "order"
    return area_of(owner[0]) if owner else "deal"


def demand_item_read(call: Call, payment: Payment) -> None:
    """Refuse to list items without read right."""
    call.demand(call.may("read", item_area(call, payment)), None, NO_ACCESS)


def demand_item_update(call: Call, payment: Payment, quiet_result: object) -> None:
    """Refuse to edit items without update right, or of a paid payment: both look the same."""
    allowed = call.may("update", item_area(call, payment)) and not payment.is_paid
    call.demand(allowed, quiet_result, NO_ACCESS)


def find_item(call: Call, item_id: int, kind: str) -> PayableItem:
    """Return an item of a kind; an id of the other kind is as unknown as a missing one."""
    item = call.state.crm.items.get(item_id)
    if item is None or item.kind != kind:
        raise BusinessError("Payable item has not been found")
    return item


def find_pay_system(call: Call, system_id: int) -> PaySystem:
    """Return a payment system for an update."""
    system = call.state.crm.pay_systems.get(system_id)
    if system is None:
        raise BusinessError("Payment system has not been found")
    return system


def saved(call: Call, payment: Payment) -> None:
    """Tell bound handlers that a payment was created or changed."""
    events.queue_sale(call.state, "ONPAYMENTENTITYSAVED", payment.id, call.user.id)


def changed_items(call: Call, payment: Payment) -> None:
    """Set the new sum after an item changed, and tell bound handlers."""
    sale.recalculate(call.state.crm, payment)
    saved(call, payment)
