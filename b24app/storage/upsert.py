"""INSERT ... ON CONFLICT, which both engines know and SQLAlchemy offers per dialect."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from .models import Base, Portal

_PORTALS = Portal.__table__.c
_INSTALLATION = (
    select(_PORTALS.installation_id)
    .where(_PORTALS.member_id == bindparam("member_id"))
    .with_for_update(read=True, key_share=True)
)


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


def installation_of(session: Session, member_id: str) -> str:
    """Return the name of the portal's current installation, "" if none, to write into its rows.

    Whoever erases that installation waits until the transaction ends, and then finds those rows:
    they have no reference to the portal's row that would see to it. Ask before rows are changed
    that have one, or two transactions wait for each other.

    Asked before the insert and not in it: Citus takes no query among the values, and rows that a
    query gives it copies over all machines, which row level security forbids.
    """
    session.flush()
    return session.execute(_INSTALLATION, {"member_id": member_id}).scalar_one_or_none() or ""


def insert_of(dialect: str, target: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert as this engine knows it.

    Give it the table for a statement that is kept: one of a model is made anew for its values.
    """
    return postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)
