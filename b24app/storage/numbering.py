"""Number rows of a portal where the database does not: SQLite counts only keys of one column."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from .models import Activity, PartialAction


def number_for(
    dialect: str,
    model: type[Activity | PartialAction],
    member_id: str | ColumnElement[str],
    lowest: int | ColumnElement[int],
) -> dict[str, Any]:
    """Return the `id` to insert with, for a statement; nothing where the database gives one.

    Above all present ones and never below `lowest`, the time: a page that still shows a
    deleted row must not find another under its number.
    """
    if dialect != "sqlite":
        return {}
    newest = select(func.coalesce(func.max(model.id), 0)).where(model.member_id == member_id)
    return {"id": func.max(newest.scalar_subquery() + 1, lowest)}


def lowest_at(now: datetime) -> int:
    """Return the lowest number for a row of this moment: the time in milliseconds."""
    return int(now.timestamp() * 1000)
