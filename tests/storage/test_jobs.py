from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from b24app.seal import SealBrokenError
from b24app.storage import jobs
from b24app.storage.models import Job

from .setting import MEMBER, at_once

HOUR = timedelta(hours=1)


@pytest.fixture
def add(database, seal, now):
    def add(*, kind="probe", run_at=now, dedup_key=None, payload=None):
        with database.transaction() as session:
            return jobs.add(
                session,
                seal,
                kind=kind,
                member_id=MEMBER,
                payload=payload or {},
                run_at=run_at,
                dedup_key=dedup_key,
                now=now,
            )

    return add


@pytest.fixture
def claim(database):
    def claim(moment, limit=10, **other):
        with database.transaction() as session:
            return list(jobs.due(session, moment, limit, **other))

    return claim


def test_a_job_is_claimed_with_what_it_was_given(add, claim, seal, now):
    add(payload={"application_token": "t", "attempt": 1})

    (job,) = claim(now)

    assert (job.kind, job.member_id, job.attempts) == ("probe", MEMBER, 1)
    assert jobs.payload(seal, job) == {"application_token": "t", "attempt": 1}


def test_jobs_come_when_their_time_has_come_oldest_first(add, claim, now):
    add(kind="later", run_at=now + HOUR)
    add(kind="now", run_at=now)
    add(kind="before", run_at=now - HOUR)

    assert [job.kind for job in claim(now)] == ["before", "now"]
    assert [job.kind for job in claim(now + HOUR, limit=1)] != []


def test_no_more_jobs_are_claimed_than_asked_for(add, claim, now):
    for _ in range(3):
        add()

    assert [len(claim(now, limit=2)), len(claim(now, limit=2))] == [2, 1]


@pytest.mark.parametrize("round_", range(4))
def test_machines_at_once_never_get_the_same_job(add, claim, now, round_):
    for number in range(12):
        add(kind=f"{round_}-{number}")

    claimed = at_once(4, lambda _: [job.id for job in claim(now, limit=5)])

    together = [job_id for share in claimed for job_id in share]
    assert len(together) == len(set(together)) == 12


def test_a_machine_does_not_wait_for_another_that_is_claiming(postgres_databases, seal, now):
    from b24app.storage.session import Database

    database = Database(postgres_databases.clean())
    with database.transaction() as session:
        for kind in ("first", "second"):
            jobs.add(session, seal, kind=kind, member_id=MEMBER, payload={}, run_at=now, now=now)

    with database.transaction() as one, database.transaction() as other:
        other.execute(text("SET LOCAL lock_timeout = '5s'"))
        mine = [job.kind for job in jobs.due(one, now, 1)]
        theirs = [job.kind for job in jobs.due(other, now, 1)]

    assert (mine, theirs) == (["first"], ["second"])
    database.close()


def test_a_claimed_job_comes_again_when_its_machine_died(add, claim, now):
    add()
    claim(now, claim_seconds=60)

    assert claim(now + timedelta(seconds=59)) == []
    (job,) = claim(now + timedelta(seconds=60))
    assert job.attempts == 2


def test_a_done_job_never_comes_again_and_keeps_no_secret(database, add, claim, now):
    add(payload={"token": "secret"})
    (job,) = claim(now)

    with database.transaction() as session:
        jobs.done(session, job.id, now)

    assert claim(now + HOUR) == []
    with database.reading() as session:
        assert session.scalars(select(Job.payload_sealed)).one() == ""


def test_a_job_given_back_comes_at_its_new_time(database, add, claim, now):
    add()
    (job,) = claim(now)

    with database.transaction() as session:
        jobs.retry_at(session, job.id, now + HOUR)

    assert claim(now + HOUR - timedelta(seconds=1)) == []
    assert [again.id for again in claim(now + HOUR)] == [job.id]


def test_a_done_job_cannot_be_given_back(database, add, claim, now):
    add()
    (job,) = claim(now)

    with database.transaction() as session:
        jobs.done(session, job.id, now)
        jobs.retry_at(session, job.id, now)

    assert claim(now + HOUR) == []


def test_ending_a_job_that_went_with_its_portal_is_no_error(database, now):
    with database.transaction() as session:
        jobs.done(session, 12345, now)
        jobs.retry_at(session, 12345, now)


def test_the_same_event_makes_one_job_even_when_it_comes_again_after_it_was_done(
    database, add, claim, now
):
    assert add(dedup_key="event:1")
    assert not add(dedup_key="event:1")
    (job,) = claim(now)
    with database.transaction() as session:
        jobs.done(session, job.id, now)

    assert not add(dedup_key="event:1")
    assert add(dedup_key="event:2")


def test_the_same_event_at_once_makes_one_job(add):
    added = at_once(6, lambda _: add(dedup_key="event:1"))

    assert added.count(True) == 1


def test_jobs_without_a_dedup_key_are_all_kept(add, claim, now):
    assert add()
    assert add()

    assert len(claim(now)) == 2


def test_a_waiting_job_is_seen_until_it_is_done(database, add, claim, now):
    add(kind="probe")
    (job,) = claim(now)

    with database.transaction() as session:
        assert jobs.is_waiting(session, "probe", MEMBER)
        assert not jobs.is_waiting(session, "erase", MEMBER)
        assert not jobs.is_waiting(session, "probe", "another")
        jobs.done(session, job.id, now)
        assert not jobs.is_waiting(session, "probe", MEMBER)


def test_waiting_jobs_of_one_kind_can_be_called_off(database, add, claim, now):
    add(kind="probe", dedup_key="done")
    (job,) = claim(now)
    with database.transaction() as session:
        jobs.done(session, job.id, now)
    add(kind="probe", run_at=now + HOUR)
    add(kind="erase")

    with database.transaction() as session:
        assert jobs.drop_waiting(session, "probe", "another") == 0
        assert jobs.drop_waiting(session, "probe", MEMBER) == 1

    assert [left.kind for left in claim(now + HOUR)] == ["erase"]
    assert not add(dedup_key="done")


def test_one_unreadable_payload_does_not_hold_up_the_others(add, claim, seal, other_seal, now):
    add(payload={"a": 1})

    (job,) = claim(now)

    with pytest.raises(SealBrokenError):
        jobs.payload(other_seal, job)
    assert jobs.payload(seal, job) == {"a": 1}


def test_old_done_jobs_are_deleted_and_waiting_ones_stay(database, add, claim, now):
    add(kind="done", dedup_key="once")
    (job,) = claim(now)
    with database.transaction() as session:
        jobs.done(session, job.id, now)
    add(kind="waiting", run_at=now + HOUR)

    with database.transaction() as session:
        assert jobs.delete_done(session, now) == 0
        assert jobs.delete_done(session, now + HOUR) == 1

    assert add(dedup_key="once")
    assert len(claim(now + HOUR)) == 2


def test_a_job_number_is_never_given_twice(database, add, claim, now):
    add()
    (first,) = claim(now)
    with database.transaction() as session:
        session.delete(session.get_one(Job, first.id))

    add()

    (second,) = claim(now)
    assert second.id > first.id
