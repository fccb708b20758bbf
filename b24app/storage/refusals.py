"""Remember cards on which the portal refused a user's write: read-only for a while.

`card_marks` says whether one was refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from b24app.domain import EntityRef

from . import card_rows
from .deletion import delete_some, delete_where
from .models import Refusal
from .upsert import put

KEPT = timedelta(hours=1)
"""How long a card stays read-only after a refusal: as long as the portal itself caches rights."""


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
    is_theirs = Refusal.user_id == user_id
    delete_where(session, Refusal, *card_rows.of(Refusal, member_id, ref), is_theirs)


def forget_all(session: Session, member_id: str) -> int:
    """Forget every refusal of one portal. Returns how many."""
    return delete_where(session, Refusal, Refusal.member_id == member_id)


def delete_older(session: Session, before: datetime) -> int:
    """Forget refusals of `before` and earlier. Returns how many."""
    return delete_some(session, Refusal, Refusal.refused_at <= before)
