"""INSERT ... ON CONFLICT, which both engines know and SQLAlchemy offers per dialect."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from .models import Activity, Base, Portal, PortalSettings


def insert_into(
    session: Session, model: type[Base], **values: Any
) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can be given an `on_conflict_...` clause."""
    return insert_of(session.get_bind().dialect.name, model).values(**values)


def put(session: Session, model: type[Base], **values: Any) -> None:
    """Write one row, replacing all its columns where its key is taken. Atomic on both engines."""
    session.execute(_putting(session.get_bind().dialect.name, model, tuple(values)), values)


@lru_cache(maxsize=64)
def _putting(
    dialect: str, model: type[Base], names: tuple[str, ...]
) -> postgresql.Insert | sqlite.Insert:
    """Return the statement of `put`: made once for a table, it is compiled once, too."""
    table = cast("Table", model.__table__)
    statement = insert_of(dialect, table)
    keys = [column.name for column in table.primary_key]
    rest = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


def insert_stamped(
    dialect: str, model: type[Activity | PortalSettings], values: Mapping[str, Any]
) -> postgresql.Insert | sqlite.Insert:
    """Return an insert of one row with the name of its portal's current installation; "" if none.

    A query gives the row, because a distributed database takes none among the values: flush what
    it shall find.
    """
    types = model.__table__.c
    given = [
        value if isinstance(value, ColumnElement) else literal(value, types[name].type)
        for name, value in values.items()
    ]
    stamp = func.coalesce(func.max(Portal.installation_id), "")
    row = select(*given, stamp).where(Portal.member_id == values["member_id"])
    return insert_of(dialect, cast("Table", model.__table__)).from_select(
        [*values, "installation_id"], row
    )


def insert_of(dialect: str, target: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert as this engine knows it.

    Give it the table for a statement that is kept: one of a model is made anew for its values.
    """
    return postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)
