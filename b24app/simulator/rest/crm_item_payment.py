"""crm.item.payment.list, get, add, update, delete, pay, unpay."""

from __future__ import annotations

from typing import cast

from b24app.simulator.portal_state import events, sale
from b24app.simulator.portal_state.clock import iso
from b24app.simulator.portal_state.people import area_of
from b24app.simulator.portal_state.records import PAYMENT_TYPES, Card, Order, Payment, PaySystem

from ..errors import BusinessError, PortalError
from .call import Call, Method, of_one_answer
from .filters import Columns, select_rows, sort_rows, unknown_in
from .generations import row_for, yes_no
from .payment_records import (
    NO_RIGHTS,
    find_pay_system,
    find_payment,
    order_of,
    saved,
)

_FORBIDDEN = 403
_COLUMNS: Columns[Payment] = {
    "ID": lambda payment: payment.id,
    "ORDER_ID": lambda payment: payment.order_id,
    "ACCOUNT_NUMBER": lambda payment: payment.account_number,
    "PAID": lambda payment: yes_no(payment.is_paid),
    "DATE_PAID": lambda payment: payment.date_paid,
    "EMP_PAID_ID": lambda payment: payment.emp_paid_id,
    "PAY_SYSTEM_ID": lambda payment: payment.pay_system_id,
    "PAY_SYSTEM_NAME": lambda payment: payment.pay_system_name,
    "SUM": lambda payment: payment.sum,
    "CURRENCY": lambda payment: payment.currency,
    # No row has it, but a filter reaches the table.
    "IS_RETURN": lambda payment: payment.is_return,
}


def list_payments(call: Call) -> object:
    """Answer all payments of all orders bound to a card, not paged."""
    entity_id, entity_type_id = call.int_param("entityId"), call.int_param("entityTypeId")
    conditions, order = call.array_param("filter"), call.array_param("order")
    call.demand(_may(call, "read", entity_type_id, entity_id), None, NO_RIGHTS)
    # The server sets the order itself: a client's orderId is overwritten.
    conditions = {key: value for key, value in conditions.items() if key != "orderId"}
    if call.state.switches.ignores_filters:
        conditions = {}
    payments = call.state.crm.payments_of(entity_type_id, entity_id)
    unknown = unknown_in("Payment")
    found = select_rows(payments, conditions, _COLUMNS, unknown)
    payments = sort_rows(found, order, _COLUMNS, unknown)
    return of_one_answer(call, [_row(call, payment) for payment in payments])


def get_payment(call: Call) -> object:
    """Answer one payment; needs read on the order."""
    payment = find_payment(call, call.int_param("id"), quiet_result=None)
    call.demand(call.may("read", "order"), None, NO_RIGHTS)
    return _row(call, payment)


def add_payment(call: Call) -> object:
    """Create an empty payment, and the order with the first one. Every call makes another.

    Any system that exists is taken. Without one the payment cannot be saved, which the portal
    does not call an error: it answers the id of none, 0, and the order stays (quirk 110).
    """
    entity_id, entity_type_id = call.int_param("entityId"), call.int_param("entityTypeId")
    fields = call.array_param("fields")
    _check_add(call, entity_type_id, entity_id)
    card = cast("Card", call.state.card(entity_type_id, entity_id))
    crm = call.state.crm
    order = sale.newest_order(crm, entity_type_id, entity_id)
    order = order or sale.open_order(crm, (entity_type_id, entity_id), card.currency)
    system = _system_for(call, order.currency, fields)
    if system is None:
        return 0
    payment = sale.add_payment(crm, order, system)
    if call.state.switches.payments_left is not None:
        call.state.switches.payments_left -= 1
    saved(call, payment)
    return payment.id


def update_payment(call: Call) -> object:
    """Change `paid` and `paySystemId`; unpaid is applied before the system, paid after it."""
    payment_id, fields = call.int_param("id"), call.array_param("fields", is_required=True)
    payment = find_payment(call, payment_id, quiet_result=False)
    _demand_order_update(call)
    if not {"paid", "paySystemId"} & set(fields):
        if not call.is_new:
            return False
        raise BusinessError("Empty fields")
    paid = fields.get("paid")
    if paid == "N":
        _unpay(call, payment)
    if "paySystemId" in fields:
        # Any that exists, whether it is active, for orders, or for their currency.
        system = find_pay_system(call, _field_int(fields["paySystemId"]))
        sale.set_pay_system(payment, system, keeps_name=not call.is_new)
    if paid == "Y":
        _pay(call, payment)
    saved(call, payment)
    return True


def delete_payment(call: Call) -> object:
    """Delete an unpaid payment with its items."""
    payment = find_payment(call, call.int_param("id"))
    _demand_order_update(call)
    if payment.is_paid:
        if not call.is_new:
            return False
        text = "Partial payment done. Cancel payment"
        raise PortalError("SALE_PAYMENT_DELETE_EXIST_PAID", text)
    sale.delete_payment(call.state.crm, payment)
    events.queue_sale(call.state, "ONPAYMENTDELETED", payment.id, call.user.id)
    return True


def pay_payment(call: Call) -> object:
    """Mark as paid; true also when it was. It moves no money but the client's account's."""
    payment = find_payment(call, call.int_param("id"), quiet_result=False)
    _demand_order_update(call)
    if not payment.is_paid:
        _pay(call, payment)
        saved(call, payment)
    return True


def unpay_payment(call: Call) -> object:
    """Mark as unpaid; `datePaid` and `empPaidId` keep their old values."""
    payment = find_payment(call, call.int_param("id"), quiet_result=False)
    _demand_order_update(call)
    if _unpay(call, payment):
        saved(call, payment)
    return True


def _may(call: Call, level: str, entity_type_id: int, entity_id: int) -> bool:
    if (entity_type_id, entity_id) not in call.state.crm.cards:
        # A missing card: administrators and users with full rights see nothing, others "denied".
        return call.may("update", area_of(entity_type_id))
    return call.may(level, area_of(entity_type_id))


def _check_add(call: Call, entity_type_id: int, entity_id: int) -> None:
    # On new servers every refusal of this method carries 403: access denied is added after it.
    if call.state.switches.payments_left == 0:
        text = "You cannot create more payments on your current plan."
        raise BusinessError(text, _FORBIDDEN, old_status=400, quiet_result=None)
    is_known = call.state.crm.type_by_id(entity_type_id) is not None
    if is_known:
        call.demand(_may(call, "update", entity_type_id, entity_id), None, NO_RIGHTS)
    if not is_known:
        raise BusinessError(f"Unknown entity type: {entity_type_id}.", _FORBIDDEN, old_status=400)
    if entity_type_id not in PAYMENT_TYPES:
        text = "Cannot create payment for this entity."
        raise BusinessError(text, _FORBIDDEN, old_status=400)
    if call.state.card(entity_type_id, entity_id) is None:
        raise BusinessError(
            f"Entity ID #{entity_id} does not exist.",
            _FORBIDDEN,
            old_status=400,
            old_description=f"Entity with identifier №{entity_id} does not exist",
        )


def _system_for(call: Call, currency: str, fields: dict[str | int, object]) -> PaySystem | None:
    if fields.get("paySystemId"):
        return call.state.crm.pay_systems.get(_field_int(fields["paySystemId"]))
    return sale.picked_pay_system(call.state.crm, currency)


def _field_int(value: object) -> int:
    text = str(value).strip()
    return int(text) if text.isdecimal() else 0


def _demand_order_update(call: Call) -> None:
    call.demand(call.may("update", "order"), False, NO_RIGHTS)


def _pay(call: Call, payment: Payment) -> None:
    _demand_living_order(call, payment)
    if not payment.is_paid and not sale.take_from_account(call.state.crm, payment):
        # The code of every error of the kernel that was given none; the words are localized.
        raise PortalError("BX_ERROR", "Insufficient funds in the internal account")
    sale.mark_paid(payment, call.state.clock.now(), call.user.id)


def _unpay(call: Call, payment: Payment) -> bool:
    """Return whether it was paid until now. One that was not is left alone, as the kernel does."""
    if payment.is_paid:
        _demand_living_order(call, payment)
    return sale.mark_unpaid(payment)


def _demand_living_order(call: Call, payment: Payment) -> None:
    order: Order = order_of(call, payment)
    if order.is_canceled:
        text = "Cannot paid a canceled order."
        raise PortalError("SALE_ORDER_PAID_ORDER_CANCELED", text)


def _row(call: Call, payment: Payment) -> dict[str, object]:
    row = {
        "id": payment.id,
        "accountNumber": payment.account_number,
        "paid": yes_no(payment.is_paid),
        "datePaid": iso(payment.date_paid),
        "empPaidId": payment.emp_paid_id,
        "paySystemId": payment.pay_system_id,
        "sum": payment.sum,
        "currency": payment.currency,
        "paySystemName": payment.pay_system_name,
        **payment.more,
    }
    return row_for(call.generation, row)


METHODS = tuple(
    Method(f"crm.item.payment.{name}", handler, ("crm",), is_intranet=True, is_controller=True)
    for name, handler in (
        ("list", list_payments),
        ("get", get_payment),
        ("add", add_payment),
        ("update", update_payment),
        ("delete", delete_payment),
        ("pay", pay_payment),
        ("unpay", unpay_payment),
    )
)
