"""Cache directories read with the portal's grant: ids and names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from .deletion import delete_some, delete_where
from .leases import CLOCK_SET_BACK
from .models import CachedList, Portal, PortalState
from .upsert import put

USER_NAMES = "user_names"
"""The kind of the directory of people: names by id, None for one that is yet to be read."""

_LISTS = CachedList.__table__.c
_LOAD = select(_LISTS.data, _LISTS.fetched_at).where(
    _LISTS.member_id == bindparam("member_id"), _LISTS.kind == bindparam("kind")
)

_LOAD_SEVERAL = select(_LISTS.kind, _LISTS.data, _LISTS.fetched_at).where(
    _LISTS.member_id == bindparam("member_id"),
    _LISTS.kind.in_(bindparam("kinds", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept list, as it was saved, and when it was read."""

    data: Any
    fetched_at: datetime

    def is_fresh(self, now: datetime, span: timedelta) -> bool:
        """Return whether it was read within `span`; one that is yet to be read never is."""
        return now - span < self.fetched_at <= now + CLOCK_SET_BACK


def load(session: Session, member_id: str, kind: str) -> Kept | None:
    """Return the kept list, however old; None where none is kept."""
    row = session.execute(_LOAD, {"member_id": member_id, "kind": kind}).one_or_none()
    return None if row is None else Kept(*row)


def load_several(session: Session, member_id: str, *kinds: str) -> dict[str, Kept]:
    """Return kept lists by kind, however old, in one statement; without those never kept."""
    rows = session.execute(_LOAD_SEVERAL, {"member_id": member_id, "kinds": kinds})
    return {kind: Kept(data, fetched_at) for kind, data, fetched_at in rows}


def save(session: Session, member_id: str, kind: str, data: Any, now: datetime) -> None:
    """Keep a list of JSON values. Raises UnknownPortalError."""
    put(session, CachedList, member_id=member_id, kind=kind, data=data, fetched_at=now)


def forget(session: Session, member_id: str, kind: str) -> None:
    """Forget a list, so that it is read again."""
    delete_where(session, CachedList, CachedList.member_id == member_id, CachedList.kind == kind)


def delete_older(session: Session, kind: str, before: datetime) -> int:
    """Forget all portals' lists of one kind that were read before `before`. Returns how many."""
    return delete_some(session, CachedList, CachedList.kind == kind, CachedList.fetched_at < before)


def portals_without(session: Session, kind: str, limit: int) -> list[str]:
    """Return portals in use that have no list of this kind."""
    kept = select(_LISTS.kind).where(_LISTS.member_id == Portal.member_id, _LISTS.kind == kind)
    query = select(Portal.member_id).where(Portal.state == PortalState.ACTIVE, ~kept.exists())
    return list(session.scalars(query.order_by(Portal.member_id).limit(limit)))


def delete_others(session: Session, prefix: str, kind: str) -> int:
    """Forget all portals' lists of kinds that begin so, but for this one. Returns how many."""
    return delete_some(
        session, CachedList, CachedList.kind.startswith(prefix), CachedList.kind != kind
    )


def forget_others(session: Session, member_id: str, prefix: str, kind: str) -> None:
    """Forget a portal's lists of kinds that begin so, but for this one."""
    which = CachedList.member_id == member_id, CachedList.kind.startswith(prefix)
    delete_where(session, CachedList, *which, CachedList.kind != kind)
