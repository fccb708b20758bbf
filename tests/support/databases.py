"""Test databases: a clean one for every test, on SQLite and on PostgreSQL.

One database a process is made and migrated once, then copied (SQLite) or emptied (PostgreSQL)
before each test, which takes about 10 ms. On PostgreSQL a role of our own owns it, one that row
level security binds. With PARTITIONED=1 its tables are spread over partitions, with CITUS over
servers.
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

from tests.support import citus
from tests.support.partitions import partition

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
        self._owner = self._make_owner()

    def clean(self, *, is_partitioned: bool = os.environ.get("PARTITIONED") == "1") -> str:
        """The URL of the migrated database of this process, with every table emptied."""
        name = f"{self._prefix}_{'partitioned' if is_partitioned else 'migrated'}"
        if name not in self._made:
            self._create(name)
            self._migrate(self._url(name))
            if is_partitioned:
                partition(self._url(name))
            elif citus.WORKERS:
                citus.distribute(self._url(name))
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
        if self._owner:
            self._on_servers(sql.SQL("DROP ROLE {}").format(sql.Identifier(self._owner)))

    def superuser_url(self, url: str) -> str:
        """The URL of the same database for the role that made it."""
        return self._url(urlsplit(url).path.strip("/"), owner="")

    def _make_owner(self) -> str:
        """Make a role that owns the databases; "" where the server's is an ordinary one itself."""
        with psycopg.connect(server_url(), autocommit=True) as server:
            found = server.execute(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            if not (found and found[0]):
                return ""
        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'test'")
        self._on_servers(made.format(sql.Identifier(self._prefix)))
        return self._prefix

    def _url(self, name: str, owner: str | None = None) -> str:
        parts = urlsplit(server_url())
        owner = self._owner if owner is None else owner
        if owner:
            host = parts.netloc.rpartition("@")[2]
            parts = parts._replace(netloc=f"{owner}:test@{host}")
        return urlunsplit(parts._replace(path=f"/{name}"))

    def _create(self, name: str) -> None:
        made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if self._owner:
            made += sql.SQL(" OWNER {}").format(sql.Identifier(self._owner))
        self._on_servers(made)
        self._made.add(name)
        # What a test writes need not survive a power failure.
        relaxed = sql.SQL("ALTER DATABASE {} SET synchronous_commit = off")
        self._on_servers(relaxed.format(sql.Identifier(name)))
        if citus.WORKERS:
            citus.join(self._url(name, owner=""))

    def _drop(self, name: str) -> None:
        # FORCE: a test that failed may have left a pool behind, which must not hold up the rest.
        self._on_servers(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        self._made.discard(name)

    def _on_servers(self, command: sql.Composed) -> None:
        for url in citus.servers(server_url()):
            with psycopg.connect(url, autocommit=True) as server:
                server.execute(command)

    def _empty_tables(self, name: str) -> None:
        with psycopg.connect(self._url(name, owner=""), autocommit=True) as connection:
            connection.execute("SET app.all_portals = 'on'")
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
                connection.execute("SELECT setval(%s, 1, false)", (counter,))
