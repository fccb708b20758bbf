"""The delivery lines of a payment: linked to another document, added, removed, moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b24app.bitrix.methods import crm, payment_deliveries
from b24app.bitrix.wire.portal_api import Batch, Handle
from b24app.domain import Delivery, Payment, PaymentDelivery
from b24app.errors import (
    AppError,
    ChangedMeanwhileError,
    InputError,
    NotOnThisCardError,
    PaidLockedError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.card.card_reads import Composition
from b24app.services.payments import delivery_places, follow
from b24app.services.payments.delivery_places import DeliveryPlaces, Holder, PlacesRequest
from b24app.services.payments.quantities import CHOICE_GONE
from b24app.services.writing import afterwards, membership, portal_writes
from b24app.services.writing.afterwards import Written
from b24app.services.writing.membership import LINE_GONE, before_writing
from b24app.services.writing.writes import Kind, Step, StepFailedError, Undo

MOST_SHOWN = 5
"""Payments that one refusal names, and reads again."""


@dataclass(frozen=True, slots=True)
class Place:
    """A payment of this card with its delivery lines and the card's delivery documents."""

    payment: Payment
    links: tuple[PaymentDelivery, ...]
    documents: Mapping[int, Delivery]

    def link(self, item_id: int) -> PaymentDelivery:
        """Raises NotOnThisCardError for a line of another payment."""
        for link in self.links:
            if link.id == item_id:
                return link
        raise NotOnThisCardError("the delivery line is not of this payment", code=LINE_GONE)

    def document(self, document_id: int) -> Delivery:
        """Raises NotOnThisCardError for a document of another card: the portal takes any."""
        if document_id not in self.documents:
            raise NotOnThisCardError("the delivery document is not of this card", code=CHOICE_GONE)
        return self.documents[document_id]

    def label(self, document_id: int) -> str:
        """A document's number and service for the activity log."""
        document = self.documents.get(document_id)
        return f"{document.number} {document.service_name}" if document else str(document_id)


def place(card: CardSession, payment_id: int) -> Place:
    """Read, in one call, what proves a delivery edit.

    Raises NotOnThisCardError or GoneError as `membership.present`, and PaidLockedError.
    """
    return places(card, [payment_id])[0]


@before_writing()
def places(card: CardSession, payment_ids: Sequence[int]) -> list[Place]:
    """As `place`, for several payments in the same call."""
    found = membership.read_about(
        card,
        payment_ids,
        payment_deliveries.list_links,
        lambda batch: batch.add(crm.list_deliveries(card.ref)),
    )
    for payment in found.payments.values():
        if payment.is_paid:
            raise StepFailedError(PaidLockedError("the payment is paid"), None, payment.number)
    documents = {one.id: one for one in found.result[found.beside]}
    return [Place(found.payments[one], found.about(one), documents) for one in payment_ids]


@before_writing()
def place_among(card: CardSession, payment_id: int) -> tuple[Place, DeliveryPlaces]:
    """As `place`, with the payments that bill the card's deliveries, in the same call.

    One more where the card has payments that nobody was shown here yet.
    """
    others = delivery_places.known(card) - {payment_id}

    def beside(batch: Batch) -> tuple[Handle[tuple[Delivery, ...]], PlacesRequest]:
        documents = batch.add(crm.list_deliveries(card.ref))
        return documents, delivery_places.ask(batch, card, others)

    found = membership.read_about(card, [payment_id], payment_deliveries.list_links, beside)
    payment = found.payments[payment_id]
    if payment.is_paid:
        raise StepFailedError(PaidLockedError("the payment is paid"), None, payment.number)
    documents, asked = found.beside
    by_id = {one.id: one for one in found.result[documents]}
    at = Place(payment, found.about(payment_id), by_id)
    return at, delivery_places.take(card, found.result, asked, besides=payment_id)


def line_of(card: CardSession, at: Place, item_id: int) -> PaymentDelivery:
    """The line; where it is not there, or not any more, the failure brings the present state."""
    try:
        return at.link(item_id)
    except NotOnThisCardError as error:
        read = portal_writes.settle(card, [at.payment.id])
        raise StepFailedError(error, read, at.payment.number) from None


def require_shown(
    card: CardSession,
    at: Place,
    link: PaymentDelivery,
    shown: int | None,
    payment_ids: Sequence[int],
) -> None:
    """Raises StepFailedError where the line is not any more of the document the person saw in it.

    The line keeps its id when somebody reassigns it, so the id alone names another delivery then.
    """
    if shown not in {None, link.document_id}:
        raise StepFailedError(
            ChangedMeanwhileError("the line was changed meanwhile"),
            portal_writes.settle(card, payment_ids),
            at.payment.number,
        )


def reassign(
    card: CardSession,
    payment_id: int,
    item_id: int,
    document_id: int,
    shown: int | None,
    seen_in: frozenset[int] = frozenset(),
) -> Step:
    """Link a delivery line to another delivery document of this card.

    `setDelivery` stores any number, foreign ones with the price 0, so payment, line and document
    are proven first (crm-item-payment-delivery-set-delivery.md). `shown` is the document the
    person saw: another one now means that somebody else was faster. `seen_in` as in `add`.
    """
    at, among = place_among(card, payment_id)
    link = line_of(card, at, item_id)
    at.document(document_id)
    number = at.payment.number
    if link.document_id != document_id:
        require_shown(card, at, link, shown, [payment_id])
    if link.document_id != document_id and any(one.document_id == document_id for one in at.links):
        # Two lines of one document would ask the client for its price twice.
        raise InputError("already in the payment", code="delivery_there", field="delivery_id")
    before, after = at.label(link.document_id), at.label(document_id)
    if link.document_id == document_id:
        read = portal_writes.settle(card, [payment_id])
        return Step(Kind.ALREADY, "delivery_already", 200, read, number, before, after)
    holders = among.of(document_id)
    if not _are_seen(holders, seen_in):
        return _in_another(card, at, document_id, holders)
    command = payment_deliveries.set_link(item_id, document_id)
    written = portal_writes.write(card, command, [payment_id])
    payment = afterwards.shown_payment(written, payment_id)
    stored = _document_of(afterwards.shown_composition(written, payment), item_id)
    if stored == document_id:
        code = "delivery_reassigned_twice" if holders else "delivery_reassigned"
        number_of_it = at.documents[document_id].number
        values = told_twice(payment_id, document_id, number_of_it, holders)
        step = Step(Kind.DONE, code, 200, written.read, number, before, after, values=values)
        back = [payment_deliveries.set_link(item_id, link.document_id)]
        return follow.checked(card, step, [_before(at)], back)
    if written.error is not None:
        reason = _reason(written, document_id, is_there=stored is not None)
        raise afterwards.refusal(written, written.error, payment, reason)
    afterwards.require_seen(written, payment)
    return afterwards.not_as_asked(written, "delivery_not_confirmed", number, before)


def _document_of(composition: Composition, item_id: int) -> int | None:
    return next((link.document_id for link in composition.links if link.id == item_id), None)


def add(
    card: CardSession, payment_id: int, document_id: int, seen_in: frozenset[int] = frozenset()
) -> Step:
    """Add a delivery of this card to a payment; the portal takes it twice without harm.

    One that another payment bills is asked for twice then. So it is refused, unless that is one of
    `seen_in`, the payments that the person was told of. Page: crm-item-payment-delivery-add.md.
    """
    at, among = place_among(card, payment_id)
    at.document(document_id)
    number, label = at.payment.number, at.label(document_id)
    if any(link.document_id == document_id for link in at.links):
        read = portal_writes.settle(card, [payment_id])
        return Step(Kind.ALREADY, "delivery_there", 200, read, number, label, label)
    holders = among.of(document_id)
    if not _are_seen(holders, seen_in):
        return _in_another(card, at, document_id, holders)
    command = payment_deliveries.add_link(payment_id, document_id)
    written = portal_writes.write(card, command, [payment_id])
    payment = afterwards.shown_payment(written, payment_id)
    composition = afterwards.shown_composition(written, payment)
    if document_id in documents_of(composition):
        code = "delivery_added_twice" if holders else "delivery_added"
        number_of_it = at.documents[document_id].number
        values = told_twice(payment_id, document_id, number_of_it, holders)
        step = Step(Kind.DONE, code, 200, written.read, number, "", label, values=values)
        back = [
            payment_deliveries.delete_link(one.id)
            for one in composition.links
            if one.document_id == document_id
        ]
        return follow.checked(card, step, [_before(at)], back)
    if written.error is not None:
        reason = _reason(written, document_id, is_there=True)
        raise afterwards.refusal(written, written.error, payment, reason)
    afterwards.require_seen(written, payment)
    return afterwards.not_as_asked(written, "delivery_not_added", number)


def _are_seen(holders: Sequence[Holder], seen_in: frozenset[int]) -> bool:
    return all(one.payment.id in seen_in for one in holders)


def _in_another(card: CardSession, at: Place, document_id: int, holders: Sequence[Holder]) -> Step:
    """Refuse what would ask the client twice, and show where the delivery is."""
    is_paid = any(one.payment.is_paid for one in holders)
    shown = [at.payment.id, *(one.payment.id for one in holders)]
    return Step(
        Kind.REFUSED,
        "delivery_in_paid" if is_paid else "delivery_in_another",
        409,
        portal_writes.settle(card, shown[:MOST_SHOWN]),
        at.payment.number,
        "",
        at.label(document_id),
        values={"delivery": at.documents[document_id].number, "other": _numbers(holders)},
    )


def told_twice(
    payment_id: int, document_id: int, document_number: str, holders: Sequence[Holder]
) -> dict[str, str]:
    """What is said of a delivery that several payments bill now, and by what it is seen to end."""
    if not holders:
        return {}
    ids = (payment_id, *(one.payment.id for one in holders))
    return {
        "delivery": document_number,
        "other": _numbers(holders),
        "document": str(document_id),
        "among": " ".join(str(one) for one in ids),
    }


def _numbers(holders: Sequence[Holder]) -> str:
    return ", ".join(one.payment.number for one in holders[:MOST_SHOWN])


def remove(card: CardSession, payment_id: int, item_id: int, shown: int | None = None) -> Step:
    """Take a delivery line out of a payment; `shown` as in `reassign`.

    Page: crm-item-payment-delivery-delete.md.
    """
    at = place(card, payment_id)
    link = line_of(card, at, item_id)
    require_shown(card, at, link, shown, [payment_id])
    number, label = at.payment.number, at.label(link.document_id)
    written = portal_writes.write(card, payment_deliveries.delete_link(item_id), [payment_id])
    payment = afterwards.shown_payment(written, payment_id)
    composition = afterwards.shown_composition(written, payment)
    is_there = _document_of(composition, item_id) is not None
    if written.error is not None and is_there:
        raise afterwards.refusal(written, written.error, payment)
    if is_there:
        return afterwards.not_as_asked(written, "delivery_not_removed", number, label)
    afterwards.require_seen(written, payment)
    undo, back = None, []
    if link.document_id in at.documents:
        undo = Undo("delivery", payment_id, link.document_id)
        back = [payment_deliveries.add_link(payment_id, link.document_id)]
    step = Step(Kind.DONE, "delivery_removed", 200, written.read, number, label, undo=undo)
    return follow.checked(card, step, [_before(at)], back)


def _before(at: Place) -> follow.Before:
    return follow.Before(at.payment, links=at.links)


def _reason(written: Written, document_id: int, *, is_there: bool) -> AppError | None:
    """What the re-read shows to be in the way: the line or the document is gone."""
    is_known = written.read is None or document_id in written.read.core.deliveries_by_id
    return None if is_there and is_known else ChangedMeanwhileError("gone meanwhile")


def documents_of(composition: Composition) -> frozenset[int]:
    """The documents a payment's delivery lines are linked to."""
    return frozenset(link.document_id for link in composition.links)
