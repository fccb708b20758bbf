"""crm.item.payment.*: the payments of deals and invoices.

https://apidocs.bitrix24.com, section crm/universal/payment. Only deals (2) and invoices (31) own
payments; `list` of any other type answers an empty list. Refusals: see `error_codes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from b24app.bitrix.command import Command, Reference
from b24app.bitrix.methods.catalog import command
from b24app.bitrix.methods.outcomes import done, new_id
from b24app.bitrix.wire.shapes import Record, record, rows
from b24app.domain import EntityRef, Listing, Money, Payment

PaymentId = int | Reference


def list_payments(
    ref: EntityRef,
    *,
    ids: Sequence[int] | None = None,
    paid: bool | None = None,
    order: Mapping[str, str] | None = None,
) -> Command[Listing[Payment]]:
    """List the payments of a card: all of all its orders, in one answer (quirk 28).

    `ids` and `paid` narrow the list, `order` is e.g. {"id": "desc"}. A missing deal is an empty
    list to some users and RightsRefusedError to others (quirk 30).
    """
    method = "crm.item.payment.list"
    params: dict[str, object] = {"entityId": ref.entity_id, "entityTypeId": ref.entity_type_id}
    filters: dict[str, object] = {}
    if ids is not None:
        if not ids:
            raise ValueError("an empty list of ids would list every payment")
        filters["@id"] = list(ids)
    if paid is not None:
        filters["paid"] = "Y" if paid else "N"
    # An empty filter or order is left out: null and "" are refused with the code 100 (quirk 19).
    if filters:
        params["filter"] = filters
    if order:
        params["order"] = dict(order)
    return command(method, params, lambda value: rows(method, value, _payment))


def get_payment(payment_id: PaymentId) -> Command[Payment]:
    """Read one payment. Needs rights on the order, which `list` does not (quirk 29)."""
    method = "crm.item.payment.get"
    return command(
        method, {"id": check_id(payment_id)}, lambda value: _payment(record(method, value))
    )


def add_payment(ref: EntityRef, pay_system_id: int | None = None) -> Command[int]:
    """Create an unpaid payment without items; answers its id. Writes.

    Not idempotent: after a lost answer list and compare ids (quirk 31). Without a payment system
    the portal picks a cash one first (quirk 32).
    """
    method = "crm.item.payment.add"
    params: dict[str, object] = {"entityId": ref.entity_id, "entityTypeId": ref.entity_type_id}
    if pay_system_id is not None:
        params["fields"] = {"paySystemId": pay_system_id}
    return command(method, params, new_id(method))


def update_payment(payment_id: PaymentId, *, pay_system_id: int) -> Command[bool]:
    """Change the payment system. Writes. Old portals keep showing the previous system's name."""
    method = "crm.item.payment.update"
    fields = {"paySystemId": pay_system_id}
    return command(method, {"id": check_id(payment_id), "fields": fields}, done(method))


def delete_payment(payment_id: PaymentId) -> Command[bool]:
    """Delete an unpaid payment with its items. Writes. Deleted before: NotFoundError."""
    method = "crm.item.payment.delete"
    return command(method, {"id": check_id(payment_id)}, done(method))


def pay(payment_id: PaymentId) -> Command[bool]:
    """Mark as paid. Writes; a second time changes nothing.

    Moves no money, but may start automation, a receipt and messages to the client (quirk 34).
    """
    method = "crm.item.payment.pay"
    return command(method, {"id": check_id(payment_id)}, done(method))


def unpay(payment_id: PaymentId) -> Command[bool]:
    """Mark as unpaid. Writes; a second time changes nothing. Date and payer stay (quirk 33)."""
    method = "crm.item.payment.unpay"
    return command(method, {"id": check_id(payment_id)}, done(method))


def check_id(value: PaymentId) -> PaymentId:
    """Return an id fit to be sent. Raises ValueError for what the portal would read as zero."""
    if isinstance(value, Reference) or (not isinstance(value, bool) and value > 0):
        return value
    raise ValueError("an id is a positive whole number")


def _payment(row: Record) -> Payment:
    return Payment(
        id=row.id(),
        number=row.text("accountNumber"),
        is_paid=row.flag("paid"),
        date_paid=row.time("datePaid"),
        payer_id=row.id_or_none("empPaidId"),
        pay_system_id=row.id_or_none("paySystemId"),
        pay_system_name=row.text("paySystemName"),
        sum=Money(row.number("sum"), row.text("currency")),
    )
