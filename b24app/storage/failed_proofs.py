"""Count failed proofs per name and minute.

A name is an address, or the member_id of events that nobody proved; kept for minutes only.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from .deletion import delete_some
from .models import FailedProof
from .upsert import insert_into

NAME_LENGTH = 200
"""Names come from strangers. Longer ones are cut: they share a count, which does no harm."""


def add(session: Session, name: str, now: datetime) -> int:
    """Count one more failure. Returns how many this name has in the current minute."""
    statement = insert_into(
        session, FailedProof, name=name[:NAME_LENGTH], window_start=_minute(now), count=1
    )
    counted = session.scalars(
        statement.on_conflict_do_update(
            index_elements=["name", "window_start"], set_={"count": FailedProof.count + 1}
        ).returning(FailedProof.count)
    )
    return counted.one()


def take_back(session: Session, name: str, now: datetime) -> None:
    """Count one failure less: it was none. In another minute it no longer matters."""
    session.execute(
        update(FailedProof)
        .where(FailedProof.name == name[:NAME_LENGTH], FailedProof.window_start == _minute(now))
        .values(count=FailedProof.count - 1)
    )


def count(session: Session, name: str, now: datetime) -> int:
    """Return how many failures this name has in the current minute, without adding one."""
    query = select(FailedProof.count).where(
        FailedProof.name == name[:NAME_LENGTH], FailedProof.window_start == _minute(now)
    )
    return session.scalar(query) or 0


def delete_old(session: Session, now: datetime) -> int:
    """Delete counts of minutes that are over. Returns how many."""
    return delete_some(session, FailedProof, FailedProof.window_start < _minute(now))


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)
