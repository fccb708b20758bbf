"""Work for later: rows that `housekeeping` claims, on any number of machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from b24app.seal import Seal

from .deletion import delete_where
from .models import Job
from .upsert import insert_into

CLAIM_SECONDS = 300


def add(
    session: Session,
    seal: Seal,
    *,
    kind: str,
    member_id: str,
    payload: dict[str, Any],
    run_at: datetime,
    dedup_key: str | None = None,
    now: datetime,
) -> bool:
    """Add a job. False where `dedup_key` was seen before, in a job that is done as well.

    `payload` holds JSON values, tokens too: it is sealed, and emptied when the job is done.
    """
    statement = insert_into(
        session,
        Job,
        kind=kind,
        member_id=member_id,
        run_at=run_at,
        payload_sealed=seal.close(json.dumps(payload)),
        attempts=0,
        dedup_key=dedup_key,
        created_at=now,
    )
    added = session.scalars(statement.on_conflict_do_nothing().returning(Job.id))
    return added.one_or_none() is not None


def due(
    session: Session, now: datetime, limit: int, *, claim_seconds: float = CLAIM_SECONDS
) -> Sequence[Job]:
    """Claim jobs whose time has come, oldest first, and count the attempt.

    Commit before working. Nobody else gets them for `claim_seconds`; a machine that dies leaves
    them to the others after that.
    """
    query = (
        select(Job)
        .where(
            Job.done_at.is_(None),
            Job.run_at <= now,
            or_(Job.claimed_until.is_(None), Job.claimed_until <= now),
        )
        .order_by(Job.run_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    jobs = session.scalars(query).all()
    for job in jobs:
        job.claimed_until = now + timedelta(seconds=claim_seconds)
        job.attempts += 1
    session.flush()
    return jobs


def next_run(session: Session, now: datetime) -> datetime | None:
    """When the next job is due that nobody works on; None where nothing waits."""
    query = select(func.min(Job.run_at)).where(
        Job.done_at.is_(None), or_(Job.claimed_until.is_(None), Job.claimed_until <= now)
    )
    return session.scalar(query)


def payload(seal: Seal, job: Job) -> dict[str, Any]:
    """Return what the job was given. Raises SealBrokenError; catch it for this one job."""
    content: dict[str, Any] = json.loads(seal.open(job.payload_sealed))
    return content


def done(session: Session, job_id: int, now: datetime) -> None:
    """Close the job and empty it. One that went away with its portal is no error."""
    session.execute(
        update(Job)
        .where(Job.id == job_id)
        .values(done_at=now, claimed_until=None, payload_sealed="")
    )


def retry_at(session: Session, job_id: int, run_at: datetime) -> None:
    """Give the job back for a later try."""
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.done_at.is_(None))
        .values(run_at=run_at, claimed_until=None)
    )


def is_waiting(session: Session, kind: str, member_id: str) -> bool:
    """Tell whether a job of this kind is still to be done for the portal."""
    query = select(Job.id).where(
        Job.member_id == member_id, Job.kind == kind, Job.done_at.is_(None)
    )
    return session.scalars(query.limit(1)).one_or_none() is not None


def drop_waiting(session: Session, kind: str, member_id: str) -> int:
    """Delete the portal's jobs of this kind that are still to be done. Returns how many."""
    return delete_where(
        session, Job, Job.member_id == member_id, Job.kind == kind, Job.done_at.is_(None)
    )


def delete_done(session: Session, before: datetime) -> int:
    """Delete jobs done before `before`; their `dedup_key` is free again. Returns how many."""
    return delete_where(session, Job, Job.done_at < before)
