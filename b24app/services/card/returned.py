"""Tell payments whose money was given back from those that were never paid (quirk 107).

The portal lists both as unpaid, and no field says which is which; but its list keeps to a filter by
the field that does. It is asked where a card is listed that has payments which were paid once and
are unpaid again, and remembered with the card: where the list is not asked, a payment counts as
given back as long as it is unpaid since the same mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from b24app.bitrix.methods.payments import list_payments
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import EntityRef, Listing, Payment
from b24app.errors import AppError, PortalError
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import SETTLE_SECONDS
from b24app.storage import card_memory
from b24app.storage.card_memory import FirstSight


@dataclass(frozen=True, slots=True)
class ReturnedRequest:
    """The handles of the unpaid payments that were given back, and of all others."""

    returned: Handle[Listing[Payment]]
    others: Handle[Listing[Payment]]


def ask(batch: Batch, ref: EntityRef) -> ReturnedRequest:
    """Ask which payments were given back: two commands. Not where batches are refused."""
    asked = (list_payments(ref, paid=False, returned=one) for one in (True, False))
    return ReturnedRequest(*(batch.add(command, is_optional=True) for command in asked))


def take(result: BatchResult, asked: ReturnedRequest) -> frozenset[int] | None:
    """Decode the answer to `ask`. None: the portal does not say.

    What was given back was paid before, and is not among the others. Lists of which that is not
    true were not filtered, and what is due must not be called given back.
    """
    try:
        found, others = result[asked.returned], result[asked.others]
    except PortalError:
        return None
    if found.unread or others.unread or not all(map(_has_lapsed, found)):
        return None
    ids = frozenset(payment.id for payment in found)
    return ids if ids.isdisjoint(payment.id for payment in others) else None


def look(card: CardSession, payments: Iterable[Payment]) -> frozenset[int] | None:
    """Ask like `ask`, in a call of its own, if any of these payments is in question.

    The list has come: nobody waits long for this, and whatever happens to it, the list is shown.
    """
    if not any(map(_has_lapsed, payments)):
        return None
    batch = Batch()
    asked = ask(batch, card.ref)
    try:
        return take(card.api.send(batch, SETTLE_SECONDS), asked)
    except AppError:
        return None


def lapsed(payments: Iterable[Payment], given_back: frozenset[int] | None) -> dict[int, str | None]:
    """Return what to remember of payments that were paid once and are unpaid again.

    The stamp of one that was given back, "" of one that was not, None where nobody said.
    """
    return {
        one.id: None if given_back is None else one.stamp if one.id in given_back else ""
        for one in payments
        if _has_lapsed(one)
    }


def _has_lapsed(payment: Payment) -> bool:
    return not payment.is_paid and payment.stamp != ""


def told(payments: Listing[Payment], sights: Mapping[int, FirstSight]) -> Listing[Payment]:
    """Return payments, those that are known to be given back as such."""
    return Listing.of(
        (_told(payment, sights) for payment in payments), payments.unread, payments.repeated
    )


def known(card: CardSession, payments: Listing[Payment]) -> Listing[Payment]:
    """Return payments of the card like `told`, by what is remembered of it."""
    if not any(map(_has_lapsed, payments)):
        return payments
    with card.db.reading() as session:
        return told(payments, card_memory.first_sights(session, card.member_id, card.ref))


def may_be(card: CardSession, payment_id: int) -> bool:
    """Return whether a payment was given back when it was last asked, by what is remembered."""
    if not card.has_lapsed:
        return False
    with card.db.reading() as session:
        sight = card_memory.first_sights(session, card.member_id, card.ref).get(payment_id)
    return sight is not None and bool(sight.returned)


def known_one(card: CardSession, payment: Payment) -> Payment:
    """Return a payment of the card like `told`, by what is remembered of it."""
    return known(card, Listing([payment]))[0]


def _told(payment: Payment, sights: Mapping[int, FirstSight]) -> Payment:
    sight = sights.get(payment.id)
    stamp = sight.returned if sight is not None else None
    is_returned = bool(stamp) and not payment.is_paid and payment.stamp == stamp
    return replace(payment, is_returned=True) if is_returned else payment
