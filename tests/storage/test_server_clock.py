"""Machines whose clocks differ go by the database's; a clock that was set back holds nothing up."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from b24app.storage import cached_lists, jobs, leases
from b24app.storage.models import Lease
from b24app.storage.server_clock import ServerClock
from b24app.storage.session import Database

from .setting import MEMBER

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
APART = [timedelta(minutes=5), timedelta(minutes=-5), timedelta(hours=30)]
KEY = leases.Key("portal", "refresh")


@pytest.fixture
def machine(postgres_databases):
    """Make machines on one PostgreSQL, each with a clock that differs by so much."""
    url, made = postgres_databases.clean(), []

    def machine(apart):
        database = Database(url, lambda: datetime.now(UTC) + apart).of_all()
        made.append(database)
        return database

    yield machine
    for database in made:
        database.close()


def take(database, owner, seconds=20):
    with database.transaction() as session:
        return leases.try_take(session, KEY, owner, database.clock(), seconds)


@pytest.mark.parametrize("apart", APART)
def test_a_lease_is_not_over_earlier_on_a_machine_with_another_clock(machine, apart):
    one, other = machine(timedelta()), machine(apart)

    assert take(one, "one")
    assert not take(other, "other")


@pytest.mark.parametrize("apart", APART)
def test_what_a_machine_with_another_clock_writes_is_of_now(machine, apart):
    other = machine(apart)

    assert take(other, "other")

    with other.transaction() as session:
        assert abs(other.clock() - datetime.now(UTC)) < 5 * SECOND
        (until,) = session.execute(select(Lease.expires_at)).one()
    assert abs(until - datetime.now(UTC)) < 60 * SECOND


def test_a_machine_that_is_set_right_goes_by_the_new_time_at_once(machine):
    database = machine(timedelta())
    apart = [HOUR]
    database.clock.machine = lambda: datetime.now(UTC) + apart[0]
    take(database, "one")
    apart[0] = timedelta()

    take(database, "two")

    assert abs(database.clock() - datetime.now(UTC)) < 5 * SECOND


class Hands:
    """A machine's clock that stands still."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


@pytest.mark.parametrize("apart", [0.3, -0.9])
def test_a_clock_that_is_nearly_right_is_left_alone(now, apart):
    clock = ServerClock(Hands(now))

    clock.hear(now, now + apart * SECOND)

    assert clock() == now


@pytest.mark.parametrize("began", [now_ago * SECOND for now_ago in (2, -2)])
def test_an_answer_that_took_long_is_not_believed(now, began):
    clock = ServerClock(Hands(now))

    clock.hear(now - began, now + HOUR)

    assert clock() == now


def test_a_clock_that_is_far_from_right_is_told_once(now, caplog):
    clock = ServerClock(Hands(now))

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            clock.hear(now, now - 300 * SECOND)

    assert [record.getMessage() for record in caplog.records] == [
        "this machine's clock is +300 s from the database's: set it"
    ]
    assert clock() == now - 300 * SECOND


def test_a_lease_of_a_clock_that_was_set_back_is_over(database, now):
    def at(moment, owner):
        with database.transaction() as session:
            return leases.try_take(session, KEY, owner, moment, 20)

    assert at(now + 5 * HOUR, "ahead")

    assert at(now, "right")
    assert not at(now, "other")


def test_a_claim_of_a_clock_that_was_set_back_is_over(database, put, claim, now):
    put("probe")
    put("other")
    assert claim(now + 5 * HOUR) is not None

    assert claim(now) is not None
    assert claim(now) is None
    with database.reading() as session:
        assert jobs.next_run(session) is not None


def test_a_try_of_a_clock_that_was_set_back_delays_no_work(put, claim, do, now):
    put("probe")
    assert do(now + 5 * HOUR) is not None

    put("probe", pace=6 * SECOND)

    assert claim(now + 5 * SECOND) is None
    assert claim(now + 6 * SECOND) is not None


@pytest.mark.usefixtures("portal")
def test_what_is_yet_to_be_read_is_not_fresh(database, now):
    with database.transaction() as session:
        cached_lists.save(session, MEMBER, "pay_systems", [], now + 5 * HOUR)
        kept = cached_lists.load(session, MEMBER, "pay_systems")

    assert not kept.is_fresh(now, HOUR)
    assert kept.is_fresh(now + 5 * HOUR, HOUR)
    assert not kept.is_fresh(now + 6 * HOUR, HOUR)
