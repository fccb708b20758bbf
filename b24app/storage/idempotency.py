"""Store idempotency keys of writes: the same key has the same answer for 24 hours.

While a write runs, its key also holds what it intends. If its process dies, or the database goes
before the outcome is recorded, that is what the activity log can still say of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Table, Update, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from .deletion import delete_some, delete_where
from .models import IdempotencyKey
from .upsert import insert_of, installation_of

KEPT = timedelta(hours=24)
ABANDONED = timedelta(seconds=120)
RUNNING, PAUSED, DONE = "running", "paused", "done"
INTENT = "intent"

_TABLE = cast("Table", IdempotencyKey.__table__)
_FRESH = ("fingerprint", "state", "status", "announcement", "started_at")
_OWN = (
    _TABLE.c.member_id == bindparam("of_member"),
    _TABLE.c.user_id == bindparam("of_user"),
    _TABLE.c.key == bindparam("of_key"),
)

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
    is_in_log: bool = False
    """Whether the log has said already that nobody knows the end of the request that died."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A write whose outcome nobody recorded: what it intended, and how far it had come."""

    member_id: str
    user_id: int
    started_at: datetime
    intent: Mapping[str, Any]
    announcement: Mapping[str, Any]


def begin(
    session: Session,
    member_id: str,
    user_id: int,
    key: str,
    fingerprint: str,
    now: datetime,
    intent: Mapping[str, Any] | None = None,
) -> Begun:
    """Take the key, or return its state. Of two at once, one gets 'new' (or 'abandoned').

    `intent` is kept until the key's state changes. Give it its own transaction: others wait for its
    commit. Raises UnknownPortalError.
    """
    kept = {INTENT: dict(intent)} if intent is not None else None
    if _take_free(session, member_id, user_id, key, fingerprint, now, kept):
        return Begun("new")
    row = session.get(IdempotencyKey, (member_id, user_id, key), populate_existing=True)
    if row is None:
        # Dropped between the two statements: its owner has just ended, so the next try is free.
        return Begun("running")
    if row.fingerprint != fingerprint:
        return Begun("other_body")
    if row.state == DONE:
        return Begun("done", row.status, row.announcement)
    known = without_intent(row.announcement)
    is_in_log = INTENT not in (row.announcement or {})
    kept = {**(known or {}), **(kept or {})} or None
    if _take(session, member_id, user_id, key, now, kept, IdempotencyKey.state == PAUSED):
        return Begun("paused", announcement=known)
    is_old = IdempotencyKey.started_at <= now - ABANDONED
    if _take(session, member_id, user_id, key, now, kept, IdempotencyKey.state == RUNNING, is_old):
        return Begun("abandoned", announcement=known, is_in_log=is_in_log)
    return Begun("running")


def pause(
    session: Session,
    member_id: str,
    user_id: int,
    key: str,
    *,
    announcement: dict[str, Any] | None,
) -> bool:
    """Keep how far longer work is; the same request goes on with it. Return like `finish`."""
    return _leave(
        session, (member_id, user_id, key), {"state": PAUSED, "announcement": announcement}
    )


def finish(
    session: Session,
    member_id: str,
    user_id: int,
    key: str,
    *,
    announcement: dict[str, Any] | None,
    status: int | None = None,
) -> bool:
    """Keep the answer. The first one kept stays; return whether it is this one."""
    values = {"state": DONE, "status": status, "announcement": announcement}
    return _leave(session, (member_id, user_id, key), values)


def drop(session: Session, member_id: str, user_id: int, key: str) -> bool:
    """Free the key: nothing was done under it, and the same request may be tried again.

    Return whether it was still running.
    """
    condition = IdempotencyKey.state == RUNNING
    return bool(delete_where(session, IdempotencyKey, *_of(member_id, user_id, key), condition))


def take_interrupted(session: Session, now: datetime, limit: int = 500) -> list[Interrupted]:
    """Return writes whose outcome nobody recorded, each once. Their keys stay as they are.

    The portal of each is held before its key: lines of the log are added about it next, and an
    erasure takes the portal first, too. The other way round each would wait for the other.
    """
    old = select(IdempotencyKey).where(
        IdempotencyKey.state == RUNNING,
        IdempotencyKey.started_at <= now - ABANDONED,
        # What was told before would otherwise stand in front of what was not, and fill the page.
        IdempotencyKey.announcement[INTENT].as_string().is_not(None),
    )
    found = []
    for row in session.scalars(old.order_by(IdempotencyKey.started_at).limit(limit)):
        known = row.announcement or {}
        own = (row.member_id, row.user_id, row.key)
        is_same = IdempotencyKey.started_at == row.started_at
        values = {"announcement": without_intent(known)}
        if INTENT not in known or not installation_of(session, row.member_id):
            continue
        if _leave(session, own, values, is_same):
            found.append(
                Interrupted(row.member_id, row.user_id, row.started_at, known[INTENT], known)
            )
    return found


def without_intent(announcement: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what is kept with a key but for its intent, None if that is all."""
    return {name: value for name, value in (announcement or {}).items() if name != INTENT} or None


def delete_older(session: Session, now: datetime) -> int:
    """Delete keys that count as absent. Returns how many."""
    return delete_some(session, IdempotencyKey, IdempotencyKey.started_at <= now - KEPT)


def _leave(
    session: Session,
    own: tuple[str, int, str],
    values: Mapping[str, Any],
    *conditions: ColumnElement[bool],
) -> bool:
    """Change a key that is still running; return whether it was."""
    key = dict(zip(("of_member", "of_user", "of_key"), own, strict=True))
    statement = _leaving(tuple(values)).where(*conditions)
    return session.execute(statement, {**key, **values}).one_or_none() is not None


@cache
def _leaving(names: tuple[str, ...]) -> Update:
    """Return the statement of `_leave`: made once, it is compiled once, too."""
    return (
        update(_TABLE)
        .where(*_OWN, _TABLE.c.state == RUNNING)
        .values({name: bindparam(name) for name in names})
        .returning(_TABLE.c.user_id)
    )


def _take_free(
    session: Session,
    member_id: str,
    user_id: int,
    key: str,
    fingerprint: str,
    now: datetime,
    announcement: Mapping[str, Any] | None,
) -> bool:
    values = {
        "member_id": member_id,
        "user_id": user_id,
        "key": key,
        "fingerprint": fingerprint,
        "state": RUNNING,
        "status": None,
        "announcement": announcement,
        "started_at": now,
        "kept_since": now - KEPT,
    }
    taken = session.execute(_taking_free(session.get_bind().dialect.name), values)
    return taken.one_or_none() is not None


@cache
def _taking_free(dialect: str) -> ReturningInsert[tuple[int]]:
    """Return the statement of `_take_free`: made once, it is compiled once, too."""
    columns = ("member_id", "user_id", "key")
    statement = insert_of(dialect, _TABLE)
    statement = statement.values({name: bindparam(name) for name in (*columns, *_FRESH)})
    return statement.on_conflict_do_update(
        index_elements=columns,
        set_={name: statement.excluded[name] for name in _FRESH},
        where=_TABLE.c.started_at <= bindparam("kept_since"),
    ).returning(_TABLE.c.user_id)


def _take(
    session: Session,
    member_id: str,
    user_id: int,
    key: str,
    now: datetime,
    announcement: Mapping[str, Any] | None,
    *conditions: ColumnElement[bool],
) -> bool:
    taken = session.execute(
        update(IdempotencyKey)
        .where(*_of(member_id, user_id, key), *conditions)
        .values(state=RUNNING, started_at=now, announcement=announcement)
        .returning(IdempotencyKey.user_id)
    )
    return taken.one_or_none() is not None


def _of(member_id: str, user_id: int, key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        IdempotencyKey.member_id == member_id,
        IdempotencyKey.user_id == user_id,
        IdempotencyKey.key == key,
    )
