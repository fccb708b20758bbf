"""A database that answers and is of no use: a standby, a damaged file, a role without rights."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from b24app.errors import DatabaseAwayError
from b24app.storage import failed_proofs
from b24app.storage.session import Database, can_serve


@pytest.fixture
def server(postgres_databases):
    """A database on the server, and how it becomes a standby for who connects from then on."""
    url = postgres_databases.clean()
    database = Database(url)
    name = sql.Identifier(urlsplit(url).path.strip("/"))

    @contextmanager
    def standby():
        _as_superuser("ALTER DATABASE {} SET default_transaction_read_only = on")
        database.close()
        try:
            yield
        finally:
            _as_superuser("ALTER DATABASE {} RESET default_transaction_read_only")

    def _as_superuser(statement):
        with psycopg.connect(postgres_databases.superuser_url(url), autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(sql.SQL(statement).format(name))

    yield database, standby
    database.close()


def count_one(database, now):
    with database.transaction() as session:
        return failed_proofs.add(session, "one", now)


def test_a_server_that_became_a_standby_is_a_database_that_cannot_be_used(server, now, caplog):
    database, standby = server

    with standby():
        assert not can_serve(database)
        with pytest.raises(DatabaseAwayError, match="25006"):
            count_one(database, now)

    assert "takes no writes" in caplog.text


def test_connections_to_a_standby_are_not_kept(server, now):
    database, standby = server
    with standby():
        # Several connections of the pool have begun while it was one.
        with database.reading() as one, database.reading() as other:
            one.execute(text("SELECT 1"))
            other.execute(text("SELECT 1"))
        with pytest.raises(DatabaseAwayError):
            count_one(database, now)

    assert count_one(database, now) == 1
    assert count_one(database, now) == 2
    assert can_serve(database)


def test_a_write_of_ours_while_reading_is_still_our_bug_and_gives_up_no_connection(server, now):
    database, _standby = server
    with database.reading() as session:
        session.execute(text("SELECT 1"))

    with pytest.raises(DBAPIError), database.reading() as session:
        failed_proofs.add(session, "one", now)

    assert database.engine.pool.checkedin() == 1


def test_a_role_without_rights_is_not_ready(postgres_databases):
    url = postgres_databases.clean()
    with psycopg.connect(postgres_databases.superuser_url(url), autocommit=True) as connection:
        connection.execute("CREATE ROLE b24app_test_nobody LOGIN PASSWORD 'test'")
        try:
            parts = urlsplit(url)
            address = parts.netloc.rpartition("@")[2]
            nobody = Database(f"postgresql://b24app_test_nobody:test@{address}{parts.path}")
            assert not can_serve(nobody)
            nobody.close()
        finally:
            connection.execute("DROP ROLE b24app_test_nobody")


@pytest.mark.parametrize("damage", ["no database", "malformed"])
def test_a_damaged_file_is_a_database_that_cannot_be_used(sqlite_url, now, damage):
    file = Path(urlsplit(sqlite_url).path)
    content = bytearray(file.read_bytes())
    at = 0 if damage == "no database" else 2 * 4096
    content[at : at + 100_000] = b"\xa5" * 100_000
    file.write_bytes(content)
    database = Database(sqlite_url)

    with pytest.raises(DatabaseAwayError, match=r"SQLITE_(NOTADB|CORRUPT)"):
        count_one(database, now)
    if damage == "no database":
        assert not can_serve(database)
    database.close()
