"""Alembic's entry. Runs inside the connection and transaction that `session.upgrade` opened."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from b24app.storage.columns import FreeText, UtcDateTime
from b24app.storage.models import Base


def render_item(kind: str, column_type: object, _context: AutogenContext) -> str | Literal[False]:
    """Write plain types into new revisions: ours may change, history may not."""
    if kind == "type" and isinstance(column_type, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(column_type, FreeText):
        return "sa.Text()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=render_item,
    # SQLite alters a table by copying it.
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
