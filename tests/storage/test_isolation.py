"""Portals are kept apart: in every key, by every caller, and on PostgreSQL by the database."""

from __future__ import annotations

import ast
import os
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import UniqueConstraint, delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

import b24app
from b24app.storage import activity
from b24app.storage.models import Activity, Base
from b24app.storage.session import Database

from .everything import fill
from .setting import MEMBER, OTHER_MEMBER, at_once

TABLES = [table for table in Base.metadata.sorted_tables if "member_id" in table.c]
FOUND_BY_EVERYBODY = "portal_addresses"
REFUSED = "42501"

MAY_SEE_ALL = {
    "services/lifecycle/backups.py: restore": "an operator's command",
    "services/lifecycle/event_jobs.py: next_in": "when the next work of any portal is due",
    "services/lifecycle/event_jobs.py: work_one": "whose turn it is",
    "services/lifecycle/health.py: oldest_due": "doctor and figures",
    "services/lifecycle/housekeeping.py: _with_activity": "housekeeping",
    "services/lifecycle/housekeeping.py: delete_expired": "housekeeping",
    "services/lifecycle/housekeeping.py: keep_grants_alive": "housekeeping",
    "services/lifecycle/housekeeping.py: rename_tabs": "housekeeping",
    "services/lifecycle/interrupted.py: record": "housekeeping",
    "storage/condition.py: seals": "doctor",
    "storage/key_rotation.py: reseal": "housekeeping",
    "storage/session.py: upgrade": "migrations",
}


@pytest.fixture
def apart(postgres_databases, cipher, now):
    """A database of two portals with a row in every table, as no portal sees it."""
    database = Database(postgres_databases.clean())
    for member_id in (MEMBER, OTHER_MEMBER):
        fill(database.of_all(), cipher, member_id, now)
    yield database
    database.close()


def test_every_key_holds_the_portal():
    for table in TABLES:
        unique = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
        indexes = [one.columns for one in table.indexes if one.unique]
        for columns in (table.primary_key.columns, *unique, *indexes):
            assert "member_id" in columns, table.name


def test_only_counts_of_failed_proofs_belong_to_no_portal():
    assert set(Base.metadata.sorted_tables) - set(TABLES) == {Base.metadata.tables["failed_proofs"]}


def test_only_background_work_and_operators_see_all_portals():
    package = Path(b24app.__file__).parent

    found = {
        f"{path.relative_to(package)}: {function.name}"
        for path in package.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr == "of_all"
    }

    assert found == set(MAY_SEE_ALL)


def test_a_transaction_sees_rows_of_its_own_portal_only(apart):
    for table in TABLES:
        assert portals_in(apart.of(MEMBER), table) >= {MEMBER}, table.name
        if table.name != FOUND_BY_EVERYBODY:
            assert portals_in(apart.of(MEMBER), table) == {MEMBER}, table.name
            assert portals_in(apart, table) == set(), table.name


@pytest.mark.parametrize("member_id", ["", OTHER_MEMBER, "x' OR 'a' = 'a"])
def test_no_other_transaction_changes_or_deletes_them(apart, member_id):
    theirs = apart.of(member_id)
    for table in TABLES:
        of_portal = table.c.member_id == MEMBER
        column = next(one for one in table.c if not one.primary_key)
        for change in (update(table).values({column: column}), delete(table)):
            with theirs.transaction() as session:
                assert session.execute(change.where(of_portal)).rowcount == 0, table.name


def test_no_other_transaction_writes_them(apart):
    for table in TABLES:
        with apart.of_all().reading() as session:
            row = session.execute(select(table).where(table.c.member_id == MEMBER)).mappings().one()
        for database in (apart, apart.of(OTHER_MEMBER)):
            assert refused(database, insert(table).values(**row)), table.name
        moved = update(table).values(member_id=OTHER_MEMBER)
        assert refused(apart.of(MEMBER), moved), table.name


def refused(database, statement):
    with pytest.raises(ProgrammingError) as caught, database.transaction() as session:
        session.execute(statement)
    return caught.value.orig.sqlstate == REFUSED


def portals_in(database, table):
    with database.reading() as session:
        return set(session.scalars(select(table.c.member_id)))


def test_background_work_sees_all(apart):
    for table in TABLES:
        assert portals_in(apart.of_all(), table) == {MEMBER, OTHER_MEMBER}, table.name


def test_nothing_of_a_portal_stays_in_a_pooled_connection(apart):
    def fail():
        with apart.of(MEMBER).transaction() as session:
            seen.append(backend(session))
            raise RuntimeError

    seen = []
    with apart.of_all().reading() as session:
        seen.append(backend(session))
    with pytest.raises(RuntimeError):
        fail()
    with apart.reading() as session:
        seen.append(backend(session))
        assert session.scalar(select(func.count()).select_from(Activity)) == 0
    with apart.engine.raw_connection().driver_connection as outside:
        settings = "SELECT current_setting('app.member_id'), current_setting('app.all_portals')"
        assert outside.execute(settings).fetchone() == ("", "")

    assert len(set(seen)) == 1


def backend(session):
    return session.scalar(text("SELECT pg_backend_pid()"))


def test_many_at_once_over_few_connections_never_see_each_other(apart):
    def look(number):
        member_id = (MEMBER, OTHER_MEMBER)[number % 2]
        for _ in range(20):
            with apart.of(member_id).reading() as session:
                assert set(session.scalars(select(Activity.member_id))) == {member_id}

    at_once(8, look)


def test_naming_the_portal_costs_no_message_and_leaves_no_prepared_statement(apart):
    ours = apart.of(MEMBER)
    for _ in range(10):
        with ours.reading() as session:
            activity.page(session, MEMBER)

    with tempfile.TemporaryFile("w+") as trace, ours.reading() as session:
        driver = session.connection().connection.driver_connection
        assert driver.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
        session.rollback()
        driver.pgconn.trace(trace.fileno())
        session.scalar(text("SELECT 1"))
        driver.pgconn.untrace()
        os.lseek(trace.fileno(), 0, os.SEEK_SET)
        sent = [line for line in trace.read().splitlines() if "\tF\t" in line]

    # The first asks whether the connection still lives.
    begun, asked = sent[1:]
    assert f"BEGIN READ ONLY; SET LOCAL app.member_id = '{MEMBER}'" in begun
    assert "SELECT 1" in asked


def test_every_table_of_portals_has_its_policies(apart):
    query = text(
        "SELECT relname, array_agg(polname::text ORDER BY polname) FROM pg_class"
        " JOIN pg_policy ON polrelid = pg_class.oid"
        " WHERE relrowsecurity AND relforcerowsecurity GROUP BY relname"
    )
    with apart.reading() as session:
        found = {name: list(policies) for name, policies in session.execute(query)}

    usual = ["all_portals", "one_portal"]
    assert found == {
        table.name: ["all_portals", "everybody", "one_portal"]
        if table.name == FOUND_BY_EVERYBODY
        else usual
        for table in TABLES
    }
