"""Locks that work across processes and machines and end by themselves.

A name that concerns one portal contains its member_id, so that erasing the portal finds it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from .deletion import delete_where
from .models import Lease
from .upsert import insert_into


def try_take(session: Session, name: str, owner: str, now: datetime, seconds: float) -> bool:
    """Take the lease if it is free or over; never True for two takers at once.

    Give it a transaction of its own: others learn of it at the commit and wait until then. `owner`
    is new for every try: a lease is not given twice even to its owner. Clocks of machines differ,
    so `seconds` has to be far more than they do.
    """
    until = now + timedelta(seconds=seconds)
    statement = insert_into(session, Lease, name=name, owner=owner, expires_at=until)
    taken = session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"owner": owner, "expires_at": until},
            where=Lease.expires_at <= now,
        ).returning(Lease.name)
    )
    return taken.one_or_none() is not None


def release(session: Session, name: str, owner: str) -> None:
    """Give the lease back. Somebody else's, taken after ours was over, stays."""
    delete_where(session, Lease, Lease.name == name, Lease.owner == owner)


def delete_expired(session: Session, now: datetime) -> int:
    """Delete leases nobody gave back. Returns how many."""
    return delete_where(session, Lease, Lease.expires_at <= now)
