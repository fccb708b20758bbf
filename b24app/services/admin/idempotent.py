"""Carry out a change to the portal's settings once for its Idempotency-Key.

Unlike a write to a payment, it can run twice without a second effect. So a request without a key is
carried out too, and one that was cut off may simply run again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from b24app.errors import DatabaseAwayError, KeyReusedError, StillRunningError
from b24app.services.auth.card_session import CardSession
from b24app.storage import idempotency

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """A request: its key, "" for none, what it asks for, and its id in the log."""

    key: str
    fingerprint: str
    request_id: str


def run(card: CardSession, change: Change, work: Callable[[], T]) -> T | None:
    """Carry out `work`; return None if this request was carried out before.

    Raises StillRunningError, KeyReusedError, and what `work` raises, which frees the key.
    """
    if not change.key:
        return work()
    who = card.member_id, card.user_id, change.key
    with card.db.transaction() as session:
        begun = idempotency.begin(session, *who, change.fingerprint, card.clock())
    match begun.outcome:
        case "done":
            return None
        case "running":
            raise StillRunningError("the first request with this key has not ended")
        case "other_body":
            raise KeyReusedError("this key was used for something else")
    is_done = False
    try:
        result = work()
        is_done = True
    finally:
        _leave(card, change.key, is_done=is_done)
    return result


def _leave(card: CardSession, key: str, *, is_done: bool) -> None:
    """End or free the key. Never fails: without our database it is free after two minutes."""
    who = card.member_id, card.user_id, key
    try:
        with card.db.transaction() as session:
            if is_done:
                idempotency.finish(session, *who, status=200, announcement=None)
            else:
                idempotency.drop(session, *who)
    except DatabaseAwayError as error:
        log.warning("the key of a change was not left: %s", error)
