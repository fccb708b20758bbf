"""A database may have no encoding, or another style of dates or isolation. It works as ever."""

from __future__ import annotations

import os

import psycopg
import pytest

from b24app.storage import condition, failed_proofs, settings
from b24app.storage.session import Database, UpgradeError, upgrade
from tests.support.databases import server_url

from .setting import MEMBER, install

NAME = "b24app_test_ascii_" + str(os.getpid())


def ask(*statements):
    with psycopg.connect(server_url(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def database(request, postgres_databases):  # noqa: ARG001 - skips where there is no server.
    encoding = getattr(request, "param", "SQL_ASCII")
    drop = f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"
    ask(drop, f"CREATE DATABASE {NAME} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    database = Database(f"{server_url().rpartition('/')[0]}/{NAME}").of_all()
    yield database
    database.close()
    ask(drop)


def test_a_database_without_an_encoding_keeps_every_name(database, cipher, now):
    upgrade(database)
    install(database, cipher, now)

    titles = {"titles": {"ru": "Платежи", "ja": "支払い"}}
    with database.transaction() as session:
        settings.save(session, MEMBER, titles, updated_by=1, now=now)

    with database.reading() as session:
        assert settings.load(session, MEMBER) == titles
    assert condition.look(database).is_current


@pytest.mark.parametrize("database", ["LATIN1"], indirect=True)
def test_a_database_that_lacks_letters_is_not_begun_with(database):
    """A mark with a note in other letters was carried out, and then neither logged nor told."""
    with pytest.raises(UpgradeError, match="LATIN1"):
        upgrade(database)

    state = condition.look(database)
    assert (state.encoding, state.revisions) == ("LATIN1", frozenset())


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
def test_two_at_once_count_whatever_isolation_the_database_was_given(database, now, isolation):
    upgrade(database)
    ask(f"ALTER DATABASE {NAME} SET default_transaction_isolation = '{isolation}'")
    database.engine.dispose()

    with database.transaction() as one:
        assert failed_proofs.count(one, "x", now) == 0
        with database.transaction() as other:
            failed_proofs.add(other, "x", now)

        assert failed_proofs.add(one, "x", now) == 2


@pytest.mark.parametrize("style", ["German, DMY", "SQL, MDY", "Postgres, DMY"])
def test_times_are_read_whatever_style_the_database_writes_them_in(database, cipher, now, style):
    """Each transaction asks for the server's time: nothing worked, not even the upgrade."""
    ask(f"ALTER DATABASE {NAME} SET datestyle = '{style}'")

    upgrade(database)
    install(database, cipher, now)
    with database.transaction() as session:
        settings.save(session, MEMBER, {}, updated_by=1, now=now)

    with database.reading() as session:
        assert settings.last_saved(session, MEMBER).at == now
