"""Manage the database: engine, transactions, schema. The only place that commits."""

from __future__ import annotations

import functools
import logging
import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from b24app.errors import DatabaseAwayError, UnknownPortalError

__all__ = ["Database", "Session", "is_current", "newest_revisions", "upgrade"]

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).with_name("migrations")
UPGRADE_LOCK = 2_402_042_031
"""Any fixed number: PostgreSQL's advisory lock under which the schema is upgraded."""

BUSY_MILLISECONDS = 10_000
CONNECT_SECONDS = "5"
READ_ONLY = "b24app_read_only"
POSTGRES_DRIVER = "postgresql+psycopg"
POSTGRES_NAMES = {"postgres", "postgresql"}
FOREIGN_KEY_CODES = {"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}
WRITTEN_WHILE_READING = "SQLITE_READONLY"
SCHEMA_CODES = {"42P01", "42703"}
"""PostgreSQL's words for a table or column that is not there: the schema is not current."""


class Database:
    """One database. Cheap to create: nothing connects before the first transaction.

    A process that forks after that (gunicorn with `preload_app`) is safe: the child forgets the
    parent's connections without closing them.
    """

    def __init__(self, url: str) -> None:
        """Raise ValueError for a URL that is neither SQLite in a file nor PostgreSQL."""
        self.engine = _make_engine(_driver_url(url))
        self._reader = self.engine.execution_options(
            **{READ_ONLY: True}, **_reader_options(self.engine)
        )
        _databases.add(self)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction that may write. Commits on return, rolls back on raise.

        Objects stay readable after the commit. Do not call a portal inside: on SQLite every
        other writer waits. Raises UnknownPortalError where a row was to be written for a portal
        that is not, or no longer, installed: nothing of the transaction is kept then.
        DatabaseAwayError where the database cannot be used.
        """
        with _present(), Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except IntegrityError as error:
                if _names_missing_portal(error):
                    raise UnknownPortalError("the portal is not installed any more") from None
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that cannot write, on neither engine. Waits for no writer.

        Raises DatabaseAwayError where the database cannot be used.
        """
        with _present(is_reading=True), Session(self._reader, expire_on_commit=False) as session:
            yield session

    def empty_journal(self) -> bool:
        """Remove deleted data from SQLite's journal, which keeps older pages.

        Return False if there was always a reader: try again later. PostgreSQL needs nothing.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        with closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.close()
        return not is_busy

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


@contextmanager
def _present(*, is_reading: bool = False) -> Iterator[None]:
    """Tell an unusable database from a bug in our code."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        if is_reading and _code(error) == WRITTEN_WHILE_READING:
            raise
        raise DatabaseAwayError(_trouble(error)) from error
    except ProgrammingError as error:
        if _code(error) not in SCHEMA_CODES:
            raise
        raise DatabaseAwayError(_trouble(error)) from error


def _trouble(error: Exception) -> str:
    """Name the trouble by its class: the text of the error names hosts and users."""
    cause = getattr(error, "orig", None) or error
    return f"the database cannot be used: {type(cause).__name__} {_code(error)}".rstrip()


def _code(error: Exception) -> str:
    """Return the engine's own code of an error, "" without one."""
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", "") or getattr(cause, "sqlite_errorname", "") or ""


_databases: weakref.WeakSet[Database] = weakref.WeakSet()


def _forget_connections() -> None:
    for database in _databases:
        database.engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_connections)


def upgrade(database: Database) -> None:
    """Bring the schema to this version. Safe to run twice and from two machines at once.

    Raises DatabaseAwayError where the database cannot be used, or is of a newer version.
    """
    with _present(), database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        config = _alembic_config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseAwayError("the schema is of a newer version of the app") from error


def is_current(database: Database) -> bool:
    """Return whether the database can be reached and has the schema of this version."""
    try:
        with database._reader.connect() as connection:  # noqa: SLF001 - this module made it.
            heads = MigrationContext.configure(connection).get_current_heads()
    except (OperationalError, PoolTimeoutError) as error:
        log.warning("%s", _trouble(error))
        return False
    return set(heads) == newest_revisions()


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@functools.cache
def newest_revisions() -> frozenset[str]:
    """Return the revision that this version of the app needs."""
    return frozenset(ScriptDirectory.from_config(_alembic_config()).get_heads())


def _driver_url(text_url: str) -> URL:
    try:
        url = make_url(text_url)
    except (ArgumentError, ValueError):
        # Its text repeats the configured URL, which may hold a password.
        raise ValueError("it is no SQLAlchemy URL such as postgresql://user@host/name") from None
    if url.drivername in POSTGRES_NAMES:
        url = url.set(drivername=POSTGRES_DRIVER)
    if url.get_backend_name() == "postgresql":
        return url.update_query_dict({"connect_timeout": CONNECT_SECONDS} | dict(url.query))
    if url.get_backend_name() != "sqlite":
        raise ValueError(f"{url.get_backend_name()} is not supported: use SQLite or PostgreSQL")
    if url.database in {None, "", ":memory:"}:
        raise ValueError("SQLite in memory would be another database in every thread: use a file")
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    return url


def _make_engine(url: URL) -> Engine:
    # Parameters of a statement hold names and sealed tokens: exceptions must not repeat them.
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=40)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=15,
        pool_recycle=1800,
    )


def _reader_options(engine: Engine) -> dict[str, Any]:
    return {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set up a new connection. The driver's own BEGIN is switched off: see `_begin_sqlite`."""
    connection.isolation_level = None
    # SQLite's own knows the capitals of English alone.
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    # Overwrite erased data, so that it does not stay readable in a free page.
    cursor.execute("PRAGMA secure_delete = ON")
    # The mode is kept in the file. Where others are using or changing it just now, SQLite refuses
    # without waiting; the file works all the same, and the next connection tries again.
    with suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start of a writing transaction.

    A transaction that reads first and writes later cannot wait for another writer: SQLite answers
    "database is locked" at once, whatever the busy timeout.
    """
    is_reading = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if is_reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _names_missing_portal(error: DBAPIError) -> bool:
    """Return whether a row names a missing portal: all foreign keys lead to `portals`."""
    return _code(error) in FOREIGN_KEY_CODES
