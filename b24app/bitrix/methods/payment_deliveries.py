"""crm.item.payment.delivery.*: which deliveries a payment bills.

https://apidocs.bitrix24.com, section crm/universal/payment/delivery-in-payment. `deliveryId` of
these methods is the *document*, the `id` of a Delivery, not the delivery service (quirk 20).
"""

from __future__ import annotations

from decimal import Decimal

from b24app.bitrix.command import Command
from b24app.bitrix.methods.method import Method
from b24app.bitrix.methods.outcomes import done, new_id
from b24app.bitrix.methods.payments import PaymentId, check_id
from b24app.bitrix.wire.decoding import Record, rows
from b24app.domain import Listing, PaymentDelivery
from b24app.errors import (
    BareRefusalError,
    NotFoundError,
    RightsRefusedError,
    UnexplainedRefusalError,
)

LIST_LINKS = Method(
    name="crm.item.payment.delivery.list",
    scope="crm",
    page="crm-item-payment-delivery-list",
    zero=NotFoundError,
    old_zero=BareRefusalError,
)


def list_links(payment_id: PaymentId) -> Command[Listing[PaymentDelivery]]:
    """List the delivery lines of a payment, all in one answer."""
    return LIST_LINKS.command(
        {"paymentId": check_id(payment_id)}, lambda value: rows(LIST_LINKS.name, value, _link)
    )


ADD_LINK = Method(
    name="crm.item.payment.delivery.add",
    scope="crm",
    page="crm-item-payment-delivery-add",
    is_write=True,
    old_zero=UnexplainedRefusalError,
)


def add_link(payment_id: PaymentId, document_id: int) -> Command[int]:
    """Bill a delivery; answers the id of the line, the old one if it is there already. Writes.

    The portal does not check whether another payment bills the same document (quirk 40).
    """
    params = {"paymentId": check_id(payment_id), "deliveryId": check_id(document_id)}
    return ADD_LINK.command(params, new_id(ADD_LINK.name))


SET_LINK = Method(
    name="crm.item.payment.delivery.setDelivery",
    scope="crm",
    page="crm-item-payment-delivery-set-delivery",
    is_write=True,
    zero=NotFoundError,
    old_zero=UnexplainedRefusalError,
)


def set_link(item_id: int, document_id: int) -> Command[bool]:
    """Replace the delivery of a line. Writes.

    The portal stores any number, also one of another order: the caller proves that the document
    is of this card (quirk 21). `false` is UnexplainedRefusalError "refused": the oldest portals
    answer it whenever the payment is unpaid, their check of rights being the wrong way round.
    """
    is_done = done(SET_LINK.name)

    def decode(value: object) -> bool:
        try:
            return is_done(value)
        except RightsRefusedError as error:
            raise UnexplainedRefusalError(
                f"{SET_LINK.name}: refused without an error", code=error.code, method=SET_LINK.name
            ) from None

    params = {"id": check_id(item_id), "deliveryId": check_id(document_id)}
    return SET_LINK.command(params, decode)


DELETE_LINK = Method(
    name="crm.item.payment.delivery.delete",
    scope="crm",
    page="crm-item-payment-delivery-delete",
    is_write=True,
    zero=NotFoundError,
    old_zero=UnexplainedRefusalError,
)


def delete_link(item_id: int) -> Command[bool]:
    """Take a delivery out of its payment. Writes."""
    return DELETE_LINK.command({"id": check_id(item_id)}, done(DELETE_LINK.name))


def _link(row: Record) -> PaymentDelivery:
    return PaymentDelivery(
        id=row.id(),
        payment_id=row.id_or_none("paymentId"),
        document_id=row.id("deliveryId"),
        quantity=row.quantity("quantity", Decimal(1)),
    )
