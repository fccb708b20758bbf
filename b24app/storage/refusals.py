"""Remember cards on which the portal refused a user's write: read-only for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from b24app.domain import EntityRef

from .deletion import delete_where
from .models import Refusal
from .upsert import put

KEPT = timedelta(hours=1)
"""How long a card stays read-only after a refusal: as long as the portal itself caches rights."""


_REFUSALS = Refusal.__table__.c
_IS_REFUSED = select(_REFUSALS.user_id).where(
    _REFUSALS.member_id == bindparam("member_id"),
    _REFUSALS.user_id == bindparam("user_id"),
    _REFUSALS.entity_type_id == bindparam("type_id"),
    _REFUSALS.entity_id == bindparam("entity_id"),
    _REFUSALS.refused_at > bindparam("since"),
)


def is_refused(
    session: Session, member_id: str, user_id: int, ref: EntityRef, since: datetime
) -> bool:
    """Return whether the portal refused this user a write on this card after `since`."""
    asked = {
        "member_id": member_id,
        "user_id": user_id,
        "type_id": ref.entity_type_id,
        "entity_id": ref.entity_id,
        "since": since,
    }
    return session.scalar(_IS_REFUSED, asked) is not None


def refuse(session: Session, member_id: str, user_id: int, ref: EntityRef, now: datetime) -> None:
    """Remember a refusal. Raises UnknownPortalError."""
    put(
        session,
        Refusal,
        member_id=member_id,
        user_id=user_id,
        entity_type_id=ref.entity_type_id,
        entity_id=ref.entity_id,
        refused_at=now,
    )


def clear(session: Session, member_id: str, user_id: int, ref: EntityRef) -> None:
    """Delete the refusal: the person asked again."""
    delete_where(session, Refusal, *_of(member_id, user_id, ref))


def forget_all(session: Session, member_id: str) -> int:
    """Forget every refusal of one portal. Returns how many."""
    return delete_where(session, Refusal, Refusal.member_id == member_id)


def delete_older(session: Session, before: datetime) -> int:
    """Forget refusals of `before` and earlier. Returns how many."""
    return delete_where(session, Refusal, Refusal.refused_at <= before)


def _of(member_id: str, user_id: int, ref: EntityRef) -> tuple[ColumnElement[bool], ...]:
    return (
        Refusal.member_id == member_id,
        Refusal.user_id == user_id,
        Refusal.entity_type_id == ref.entity_type_id,
        Refusal.entity_id == ref.entity_id,
    )
