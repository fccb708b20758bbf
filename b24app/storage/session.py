"""Manage the database: engine, transactions, schema. The only place that commits."""

from __future__ import annotations

import functools
import logging
import os
import weakref
from collections.abc import Iterator, Set
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from b24app.errors import DatabaseAwayError, UnknownPortalError

from . import troubles
from .encodings import lacking
from .engines import (
    ALL_PORTALS,
    NO_PORTAL,
    READ_ONLY,
    SCOPE,
    TAKES_NO_WRITES,
    driver_url,
    make_engine,
)
from .server_clock import Clock, ServerClock, machine_clock
from .troubles import code_of, lacks_right

__all__ = [
    "Database",
    "Session",
    "UpgradeError",
    "can_serve",
    "is_later",
    "newest_revisions",
    "remember_revisions",
    "upgrade",
]

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).with_name("migrations")
UPGRADE_LOCK = 2_402_042_031
"""Any fixed number: PostgreSQL's advisory lock under which the schema is upgraded."""

FOREIGN_KEY_CODES = {"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}
WRITTEN_WHILE_READING = {"SQLITE_READONLY", TAKES_NO_WRITES}
ABANDONED = "25P03"
UNUSABLE_CODES = {"42P01", "42703", TAKES_NO_WRITES, ABANDONED, "SQLITE_NOTADB", "SQLITE_CORRUPT"}
"""A table or column that is not there, so the schema is not current; a server that takes no writes,
which has become a standby, or that ended a transaction in which nothing came; a damaged file."""

STANDBY = "SELECT pg_is_in_recovery()"
READS_ONLY = "SELECT current_setting('default_transaction_read_only') = 'on'"


class UpgradeError(Exception):
    """A schema is not brought to this version. The text says why; nothing was changed."""


class Database:
    """One database. Cheap to create: nothing connects before the first transaction.

    Its transactions see the rows of no portal; `of` and `of_all` return the same database, with
    the same connections, as one portal or everybody sees it. PostgreSQL enforces that.

    A process that forks after that (gunicorn with `preload_app`) is safe: the child forgets the
    parent's connections without closing them.
    """

    def __init__(self, url: str, machine: Clock = machine_clock) -> None:
        """Raise ValueError for a URL that is neither SQLite in a file nor PostgreSQL.

        `machine` is the clock of this machine, for `clock`.
        """
        self.clock = ServerClock(machine)
        self._root = make_engine(driver_url(url), self.clock)
        self._scope: object = NO_PORTAL
        _engines.add(self._root)

    @cached_property
    def engine(self) -> Engine:
        """Return what connects; its transactions name what this database sees."""
        return self._root.execution_options(**{SCOPE: self._scope})

    def of(self, member_id: str) -> Database:
        """Return the database as this portal sees it."""
        return self._scoped(member_id)

    def of_all(self) -> Database:
        """Return the database with the rows of all portals.

        For background work, and for what an operator runs: `tests/storage/test_isolation.py` lists
        who calls this.
        """
        return self._scoped(ALL_PORTALS)

    def _scoped(self, scope: object) -> Database:
        same = Database.__new__(Database)
        same._root, same._scope = self._root, scope  # noqa: SLF001 - of this class.
        same.clock = self.clock
        return same

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction that may write. Commits on return, rolls back on raise.

        Objects stay readable after the commit. Do not call a portal inside: on SQLite every
        other writer waits. Raises UnknownPortalError where a row was to be written for a portal
        that is not, or no longer, installed: nothing of the transaction is kept then.
        DatabaseAwayError where the database cannot be used.
        """
        with _present(), self._session() as session:
            if self._root.dialect.name == "postgresql":
                # Begin now: what is done inside goes by the server's clock, also in a first one.
                session.connection()
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
        with _present(is_reading=True), self._session(is_reading=True) as session:
            yield session

    def _session(self, *, is_reading: bool = False) -> Session:
        """Return a session whose connections name what this database sees.

        An engine with options would be made anew for each portal, and ask all its events twice.
        """
        options = {SCOPE: self._scope, READ_ONLY: is_reading}
        return Session(self._root, expire_on_commit=False, execution_options=options)

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
    except PoolTimeoutError as error:
        raise _away(error) from error
    except DBAPIError as error:
        is_away = isinstance(error, OperationalError | InterfaceError) or lacks_right(error)
        if not is_away and code_of(error) not in UNUSABLE_CODES:
            raise
        if is_reading and code_of(error) in WRITTEN_WHILE_READING:
            raise
        raise _away(error) from error


def _away(error: Exception) -> DatabaseAwayError:
    """Name the trouble in our own words: the text of the error names hosts and users."""
    said, advice = troubles.of(error)
    code = f" ({code_of(error)})" if code_of(error) else ""
    return DatabaseAwayError(f"the database cannot be used: {said}{code}", advice=advice)


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def _forget_connections() -> None:
    for engine in _engines:
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_connections)


def upgrade(database: Database) -> None:
    """Bring the schema to this version. Safe to run twice and from two machines at once.

    Raises DatabaseAwayError where the database cannot be used. UpgradeError where it is of a newer
    version, or is still empty and cannot keep every letter.
    """
    with _present(), database.of_all().engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        if not MigrationContext.configure(connection).get_current_heads():
            _require_letters(connection)
        config = _alembic_config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise UpgradeError(
                "the schema is of a newer version of the app: install that one"
            ) from error


def _require_letters(connection: Connection) -> None:
    if encoding := lacking(connection):
        raise UpgradeError(
            f"the database keeps texts in {encoding}, which lacks letters of most languages: make "
            "it with ENCODING 'UTF8' TEMPLATE template0"
        )


def can_serve(database: Database) -> bool:
    """Return whether the database can be reached, takes writes and has this version's schema.

    Or a later one's: while an upgrade goes from machine to machine, the others serve on it.
    """
    try:
        with database._session(is_reading=True) as session:  # noqa: SLF001 - of this module.
            connection = session.connection()
            heads = set(MigrationContext.configure(connection).get_current_heads())
            is_read_only = takes_no_writes(connection)
    except (DBAPIError, PoolTimeoutError) as error:
        log.warning("%s", _away(error))
        return False
    if is_read_only:
        log.warning("the database takes no writes; `flask --app app doctor` says why")
    return (heads == newest_revisions() or is_later(heads)) and not is_read_only


def takes_no_writes(connection: Connection) -> bool:
    """Return whether the server or the role writes nothing, or SQLite cannot, to its folder."""
    if connection.dialect.name == "postgresql":
        return is_standby(connection) or bool(connection.scalar(text(READS_ONLY)))
    file = Path(str(connection.engine.url.database))
    is_writable = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)
    return file.exists() and not is_writable


def is_standby(connection: Connection) -> bool:
    """Return whether a server of PostgreSQL follows another one, which takes the writes."""
    return bool(connection.scalar(text(STANDBY)))


def is_later(revisions: Set[str]) -> bool:
    """Return whether a schema is of a later version of the app."""
    return bool(revisions) and revisions.isdisjoint(_known_revisions())


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def remember_revisions() -> None:
    """Read the revisions of this version, before an upgrade puts the files of another one there."""
    newest_revisions()
    _known_revisions()


@functools.cache
def newest_revisions() -> frozenset[str]:
    """Return the revision that this version of the app needs."""
    return frozenset(ScriptDirectory.from_config(_alembic_config()).get_heads())


@functools.cache
def _known_revisions() -> frozenset[str]:
    scripts = ScriptDirectory.from_config(_alembic_config())
    return frozenset(script.revision for script in scripts.walk_revisions())


def _names_missing_portal(error: DBAPIError) -> bool:
    """Return whether a row names a missing portal: all foreign keys lead to `portals`."""
    return code_of(error) in FOREIGN_KEY_CODES
