"""Read which placements the portal offers to applications, with the portal's grant.

A portal has those of its own version and modules: invoices only where the new ones are switched on
(rest-contract e.28). The list is kept for an hour, like that of payment systems.
"""

from __future__ import annotations

from datetime import timedelta

from b24app.bitrix.methods.placements import list_placements
from b24app.errors import AppError
from b24app.services.auth import grant
from b24app.services.auth.card_session import CardSession
from b24app.services.auth.grant import Purpose
from b24app.storage import cached_lists

KIND = "placements"
KEPT = timedelta(hours=1)
SECONDS = 6.0

Codes = frozenset[str]


def directory(card: CardSession, seconds: float = SECONDS) -> Codes | None:
    """Return the codes of the portal; None if it never told them. An older list is enough."""
    with card.db.reading() as session:
        kept = cached_lists.load(session, card.member_id, KIND)
    if kept is not None and kept.is_fresh(card.clock(), KEPT):
        return _codes(kept.data)
    try:
        return read(card, seconds)
    except AppError:
        return _codes(kept.data) if kept is not None else None


def read(card: CardSession, seconds: float = SECONDS) -> Codes:
    """Read the codes with the portal's grant and keep ours. Raises the portal's errors."""
    codes = grant.call(card.deps, card.member_id, Purpose.PLACEMENTS, list_placements(), seconds)
    found = codes & card.deps.manifest.places
    with card.db.transaction() as session:
        cached_lists.save(session, card.member_id, KIND, sorted(found), card.clock())
    return found


def _codes(data: object) -> Codes:
    return frozenset(map(str, data if isinstance(data, list) else ()))
