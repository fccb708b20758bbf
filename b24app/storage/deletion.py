"""Delete many rows at once."""

from __future__ import annotations

from typing import cast

from sqlalchemy import ColumnElement, CursorResult, delete
from sqlalchemy.orm import Session

from .models import Base


def delete_where(session: Session, model: type[Base], *conditions: ColumnElement[bool]) -> int:
    """Delete the rows that meet all conditions. Returns how many."""
    result = session.execute(
        delete(model).where(*conditions), execution_options={"synchronize_session": False}
    )
    return cast("CursorResult[tuple[()]]", result).rowcount
