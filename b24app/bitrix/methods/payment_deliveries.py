"""crm.item.payment.delivery.*: which deliveries a payment bills.

https://apidocs.bitrix24.com, section crm/universal/payment/delivery-in-payment. `deliveryId` of
these methods is the *document*, the `id` of a Delivery, not the delivery service (quirk 20).
"""

from __future__ import annotations

from decimal import Decimal

from b24app.bitrix.command import Command
from b24app.bitrix.methods.catalog import command
from b24app.bitrix.methods.outcomes import done, new_id
from b24app.bitrix.methods.payments import PaymentId, check_id
from b24app.bitrix.wire.shapes import Record, rows
from b24app.domain import Listing, PaymentDelivery
from b24app.errors import RightsRefusedError, UnexplainedRefusalError


def list_links(payment_id: PaymentId) -> Command[Listing[PaymentDelivery]]:
    """List the delivery lines of a payment, all in one answer."""
    method = "crm.item.payment.delivery.list"
    return command(
        method, {"paymentId": check_id(payment_id)}, lambda value: rows(method, value, _link)
    )


def add_link(payment_id: PaymentId, document_id: int) -> Command[int]:
    """Bill a delivery; answers the id of the line, the old one if it is there already. Writes.

    The portal does not check whether another payment bills the same document (quirk 40).
    """
    method = "crm.item.payment.delivery.add"
    params = {"paymentId": check_id(payment_id), "deliveryId": check_id(document_id)}
    return command(method, params, new_id(method))


def set_link(item_id: int, document_id: int) -> Command[bool]:
    """Replace the delivery of a line. Writes.

    The portal stores any number, also one of another order: the caller proves that the document
    is of this card (quirk 21). `false` is UnexplainedRefusalError "refused": the oldest portals
    answer it whenever the payment is unpaid, their check of rights being the wrong way round.
    """
    method = "crm.item.payment.delivery.setDelivery"
    is_done = done(method)

    def decode(value: object) -> bool:
        try:
            return is_done(value)
        except RightsRefusedError as error:
            raise UnexplainedRefusalError(
                f"{method}: refused without an error", code=error.code, method=method
            ) from None

    params = {"id": check_id(item_id), "deliveryId": check_id(document_id)}
    return command(method, params, decode)


def delete_link(item_id: int) -> Command[bool]:
    """Take a delivery out of its payment. Writes."""
    method = "crm.item.payment.delivery.delete"
    return command(method, {"id": check_id(item_id)}, done(method))


def _link(row: Record) -> PaymentDelivery:
    return PaymentDelivery(
        id=row.id(),
        payment_id=row.id_or_none("paymentId"),
        document_id=row.id("deliveryId"),
        quantity=row.quantity("quantity", Decimal(1)),
    )
