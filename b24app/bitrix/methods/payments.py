"""crm.item.payment.*: the payments of deals and invoices.

https://apidocs.bitrix24.com, section crm/universal/payment. Only deals (2) and invoices (31) own
payments; `list` of any other type answers an empty list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from b24app.bitrix.command import Command, Reference
from b24app.bitrix.methods.method import Method
from b24app.bitrix.methods.outcomes import done, new_id
from b24app.bitrix.wire.decoding import Record, record, rows, whole
from b24app.domain import EntityRef, Listing, Money, Payment, Told
from b24app.errors import (
    AccountPerhapsTooLowError,
    BareRefusalError,
    BusinessRefusalError,
    CreationRefusedError,
    Executed,
    NewPaymentUnfitError,
    NoPaySystemError,
    NotFoundError,
)

PaymentId = int | Reference

UNSAVED = "unsaved"
"""Our code for the id 0 of a payment that the portal could not save."""


LIST_PAYMENTS = Method(
    name="crm.item.payment.list",
    scope="crm",
    page="crm-item-payment-list",
    old_zero=BareRefusalError,
)


def list_payments(
    ref: EntityRef,
    *,
    payment_ids: Sequence[int] | None = None,
    paid: bool | None = None,
    amount: Decimal | None = None,
    told: Told | None = None,
    payer_id: int | None = None,
    returned: bool | None = None,
    order: Mapping[str, str] | None = None,
) -> Command[Listing[Payment]]:
    """List the payments of a card: all of all its orders, in one answer (quirk 28).

    `payment_ids`, `paid` and `amount` narrow the list, `told` to those it is true of, `payer_id` to
    those that this user has paid, `returned` to those whose money was given back or, False, was
    not, which no field tells (quirk 107); `order` is e.g. {"id": "desc"}.
    A missing deal is an empty list to some users and RightsRefusedError to others (quirk 30).
    """
    params: dict[str, object] = {"entityId": ref.entity_id, "entityTypeId": ref.entity_type_id}
    filters: dict[str, object] = {**_as_amount(amount), **_as_payer(payer_id)}
    if payment_ids is not None:
        if not payment_ids:
            raise ValueError("an empty list of ids would list every payment")
        filters["@id"] = list(payment_ids)
    if paid is not None:
        filters["paid"] = "Y" if paid else "N"
    if told is not None:
        filters.update(_as_told(told, payment_ids))
    if returned is not None:
        filters["@isReturn"] = ["Y", "P"] if returned else ["N"]
    # An empty filter or order is left out: null and "" are refused with the code 100 (quirk 19).
    if filters:
        params["filter"] = filters
    if order:
        params["order"] = dict(order)
    return LIST_PAYMENTS.command(params, lambda value: rows(LIST_PAYMENTS.name, value, _payment))


def _as_amount(amount: Decimal | None) -> dict[str, str]:
    return {} if amount is None else {"=sum": f"{amount:f}"}


def _as_payer(payer_id: int | None) -> dict[str, int]:
    return {} if payer_id is None else {"=empPaidId": payer_id}


def _as_told(told: Told, payment_ids: Sequence[PaymentId] | None) -> dict[str, str]:
    """Return conditions on number and amount. A number that is the id is none of the portal's."""
    is_numbered = told.number and told.number not in map(str, payment_ids or ())
    number = {"=accountNumber": told.number} if is_numbered else {}
    return {**number, **_as_amount(told.amount.amount), "=currency": told.amount.currency}


GET_PAYMENT = Method(
    name="crm.item.payment.get",
    scope="crm",
    page="crm-item-payment-get",
    zero=NotFoundError,
    old_zero=BareRefusalError,
)


def get_payment(payment_id: PaymentId) -> Command[Payment]:
    """Read one payment. Needs rights on the order, which `list` does not (quirk 29)."""
    return GET_PAYMENT.command(
        {"id": check_id(payment_id)}, lambda value: _payment(record(GET_PAYMENT.name, value))
    )


ADD_PAYMENT = Method(
    name="crm.item.payment.add",
    scope="crm",
    page="crm-item-payment-add",
    is_write=True,
    zero=CreationRefusedError,
    old_zero=CreationRefusedError,
)


def add_payment(ref: EntityRef, pay_system_id: int | None = None) -> Command[int]:
    """Create an unpaid payment without items; answers its id. Writes.

    Not idempotent: after a lost answer list and compare ids (quirk 31). Without a payment system
    the portal picks a cash one first (quirk 32). A payment that it could not save has the id 0
    (quirk 110): NoPaySystemError, of a chosen system NewPaymentUnfitError.
    """
    made = new_id(ADD_PAYMENT.name)

    def decode(value: object) -> int:
        if whole(value) == 0:
            raise _unsaved(pay_system_id)
        return made(value)

    params: dict[str, object] = {"entityId": ref.entity_id, "entityTypeId": ref.entity_type_id}
    if pay_system_id is not None:
        params["fields"] = {"paySystemId": pay_system_id}
    return ADD_PAYMENT.command(params, decode)


UPDATE_PAYMENT = Method(
    name="crm.item.payment.update",
    scope="crm",
    page="crm-item-payment-update",
    is_write=True,
    old_zero=BareRefusalError,
)


def update_payment(payment_id: PaymentId, *, pay_system_id: int) -> Command[bool]:
    """Change the payment system. Writes. Old portals keep showing the previous system's name."""
    fields = {"paySystemId": pay_system_id}
    return UPDATE_PAYMENT.command(
        {"id": check_id(payment_id), "fields": fields}, done(UPDATE_PAYMENT.name)
    )


DELETE_PAYMENT = Method(
    name="crm.item.payment.delete",
    scope="crm",
    page="crm-item-payment-delete",
    is_write=True,
    zero=NotFoundError,
    old_zero=BareRefusalError,
)


def delete_payment(payment_id: PaymentId) -> Command[bool]:
    """Delete an unpaid payment with its items. Writes. Deleted before: NotFoundError."""
    return DELETE_PAYMENT.command({"id": check_id(payment_id)}, done(DELETE_PAYMENT.name))


PAY = Method(
    name="crm.item.payment.pay",
    scope="crm",
    page="crm-item-payment-pay",
    is_write=True,
    zero=NotFoundError,
    old_zero=BareRefusalError,
    # The kernel's code for errors that have none: that of the client's account is one of them.
    codes={"BX_ERROR": AccountPerhapsTooLowError},
)


def pay(payment_id: PaymentId) -> Command[bool]:
    """Mark as paid. Writes; a second time changes nothing.

    Moves no money, unless it is paid from the client's account in the shop: then that pays, and
    does not get it back by `unpay` (quirk 109). May start automation, a receipt and messages to the
    client (quirk 34).
    """
    return PAY.command({"id": check_id(payment_id)}, done(PAY.name))


UNPAY = Method(
    name="crm.item.payment.unpay",
    scope="crm",
    page="crm-item-payment-unpay",
    is_write=True,
    zero=NotFoundError,
    old_zero=BareRefusalError,
)


def unpay(payment_id: PaymentId) -> Command[bool]:
    """Mark as unpaid. Writes; a second time changes nothing. Date and payer stay (quirk 33)."""
    return UNPAY.command({"id": check_id(payment_id)}, done(UNPAY.name))


def check_id(value: PaymentId) -> PaymentId:
    """Return an id fit to be sent. Raises ValueError for what the portal would read as zero."""
    if isinstance(value, Reference) or (not isinstance(value, bool) and value > 0):
        return value
    raise ValueError("an id is a positive whole number")


def _unsaved(pay_system_id: int | None) -> BusinessRefusalError:
    kind = NoPaySystemError if pay_system_id is None else NewPaymentUnfitError
    error = kind(
        f"{ADD_PAYMENT.name}: nothing was saved",
        code=UNSAVED,
        method=ADD_PAYMENT.name,
        http_status=200,
    )
    # No documentation has this answer: the list of payments has to bear it out.
    error.executed = Executed.DOUBTFUL
    return error


def _payment(row: Record) -> Payment:
    payment_id, system_id = row.id(), row.id_or_none("paySystemId")
    return Payment(
        id=payment_id,
        number=row.name("accountNumber", str(payment_id)),
        is_paid=row.flag("paid"),
        date_paid=row.time("datePaid"),
        payer_id=row.id_or_none("empPaidId"),
        pay_system_id=system_id,
        pay_system_name=row.name("paySystemName", f"#{system_id}" if system_id else ""),
        sum=Money(row.number("sum"), row.text("currency")),
    )
