"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from b24app import texts

SequenceId = BigInteger().with_variant(Integer(), "sqlite")
"""The number of a row. SQLite once counted by itself, where the type was exactly INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept and returned in UTC. A naive one is refused: nobody knows its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Make the moment aware: SQLite keeps no zone, PostgreSQL answers in its session's."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FreeText(TypeDecorator[str]):
    """Text that came from a portal or a browser.

    PostgreSQL stores no NUL and neither engine stores half a surrogate pair, but JSON can carry
    both: a strange name must not keep a payment out of the activity log.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        return None if value is None else texts.safe(value)
