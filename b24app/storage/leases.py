"""Locks that work across processes and machines and end by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Session

from .deletion import delete_some, delete_where
from .models import Lease
from .upsert import insert_into

CLOCK_SET_BACK = timedelta(minutes=1)
"""More than well-kept clocks differ by. What ends so much too late was written by another one."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is locked, of which portal; `member_id` is empty where it is of none."""

    member_id: str
    name: str


def try_take(session: Session, key: Key, owner: str, now: datetime, seconds: float) -> bool:
    """Take the lease if it is free or over; never True for two takers at once.

    Give it its own transaction: others see it after the commit and wait until then. `owner` is new
    for every try: a lease is never given twice, even to its owner. `now` is told inside of that
    transaction, by the database's clock (`server_clock`). One that ends later than any could that
    is taken now was taken by a clock that has been set back since: it is over.
    """
    until = now + timedelta(seconds=seconds)
    is_over = _is_over(now, seconds)
    statement = insert_into(
        session, Lease, member_id=key.member_id, name=key.name, owner=owner, expires_at=until
    )
    taken = session.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id", "name"],
            set_={"owner": owner, "expires_at": until},
            where=is_over,
        ).returning(Lease.name)
    )
    return taken.one_or_none() is not None


def holder(session: Session, key: Key, now: datetime, seconds: float) -> str | None:
    """Return who holds a lease, None where `try_take` would take it: a look that writes nothing."""
    is_held = ~_is_over(now, seconds)
    return session.scalar(select(Lease.owner).where(*_is(key), is_held))


def take_left(session: Session, key: Key, owner: str, heir: str, until: datetime) -> bool:
    """Take a lease that was left to `heir`, and hold it until then.

    Never True for two takers at once.
    """
    taken = session.execute(
        update(Lease)
        .where(*_is(key), Lease.owner == heir)
        .values(owner=owner, expires_at=until)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[tuple[()]]", taken).rowcount == 1


def leave(session: Session, key: Key, owner: str, heir: str, until: datetime) -> None:
    """Let a lease end by itself at `until`, and leave it to `heir` before."""
    session.execute(
        update(Lease)
        .where(*_is(key), Lease.owner == owner)
        .values(owner=heir, expires_at=until)
        .execution_options(synchronize_session=False)
    )


def release(session: Session, key: Key, owner: str) -> None:
    """Give the lease back. One that somebody else took after ours had ended stays."""
    delete_where(session, Lease, *_is(key), Lease.owner == owner)


def _is_over(now: datetime, seconds: float) -> ColumnElement[bool]:
    latest = now + timedelta(seconds=seconds) + CLOCK_SET_BACK
    return or_(Lease.expires_at <= now, Lease.expires_at > latest)


def _is(key: Key) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Lease.member_id == key.member_id, Lease.name == key.name)


def delete_expired(session: Session, now: datetime) -> int:
    """Delete leases that were not given back. Returns how many."""
    return delete_some(session, Lease, Lease.expires_at <= now)
