"""Test databases: a clean one for every test, on SQLite and on PostgreSQL.

One database a process is made and migrated once, then copied (SQLite) or emptied (PostgreSQL)
before each test, which takes about 10 ms.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

DEFAULT_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"

PARENT = "portals"

Migrate = Callable[[str], None]


def server_url() -> str:
    """The PostgreSQL server tests may create databases on (`TEST_POSTGRES_URL`)."""
    url = os.environ.get("TEST_POSTGRES_URL") or DEFAULT_SERVER
    return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/postgres"


def is_server_reachable() -> bool:
    """Whether that server answers within three seconds."""
    try:
        psycopg.connect(server_url(), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


class SQLiteDatabases:
    """Copies of one migrated file."""

    def __init__(self, folder: Path, migrate: Migrate) -> None:
        self._template = folder / "template.db"
        migrate(f"sqlite:///{self._template}")

    def clean(self, folder: Path) -> str:
        """The URL of a migrated, empty database of its own in `folder`."""
        target = folder / "app.db"
        with (
            closing(sqlite3.connect(self._template)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
        return f"sqlite:///{target}"


class PostgresDatabases:
    """Databases that exist while this process runs its tests; nothing else is touched."""

    def __init__(self, worker: str, migrate: Migrate) -> None:
        self._prefix = f"b24app_test_{os.getpid()}_{worker}"
        self._migrate = migrate
        self._made: set[str] = set()

    def clean(self) -> str:
        """The URL of the migrated database of this process, with every table emptied."""
        name = f"{self._prefix}_migrated"
        if name not in self._made:
            self._create(name)
            self._migrate(self._url(name))
        else:
            self._empty_tables(name)
        return self._url(name)

    def blank(self) -> str:
        """The URL of a database without any table."""
        name = f"{self._prefix}_blank"
        self._drop(name)
        self._create(name)
        return self._url(name)

    def drop_all(self) -> None:
        """Remove what was made."""
        for name in tuple(self._made):
            self._drop(name)

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(server_url())._replace(path=f"/{name}"))

    def _create(self, name: str) -> None:
        self._on_server(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self._made.add(name)
        # What a test writes need not survive a power failure.
        relaxed = sql.SQL("ALTER DATABASE {} SET synchronous_commit = off")
        self._on_server(relaxed.format(sql.Identifier(name)))

    def _drop(self, name: str) -> None:
        # FORCE: a test that failed may have left a pool behind, which must not hold up the rest.
        self._on_server(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        self._made.discard(name)

    def _on_server(self, command: sql.Composed) -> None:
        with psycopg.connect(server_url(), autocommit=True) as server:
            server.execute(command)

    def _empty_tables(self, name: str) -> None:
        with psycopg.connect(self._url(name), autocommit=True) as connection:
            # A transaction left open by the test before would block TRUNCATE for ever.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            found = connection.execute(
                "SELECT tablename FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
            # All foreign keys lead to `portals`. TRUNCATE would make a new file for each table and
            # index, which takes five times as long as deleting the few rows of one test.
            for table in sorted((row[0] for row in found), key=lambda table: table == PARENT):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            counters = connection.execute(
                "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
                " AND last_value IS NOT NULL"
            ).fetchall()
            for (counter,) in counters:
                restart = sql.SQL("ALTER SEQUENCE {} RESTART")
                connection.execute(restart.format(sql.Identifier(counter)))
