from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from b24app.cipher import DecryptionError
from b24app.storage import jobs
from b24app.storage.models import Job

from .setting import MEMBER, OTHER_MEMBER, at_once

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def both(waiting, given):
    return {"all": [*waiting["all"], *given["all"]]}


def row(database, kind="probe", member_id=MEMBER):
    with database.reading() as session:
        return session.get(Job, (member_id, kind))


# One row for a portal and kind


def test_a_job_is_claimed_with_what_it_was_given(put, claim, cipher, now):
    put(payload={"application_token": "t", "attempt": 1})

    job = claim(now)

    assert (job.kind, job.member_id, job.attempts) == ("probe", MEMBER, 1)
    assert jobs.payload(cipher, job) == {"application_token": "t", "attempt": 1}


def test_what_comes_while_it_waits_is_merged_into_it(database, put, claim, cipher, now):
    assert put(payload={"all": [1]})
    assert not put(payload={"all": [2]}, merge=both)
    assert not put(payload={"all": [3]}, merge=both)

    assert jobs.payload(cipher, claim(now)) == {"all": [1, 2, 3]}
    with database.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 1


def test_merging_at_once_loses_nothing(put, claim, cipher, now):
    put(payload={"all": [0]})

    at_once(6, lambda number: put(payload={"all": [number + 1]}, merge=both))

    assert sorted(jobs.payload(cipher, claim(now))["all"]) == list(range(7))


def test_the_first_at_once_make_one_row(database, put):
    added = at_once(6, lambda _: put())

    assert added.count(True) == 1
    with database.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 1


def test_work_of_other_kinds_and_portals_has_rows_of_its_own(put, do, now):
    for kind, member_id in (("a", MEMBER), ("b", MEMBER), ("a", OTHER_MEMBER)):
        put(kind, member_id)

    assert len({do(now) for _ in range(3)}) == 3
    assert do(now) is None


def test_the_sooner_of_two_times_counts(put, do, now):
    put(run_at=now + HOUR)
    put(run_at=now + MINUTE)
    put(run_at=now + HOUR)

    assert do(now) is None
    assert do(now + MINUTE) == ("probe", MEMBER)


def test_it_is_not_done_again_sooner_than_its_pace(put, do, now):
    put(pace=MINUTE)
    assert do(now) is not None

    put(pace=MINUTE, now=now + SECOND, run_at=now + SECOND)

    assert do(now + MINUTE - SECOND) is None
    assert do(now + MINUTE) is not None


def test_something_urgent_that_is_merged_makes_the_rest_urgent(put, claim, now):
    put()
    put(is_urgent=True)
    put()

    assert claim(now, urgent_only=True) is not None


def test_a_payload_no_key_opens_makes_way_for_a_new_one(database, put, claim, other_cipher, now):
    put(payload={"all": [1]})

    with database.transaction() as session:
        jobs.put(
            session,
            other_cipher,
            kind="probe",
            member_id=MEMBER,
            payload={"all": [2]},
            run_at=now,
            now=now,
            merge=both,
        )

    assert jobs.payload(other_cipher, claim(now)) == {"all": [2, 2]}


# Done, again, called off


def test_a_claimed_job_comes_again_when_its_machine_died(put, claim, now):
    put()
    claim(now, seconds=60)

    assert claim(now + timedelta(seconds=59)) is None
    assert claim(now + timedelta(seconds=60)).attempts == 2


def test_done_work_never_comes_again_and_keeps_no_secret(database, put, do, now):
    put(payload={"token": "secret"})

    do(now)

    assert do(now + HOUR) is None
    assert row(database).payload_sealed == ""


def test_work_that_was_given_more_while_it_was_done_is_done_again(
    database, put, claim, cipher, now
):
    put(payload={"all": [1]})
    job = claim(now)
    put(payload={"all": [2]}, merge=both, run_at=now + SECOND, now=now + SECOND)
    assert claim(now + SECOND) is None

    with database.transaction() as session:
        jobs.done(session, job)

    assert jobs.payload(cipher, claim(now + SECOND)) == {"all": [1, 2]}


def test_a_job_given_back_comes_at_its_new_time_with_its_new_payload(
    database, put, claim, cipher, now
):
    put(payload={"try": 1})
    job = claim(now)

    with database.transaction() as session:
        jobs.again(session, cipher, job, now + HOUR, {"try": 2})

    assert claim(now + HOUR - SECOND) is None
    again = claim(now + HOUR)
    assert (jobs.payload(cipher, again), again.attempts) == ({"try": 2}, 1)


def test_a_job_given_back_without_a_payload_counts_its_attempts(database, put, claim, cipher, now):
    put(payload={"try": 1})
    job = claim(now)

    with database.transaction() as session:
        jobs.again(session, cipher, job, now + HOUR)

    again = claim(now + HOUR)
    assert (jobs.payload(cipher, again), again.attempts) == ({"try": 1}, 2)


def test_a_job_given_back_keeps_what_came_meanwhile(database, put, claim, cipher, now):
    put(payload={"all": [1]})
    job = claim(now)
    put(payload={"all": [2]}, merge=both)

    with database.transaction() as session:
        jobs.again(session, cipher, job, now + HOUR, {"all": ["done"]}, both)

    assert jobs.payload(cipher, claim(now)) == {"all": ["done", 1, 2]}


@pytest.mark.parametrize("what", ["done", "again"])
def test_a_machine_that_is_late_ends_nobody_elses_work(database, put, claim, cipher, now, what):
    put()
    late = claim(now, seconds=60)
    later = now + timedelta(seconds=61)
    claim(later)

    with database.transaction() as session:
        assert not jobs.is_ours(session, late)
        if what == "done":
            jobs.done(session, late)
        else:
            jobs.again(session, cipher, late, later)

    assert row(database).run_at is not None
    assert claim(later) is None


def test_work_that_was_called_off_is_nobodys(database, put, claim, cipher, now):
    put()
    job = claim(now)

    with database.transaction() as session:
        assert jobs.cancel(session, "probe", MEMBER)
        assert not jobs.is_ours(session, job)
        jobs.done(session, job)
        jobs.again(session, cipher, job, now, {})

    assert row(database) is None


def test_work_that_is_wanted_again_after_it_was_called_off_is_not_the_old_one(
    database, put, claim, now
):
    put()
    job = claim(now)
    with database.transaction() as session:
        jobs.cancel(session, "probe", MEMBER)
    put(run_at=now + HOUR)

    with database.transaction() as session:
        assert not jobs.is_ours(session, job)
        jobs.done(session, job)

    assert row(database).run_at == now + HOUR


def test_a_payload_can_be_changed_while_somebody_works_on_it(database, put, claim, cipher, now):
    put(payload={"all": [1, 2]})
    job = claim(now)

    with database.transaction() as session:
        changed = jobs.change(
            session, cipher, "probe", MEMBER, lambda held: {"all": held["all"][1:]}
        )
        assert jobs.change(session, cipher, "other", MEMBER, dict) is None
    assert changed == {"all": [2]}
    with database.transaction() as session:
        jobs.again(session, cipher, job, now)

    assert jobs.payload(cipher, claim(now)) == {"all": [2]}


def test_waiting_work_can_be_hurried_but_not_beyond_its_pace(database, put, do, now):
    def hurry(moment):
        with database.transaction() as session:
            jobs.hurry(session, "probe", MEMBER, moment, MINUTE)

    put(run_at=now + HOUR)
    hurry(now)
    assert do(now) is not None

    put(run_at=now + HOUR, now=now)
    hurry(now + SECOND)

    assert do(now + MINUTE - SECOND) is None
    assert do(now + MINUTE) is not None
    hurry(now + HOUR)
    assert do(now + HOUR) is None


def test_waiting_work_is_seen_until_it_is_done(database, put, do, cipher, now):
    put(payload={"all": [1]})

    with database.transaction() as session:
        assert jobs.is_waiting(session, "probe", MEMBER)
        assert jobs.waiting(session, cipher, "probe", MEMBER) == {"all": [1]}
        assert not jobs.is_waiting(session, "erase", MEMBER)
        assert not jobs.is_waiting(session, "probe", OTHER_MEMBER)
    do(now)

    with database.transaction() as session:
        assert not jobs.is_waiting(session, "probe", MEMBER)
        assert jobs.waiting(session, cipher, "probe", MEMBER) is None


def test_one_unreadable_payload_does_not_hold_up_the_others(put, claim, cipher, other_cipher, now):
    put(payload={"a": 1})

    job = claim(now)

    with pytest.raises(DecryptionError):
        jobs.payload(other_cipher, job)
    assert jobs.payload(cipher, job) == {"a": 1}


def test_rows_with_nothing_to_do_are_deleted_after_a_while_and_waiting_ones_stay(
    database, put, do, now
):
    put("done")
    do(now)
    put("waiting", run_at=now + HOUR)

    with database.transaction() as session:
        assert jobs.delete_idle(session, now) == 0
        assert jobs.delete_idle(session, now + SECOND) == 1

    assert row(database, "waiting") is not None


def test_when_the_next_work_is_due(database, put, claim, now):
    def next_run():
        with database.reading() as session:
            return jobs.next_run(session)

    assert next_run() is None
    put("a", run_at=now + HOUR)
    put("b", run_at=now)
    assert next_run() == now

    claim(now)

    # Whoever claimed it may die.
    assert next_run() == now + timedelta(seconds=jobs.CLAIM_SECONDS)
