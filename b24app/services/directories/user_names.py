"""Read the names of people who marked payments paid: a directory per portal, kept for a day.

The first call of an opening tells who paid; the names come with the next call. So an id without a
name is stored with None, and the next reading of a card, this one or another, asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from b24app.bitrix.methods import portal as portal_api
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import Payment
from b24app.errors import PortalError
from b24app.services.auth.card_session import CardSession
from b24app.storage import cached_lists
from b24app.storage.session import Session

KIND = cached_lists.USER_NAMES
KEPT = timedelta(days=1)
AT_ONCE = 50
MOST = 3_000
"""Names that a portal's directory holds, the newest: every request reads it as long as some are
missing, and a portal may name other people each time."""

Directory = Mapping[int, str | None]


def payers(payments: Iterable[Payment]) -> frozenset[int]:
    """Return who marked paid payments paid; after an unpay the portal keeps a stale payer."""
    return frozenset(
        payment.payer_id for payment in payments if payment.is_paid and payment.payer_id
    )


def directory(session: Session, card: CardSession) -> dict[int, str | None]:
    """Return names by user id; None if not read yet, "" if the portal has none."""
    return names_in(cached_lists.load(session, card.member_id, KIND), card)


def names_in(kept: cached_lists.Kept | None, card: CardSession) -> dict[int, str | None]:
    """Return the same of a directory that was just read."""
    if kept is None or not kept.is_fresh(card.clock(), KEPT):
        return {}
    return {int(key): name for key, name in kept.data.items()}


def missing(known: Directory) -> tuple[int, ...]:
    """Return ids whose names are still to be read, as many as one call answers."""
    return tuple(sorted(key for key, name in known.items() if name is None))[:AT_ONCE]


def queue_unknown_ids(
    session: Session, card: CardSession, known: Directory, user_ids: Iterable[int]
) -> Directory:
    """Remember ids that the directory does not have, and return it with them."""
    unmet = {user_id: None for user_id in user_ids if user_id not in known}
    if unmet:
        known = {**known, **unmet}
        _save(session, card, known)
    return known


@dataclass(frozen=True, slots=True)
class NamesRequest:
    """Ids whose names were asked for in a batch, and the directory before that.

    `handle` is None when there was nobody to ask for.
    """

    known: Directory
    user_ids: tuple[int, ...]
    handle: Handle[dict[int, str]] | None


def ask(batch: Batch, known: Directory, user_ids: Iterable[int] | None = None) -> NamesRequest:
    """Ask for names, if there are any to ask for; by default those missing in the directory."""
    wanted = missing(known) if user_ids is None else tuple(user_ids)
    handle = batch.add(portal_api.users(wanted)) if wanted else None
    return NamesRequest(known, wanted, handle)


def ask_beside(batch: Batch, user_ids: Iterable[int]) -> NamesRequest:
    """Ask for names that are not worth a call of their own."""
    wanted = tuple(sorted(user_ids))[:AT_ONCE]
    handle = batch.add(portal_api.users(wanted), is_optional=True) if wanted else None
    return NamesRequest({}, wanted, handle)


def store_names(card: CardSession, result: BatchResult, asked: NamesRequest) -> Directory:
    """Keep the names of an answer. A refusal is tolerated: then ids are shown this time."""
    if asked.handle is None:
        return asked.known
    try:
        read = result[asked.handle]
    except PortalError:
        return {**asked.known, **dict.fromkeys(asked.user_ids, "")}
    with card.db.transaction() as session:
        known = directory(session, card)
        known.update({user_id: read.get(user_id, "") for user_id in asked.user_ids})
        _save(session, card, known)
    return known


def _save(session: Session, card: CardSession, known: Directory) -> None:
    """Keep the directory, from its first name on no longer than `KEPT`, whatever is added to it."""
    kept, now = cached_lists.load(session, card.member_id, KIND), card.clock()
    since = kept.fetched_at if kept is not None and kept.is_fresh(now, KEPT) else now
    newest = list(known.items())[-MOST:]
    data = {str(key): name for key, name in newest}
    cached_lists.save(session, card.member_id, KIND, data, min(since, now))
