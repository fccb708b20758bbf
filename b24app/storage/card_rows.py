"""Say of which card rows are: most of what is remembered is remembered of one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, bindparam

from b24app.domain import EntityRef

from .models import Base

Conditions = tuple[ColumnElement[bool], ...]


def is_card(model: type[Base]) -> Conditions:
    """Return the conditions of a statement that is made once; it is given `key`."""
    columns = model.__table__.c
    return (
        columns.member_id == bindparam("member_id"),
        columns.entity_type_id == bindparam("type_id"),
        columns.entity_id == bindparam("entity_id"),
    )


def key(member_id: str, ref: EntityRef) -> dict[str, Any]:
    """Return what a statement with the conditions of `is_card` is given."""
    return {"member_id": member_id, "type_id": ref.entity_type_id, "entity_id": ref.entity_id}


def of(model: type[Base], member_id: str, ref: EntityRef) -> Conditions:
    """Return the conditions of any other statement."""
    columns = model.__table__.c
    return (
        columns.member_id == member_id,
        columns.entity_type_id == ref.entity_type_id,
        columns.entity_id == ref.entity_id,
    )
