"""Carry out a change to the portal's settings once for its Idempotency-Key.

Unlike a write to a payment, it can run twice without a second effect. So a request without a key is
carried out too, and one that was cut off may simply run again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from b24app.errors import DatabaseAwayError
from b24app.services.auth.card_session import CardSession
from b24app.services.writing import record
from b24app.services.writing.deed import WriteRequest
from b24app.storage import idempotency

log = logging.getLogger(__name__)

T = TypeVar("T")


def run(card: CardSession, asked: WriteRequest, work: Callable[[], T]) -> T | None:
    """Carry out `work`; return None if this request was carried out before.

    Its key may be "". Raises StillRunningError, KeyReusedError, and what `work` raises, which frees
    the key.
    """
    if not asked.key:
        return work()
    with card.db.transaction() as session:
        begun = record.take_key(session, card, asked)
    if begun.outcome == "done":
        return None
    is_done = False
    try:
        result = work()
        is_done = True
    finally:
        _leave(card, asked.key, is_done=is_done)
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
