"""INSERT ... ON CONFLICT, which both engines know and SQLAlchemy offers per dialect."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from .models import Base


def insert_into(
    session: Session, model: type[Base], **values: Any
) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can be given an `on_conflict_...` clause."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model).values(**values)
    return sqlite.insert(model).values(**values)


def put(session: Session, model: type[Base], **values: Any) -> None:
    """Write one row, replacing all its columns where its key is taken. Atomic on both engines."""
    keys = [column.name for column in model.__table__.primary_key]
    rest = {name: value for name, value in values.items() if name not in keys}
    statement = insert_into(session, model, **values)
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))
