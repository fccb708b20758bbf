"""Why a database cannot be used is said without its names, and comes with what to do."""

from __future__ import annotations

import sqlite3
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from b24app.errors import DatabaseAwayError
from b24app.storage import condition, troubles
from b24app.storage.session import Database

SERVER = 'connection failed: connection to server at "10.1.2.3", port 5432 failed: '


@pytest.fixture
def server(postgres_databases):
    """The parts of a database's URL on the server, and statements by its superuser."""
    url = postgres_databases.clean()
    parts = urlsplit(url)

    def as_superuser(statement):
        with psycopg.connect(postgres_databases.superuser_url(url), autocommit=True) as connection:
            name = sql.Identifier(parts.path.strip("/"))
            connection.execute(sql.SQL(statement).format(name, sql.Identifier(parts.username)))

    return parts, as_superuser


def trouble_of(url):
    database = Database(url)
    with pytest.raises(DatabaseAwayError) as raised:
        condition.look(database)
    database.close()
    return str(raised.value), raised.value.advice


@pytest.mark.parametrize(
    ("change", "said", "advice"),
    [
        ({"netloc": "nobody-here@{host}"}, "does not know the user", "CREATE ROLE"),
        ({"path": "/nowhere_here"}, "no database of the name", "createdb"),
        ({"netloc": "{user}@127.0.0.1:1"}, "nothing listens", "host and port"),
        ({"netloc": "{user}@nowhere.invalid"}, "nobody knows the name", "percent form"),
        ({"query": "sslmode=verify-full"}, "no TLS", "sslrootcert"),
        ({"query": "options=-cbogus%3D1"}, "OperationalError", "unrecognized configuration"),
    ],
)
def test_a_parameter_that_is_wrong_is_told(server, change, said, advice):
    parts, _ = server
    user, _, host = parts.netloc.rpartition("@")
    filled = {name: value.format(user=user, host=host) for name, value in change.items()}

    found = trouble_of(parts._replace(**filled).geturl())

    assert said in found[0]
    assert advice in found[1]
    assert not [name for name in (*filled.values(), host, user) if name in found[0]]


@pytest.mark.parametrize(
    ("broken", "mended", "said"),
    [
        ("ALTER ROLE {1} CONNECTION LIMIT 0", "ALTER ROLE {1} CONNECTION LIMIT -1",
         "no connection left"),
        ("ALTER ROLE {1} NOLOGIN", "ALTER ROLE {1} LOGIN", "may not log in"),
        ("ALTER DATABASE {0} OWNER TO CURRENT_USER; REVOKE CONNECT ON DATABASE {0} FROM PUBLIC",
         "GRANT CONNECT ON DATABASE {0} TO PUBLIC; ALTER DATABASE {0} OWNER TO {1}",
         "may not use the database"),
    ],
)  # fmt: skip
def test_what_a_server_refuses_is_told(server, broken, mended, said):
    parts, as_superuser = server
    as_superuser(broken)
    try:
        assert said in trouble_of(parts.geturl())[0]
    finally:
        as_superuser(mended)


def test_a_role_that_may_not_read_is_told(server):
    parts, as_superuser = server
    as_superuser("ALTER TABLE alembic_version OWNER TO CURRENT_USER")
    try:
        assert "may not do what is needed" in trouble_of(parts.geturl())[0]
    finally:
        as_superuser("ALTER TABLE alembic_version OWNER TO {1}")


def test_a_row_of_another_portal_is_still_our_bug(server):
    parts, _ = server
    database = Database(parts.geturl())
    statement = text(
        "INSERT INTO portal_settings (member_id, installation_id, data, updated_at)"
        " VALUES ('m', 'first', '{}', now())"
    )

    with (
        pytest.raises(DBAPIError, match="row-level security"),
        database.of("other").transaction() as session,
    ):
        session.execute(statement)

    database.close()


@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout"])
def test_a_limit_of_the_server_is_told(server, setting):
    parts, _ = server
    database = Database(parts._replace(query=f"options=-c%20{setting}%3D100ms").geturl()).of_all()
    other = Database(parts.geturl()).of_all()

    with other.transaction() as one:
        one.execute(text("LOCK TABLE portals"))
        with pytest.raises(DatabaseAwayError) as raised, database.transaction() as two:
            two.execute(text("SELECT * FROM portals"))

    database.close()
    other.close()
    assert setting in raised.value.advice


@pytest.mark.parametrize(
    ("text", "said", "advice"),
    [
        (
            'FATAL:  password authentication failed for user "ann"',
            "the user or the password",
            "%40",
        ),
        ("FATAL:  unsupported startup parameter: options", "its pooler", "ALTER ROLE"),
        ("fe_sendauth: no password supplied", "asks for a password", "behind the user"),
        ('FATAL:  no pg_hba.conf entry for host "10.9.9.9"', "from here", "pg_hba.conf"),
        ("FATAL:  remaining connection slots are reserved", "connection left", "max_connections"),
        ("FATAL:  sorry, too many clients already", "connection left", "max_connections"),
        ("FATAL:  the database system is starting up", "starts, stops", "wait"),
        ("server closed the connection unexpectedly", "cut the connection", "restarting"),
        ("timeout expired", "does not answer", "firewall"),
        ("ВАЖНО:  пользователь не прошёл проверку", "OperationalError", "не прошёл"),
    ],
)
def test_what_a_connection_says_is_understood(text, said, advice):
    error = OperationalError("BEGIN", None, psycopg.OperationalError(SERVER + text))

    trouble = troubles.of(error)

    assert said in trouble.said
    assert advice in trouble.advice
    assert "10." not in trouble.said
    assert "ann" not in trouble.said


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (errors.DiskFull("could not extend file"), "disk is full"),
        (errors.AdminShutdown("terminating connection"), "stops"),
        (sqlite3.OperationalError("disk I/O error"), "OperationalError"),
    ],
)
def test_what_happens_on_the_way_is_told(cause, said):
    assert said in troubles.of(OperationalError("SELECT 1", None, cause)).said


def test_a_full_disk_of_sqlite_is_told_whatever_it_was_full_for():
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"

    assert "disk is full" in troubles.of(OperationalError("SELECT 1", None, cause)).advice


def test_connections_that_are_all_in_use_are_told():
    assert "in use" in troubles.of(PoolTimeoutError()).said


def test_what_sqlite_does_not_have_is_refused(tmp_path):
    with pytest.raises(ValueError, match="SQLite has no bogus"):
        Database(f"sqlite:///{tmp_path}/app.db?bogus=1")

    Database(f"sqlite:///{tmp_path}/app.db?timeout=3").close()
