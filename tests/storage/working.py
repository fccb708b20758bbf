"""Fixtures for tests of jobs: putting work down, claiming it, doing it."""

from __future__ import annotations

import pytest

from b24app.storage import jobs

from .setting import MEMBER


@pytest.fixture
def put(database, cipher, now):
    def put(kind="probe", member_id=MEMBER, run_at=now, payload=None, now=now, **other):
        with database.transaction() as session:
            return jobs.put(
                session,
                cipher,
                kind=kind,
                member_id=member_id,
                payload=payload or {},
                run_at=run_at,
                now=now,
                **other,
            )

    return put


@pytest.fixture
def claim(database):
    numbers = iter(range(1000))

    def claim(moment, **other):
        with database.transaction() as session:
            return jobs.claim(session, moment, owner=f"owner-{next(numbers)}", **other)

    return claim


@pytest.fixture
def do(database, claim):
    """Claim what is due and be done with it."""

    def do(moment):
        job = claim(moment)
        if job is None:
            return None
        with database.transaction() as session:
            jobs.done(session, job)
        return job.kind, job.member_id

    return do
