"""What a card held when it was last seen: payment ids, no content."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.domain import EntityRef

from .deletion import delete_where
from .models import CardMemory
from .upsert import put


def payment_ids(session: Session, member_id: str, ref: EntityRef) -> tuple[int, ...]:
    """Return the payments last seen on this card, empty for a card not seen before."""
    query = select(CardMemory.payment_ids).where(
        CardMemory.member_id == member_id,
        CardMemory.entity_type_id == ref.entity_type_id,
        CardMemory.entity_id == ref.entity_id,
    )
    return tuple(session.scalar(query) or ())


def remember(
    session: Session, member_id: str, ref: EntityRef, ids: Iterable[int], now: datetime
) -> None:
    """Keep the payments now seen on this card. Raises UnknownPortalError."""
    put(
        session,
        CardMemory,
        member_id=member_id,
        entity_type_id=ref.entity_type_id,
        entity_id=ref.entity_id,
        payment_ids=list(ids),
        seen_at=now,
    )


def delete_older(session: Session, before: datetime) -> int:
    """Forget cards not seen since `before`. Returns how many."""
    return delete_where(session, CardMemory, CardMemory.seen_at < before)
