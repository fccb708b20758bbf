"""Whose turn it is: urgent work first, then portal by portal, one worker for each."""

from __future__ import annotations

import itertools
import multiprocessing
from datetime import timedelta

import pytest
from sqlalchemy import text

from b24app.cipher import Cipher
from b24app.storage import jobs
from b24app.storage.session import Database

from .setting import MEMBER, OTHER_MEMBER, at_once

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def test_work_comes_when_its_time_has_come(put, do, now):
    put("later", run_at=now + HOUR)
    put("before", OTHER_MEMBER, run_at=now - HOUR)

    assert do(now) == ("before", OTHER_MEMBER)
    assert do(now) is None
    assert do(now + HOUR) == ("later", MEMBER)


def test_what_is_urgent_comes_first(put, do, now):
    put("old", "a", run_at=now - HOUR)
    put("urgent", "b", is_urgent=True)

    assert do(now) == ("urgent", "b")
    assert do(now) == ("old", "a")


def test_the_urgent_lane_leaves_the_rest_alone(put, claim, now):
    put("old", "a", run_at=now - HOUR)

    assert claim(now, urgent_only=True) is None


def test_portals_take_turns(put, do, now):
    for kind in ("first", "second", "third"):
        put(kind, "flood", run_at=now - HOUR)
    put("only", "other")

    order = [do(now + number * SECOND) for number in range(4)]

    assert order.index(("only", "other")) == 1
    assert {member_id for _, member_id in order} == {"flood", "other"}


def test_a_portal_is_worked_for_by_one_at_a_time(put, claim, now):
    put("first", "slow", run_at=now - HOUR)
    put("second", "slow", run_at=now - HOUR)
    put("only", "other")

    assert claim(now).member_id == "slow"
    assert claim(now).member_id == "other"
    assert claim(now) is None


@pytest.mark.parametrize("round_", range(3))
def test_machines_at_once_never_get_the_same_job(put, claim, now, round_):
    for number in range(12):
        put(f"kind-{round_}", f"portal-{number}")

    def three(_):
        # While others are claiming what this one has found, it may come away with nothing.
        tries = (claim(now) for _ in range(100))
        return [job.member_id for job in itertools.islice(filter(None, tries), 3)]

    claimed = at_once(4, three)

    together = [member_id for share in claimed for member_id in share]
    assert len(together) == len(set(together)) == 12


def test_a_machine_does_not_wait_for_another_that_is_claiming(postgres_databases, cipher, now):
    database = Database(postgres_databases.clean()).of_all()
    with database.transaction() as session:
        for member_id in ("first", "second"):
            jobs.put(
                session, cipher, kind="k", member_id=member_id, payload={}, run_at=now, now=now
            )

    with database.transaction() as one, database.transaction() as other:
        other.execute(text("SET LOCAL lock_timeout = '5s'"))
        mine = jobs.claim(one, now, owner="one").member_id
        theirs = jobs.claim(other, now, owner="other").member_id

    assert {mine, theirs} == {"first", "second"}
    database.close()


def _claim_all(url, moment, found):
    """What a process of its own claims until nothing is left."""
    database = Database(url).of_all()
    number = 0
    while True:
        with database.transaction() as session:
            job = jobs.claim(session, moment, owner=f"{multiprocessing.current_process().pid}")
        if job is None:
            break
        number += 1
        found.put(job.member_id)
    database.close()
    found.put(number)


def test_two_processes_share_the_work(database_url, put, now):
    for number in range(30):
        put("kind", f"portal-{number}")
    context = multiprocessing.get_context("spawn")
    found = context.Queue()

    workers = [context.Process(target=_claim_all, args=(database_url, now, found)) for _ in "ab"]
    for worker in workers:
        worker.start()
    seen = [found.get(timeout=60) for _ in range(32)]
    for worker in workers:
        worker.join(timeout=60)

    claimed = [one for one in seen if isinstance(one, str)]
    assert len(claimed) == len(set(claimed)) == 30
    assert sum(one for one in seen if isinstance(one, int)) == 30


def test_a_flood_of_one_portal_is_claimed_in_no_time(postgres_databases, now):
    """However many portals wait, a claim looks at a few of them only."""
    cipher = Cipher([KEY])
    database = Database(postgres_databases.clean()).of_all()
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO jobs (member_id, kind, run_at, is_urgent, payload_sealed, attempts,"
                " revision) SELECT 'portal-' || number, 'kind', :now, false, '', 0, 0"
                " FROM generate_series(1, 20000) AS number"
            ),
            {"now": now},
        )
        jobs.put(
            session,
            cipher,
            kind="probe",
            member_id=MEMBER,
            payload={},
            run_at=now,
            now=now,
            is_urgent=True,
        )
    with database.transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = '2s'"))
        assert jobs.claim(session, now, owner="one").member_id == MEMBER
    database.close()
