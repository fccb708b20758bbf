from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from psycopg import sql

from b24app.cipher import Cipher
from b24app.storage import portals, user_tokens
from b24app.storage.key_rotation import Resealed, reseal
from b24app.storage.models import Base
from b24app.storage.session import Database

from .everything import NAME, fill, tables_with
from .setting import MEMBER, at_once, install, pair

SECRETS = (
    b"application-token-plain",
    b"grant-access-plain",
    b"grant-refresh-plain",
    b"user-access-plain",
    b"user-refresh-plain",
    b"job-token-plain",
    b"wait-access-plain",
    b"wait-refresh-plain",
    b"wait-token-plain",
)


def bytes_of(database):
    """All rows as PostgreSQL dumps them, or all files SQLite keeps, its log included."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        file = Path(url.database)
        return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    plain = url.set(drivername="postgresql", query={}).render_as_string(hide_password=False)
    stored = b""
    with psycopg.connect(plain) as connection, connection.cursor() as cursor:
        for table in Base.metadata.tables:
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
                stored += b"".join(bytes(row) for row in rows)
    return stored


def test_no_secret_lies_readable_in_the_database(database, cipher, now):
    fill(database, cipher, MEMBER, now)

    stored = bytes_of(database)

    assert MEMBER.encode() in stored
    for secret in SECRETS:
        assert secret not in stored


@pytest.mark.parametrize("keep_settings", [True, False])
def test_a_sqlite_file_keeps_no_trace_of_what_was_erased(sqlite_url, cipher, now, keep_settings):
    database = Database(sqlite_url)
    fill(database, cipher, MEMBER, now)

    with database.transaction() as session:
        portals.erase(session, MEMBER, keep_settings=keep_settings)
    database.close()

    stored = bytes_of(database)
    assert NAME.encode() not in stored
    assert (MEMBER.encode() in stored) is keep_settings


def test_every_sealed_column_is_known_to_key_rotation():
    from b24app.storage.key_rotation import SEALED

    known = {
        (model.__tablename__, column) for model, columns in SEALED.items() for column in columns
    }

    assert known == {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }


@pytest.fixture
def keys():
    return [Fernet.generate_key().decode() for _ in range(2)]


def test_after_sealing_anew_the_old_key_can_be_taken_away(database, keys, now):
    old, new = keys
    fill(database, Cipher([old]), MEMBER, now)

    assert reseal(database, Cipher([new, old])) == Resealed(renewed=7)

    cipher = Cipher([new])
    with database.reading() as session:
        assert portals.application_token(session, cipher, MEMBER) == "application-token-plain"
        assert portals.grant_tokens(session, cipher, MEMBER).refresh_token == "grant-refresh-plain"
        assert user_tokens.find(session, cipher, MEMBER, 7).access_token == "user-access-plain"


def test_what_has_the_new_key_already_is_left_alone(database, keys, now):
    old, new = keys
    fill(database, Cipher([old]), MEMBER, now)
    reseal(database, Cipher([new, old]))

    assert reseal(database, Cipher([new, old])) == Resealed()


def test_what_no_key_opens_is_counted_and_left_alone(database, keys, now):
    old, new = keys
    fill(database, Cipher([old]), MEMBER, now)

    assert reseal(database, Cipher([new])) == Resealed(unreadable=7)

    with database.reading() as session:
        assert portals.grant_tokens(session, Cipher([old]), MEMBER) is not None


def test_what_is_empty_stays_empty(database, keys, now):
    old, new = keys
    install(database, Cipher([old]), now, application_token=None)
    with database.transaction() as session:
        portals.drop_grant_tokens(session, MEMBER)
        user_tokens.save(
            session, Cipher([old]), MEMBER, 7, pair("a", "", now), is_admin=False, now=now
        )

    assert reseal(database, Cipher([new, old])) == Resealed(renewed=1)


def test_every_page_is_sealed_anew(database, keys, now, monkeypatch):
    monkeypatch.setattr("b24app.storage.key_rotation.PAGE", 2)
    old, new = keys
    for number in range(4):
        install(database, Cipher([old]), now, f"member{number}", application_token=None)
    with database.transaction() as session:
        for member_id, user_id in (("member0", 7), ("member0", 9), ("member1", 1)):
            user_tokens.save(
                session,
                Cipher([old]),
                member_id,
                user_id,
                pair("a", "r", now),
                is_admin=False,
                now=now,
            )

    assert reseal(database, Cipher([new, old])) == Resealed(renewed=4 * 2 + 3 * 2)


def test_a_pair_refreshed_while_sealing_anew_is_not_written_over(database, keys, now):
    old, new = keys
    both, lagging = Cipher([new, old]), Cipher([old])
    install(database, Cipher([old]), now)

    def work(number):
        for attempt in range(15):
            if number == 0:
                reseal(database, both)
                continue
            with database.transaction() as session:
                tokens = pair(f"access-{attempt}", f"refresh-{attempt}", now)
                portals.save_grant_tokens(session, lagging, MEMBER, tokens, now=now)

    at_once(2, work)

    with database.reading() as session:
        assert portals.grant_tokens(session, both, MEMBER) == pair("access-14", "refresh-14", now)


def test_a_database_can_be_sealed_anew_when_it_is_empty(database, keys):
    assert reseal(database, Cipher(keys)) == Resealed()
    assert tables_with(database, "") == set()


def test_the_address_of_a_database_is_shown_without_its_password():
    database = Database("postgresql://user:hidden-word@db.example/app")

    assert "hidden-word" not in repr(database.engine)
