"""Remember orders that were found to be canceled: no method tells in advance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.domain import EntityRef

from . import card_rows
from .deletion import delete_some, delete_where
from .models import CanceledOrder
from .upsert import put

_ORDERS = CanceledOrder.__table__.c
_STATES = select(_ORDERS.order_number, _ORDERS.states).where(*card_rows.is_card(CanceledOrder))


def states(session: Session, member_id: str, ref: EntityRef) -> dict[str, dict[str, str]]:
    """Return a card's canceled orders: by number the states of their payments, by id, when noted.

    An order that is still canceled can change none of these states.
    """
    found = session.execute(_STATES, card_rows.key(member_id, ref))
    return {number: dict(states) for number, states in found}


def note(
    session: Session,
    member_id: str,
    ref: EntityRef,
    order_number: str,
    found: Mapping[str, str],
    now: datetime,
) -> None:
    """Remember that an order is canceled, with its payments' states. Raises UnknownPortalError."""
    values: dict[str, Any] = dict(found)
    put(
        session,
        CanceledOrder,
        member_id=member_id,
        entity_type_id=ref.entity_type_id,
        entity_id=ref.entity_id,
        order_number=order_number,
        states=values,
        noted_at=now,
    )


def forget(session: Session, member_id: str, ref: EntityRef, *numbers: str) -> None:
    """Forget these orders of a card; all of them where none is named."""
    which = [CanceledOrder.order_number.in_(numbers)] if numbers else []
    delete_where(session, CanceledOrder, *card_rows.of(CanceledOrder, member_id, ref), *which)


def delete_older(session: Session, before: datetime) -> int:
    """Forget what was noted before `before`. Returns how many."""
    return delete_some(session, CanceledOrder, CanceledOrder.noted_at < before)
