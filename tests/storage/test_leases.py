from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.storage import leases

from .setting import at_once


def take(database, owner, now, name="refresh", seconds=20):
    with database.transaction() as session:
        return leases.try_take(session, leases.Key("portal", name), owner, now, seconds)


def release(database, owner, name="refresh"):
    with database.transaction() as session:
        leases.release(session, leases.Key("portal", name), owner)


@pytest.mark.parametrize("round_", range(8))
def test_of_many_takers_at_once_exactly_one_wins(database, now, round_):
    won = at_once(6, lambda taker: take(database, f"{round_}-{taker}", now))

    assert won.count(True) == 1


@pytest.mark.parametrize("round_", range(8))
def test_of_many_takers_of_a_lease_that_is_over_exactly_one_wins(database, now, round_):
    assert take(database, "dead", now)

    later = now + timedelta(seconds=20)
    won = at_once(6, lambda taker: take(database, f"{round_}-{taker}", later))

    assert won.count(True) == 1


def test_a_taken_lease_is_refused_until_it_is_over(database, now):
    assert take(database, "one", now)

    assert not take(database, "two", now + timedelta(seconds=19, microseconds=999_999))
    assert take(database, "two", now + timedelta(seconds=20))


def test_a_lease_is_not_given_twice_to_its_owner(database, now):
    assert take(database, "one", now)

    assert not take(database, "one", now)


def test_leases_of_other_names_are_free(database, now):
    assert take(database, "one", now, "refresh:a")

    assert take(database, "two", now, "refresh:b")


def test_a_released_lease_is_free_at_once(database, now):
    assert take(database, "one", now)

    release(database, "one")

    assert take(database, "two", now)


def test_nobody_releases_a_lease_of_somebody_else(database, now):
    assert take(database, "one", now)
    assert take(database, "two", now + timedelta(seconds=30))

    release(database, "one")

    assert not take(database, "three", now + timedelta(seconds=31))


def test_a_lease_of_a_transaction_that_failed_was_not_taken(database, now):
    def take_and_fail():
        with database.transaction() as session:
            leases.try_take(session, leases.Key("portal", "refresh"), "one", now, 20)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        take_and_fail()

    assert take(database, "two", now)


def test_leases_nobody_gave_back_are_deleted(database, now):
    take(database, "dead", now, "old")
    take(database, "alive", now, "new", seconds=100)

    with database.transaction() as session:
        assert leases.delete_expired(session, now + timedelta(seconds=20)) == 1

    assert not take(database, "other", now + timedelta(seconds=20), "new")


def leave(database, owner, heir, until, portal="portal"):
    with database.transaction() as session:
        leases.leave(session, leases.Key(portal, "refresh"), owner, heir, until)


def take_left(database, owner, heir, until, portal="portal"):
    with database.transaction() as session:
        return leases.take_left(session, leases.Key(portal, "refresh"), owner, heir, until)


def test_a_lease_that_was_left_is_its_heirs_alone_until_it_ends(database, now):
    end, later = now + timedelta(seconds=5), now + timedelta(seconds=30)
    assert take(database, "one", now)
    leave(database, "one", "heir", end)

    assert not take(database, "two", now)
    assert not take_left(database, "two", "another", later)
    assert take_left(database, "three", "heir", later)
    assert not take_left(database, "four", "heir", later)
    assert not take(database, "two", end)


def test_nobody_leaves_a_lease_of_somebody_else(database, now):
    late = now + timedelta(seconds=30)
    assert take(database, "one", now)
    assert take(database, "two", late)

    leave(database, "one", "heir", late)

    assert not take(database, "three", late)
    assert not take_left(database, "three", "heir", late)


def test_an_heir_takes_nothing_of_another_portal(database, now):
    later = now + timedelta(seconds=30)
    assert take(database, "one", now)
    leave(database, "one", "heir", later)

    assert not take_left(database, "two", "heir", later, portal="another")
    assert take_left(database, "three", "heir", later)


def test_who_looks_sees_the_holder_until_the_lease_is_over(database, now):
    key = leases.Key("portal", "refresh")

    def holder(moment):
        with database.reading() as session:
            return leases.holder(session, key, moment, 20)

    assert holder(now) is None
    assert take(database, "one", now)

    assert holder(now + timedelta(seconds=19, microseconds=999_999)) == "one"
    assert holder(now + timedelta(seconds=20)) is None
    # Taken by a clock that has been set back since.
    assert holder(now - timedelta(minutes=2)) is None
