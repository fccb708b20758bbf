from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, event, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from b24app.domain import EntityRef
from b24app.errors import DatabaseAwayError, UnknownPortalError
from b24app.storage import (
    activity,
    card_memory,
    engines,
    failed_proofs,
    leases,
    portals,
    settings,
)
from b24app.storage.models import Lease, Portal, PortalSettings, PortalState
from b24app.storage.session import Database, upgrade
from b24app.storage.upsert import put

from .setting import MEMBER, at_once


def save_settings(session, now, data):
    """Write a row that refers to no other, as an uninstalled portal's settings do."""
    values = {"installation_id": "", "data": data, "updated_at": now, "updated_by": 1}
    put(session, PortalSettings, member_id=MEMBER, **values)


def load_settings(database):
    with database.reading() as session:
        return settings.load(session, MEMBER)


def test_a_transaction_commits_on_return(database, now):
    with database.transaction() as session:
        save_settings(session, now, {"kept": True})

    assert load_settings(database) == {"kept": True}


def test_a_transaction_rolls_back_on_raise(database, now):
    def write_and_fail():
        with database.transaction() as session:
            save_settings(session, now, {"kept": True})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()

    assert load_settings(database) == {}


def test_objects_stay_readable_after_the_commit(database, portal):
    with database.transaction() as session:
        found = portals.find(session, portal)

    assert found.client_endpoint == "https://portal.example/rest/"


def test_reading_cannot_write(database, now):
    with pytest.raises(DBAPIError, match=r"read-?only"), database.reading() as session:
        save_settings(session, now, {})


def test_a_connection_that_was_read_with_can_write_again(database, now):
    assert load_settings(database) == {}

    with database.transaction() as session:
        save_settings(session, now, {"round": 2})

    assert load_settings(database) == {"round": 2}


def test_readers_do_not_wait_for_a_writer_and_see_nothing_unfinished(database, now):
    with database.transaction() as session:
        save_settings(session, now, {"finished": True})
        session.flush()

        seen = load_settings(database)

    assert seen == {}
    assert load_settings(database) == {"finished": True}


def test_a_row_for_a_portal_that_is_gone_is_refused_by_our_own_error(database, now):
    def write_for_nobody():
        with database.transaction() as session:
            failed_proofs.add(session, "somebody", now)
            card_memory.save_known_payments(session, "nobody", EntityRef(2, 1), [1], now)

    with pytest.raises(UnknownPortalError):
        write_for_nobody()

    with database.reading() as session:
        assert failed_proofs.count(session, "somebody", now) == 0


def test_other_broken_constraints_are_not_called_an_unknown_portal(database, now):
    def write_twice():
        with database.transaction() as session:
            session.add_all(
                Lease(member_id="", name="double", owner="x", expires_at=now) for _ in range(2)
            )

    with pytest.raises(IntegrityError):
        write_twice()


def test_an_error_of_the_database_repeats_no_value_of_the_statement(database):
    with pytest.raises(DatabaseAwayError) as caught, database.transaction() as session:
        session.execute(
            text("INSERT INTO nowhere (token) VALUES (:token)"), {"token": "very-secret-token"}
        )

    for error in (caught.value, caught.value.__cause__):
        assert "very-secret-token" not in str(error)
        assert "very-secret-token" not in repr(error)


def test_a_schema_of_another_version_is_a_database_that_cannot_be_used(database):
    for read_or_write in (database.reading, database.transaction):
        for statement in ("SELECT 1 FROM nowhere", "SELECT nothing FROM portals"):
            with pytest.raises(DatabaseAwayError), read_or_write() as session:
                session.execute(text(statement))


def test_many_writers_who_read_first_never_find_the_database_locked(database, now):
    writers, rounds = 12, 15

    def write(_number):
        for _ in range(rounds):
            with database.transaction() as session:
                # Reading before writing is what makes SQLite answer "locked" in plain BEGIN.
                query = select(PortalSettings.data).where(PortalSettings.member_id == MEMBER)
                before = session.scalar(query.with_for_update()) or {"count": 0}
                save_settings(session, now, {"count": before["count"] + 1})

    with database.transaction() as session:
        save_settings(session, now, {"count": 0})
    at_once(writers, write)

    assert load_settings(database) == {"count": writers * rounds}


def test_many_first_connections_to_a_new_file_do_not_disturb_each_other(tmp_path, now):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    first = Database(url)
    upgrade(first)
    first.close()
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)

    def connect(_number):
        database = Database(url)
        with database.transaction() as session:
            failed_proofs.add(session, "all", now)
        database.close()

    at_once(12, connect)

    with Database(url).reading() as session:
        assert failed_proofs.count(session, "all", now) == 12
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"


def test_sqlite_waits_for_its_turn_and_minds_foreign_keys(sqlite_url):
    with Database(sqlite_url).reading() as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == 10_000
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"


def test_a_file_that_stays_locked_is_a_database_that_cannot_be_used(sqlite_url, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_MILLISECONDS", 1)
    with Database(sqlite_url).transaction() as writing:
        writing.execute(text("SELECT 1"))

        with pytest.raises(DatabaseAwayError), Database(sqlite_url).transaction() as session:
            session.execute(text("SELECT 1"))


def test_a_row_that_was_only_added_is_there_for_what_names_it(database, now, deal):
    with database.transaction() as session:
        session.add(
            Portal(
                member_id=MEMBER,
                installation_id="first",
                client_endpoint="https://portal.example/rest/",
                server_endpoint="https://oauth.example/rest/",
                scope="",
                status="",
                language="en",
                state=PortalState.ACTIVE,
                updated_at=now,
            )
        )
        card_memory.save_known_payments(session, MEMBER, deal, [1], now)

    with database.reading() as session:
        assert card_memory.payment_ids(session, MEMBER, deal) == (1,)


def test_making_a_database_connects_nowhere():
    database = Database("postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(DatabaseAwayError), database.reading() as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_spoken_through_psycopg_3(scheme):
    database = Database(f"{scheme}://user:word@db.example/app?sslmode=require")

    assert database.engine.url.drivername == "postgresql+psycopg"
    assert database.engine.url.query["sslmode"] == "require"


@pytest.mark.parametrize(
    ("name", "ours"),
    [("connect_timeout", "5"), ("tcp_user_timeout", "10000"), ("keepalives_idle", "5")],
)
def test_how_long_a_silent_server_is_waited_for_stands_where_the_url_says_so(name, ours):
    usual = Database("postgresql://db.example/app")
    chosen = Database(f"postgresql://db.example/app?{name}=2")

    assert usual.engine.url.query[name] == ours
    assert chosen.engine.url.query[name] == "2"


def test_the_folder_of_a_relative_sqlite_file_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    upgrade(Database("sqlite:///instance/deep/b24app.db"))

    assert (tmp_path / "instance" / "deep" / "b24app.db").is_file()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://db.example/app"])
def test_a_database_that_cannot_work_is_refused_when_named(url):
    with pytest.raises(ValueError, match="SQLite"):
        Database(url)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_leaves_its_parents_connections_alone(database, now):
    with database.transaction() as session:
        failed_proofs.add(session, "parent", now)
    pool = database.engine.pool
    in_pool = pool.checkedin()

    child = os.fork()
    if child == 0:
        forgotten = database.engine.pool.checkedin() == 0
        with database.transaction() as session:
            failed_proofs.add(session, "child", now)
        os._exit(0 if forgotten else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert in_pool == pool.checkedin() == 1
    with database.reading() as session:
        assert failed_proofs.count(session, "parent", now) == 1
        assert failed_proofs.count(session, "child", now) == 1


def test_a_connection_that_died_in_the_pool_is_replaced(postgres_databases, now):
    database = Database(postgres_databases.clean())
    with database.transaction() as session:
        victim = session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(str(database.engine.url.render_as_string(hide_password=False)))
    with other.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": victim})

    with database.transaction() as session:
        assert failed_proofs.add(session, "again", now) == 1

    database.close()
    other.close()


def test_no_repository_commits_by_itself(database, portal, now, deal):
    commits: list[Connection] = []
    event.listen(database.engine, "commit", commits.append)

    def write_and_fail():
        with database.transaction() as session:
            leases.try_take(session, leases.Key(portal, "lease"), "owner", now, 5)
            portals.move(session, portal, "https://other.example/rest/", now)
            activity.append(session, activity.Record(portal, now, 7, "Ann", deal, "pay", "done"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()

    assert commits == []
    with database.transaction() as session:
        assert portals.find(session, portal).client_endpoint == "https://portal.example/rest/"
        assert leases.try_take(session, leases.Key(portal, "lease"), "other", now, 5)
        assert not activity.page(session, portal)


def test_threads_get_connections_of_their_own(database):
    inside = threading.Barrier(4)

    def read(_number):
        with database.reading() as session:
            connection = session.connection().connection.driver_connection
            inside.wait(timeout=30)
            return id(connection)

    assert len(set(at_once(4, read))) == 4


def test_moments_come_back_aware_and_exact(database, now):
    later = now + timedelta(microseconds=1)

    with database.transaction() as session:
        session.add(Lease(member_id="", name="clock", owner="one", expires_at=later))
    with database.reading() as session:
        found = session.scalars(select(Lease.expires_at)).one()

    assert found == later
    assert found.utcoffset() == timedelta(0)


def test_an_emptied_journal_holds_nothing_that_was_deleted(sqlite_url, now):
    database = Database(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    journal = Path(f"{file}-wal")
    with database.transaction() as session:
        save_settings(session, now, {"written": "a-word-to-look-for"})
    with database.transaction() as session:
        session.execute(delete(PortalSettings))
    assert b"a-word-to-look-for" in journal.read_bytes()

    assert database.empty_journal()

    assert journal.read_bytes() == b""
    assert b"a-word-to-look-for" not in file.read_bytes()
    database.close()


def test_a_journal_is_emptied_on_each_engine_without_an_error(database):
    assert database.empty_journal()
