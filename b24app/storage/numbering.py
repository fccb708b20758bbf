"""Number rows of a portal where the database does not: SQLite counts only keys of one column."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .models import Activity, PartialAction


def number_for(
    session: Session, model: type[Activity | PartialAction], member_id: str, now: datetime
) -> dict[str, Any]:
    """Return the `id` to insert with, for a statement; nothing where the database gives one.

    Above all present ones and never below the time in milliseconds: a page that still shows a
    deleted row must not find another under its number.
    """
    if session.get_bind().dialect.name != "sqlite":
        return {}
    newest = select(func.coalesce(func.max(model.id), 0)).where(model.member_id == member_id)
    return {"id": func.max(newest.scalar_subquery() + 1, int(now.timestamp() * 1000))}
