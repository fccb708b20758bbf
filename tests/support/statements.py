"""Watch every statement of a request: it is about one portal, the one that its transaction names.

A test runs on SQLite, which would show the rows of all. On PostgreSQL the others are invisible.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from flask import has_request_context
from sqlalchemy import event

from b24app.storage.engines import ALL_PORTALS, NO_PORTAL, SCOPE
from b24app.storage.models import Base, PortalAddress
from b24app.storage.session import Database

TENANT = frozenset(name for name, table in Base.metadata.tables.items() if "member_id" in table.c)
LOOKED_UP = PortalAddress.__tablename__
AFTER = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+\"?(\w+)", re.IGNORECASE)
QUERIED = re.compile(r"INSERT INTO \w+ \([^)]*\)\s+(?:SELECT|WITH)\b")
OF_ONE = re.compile(r"\bmember_id = (?:\?|%\(\w+\)s)")


class AcrossPortalsError(AssertionError):
    """A statement of a request is not about the one portal that its transaction names."""


def watch(database: Database) -> None:
    """Look at all statements of this database from now on."""
    event.listen(database._root, "before_cursor_execute", _look)


def _look(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
    scope = connection.get_execution_options().get(SCOPE, NO_PORTAL)
    tables = tables_of(statement)
    if not has_request_context() or scope is ALL_PORTALS or tables <= {LOOKED_UP}:
        return
    if QUERIED.match(statement):
        raise AcrossPortalsError(f"Citus copies what a query inserts: {statement}")
    if not names_portal(statement):
        raise AcrossPortalsError(f"it names no portal: {statement}")
    values = parameters.values() if isinstance(parameters, dict) else parameters
    if scope not in values:
        raise AcrossPortalsError(f"its transaction is of {scope or 'nobody'}: {statement}")


@functools.cache
def tables_of(statement: str) -> frozenset[str]:
    """The tables with rows of portals that a statement reads or writes."""
    return TENANT & set(AFTER.findall(statement))


@functools.cache
def names_portal(statement: str) -> bool:
    """Whether the rows are those of one named portal."""
    if statement.startswith("INSERT"):
        return "member_id" in statement.partition("(")[2].partition(")")[0]
    return OF_ONE.search(statement) is not None
