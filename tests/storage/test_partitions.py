"""The same schema, spread over partitions by portal. With PARTITIONED=1 every test runs so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from b24app.storage import activity, jobs, launches, portals, settings
from b24app.storage.key_rotation import reseal
from b24app.storage.models import Base
from b24app.storage.session import Database

from .everything import DEAL, fill, row_counts, tables_with

MEMBERS = [f"{number:032x}" for number in range(12)]
SECRETS = 7
"""How many each portal has: those of its own row, a user's, a job's and a pair that waits."""


@pytest.fixture
def spread(postgres_databases, cipher, now):
    database = Database(postgres_databases.clean(is_partitioned=True)).of_all()
    for member_id in MEMBERS:
        fill(database, cipher, member_id, now)
    yield database
    database.close()


def test_rows_of_portals_lie_apart_and_are_erased_from_every_part(spread):
    with spread.reading() as session:
        lie_in = set(session.scalars(text("SELECT tableoid::regclass::text FROM activity")))
    assert len(lie_in) > 1

    with spread.of(MEMBERS[0]).transaction() as session:
        portals.erase(session, MEMBERS[0], keep_settings=False)

    assert tables_with(spread, MEMBERS[0]) == set()
    assert set(row_counts(spread).values()) == {len(MEMBERS) - 1}


def test_a_portal_reads_and_writes_as_on_whole_tables(spread, now):
    ours = spread.of(MEMBERS[1])
    with ours.transaction() as session:
        line = activity.Record(MEMBERS[1], now, 7, "Ann", DEAL, "unpay", "done")
        activity.append(session, line)
        settings.save(session, MEMBERS[1], {"users": [8]}, updated_by=1, now=now)
        launches.note_listed(session, MEMBERS[1], f"launch-{MEMBERS[1][:8]}", [1], now)

    with ours.reading() as session:
        assert [one.action for one in activity.page(session, MEMBERS[1])] == ["unpay", "pay"]
        assert settings.load(session, MEMBERS[1]) == {"users": [8]}
    with spread.of(MEMBERS[2]).reading() as session:
        assert activity.page(session, MEMBERS[1]) == []


def test_background_work_reaches_every_part(spread, other_cipher, now):
    claimed = set()
    for owner in MEMBERS:
        with spread.transaction() as session:
            claimed.add(jobs.claim(session, now, owner=owner).member_id)

    assert claimed == set(MEMBERS)
    assert reseal(spread, other_cipher).unreadable == SECRETS * len(MEMBERS)
    with spread.transaction() as session:
        assert launches.delete_expired(session, now + timedelta(days=1)) == len(MEMBERS)


def test_every_table_of_portals_is_spread(spread):
    query = text("SELECT partrelid::regclass::text FROM pg_partitioned_table")
    with spread.reading() as session:
        found = set(session.scalars(query))

    assert found == {name for name, table in Base.metadata.tables.items() if "member_id" in table.c}
