"""Find out which payment bills which delivery.

The portal allows one delivery document in several payments, and then the client is asked for its
price more than once (quirk 40). Only the payments' own lines tell where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from b24app.bitrix.methods import payment_deliveries, payments
from b24app.bitrix.wire.batch import MAX_COMMANDS
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import Listing, Payment, PaymentDelivery, is_whole
from b24app.errors import AppError, PortalError
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import WRITE_SECONDS

BESIDE = 40
"""Payments whose lines are read in the same batch as other questions."""

BEYOND = 4
"""Parallel batches for further payments, 50 each."""

ALONE = 20
"""Payments whose lines are read if the portal needs a call for each."""

Links = tuple[PaymentDelivery, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """A payment that bills a delivery, and its line."""

    payment: Payment
    item_id: int


@dataclass(frozen=True, slots=True)
class DeliveryPlaces:
    """The payments that bill each delivery document, newest first.

    `is_whole` is False if some payments of the card, or some of their lines, could not be read.
    `order_numbers` are those of all its payments.
    """

    by_document: Mapping[int, tuple[Holder, ...]]
    is_whole: bool = True
    order_numbers: frozenset[str] = frozenset()

    def of(self, document_id: int) -> tuple[Holder, ...]:
        """Return the payments that bill a document."""
        return self.by_document.get(document_id, ())


@dataclass(frozen=True, slots=True)
class PlacesRequest:
    """The handles of the card's payments and of the lines of those already known."""

    listing: Handle[Listing[Payment]]
    links: Mapping[int, Handle[Links]]


def known(card: CardSession) -> frozenset[int]:
    """Return the payments that the portal has listed on this card, in this opening or another."""
    return card.listed | card.seen_before


def ask(
    batch: Batch, card: CardSession, payment_ids: Iterable[int], certain: int | None = None
) -> PlacesRequest:
    """Ask for all payments of the card, and for the delivery lines of the newest `known` ones.

    The lines of the payment `certain` are asked for in any case.
    """
    most = ALONE if card.api.refuses_batch else BESIDE
    newest = sorted(payment_ids, reverse=True)[:most]
    if certain is not None:
        newest.append(certain)
    return PlacesRequest(
        batch.add(payments.list_payments(card.ref)),
        {payment_id: batch.add(payment_deliveries.list_links(payment_id)) for payment_id in newest},
    )


def take(
    card: CardSession,
    result: BatchResult,
    asked: PlacesRequest,
    payment_id: int | None = None,
) -> DeliveryPlaces:
    """Return what the payments of the card bill; one more round reads those not asked about.

    The payment that is named is left out. Raises the portal's error if the payments were not
    listed. With unreadable lines the result is not whole.
    """
    listing = result[asked.listing]
    found_payments = [payment for payment in listing if payment.id != payment_id]
    listed = sorted(found_payments, key=lambda payment: payment.id, reverse=True)
    found: dict[int, Links] = {}
    for asked_id, handle in asked.links.items():
        _keep(found, result, asked_id, handle)
    found |= _further(card, [payment.id for payment in listed if payment.id not in asked.links])
    by_document: dict[int, tuple[Holder, ...]] = {}
    for payment in listed:
        for link in found.get(payment.id, ()):
            holders = by_document.get(link.document_id, ())
            by_document[link.document_id] = (*holders, Holder(payment, link.id))
    are_read = all(payment.id in found and is_whole(found[payment.id]) for payment in listed)
    numbers = frozenset(payment.order_number for payment in listing)
    return DeliveryPlaces(by_document, are_read and is_whole(listing), numbers)


def _further(card: CardSession, payment_ids: Sequence[int]) -> dict[int, Links]:
    most = 0 if card.api.refuses_batch else BEYOND
    batches: list[Batch] = []
    asked: list[dict[int, Handle[Links]]] = []
    for start in range(0, min(len(payment_ids), most * MAX_COMMANDS), MAX_COMMANDS):
        batch = Batch()
        part = payment_ids[start : start + MAX_COMMANDS]
        asked.append(
            {
                payment_id: batch.add(payment_deliveries.list_links(payment_id))
                for payment_id in part
            }
        )
        batches.append(batch)
    found: dict[int, Links] = {}
    results = card.api.send_all(batches, WRITE_SECONDS) if batches else []
    for result, handles in zip(results, asked, strict=True):
        if isinstance(result, AppError):
            continue
        for payment_id, handle in handles.items():
            _keep(found, result, payment_id, handle)
    return found


def _keep(
    found: dict[int, Links], result: BatchResult, payment_id: int, handle: Handle[Links]
) -> None:
    try:
        found[payment_id] = result[handle]
    except PortalError:
        return
