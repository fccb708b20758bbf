"""Plan a move of a delivery line: the line, and both payments as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from b24app.bitrix.methods.payments import list_payments
from b24app.domain import Delivery, Payment, PaymentDelivery
from b24app.errors import (
    ChangedMeanwhileError,
    InputCode,
    InputError,
    NotOnThisCardError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.card import orders
from b24app.services.deps import WRITE_SECONDS
from b24app.services.payments import delivery_lines
from b24app.services.payments.delivery_lines import EditContext
from b24app.services.writing import follow, sending
from b24app.services.writing.outcome import WriteFailedError


@dataclass(frozen=True, slots=True)
class Wish:
    """The line and the payment it should go to.

    `expected_document_id` and `seen_price` are what the person saw: the client of the other payment
    is asked for that much more.
    """

    item_id: int
    to_id: int
    expected_document_id: int | None = None
    seen_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One move: the line, its document, source and target.

    `there` is the number of delivery lines the target had before; `has_it`: one of them already
    has this document, so nothing in the target is ours.
    """

    source: Payment
    target: Payment
    item_id: int
    document: Delivery
    label: str
    there: int
    has_it: bool
    before: tuple[follow.Before, ...]

    @property
    def document_id(self) -> int:
        """Return the document of the delivery that moves."""
        return self.document.id

    @property
    def both(self) -> list[int]:
        """Return the ids of both payments."""
        return [self.source.id, self.target.id]


def plan_move(card: CardSession, payment_id: int, wish: Wish) -> Move:
    """Read both payments in one call, and check that the line can move as the person saw it."""
    at, other = delivery_lines.places(card, [payment_id, wish.to_id])
    if wish.to_id == payment_id:
        raise InputError("the same payment", code=InputCode.SAME_PAYMENT, field="to")
    link = _link(card, at, other, wish)
    return Move(
        source=at.payment,
        target=other.payment,
        item_id=wish.item_id,
        document=at.document(link.document_id),
        label=at.label(link.document_id),
        there=len(other.links),
        has_it=link.document_id in other.document_ids,
        before=(at.contents, other.contents),
    )


def _link(card: CardSession, at: EditContext, other: EditContext, wish: Wish) -> PaymentDelivery:
    """Return the line; if it cannot move as the person saw it, raise with the current state."""
    numbers = {at.payment.order_number, other.payment.order_number}
    try:
        link = at.link(wish.item_id)
        delivery_lines.require_expected(link, wish.expected_document_id)
        at.document(link.document_id)
        at.require_price(link.document_id, wish.seen_price)
        if link.document_id not in other.document_ids:
            other.require_fitting(link.document_id, numbers)
    except (NotOnThisCardError, ChangedMeanwhileError) as error:
        read = sending.settle(card, [at.payment.id, other.payment.id])
        raise WriteFailedError(error, read, at.payment.number) from None
    return link


@dataclass(frozen=True, slots=True)
class Targets:
    """What the move dialog offers: the line, and the other unpaid payments.

    `unread` tells how many more there are: they could not be read. `has_other_orders`: payments of
    other orders of the card are left out.
    """

    at: EditContext
    link: PaymentDelivery
    others: Sequence[Payment]
    unread: int
    has_other_orders: bool


def targets(card: CardSession, payment_id: int, item_id: int) -> Targets:
    """Read what the move dialog offers."""
    try:
        at = delivery_lines.place(card, payment_id)
    except WriteFailedError as failure:
        raise failure.error from None
    link = at.link(item_id)
    document = at.document(link.document_id)
    found = card.api.call(list_payments(card.ref, paid=False), WRITE_SECONDS)
    others = [payment for payment in found if payment.id != payment_id and not payment.is_paid]
    numbers = {payment.order_number for payment in (at.payment, *found)}
    fitting = [payment for payment in others if orders.fit(document, payment, numbers)]
    return Targets(at, link, fitting, len(found.unread), len(fitting) < len(others))
