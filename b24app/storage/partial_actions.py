"""Remember actions that stopped half-way; the card shows them until they are settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.domain import EntityRef

from . import card_rows
from .deletion import delete_some, delete_where
from .models import PartialAction
from .numbering import lowest_at, number_for
from .upsert import insert_into

_OF_CARD = select(PartialAction).where(*card_rows.is_card(PartialAction)).order_by(PartialAction.id)


def add(
    session: Session,
    member_id: str,
    ref: EntityRef,
    *,
    user_id: int,
    kind: str,
    data: dict[str, Any],
    now: datetime,
) -> PartialAction:
    """Remember a half-done action and return it with its id. Raises UnknownPortalError."""
    dialect = session.get_bind().dialect.name
    statement = insert_into(
        session,
        PartialAction,
        **number_for(dialect, PartialAction, member_id, lowest_at(now)),
        member_id=member_id,
        entity_type_id=ref.entity_type_id,
        entity_id=ref.entity_id,
        user_id=user_id,
        kind=kind,
        data=data,
        created_at=now,
    )
    return session.scalars(statement.returning(PartialAction)).one()


def of_card(session: Session, member_id: str, ref: EntityRef) -> Sequence[PartialAction]:
    """Return the half-done actions of one card, oldest first."""
    return session.scalars(_OF_CARD, card_rows.key(member_id, ref)).all()


def change(session: Session, member_id: str, action_id: int, data: dict[str, Any]) -> None:
    """Replace what is remembered of an action of this portal; one that is settled stays settled."""
    session.execute(
        update(PartialAction)
        .where(PartialAction.id == action_id, PartialAction.member_id == member_id)
        .values(data=data)
    )


def settle(session: Session, member_id: str, action_id: int) -> None:
    """Forget an action of this portal: it was completed, put back or dismissed."""
    delete_where(
        session,
        PartialAction,
        PartialAction.id == action_id,
        PartialAction.member_id == member_id,
    )


def delete_older(session: Session, before: datetime) -> int:
    """Forget actions from before `before`. Returns how many."""
    return delete_some(session, PartialAction, PartialAction.created_at < before)
