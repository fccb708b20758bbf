from __future__ import annotations

from datetime import timedelta

from b24app.storage import failed_proofs

from .setting import at_once


def add(database, name, now):
    with database.transaction() as session:
        return failed_proofs.add(session, name, now)


def count(database, name, now):
    with database.reading() as session:
        return failed_proofs.count(session, name, now)


def test_failures_are_counted_per_name(database, now):
    assert [add(database, "1.2.3.4", now) for _ in range(3)] == [1, 2, 3]
    assert add(database, "5.6.7.8", now) == 1
    assert count(database, "1.2.3.4", now) == 3


def test_asking_counts_nothing(database, now):
    assert [count(database, "1.2.3.4", now) for _ in range(2)] == [0, 0]


def test_a_failure_that_was_none_is_taken_back(database, now):
    for _ in range(3):
        add(database, "1.2.3.4", now)

    with database.transaction() as session:
        failed_proofs.take_back(session, "1.2.3.4", now)
        failed_proofs.take_back(session, "5.6.7.8", now)
        failed_proofs.take_back(session, "1.2.3.4", now + timedelta(minutes=1))

    assert count(database, "1.2.3.4", now) == 2
    assert count(database, "5.6.7.8", now) == 0


def test_each_minute_starts_anew(database, now):
    start = now.replace(second=0, microsecond=0)
    add(database, "1.2.3.4", start)

    assert add(database, "1.2.3.4", start + timedelta(seconds=59)) == 2
    assert add(database, "1.2.3.4", start + timedelta(seconds=60)) == 1


def test_failures_at_once_are_all_counted(database, now):
    counts = at_once(8, lambda _: add(database, "1.2.3.4", now))

    assert sorted(counts) == list(range(1, 9))


def test_names_from_strangers_may_be_long_and_odd(database, now):
    assert add(database, "x\x00" * 5000, now) == 1
    assert count(database, "x\x00" * 5000, now) == 1


def test_minutes_that_are_over_are_deleted(database, now):
    add(database, "1.2.3.4", now - timedelta(minutes=1))
    add(database, "1.2.3.4", now)

    with database.transaction() as session:
        assert failed_proofs.delete_old(session, now) == 1

    assert count(database, "1.2.3.4", now) == 1
