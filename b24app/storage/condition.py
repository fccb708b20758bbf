"""Look at a database as its operator does: engine, schema, clock, and which keys it needs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.orm import Session

from b24app.cipher import Cipher, DecryptionError

from .encodings import lacking
from .key_rotation import SEALED
from .models import Base
from .session import Database, is_later, is_standby, newest_revisions, takes_no_writes

SEES_ALL = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"

LOOKED_AT = 200
"""Rows of each table with secrets: enough to see which keys are in use."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A database that answers. `now` is its server's clock, None where it has none of its own."""

    engine: str
    is_server: bool
    revisions: frozenset[str]
    newest: frozenset[str]
    now: datetime | None
    sees_all: bool = False
    """The role is one that row level security does not bind, so portals are not kept apart."""
    is_read_only: bool = False
    """It takes no writes: a standby, a setting, or a file of SQLite that may not be written."""
    is_standby: bool = False
    room: int | None = None
    """Free bytes on the disk of a file of SQLite; None of a server, whose disk nobody sees here."""
    encoding: str = ""
    """The encoding of texts, where it lacks letters."""

    @property
    def is_current(self) -> bool:
        """Return whether the schema is the one of this version."""
        return self.revisions == self.newest

    @property
    def is_later(self) -> bool:
        """Return whether the schema is one of a later version."""
        return is_later(self.revisions)


@dataclass(frozen=True, slots=True)
class Seals:
    """How many of the secrets looked at are sealed with the first key, another, or none here."""

    newest: int = 0
    older: int = 0
    unreadable: int = 0


def look(database: Database) -> Condition:
    """Return what the database is. Raise DatabaseAwayError where it cannot be used."""
    with database.reading() as session:
        connection = session.connection()
        heads = MigrationContext.configure(connection).get_current_heads()
        version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
        is_server = connection.dialect.name == "postgresql"
        return Condition(
            engine=f"{'PostgreSQL' if is_server else 'SQLite'} {version}",
            is_server=is_server,
            revisions=frozenset(heads),
            newest=newest_revisions(),
            now=session.scalar(select(func.clock_timestamp())) if is_server else None,
            sees_all=is_server and bool(session.scalar(text(SEES_ALL))),
            is_read_only=takes_no_writes(connection),
            is_standby=is_server and is_standby(connection),
            room=None if is_server else _room(connection),
            encoding=lacking(connection),
        )


def _room(connection: Connection) -> int:
    return shutil.disk_usage(Path(str(connection.engine.url.database)).parent).free


def seals(database: Database, cipher: Cipher) -> Seals:
    """Look at the first rows of every table with secrets. Raises DatabaseAwayError."""
    with database.of_all().reading() as session:
        found = [_key_of(cipher, secret) for model in SEALED for secret in _sealed(session, model)]
    return Seals(*(found.count(kind) for kind in ("newest", "older", "unreadable")))


def _sealed(session: Session, model: type[Base]) -> list[str]:
    columns = [getattr(model, name) for name in SEALED[model]]
    rows = session.execute(select(*columns).order_by(*inspect(model).primary_key).limit(LOOKED_AT))
    return [value for row in rows for value in row if value]


def _key_of(cipher: Cipher, sealed: str) -> str:
    if cipher.is_newest(sealed):
        return "newest"
    try:
        cipher.decrypt(sealed)
    except DecryptionError:
        return "unreadable"
    return "older"
