from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from b24app.storage.columns import UtcDateTime
from b24app.storage.models import Base, Lease

from .setting import MEMBER

SAMPLES: dict[type, Any] = {int: 7, str: "x", bool: True, dict: {}, list: [1]}


def every_moment() -> list[Any]:
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, UtcDateTime)
    ]


def sample(column, moment):
    if isinstance(column.type, UtcDateTime):
        return moment
    if column.name == "member_id":
        return MEMBER
    return SAMPLES.get(column.type.python_type, "x")


@pytest.mark.usefixtures("portal")
@pytest.mark.parametrize("column", every_moment(), ids=str)
def test_every_moment_of_every_table_comes_back_aware(database, now, column):
    berlin = now.astimezone(timezone(timedelta(hours=1)))
    table = column.table
    with database.transaction() as session:
        session.execute(table.delete())
        session.execute(insert(table).values({c.name: sample(c, berlin) for c in table.columns}))

    with database.reading() as session:
        found = session.scalars(select(column)).one()

    assert found == now
    assert found.utcoffset() == timedelta(0)


def test_moments_of_other_zones_are_ordered_by_time_not_by_text(database, now):
    east = now.astimezone(timezone(timedelta(hours=9)))
    west = (now + timedelta(minutes=1)).astimezone(timezone(timedelta(hours=-9)))
    with database.transaction() as session:
        session.add(Lease(member_id="", name="west", owner="x", expires_at=west))
        session.add(Lease(member_id="", name="east", owner="x", expires_at=east))

    with database.reading() as session:
        names = session.scalars(select(Lease.name).order_by(Lease.expires_at)).all()
        due = session.scalars(select(Lease.name).where(Lease.expires_at <= now)).all()

    assert list(names) == ["east", "west"]
    assert list(due) == ["east"]


def test_a_moment_without_a_zone_is_refused(database):
    naive = datetime(2026, 3, 14)  # noqa: DTZ001 - That is the question.

    with (
        pytest.raises(StatementError, match="without a time zone"),
        database.transaction() as session,
    ):
        session.add(Lease(member_id="", name="naive", owner="x", expires_at=naive))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Ünïcödé \N{GRINNING FACE}", "Ünïcödé \N{GRINNING FACE}"),
        ("nul\x00inside", "nulinside"),
        ("half\ud83d", "half\N{REPLACEMENT CHARACTER}"),
        ("", ""),
    ],
)
def test_any_text_of_a_portal_can_be_kept(database, now, sent, kept):
    with database.transaction() as session:
        session.add(Lease(member_id="", name="text", owner=sent, expires_at=now))

    with database.reading() as session:
        assert session.scalars(select(Lease.owner)).one() == kept
