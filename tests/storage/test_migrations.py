from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text

from b24app import create_app
from b24app.config import Config
from b24app.domain import EntityRef
from b24app.storage import activity, session
from b24app.storage.activity import Record
from b24app.storage.models import Base
from b24app.storage.session import Database, _alembic_config, can_serve, upgrade
from tests.test_config import NEEDED

from .everything import fill
from .setting import MEMBER, OTHER_MEMBER

UPGRADE_ALONE = """
import sys
from b24app.storage.session import Database, upgrade
print("ready", flush=True)
sys.stdin.readline()
upgrade(Database(sys.argv[1]))
"""

LATER = """
revision, down_revision, branch_labels, depends_on = "later", "{}", None, None
"""


@pytest.fixture
def blank(blank_database_url):
    database = Database(blank_database_url)
    yield database
    database.close()


@pytest.fixture
def forget_revisions():
    """What a process forgets when another one takes its place."""

    def forget():
        session.newest_revisions.cache_clear()
        session._known_revisions.cache_clear()

    yield forget
    forget()


@contextmanager
def waiting_upgrade(url):
    process = subprocess.Popen(
        [sys.executable, "-c", UPGRADE_ALONE, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "ready\n"
        yield process


def test_migrations_make_exactly_the_tables_of_the_models(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})

        difference = compare_metadata(context, Base.metadata)

    assert difference == []


def test_foreign_keys_go_with_their_portal_as_the_models_say(database):
    expected = {
        (table.name, key.ondelete)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
    }

    found = {
        (table, key["options"]["ondelete"])
        for table in inspect(database.engine).get_table_names()
        for key in inspect(database.engine).get_foreign_keys(table)
    }

    assert found == expected
    assert expected


def test_keys_are_those_of_the_models(database):
    found = {
        table: inspect(database.engine).get_pk_constraint(table)["constrained_columns"]
        for table in Base.metadata.tables
    }

    assert found == {
        name: [column.name for column in table.primary_key]
        for name, table in Base.metadata.tables.items()
    }


def test_rows_of_the_version_before_keep_their_place_under_the_new_keys(blank, cipher, now):
    database = blank.of_all()
    upgrade(blank)
    fill(database, cipher, MEMBER, now)
    fill(database, cipher, OTHER_MEMBER, now)
    before = rows_of(database)

    migrate(database, command.downgrade, "0011")
    assert inspect(blank.engine).get_pk_constraint("activity")["constrained_columns"] == ["id"]
    upgrade(blank)

    # A lease lives for seconds and is dropped.
    assert rows_of(database) == {**before, "leases": []}
    with database.transaction() as session:
        kept = activity.page(session, MEMBER)
        activity.append(session, Record(MEMBER, now, 7, "", EntityRef(2, 1), "pay", "done"))
        assert activity.page(session, MEMBER)[0].id > kept[0].id


def migrate(database, how, revision):
    with database.engine.begin() as connection:
        config = _alembic_config()
        config.attributes["connection"] = connection
        how(config, revision)


def rows_of(database):
    """All rows, without the numbers that only SQLite gives anew."""
    with database.reading() as session:
        return {
            table.name: sorted(
                map(repr, session.execute(select(*(one for one in table.c if one.name != "id"))))
            )
            for table in Base.metadata.sorted_tables
        }


def test_a_blank_database_serves_nobody(blank):
    assert not can_serve(blank)


def test_upgrade_makes_a_blank_database_serve_and_may_run_again(blank):
    upgrade(blank)
    upgrade(blank)

    assert can_serve(blank)


def test_processes_serve_on_the_schema_of_a_later_version_and_not_of_an_earlier_one(blank):
    upgrade(blank)
    served = []
    for revision in ("of_a_later_version", "0011"):
        with blank.engine.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :it"), {"it": revision}
            )
        served.append(can_serve(blank))

    assert served == [True, False]


def test_a_process_that_runs_knows_its_own_revisions_when_files_of_another_version_came(
    blank, forget_revisions, monkeypatch, tmp_path
):
    upgrade(blank)
    forget_revisions()
    create_app(Config.from_env(NEEDED | {"DATABASE_URL": f"sqlite:///{tmp_path}/app.db"}))
    versions = tmp_path / "migrations" / "versions"
    shutil.copytree(session.MIGRATIONS, versions.parent)
    (versions / "later.py").write_text(LATER.format(*session.newest_revisions()))
    monkeypatch.setattr(session, "MIGRATIONS", versions.parent)

    assert can_serve(blank)

    forget_revisions()
    assert not can_serve(blank)


def test_several_machines_may_upgrade_at_once(blank_database_url, blank):
    with (
        waiting_upgrade(blank_database_url) as one,
        waiting_upgrade(blank_database_url) as other,
    ):
        for process in (one, other):
            process.stdin.write("\n")
            process.stdin.flush()

    assert [one.returncode, other.returncode] == [0, 0]
    assert can_serve(blank)


def test_downgrade_leaves_no_table_of_ours(blank):
    upgrade(blank)

    migrate(blank.of_all(), command.downgrade, "base")

    assert inspect(blank.engine).get_table_names() == ["alembic_version"]


def test_an_upgrade_that_fails_changes_nothing(blank, monkeypatch):
    def upgrade_and_fail(config, revision):
        real_upgrade(config, revision)
        raise RuntimeError("power cut")

    real_upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", upgrade_and_fail)

    with pytest.raises(RuntimeError):
        upgrade(blank)

    assert inspect(blank.engine).get_table_names() == []


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/self/none.db"]
)
def test_a_database_that_cannot_be_reached_serves_nobody_and_is_named_in_no_log(url, caplog):
    database = Database(url)

    assert not can_serve(database)

    assert "the database cannot be used: " in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "none" not in caplog.text
