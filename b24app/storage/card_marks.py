"""Ask in one statement which kinds of trouble are remembered of a card: mostly there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlalchemy.orm import Session

from b24app.domain import EntityRef

from . import card_rows
from .models import CanceledOrder, PartialAction, Refusal


@dataclass(frozen=True, slots=True)
class Marks:
    """Whether orders are canceled, actions half done, and a write of this user refused."""

    has_canceled: bool
    has_half_done: bool
    is_refused: bool


def _there_is(model: type[CanceledOrder | PartialAction | Refusal]) -> ColumnElement[bool]:
    there_is = exists().where(*card_rows.is_card(model))
    if model is not Refusal:
        return there_is
    columns = Refusal.__table__.c
    is_theirs = columns.user_id == bindparam("user_id")
    return there_is.where(is_theirs, columns.refused_at > bindparam("since"))


_MARKS = select(*(_there_is(model) for model in (CanceledOrder, PartialAction, Refusal)))


def read(session: Session, member_id: str, user_id: int, ref: EntityRef, since: datetime) -> Marks:
    """Return what is remembered of a card; of refusals only those of this user after `since`."""
    asked = {**card_rows.key(member_id, ref), "user_id": user_id, "since": since}
    return Marks(*map(bool, session.execute(_MARKS, asked).one()))
