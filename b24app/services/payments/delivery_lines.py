"""Read a payment with its delivery lines before one of them is changed."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from b24app.bitrix.methods import crm, payment_deliveries
from b24app.bitrix.wire.portal_api import Batch, Handle
from b24app.domain import Delivery, Payment, PaymentDelivery
from b24app.errors import ChangedMeanwhileError, InputCode, NotOnThisCardError
from b24app.services.auth.card_session import CardSession
from b24app.services.card import orders
from b24app.services.payments import delivery_places
from b24app.services.payments.delivery_places import DeliveryPlaces, Holder, PlacesRequest
from b24app.services.writing import ownership
from b24app.services.writing.change import require_unpaid
from b24app.services.writing.follow import Before
from b24app.services.writing.ownership import before_writing


@dataclass(frozen=True, slots=True)
class EditContext:
    """A payment of this card with its delivery lines and the card's delivery documents."""

    payment: Payment
    links: tuple[PaymentDelivery, ...]
    documents: Mapping[int, Delivery]

    @property
    def contents(self) -> Before:
        """Return the lines that the payment's sum has to follow."""
        return Before(self.payment, links=self.links)

    @property
    def document_ids(self) -> frozenset[int]:
        """Return the documents that its lines are linked to."""
        return frozenset(link.document_id for link in self.links)

    def link(self, item_id: int) -> PaymentDelivery:
        """Return a line. Raises NotOnThisCardError for a line of another payment."""
        for link in self.links:
            if link.id == item_id:
                return link
        raise NotOnThisCardError(
            "the delivery line is not of this payment", code=InputCode.LINE_GONE
        )

    def document(self, document_id: int) -> Delivery:
        """Return a document. Raises NotOnThisCardError for another card's: the portal takes any."""
        if document_id not in self.documents:
            raise NotOnThisCardError(
                "the delivery document is not of this card", code=InputCode.CHOICE_GONE
            )
        return self.documents[document_id]

    def require_price(self, document_id: int, seen_price: Decimal | None) -> None:
        """Raise ChangedMeanwhileError for another price than the person saw."""
        if seen_price not in {None, self.documents[document_id].price.amount}:
            raise ChangedMeanwhileError("another price", code=InputCode.DELIVERY_PRICE)

    def require_fitting(self, document_id: int, order_numbers: Container[str]) -> None:
        """Raise ChangedMeanwhileError for a document of another order: none is offered."""
        if not orders.fit(self.documents[document_id], self.payment, order_numbers):
            raise ChangedMeanwhileError("of another order", code=InputCode.OTHER_ORDER)

    def label(self, document_id: int) -> str:
        """Return a document's number and service for the activity log."""
        document = self.documents.get(document_id)
        return f"{document.number} {document.service_name}" if document else str(document_id)


@dataclass(frozen=True, slots=True)
class Among:
    """A payment, and the other payments that bill the card's deliveries."""

    at: EditContext
    places: DeliveryPlaces

    @property
    def payment(self) -> Payment:
        """Return the payment."""
        return self.at.payment

    def holders(self, document_id: int) -> tuple[Holder, ...]:
        """Return the other payments that bill a document."""
        return self.places.of(document_id)


def place(card: CardSession, payment_id: int) -> EditContext:
    """Read what proves a delivery edit, in one call.

    Raises NotOnThisCardError or GoneError like `ownership.present`, and like `require_unpaid`: the
    portal may refuse further reads of a paid payment, which would look like missing rights.
    """
    return places(card, [payment_id])[0]


@before_writing()
def places(card: CardSession, payment_ids: Sequence[int]) -> list[EditContext]:
    """Read like `place`, for several payments in the same call."""
    found = ownership.read_about(
        card,
        payment_ids,
        payment_deliveries.list_links,
        lambda batch: batch.add(crm.list_deliveries(card.ref)),
    )
    for payment in found.payments.values():
        require_unpaid(payment)
    documents = {document.id: document for document in found.result[found.beside]}
    return [
        EditContext(found.payments[payment_id], found.about(payment_id), documents)
        for payment_id in payment_ids
    ]


@before_writing()
def place_among(card: CardSession, payment_id: int) -> Among:
    """Read like `place`, with the payments that bill the card's deliveries, in the same call.

    One more call if the card has payments that nobody was shown here yet.
    """
    others = delivery_places.known(card) - {payment_id}

    def beside(batch: Batch) -> tuple[Handle[tuple[Delivery, ...]], PlacesRequest]:
        documents = batch.add(crm.list_deliveries(card.ref))
        return documents, delivery_places.ask(batch, card, others)

    found = ownership.read_about(card, [payment_id], payment_deliveries.list_links, beside)
    payment = found.payments[payment_id]
    require_unpaid(payment)
    documents, asked = found.beside
    by_id = {document.id: document for document in found.result[documents]}
    at = EditContext(payment, found.about(payment_id), by_id)
    return Among(at, delivery_places.take(card, found.result, asked, payment_id=payment_id))


def require_expected(link: PaymentDelivery, expected_document_id: int | None) -> None:
    """Raise ChangedMeanwhileError if the line no longer has the document that was seen.

    A line keeps its id when it is reassigned, so the id alone may name another delivery.
    """
    if expected_document_id not in {None, link.document_id}:
        raise ChangedMeanwhileError("the line was changed meanwhile")
