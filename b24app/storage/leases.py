"""Locks that work across processes and machines and end by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from .deletion import delete_where
from .models import Lease
from .upsert import insert_into


@dataclass(frozen=True, slots=True)
class Key:
    """What is locked, of which portal; `member_id` is empty where it is of none."""

    member_id: str
    name: str


def try_take(session: Session, key: Key, owner: str, now: datetime, seconds: float) -> bool:
    """Take the lease if it is free or over; never True for two takers at once.

    Give it its own transaction: others see it after the commit and wait until then. `owner` is new
    for every try: a lease is never given twice, even to its owner. Machines' clocks differ, so
    `seconds` must be far more than the difference.
    """
    until = now + timedelta(seconds=seconds)
    statement = insert_into(
        session, Lease, member_id=key.member_id, name=key.name, owner=owner, expires_at=until
    )
    taken = session.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id", "name"],
            set_={"owner": owner, "expires_at": until},
            where=Lease.expires_at <= now,
        ).returning(Lease.name)
    )
    return taken.one_or_none() is not None


def release(session: Session, key: Key, owner: str) -> None:
    """Give the lease back. One that somebody else took after ours had ended stays."""
    which = (Lease.member_id == key.member_id, Lease.name == key.name)
    delete_where(session, Lease, *which, Lease.owner == owner)


def delete_expired(session: Session, now: datetime) -> int:
    """Delete leases that were not given back. Returns how many."""
    return delete_where(session, Lease, Lease.expires_at <= now)
