"""Store idempotency keys of writes: the same key has the same answer for 24 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from .deletion import delete_where
from .models import IdempotencyKey
from .upsert import insert_into

KEPT = timedelta(hours=24)
ABANDONED = timedelta(seconds=120)
RUNNING, PAUSED, DONE = "running", "paused", "done"

Outcome = Literal["new", "running", "paused", "done", "abandoned", "other_body"]


@dataclass(frozen=True, slots=True)
class Begun:
    """What a key stands for. `status` and `announcement`: the answer given, when 'done'.

    new: nobody used the key, it is the caller's now. running: the first request has not ended.
    done: answer the same again. other_body: the key was used for something else. abandoned: the
    first request died on the way; the key is the caller's now, who has to read back what the
    portal did before doing anything. paused: a part of longer work was done, and the key is the
    caller's now. Of these two `announcement` says how far the work is.
    """

    outcome: Outcome
    status: int | None = None
    announcement: dict[str, Any] | None = None


def begin(
    session: Session, member_id: str, user_id: int, key: str, fingerprint: str, now: datetime
) -> Begun:
    """Take the key, or return its state. Of two at once, one gets 'new' (or 'abandoned').

    Give it its own transaction: others wait for its commit. Raises UnknownPortalError.
    """
    if _take_free(session, member_id, user_id, key, fingerprint, now):
        return Begun("new")
    row = session.get(IdempotencyKey, (member_id, user_id, key), populate_existing=True)
    if row is None:
        # Dropped between the two statements: its owner has just ended, so the next try is free.
        return Begun("running")
    if row.fingerprint != fingerprint:
        return Begun("other_body")
    if row.state == DONE:
        return Begun("done", row.status, row.announcement)
    known = row.announcement
    if _take(session, member_id, user_id, key, now, IdempotencyKey.state == PAUSED):
        return Begun("paused", announcement=known)
    is_old = IdempotencyKey.started_at <= now - ABANDONED
    if _take(session, member_id, user_id, key, now, IdempotencyKey.state == RUNNING, is_old):
        return Begun("abandoned", announcement=known)
    return Begun("running")


def pause(
    session: Session,
    member_id: str,
    user_id: int,
    key: str,
    *,
    announcement: dict[str, Any] | None,
) -> None:
    """Keep how far longer work is; the same request goes on with it."""
    session.execute(
        update(IdempotencyKey)
        .where(*_of(member_id, user_id, key), IdempotencyKey.state == RUNNING)
        .values(state=PAUSED, announcement=announcement)
    )


def finish(
    session: Session,
    member_id: str,
    user_id: int,
    key: str,
    *,
    announcement: dict[str, Any] | None,
    status: int | None = None,
) -> None:
    """Keep the answer. The first one kept stays."""
    session.execute(
        update(IdempotencyKey)
        .where(*_of(member_id, user_id, key), IdempotencyKey.state == RUNNING)
        .values(state=DONE, status=status, announcement=announcement)
    )


def drop(session: Session, member_id: str, user_id: int, key: str) -> None:
    """Free the key: nothing was done under it, and the same request may be tried again."""
    condition = IdempotencyKey.state == RUNNING
    delete_where(session, IdempotencyKey, *_of(member_id, user_id, key), condition)


def delete_older(session: Session, now: datetime) -> int:
    """Delete keys that count as absent. Returns how many."""
    return delete_where(session, IdempotencyKey, IdempotencyKey.started_at <= now - KEPT)


def _take_free(
    session: Session, member_id: str, user_id: int, key: str, fingerprint: str, now: datetime
) -> bool:
    fresh = {
        "fingerprint": fingerprint,
        "state": RUNNING,
        "status": None,
        "announcement": None,
        "started_at": now,
    }
    statement = insert_into(
        session, IdempotencyKey, member_id=member_id, user_id=user_id, key=key, **fresh
    )
    taken = session.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id", "user_id", "key"],
            set_=fresh,
            where=IdempotencyKey.started_at <= now - KEPT,
        ).returning(IdempotencyKey.user_id)
    )
    return taken.one_or_none() is not None


def _take(
    session: Session,
    member_id: str,
    user_id: int,
    key: str,
    now: datetime,
    *conditions: ColumnElement[bool],
) -> bool:
    taken = session.execute(
        update(IdempotencyKey)
        .where(*_of(member_id, user_id, key), *conditions)
        .values(state=RUNNING, started_at=now)
        .returning(IdempotencyKey.user_id)
    )
    return taken.one_or_none() is not None


def _of(member_id: str, user_id: int, key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        IdempotencyKey.member_id == member_id,
        IdempotencyKey.user_id == user_id,
        IdempotencyKey.key == key,
    )
