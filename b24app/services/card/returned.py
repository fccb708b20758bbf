"""Tell payments whose money was given back from those that were never paid (quirk 107).

The portal lists both as unpaid, and no field says which is which; but its list keeps to a filter by
the field that does. It is asked when a card is listed, and remembered with the card: where the list
is not asked, a payment counts as given back as long as it is unpaid since the same mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from b24app.bitrix.methods.payments import list_payments
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import EntityRef, Listing, Payment
from b24app.errors import PortalError
from b24app.services.auth.card_session import CardSession
from b24app.storage import card_memory
from b24app.storage.card_memory import FirstSight


def ask(batch: Batch, ref: EntityRef) -> Handle[Listing[Payment]]:
    """Ask which payments were given back, where it costs no call of its own."""
    return batch.add(list_payments(ref, paid=False, returned=True), is_optional=True)


def take(result: BatchResult, asked: Handle[Listing[Payment]]) -> frozenset[int] | None:
    """Decode the answer to `ask`. None: the portal does not say.

    What was given back was paid before. A list that has anything else was not filtered, and what is
    due must not be called given back.
    """
    try:
        found = result[asked]
    except PortalError:
        return None
    if found.unread or any(payment.is_paid or not payment.stamp for payment in found):
        return None
    return frozenset(payment.id for payment in found)


def stamps(payments: Iterable[Payment], given_back: frozenset[int] | None) -> dict[int, str] | None:
    """Return what is remembered of payments that were given back: when each was last paid."""
    if given_back is None:
        return None
    return {one.id: one.stamp for one in payments if one.id in given_back and not one.is_paid}


def told(payments: Listing[Payment], sights: Mapping[int, FirstSight]) -> Listing[Payment]:
    """Return payments, those that are known to be given back as such."""
    return Listing.of(
        (_told(payment, sights) for payment in payments), payments.unread, payments.repeated
    )


def known(card: CardSession, payments: Listing[Payment]) -> Listing[Payment]:
    """Return payments of the card like `told`, by what is remembered of it."""
    if all(payment.is_paid or not payment.stamp for payment in payments):
        return payments
    with card.db.reading() as session:
        return told(payments, card_memory.first_sights(session, card.member_id, card.ref))


def known_one(card: CardSession, payment: Payment) -> Payment:
    """Return a payment of the card like `told`, by what is remembered of it."""
    return known(card, Listing([payment]))[0]


def _told(payment: Payment, sights: Mapping[int, FirstSight]) -> Payment:
    sight = sights.get(payment.id)
    stamp = sight.returned if sight is not None else ""
    is_returned = bool(stamp) and not payment.is_paid and payment.stamp == stamp
    return replace(payment, is_returned=True) if is_returned else payment
