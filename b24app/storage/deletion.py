"""Delete many rows at once."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ColumnElement, CursorResult, delete, inspect, select, tuple_
from sqlalchemy.orm import Session

from .models import Base

SLICE = 1000
"""Rows that one transaction of housekeeping deletes: on SQLite nobody else writes meanwhile."""


def delete_where(session: Session, model: type[Base], *conditions: ColumnElement[bool]) -> int:
    """Delete the rows that meet all conditions. Returns how many."""
    result = session.execute(
        delete(model).where(*conditions), execution_options={"synchronize_session": False}
    )
    return cast("CursorResult[tuple[()]]", result).rowcount


def delete_some(session: Session, model: type[Base], *conditions: ColumnElement[bool]) -> int:
    """Delete up to `SLICE` of the rows that meet all conditions. Returns how many.

    The conditions are said twice: of a row that another transaction renews meanwhile, PostgreSQL
    looks again at those of the deletion only.
    """
    key = inspect(model).primary_key
    some = select(*key).where(*conditions).limit(SLICE)
    return delete_where(session, model, tuple_(*key).in_(some), *conditions)
