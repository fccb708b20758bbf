"""Tell a database that cannot keep every letter: names and notes come in all of them."""

from __future__ import annotations

from sqlalchemy import Connection, text

KEEP_ALL = frozenset({"UTF8", "SQL_ASCII"})
"""SQL_ASCII keeps bytes as they come, which is what `engines.ENCODING` sends."""


def lacking(connection: Connection) -> str:
    """Return the encoding of a PostgreSQL database that lacks letters; empty where none is lacking.

    A line of the activity log is refused then, after its write was carried out.
    """
    if connection.dialect.name != "postgresql":
        return ""
    encoding = str(connection.scalar(text("SHOW server_encoding")))
    return "" if encoding in KEEP_ALL else encoding
