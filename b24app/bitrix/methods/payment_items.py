"""crm.item.payment.product.*: the product lines of a payment.

https://apidocs.bitrix24.com, section crm/universal/payment/products. A paid payment answers every
edit exactly like missing rights (quirk 4). The portal cuts fractions silently (quirk 18), so only
whole quantities are ever sent.
"""

from __future__ import annotations

from typing import Any

from b24app.bitrix.command import Command
from b24app.bitrix.methods.method import Method
from b24app.bitrix.methods.outcomes import done, new_id
from b24app.bitrix.methods.payments import PaymentId, check_id
from b24app.bitrix.wire.decoding import Record, rows
from b24app.domain import Listing, PaymentItem
from b24app.errors import BareRefusalError, NotFoundError, UnexplainedRefusalError

ALREADY_THERE_OR_REFUSED = "already_there_or_refused"


LIST_ITEMS = Method(
    name="crm.item.payment.product.list",
    scope="crm",
    page="crm-item-payment-product-list",
    zero=NotFoundError,
    old_zero=BareRefusalError,
)


def list_items(payment_id: PaymentId) -> Command[Listing[PaymentItem]]:
    """List the product lines, all in one answer.

    `row_id` is None where no CRM row refers to the basket: it was deleted or replaced (quirk 36),
    or an application billed it first (quirk 100). Then only the basket is known.
    """
    return LIST_ITEMS.command(
        {"paymentId": check_id(payment_id)}, lambda value: rows(LIST_ITEMS.name, value, _item)
    )


ADD_ITEM = Method(
    name="crm.item.payment.product.add",
    scope="crm",
    page="crm-item-payment-product-add",
    is_write=True,
    old_zero=UnexplainedRefusalError,
)


def add_item(payment_id: PaymentId, row_id: int, quantity: int) -> Command[int]:
    """Bill `quantity` of a product row; answers the id of the line. Writes.

    `null` is UnexplainedRefusalError "already_there_or_refused": new portals answer it for a row
    the payment already has (use `set_quantity`), old ones for any refusal (quirks 1 and 2).
    """
    made = new_id(ADD_ITEM.name)

    def decode(value: object) -> int:
        if value is None or value is False:
            raise UnexplainedRefusalError(
                f"{ADD_ITEM.name}: nothing was saved",
                code=ALREADY_THERE_OR_REFUSED,
                method=ADD_ITEM.name,
                http_status=200,
            )
        return made(value)

    params = {
        "paymentId": check_id(payment_id),
        "rowId": check_id(row_id),
        "quantity": _whole(quantity),
    }
    return ADD_ITEM.command(params, decode)


def added_row(command: Command[Any]) -> int | None:
    """Return the product row that a command adds to a payment; None if it does something else."""
    row_id = command.params.get("rowId") if command.method == ADD_ITEM.name else None
    return row_id if isinstance(row_id, int) else None


SET_QUANTITY = Method(
    name="crm.item.payment.product.setQuantity",
    scope="crm",
    page="crm-item-payment-product-set-quantity",
    is_write=True,
    old_zero=UnexplainedRefusalError,
)


def set_quantity(item_id: int, quantity: int) -> Command[bool]:
    """Change the quantity of a line. Writes. Re-read it: the portal may store something else."""
    return SET_QUANTITY.command(
        {"id": check_id(item_id), "quantity": _whole(quantity)}, done(SET_QUANTITY.name)
    )


DELETE_ITEM = Method(
    name="crm.item.payment.product.delete",
    scope="crm",
    page="crm-item-payment-product-delete",
    is_write=True,
    zero=NotFoundError,
    old_zero=UnexplainedRefusalError,
)


def delete_item(item_id: int) -> Command[bool]:
    """Take a line out of its payment; what it billed can be billed again. Writes."""
    return DELETE_ITEM.command({"id": check_id(item_id)}, done(DELETE_ITEM.name))


def _whole(quantity: int) -> int:
    # `type`, not isinstance: True is an int too, and a Decimal may get past the type checker.
    if type(quantity) is not int or quantity < 1:
        raise ValueError("a quantity is a whole number, 1 or more")
    return quantity


def _item(row: Record) -> PaymentItem:
    return PaymentItem(
        id=row.id(),
        payment_id=row.id_or_none("paymentId"),
        quantity=row.quantity("quantity"),
        row_id=row.id_or_none("rowId"),
        basket_id=row.id_or_none("entityId"),
    )
