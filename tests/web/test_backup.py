"""`backup` and `restore`: everything comes back elsewhere, keys apart, or nothing at all."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace

import pytest
from alembic import command
from cryptography.fernet import Fernet
from sqlalchemy import inspect, text

from b24app import create_app
from b24app.cipher import Cipher
from b24app.storage import backup, leases
from b24app.storage.session import (
    Database,
    _alembic_config,
    can_serve,
    newest_revisions,
    upgrade,
)
from tests.storage.everything import fill
from tests.storage.setting import MEMBER

PREVIOUS = "-1"
"""Alembic's way to say: the revision before the newest."""


@pytest.fixture
def here(stage_on_each_database):
    """An installed deployment with a row of a portal in every table."""
    stage = stage_on_each_database
    if stage.config.database_url.startswith("postgresql") and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed")
    fill(stage.database, Cipher(stage.config.token_keys), MEMBER, stage.portal_clock.now())
    return stage


@pytest.fixture
def elsewhere(here, tmp_path, request):
    """Makes applications before another, empty database of the same kind."""
    is_server = here.config.database_url.startswith("postgresql")
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    if is_server:
        url = request.getfixturevalue("postgres_databases").blank()
    made = []

    def make(**settings):
        config = replace(here.config, database_url=url, **settings)
        made.append(create_app(config, http_adapter=here.adapter, clock=here.portal_clock.now))
        return made[-1]

    yield make
    for app in made:
        app.extensions["b24app"].deps.db.close()


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=[str(one) for one in arguments])


def backed_up(stage, folder, *options):
    done = run(stage.app, "backup", "--folder", folder, *options)
    assert done.exit_code == 0, done.output
    return sorted(folder.iterdir())


def opened_in(output):
    """How many secrets were opened, of how many."""
    opened, looked_at = re.search(r"looked at: (\d+) of (\d+)$", output, re.MULTILINE).groups()
    return int(opened), int(looked_at)


def rows(database):
    """Every row of every table."""
    with database.engine.connect() as connection:
        tables = sorted(database_tables(connection))
        return {
            table: sorted(map(repr, connection.execute(text(f"SELECT * FROM {table}"))))  # noqa: S608
            for table in tables
        }


def database_tables(connection):
    return connection.dialect.get_table_names(connection)


def test_everything_comes_back_elsewhere_and_the_app_works_there(here, elsewhere, tmp_path):
    tab = here.tab()
    (file,) = backed_up(here, tmp_path / "backups")

    there = elsewhere()
    done = run(there, "restore", file)

    assert done.exit_code == 0, done.output
    assert "portals: 2\n" in done.output
    assert opened_in(done.output) == (12, 12)
    assert rows(there.extensions["b24app"].deps.db.of_all()) == rows(here.database)
    headers = {"Authorization": f"Bearer {tab.token}", "HX-Request": "true"}
    there.testing = True
    answer = there.test_client().get("/payments", headers=headers)
    assert 'data-payment-id="1038"' in answer.text


def test_the_file_is_for_its_owner_alone_and_holds_no_token(here, tmp_path):
    (file,) = backed_up(here, tmp_path / "backups")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.name.startswith("deal-payments-20260701-")
    assert b"user-access-plain" not in file.read_bytes()


def test_keys_of_another_deployment_are_told_at_once(here, elsewhere, tmp_path):
    (file,) = backed_up(here, tmp_path / "backups")

    done = run(elsewhere(token_keys=(Fernet.generate_key().decode(),)), "restore", file)

    assert opened_in(done.output) == (0, 10)
    assert "TOKEN_KEYS of that time" in done.output


@pytest.fixture
def of_the_version_before(here):
    """The same deployment with the schema of the revision before; the database is used again."""
    with here.database.engine.begin() as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, PREVIOUS)
    yield here
    upgrade(here.database)


def test_a_backup_of_the_version_before_is_brought_to_this_one_with_its_data(
    of_the_version_before, elsewhere, tmp_path
):
    (file,) = backed_up(of_the_version_before, tmp_path / "backups")
    there = elsewhere()

    done = run(there, "restore", file)

    restored = there.extensions["b24app"].deps.db.of_all()
    assert done.exit_code == 0, done.output
    assert can_serve(restored)
    before, after = rows(of_the_version_before.database), rows(restored)
    # A version may bring or drop a table; what both have keeps its rows.
    both = before.keys() & after.keys()
    assert {"portals", "user_tokens", "activity"} <= both
    assert [name for name in both if len(after[name]) != len(before[name])] == []
    assert len(after["portals"]) == len(after["portal_settings"]) + 1 == 2


def test_a_backup_of_a_later_version_restores_nothing(here, elsewhere, tmp_path):
    revisions = "UPDATE alembic_version SET version_num = :revision"
    with here.database.engine.begin() as connection:
        connection.execute(text(revisions), {"revision": "9999"})
    (file,) = backed_up(here, tmp_path / "backups")
    with here.database.engine.begin() as connection:
        connection.execute(text(revisions), {"revision": min(newest_revisions())})
    there = elsewhere()

    done = run(there, "restore", file)

    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "of a newer version of the app" in done.output
    assert rows(there.extensions["b24app"].deps.db.of_all()) == {}


def test_a_database_with_tables_is_left_as_it_is(here, tmp_path):
    (file,) = backed_up(here, tmp_path / "backups")
    before = rows(here.database)

    done = run(here.app, "restore", file)

    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "not empty" in done.output
    assert rows(here.database) == before


def test_a_file_that_is_damaged_restores_nothing(here, elsewhere, tmp_path):
    (file,) = backed_up(here, tmp_path / "backups")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    there = elsewhere()

    done = run(there, "restore", file)

    assert done.exit_code == 1
    assert "Nothing was changed" in done.output
    assert rows(there.extensions["b24app"].deps.db.of_all()) == {}


@pytest.mark.parametrize("name", ["none.dump", "none.db", "other.txt"])
def test_a_file_that_is_no_backup_is_refused_in_a_sentence(elsewhere, tmp_path, name):
    if not name.startswith("none"):
        (tmp_path / name).touch()

    done = run(elsewhere(), "restore", tmp_path / name)

    assert (done.exit_code, done.output.count("\n")) == (1, 1)


def test_the_newest_are_kept_and_strange_files_stay(here, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "deal-payments-notes.txt").touch()
    for _ in range(4):
        here.advance(60)
        last = backed_up(here, folder, "--keep", "2")

    assert len(last) == 3
    assert (folder / "deal-payments-notes.txt").exists()
    assert len(backed_up(here, folder, "--keep", "0")) == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("part", [0.5, 0.95])
def test_a_file_with_damaged_pages_restores_nothing(here, elsewhere, tmp_path, part):
    (file,) = backed_up(here, tmp_path / "backups")
    content = bytearray(file.read_bytes())
    at = int(len(content) * part) // 4096 * 4096
    content[at : at + 8192] = b"\xa5" * 8192
    file.write_bytes(content)
    there = elsewhere()

    done = run(there, "restore", file)

    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "Nothing was changed" in done.output
    assert rows(there.extensions["b24app"].deps.db.of_all()) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_of_sqlite_needs_no_other_beside_it(here, tmp_path):
    (file,) = backed_up(here, tmp_path / "backups")

    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as opened:
        assert opened.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_what_an_operator_named_stays_and_does_not_count(here, tmp_path):
    folder = tmp_path / "backups"
    ending = backup.suffix(here.database)
    own = [f"deal-payments-{name}{ending}" for name in ("2025-yearend", "before-1.1")]
    folder.mkdir()
    for name in own:
        (folder / name).touch()

    for _ in range(3):
        here.advance(60)
        files = backed_up(here, folder, "--keep", "2")

    assert {file.name for file in files} > set(own)
    assert len(files) == len(own) + 2


def test_the_newest_stays_where_the_clock_was_ahead(here, tmp_path):
    folder = tmp_path / "backups"
    here.advance(400 * 86_400)
    ahead = backed_up(here, folder)
    here.advance(-400 * 86_400)

    (file,) = backed_up(here, folder, "--keep", "1")

    assert file not in ahead


def test_what_a_killed_one_left_is_deleted_after_a_day(here, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    now = here.portal_clock.now().timestamp()
    left, growing = (
        folder / f".deal-payments-2026032{day}-023000{backup.suffix(here.database)}.part"
        for day in (1, 2)
    )
    for file, age in ((left, 2 * 86_400), (growing, 3600)):
        file.touch()
        os.utime(file, (now - age, now - age))

    backed_up(here, folder)

    assert (left.exists(), growing.exists()) == (False, True)


def test_two_at_once_do_not_write_into_one_file(here, tmp_path):
    folder = tmp_path / "backups"
    (first,) = backed_up(here, folder)
    draft = folder / f".{first.name}.part"
    draft.write_text("another's")

    done = run(here.app, "backup", "--folder", folder)

    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert draft.read_text() == "another's"


def test_a_backup_that_fails_leaves_no_file_and_deletes_none(here, tmp_path, monkeypatch):
    folder = tmp_path / "backups"
    (first,) = backed_up(here, folder)
    here.advance(60)
    monkeypatch.setattr(backup, "_run", fail)
    monkeypatch.setattr(backup, "_copy_sqlite", fail)

    done = run(here.app, "backup", "--folder", folder, "--keep", "1")

    assert done.exit_code == 1
    assert list(folder.iterdir()) == [first]


ON_CITUS = f"{backup.OF_ALL} -c citus.propagate_set_commands=local"


def test_an_empty_database_takes_the_place_of_no_backup(here, elsewhere, tmp_path):
    folder = tmp_path / "backups"
    before = backed_up(here, folder)

    empty = elsewhere()
    assert inspect(empty.extensions["b24app"].deps.db.engine).get_table_names() == []

    done = run(empty, "backup", "--folder", folder, "--keep", 1)

    assert done.exit_code == 1
    assert done.output.startswith("Error: the database has no tables: DATABASE_URL leads to")
    assert list(folder.iterdir()) == before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("arrives", "said"),
    [
        ("", "connect to the server, not to a pooler"),
        (ON_CITUS, "connect as a role with BYPASSRLS"),
    ],
    ids=["pooler", "citus"],
)
def test_who_does_not_see_all_rows_leaves_no_empty_backup(
    here, tmp_path, monkeypatch, arrives, said
):
    folder = tmp_path / "backups"
    monkeypatch.setattr(backup, "OF_ALL", arrives)

    done = run(here.app, "backup", "--folder", folder)

    assert done.exit_code == 1
    assert said in done.output
    assert list(folder.iterdir()) == []


def test_a_folder_nobody_can_write_is_told_in_a_sentence(stage, tmp_path):
    (tmp_path / "file").touch()

    done = run(stage.app, "backup", "--folder", tmp_path / "file" / "below")

    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "cannot be written: Not a directory -> name one with --folder" in done.output


def fail(*_arguments, **_options):
    raise backup.BackupError("no room")


def test_without_the_programs_of_postgresql_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(backup.BackupError, match="client programs"):
        backup.dump(Database("postgresql://ann@127.0.0.1:9/none"), tmp_path / "a.dump")


def test_what_runs_meanwhile_goes_on(here, tmp_path):
    """A backup takes no lock that a write would wait for."""
    with here.database.transaction() as session:
        backed_up(here, tmp_path / "backups")
        leases.try_take(session, leases.Key("", "a"), "b", here.portal_clock.now(), 20)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_programs_of_postgresql_take_the_secrets(here, tmp_path):
    config = replace(here.config, database_url=f"{here.config.database_url}?sslpassword=hush")
    app = create_app(config)
    try:
        done = run(app, "backup", "--folder", tmp_path / "backups")
    finally:
        app.extensions["b24app"].deps.db.close()

    assert done.exit_code == 0, done.output
