"""Names of the people who marked payments paid: a directory per portal, kept for a day.

The first call of an opening tells who paid; the names come with the next call. So ids that are
met without a name are noted with None, and the next request that goes to the portal asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from b24app.bitrix import portal as portal_api
from b24app.bitrix.portal_api import Batch, BatchResult, Handle
from b24app.domain import Payment
from b24app.errors import PortalError
from b24app.services.card_session import CardSession
from b24app.storage import cached_lists

KIND = "user_names"
KEPT = timedelta(days=1)
AT_ONCE = 50

Directory = Mapping[int, str | None]


def payers(payments: Iterable[Payment]) -> frozenset[int]:
    """Who marked the paid ones paid; after an unpay the portal keeps a stale payer."""
    return frozenset(one.payer_id for one in payments if one.is_paid and one.payer_id)


def directory(card: CardSession) -> dict[int, str | None]:
    """User id to name; None where the name is not read yet, "" where it does not resolve."""
    with card.db.reading() as session:
        kept = cached_lists.load(session, card.member_id, KIND)
    if kept is None or kept.fetched_at < card.clock() - KEPT:
        return {}
    return {int(key): name for key, name in kept.data.items()}


def missing(known: Directory) -> tuple[int, ...]:
    """Ids whose names are still to be read, as many as one call answers."""
    return tuple(sorted(key for key, name in known.items() if name is None))[:AT_ONCE]


def note(card: CardSession, user_ids: Iterable[int]) -> dict[int, str | None]:
    """Remember ids that were met, and answer the directory with them in it."""
    known = directory(card)
    unmet = {user_id: None for user_id in user_ids if user_id not in known}
    if unmet:
        known.update(unmet)
        _save(card, known)
    return known


@dataclass(frozen=True, slots=True)
class NamesRequest:
    """Ids whose names were asked for in a batch. `handle` is None when there was nobody to ask."""

    user_ids: tuple[int, ...]
    handle: Handle[dict[int, str]] | None


def ask(batch: Batch, user_ids: Iterable[int]) -> NamesRequest:
    """Ask for names, if there are any to ask for."""
    wanted = tuple(user_ids)
    return NamesRequest(wanted, batch.add(portal_api.users(wanted)) if wanted else None)


def take(card: CardSession, result: BatchResult, asked: NamesRequest) -> dict[int, str | None]:
    """Keep the names of an answer. A refusal is tolerated: then ids are shown, for this time."""
    known = directory(card)
    if asked.handle is None:
        return known
    try:
        read = result[asked.handle]
    except PortalError:
        return {**known, **dict.fromkeys(asked.user_ids, "")}
    known.update({user_id: read.get(user_id, "") for user_id in asked.user_ids})
    _save(card, known)
    return known


def _save(card: CardSession, known: Directory) -> None:
    with card.db.transaction() as session:
        data = {str(key): name for key, name in known.items()}
        cached_lists.save(session, card.member_id, KIND, data, card.clock())
