"""A change to the portal's settings, carried out once for its Idempotency-Key.

Unlike a payment's write it has the effect of once even when it runs twice, so a request without a
key is carried out too, and one that was cut off may simply run again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from b24app.errors import KeyReusedError, StillRunningError
from b24app.services.auth.card_session import CardSession
from b24app.storage import idempotency

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """Which request it is: its key, "" for none, what it asks for, and its id in the log."""

    key: str
    fingerprint: str
    request_id: str


def run(card: CardSession, change: Change, work: Callable[[], T]) -> T | None:
    """Carry out `work`; None where this very request was carried out before.

    Raises StillRunningError, KeyReusedError, and whatever `work` raises: then the key is free.
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
        with card.db.transaction() as session:
            if is_done:
                idempotency.finish(session, *who, status=200, announcement=None, now=card.clock())
            else:
                idempotency.drop(session, *who)
    return result
