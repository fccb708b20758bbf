"""Store work for later: one row per portal and kind, claimed by one worker at a time.

What comes while a row waits is merged into it, so a flood of events is one piece of work. Portals
take turns, and a portal has one worker at most, however slow it is. Uninstallations come first.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from b24app.cipher import Cipher, DecryptionError

from . import job_times
from .deletion import delete_some, delete_where
from .job_times import CLAIM_SECONDS as CLAIM_SECONDS
from .models import Job
from .upsert import insert_into

CONSIDERED = 200
"""How many of the oldest jobs are looked at to find whose turn it is."""

AT_ONCE = timedelta()

Payload = dict[str, Any]
Merge = Callable[[Payload, Payload], Payload]
Change = Callable[[Payload], Payload]


def newest(_waiting: Payload, given: Payload) -> Payload:
    """Let what was given last stand for both."""
    return given


def put(
    session: Session,
    cipher: Cipher,
    *,
    kind: str,
    member_id: str,
    payload: Payload,
    run_at: datetime,
    now: datetime,
    is_urgent: bool = False,
    pace: timedelta = AT_ONCE,
    merge: Merge = newest,
) -> bool:
    """Enqueue work. Return False if it was merged into work that is waiting or running.

    It is not done again sooner than `pace` after the last time. `payload` holds JSON values,
    tokens too: it is sealed, and emptied when the work is done.
    """
    while True:
        if _insert(session, cipher, kind, member_id, payload, run_at, is_urgent):
            return True
        job = _locked(session, kind, member_id)
        if job is not None:
            break
    run_at = max(run_at, job_times.earliest(job, now, pace, run_at))
    is_waiting = job.run_at is not None
    is_worked_on = job_times.is_claimed(job, now)
    if is_waiting:
        payload = merge(_opened(cipher, job, payload), payload)
    if is_waiting and not is_worked_on and job.run_at is not None:
        run_at = min(run_at, job.run_at)
    job.payload_sealed = cipher.encrypt(json.dumps(payload))
    job.run_at = run_at
    job.is_urgent = is_urgent or (is_waiting and job.is_urgent)
    job.attempts = 0
    job.revision += 1
    session.flush()
    return not is_waiting


def claim(
    session: Session,
    now: datetime,
    *,
    owner: str,
    urgent_only: bool = False,
    seconds: float = CLAIM_SECONDS,
) -> Job | None:
    """Claim the work whose turn it is and count the attempt; None if nothing is due.

    Needs to see all portals. Commit before working. `owner` is new for every claim. Nobody else
    gets the work for `seconds`.
    """
    for kind, member_id in _in_turn(session, now, urgent_only=urgent_only):
        query = select(Job).where(
            Job.member_id == member_id, Job.kind == kind, *job_times.ready(Job, now)
        )
        query = query.with_for_update(skip_locked=True)
        job = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if job is None:
            continue
        job.claim = owner
        job.claimed_until = now + timedelta(seconds=seconds)
        job.tried_at = now
        job.attempts += 1
        session.flush()
        return job
    return None


def next_run(session: Session) -> datetime | None:
    """Return when the next work may be claimed; None where nothing waits.

    What somebody is doing counts from the end of the claim on: they may have died.
    """
    claimed = (Job.claimed_until > Job.run_at, Job.claimed_until)
    due = case(claimed, else_=Job.run_at)
    found: datetime | None = session.scalar(select(func.min(due)).where(Job.run_at.is_not(None)))
    return found


def payload(cipher: Cipher, job: Job) -> Payload:
    """Return what the job was given. Raise DecryptionError; catch it for this one job."""
    content: Payload = json.loads(cipher.decrypt(job.payload_sealed))
    return content


def is_ours(session: Session, job: Job) -> bool:
    """Return whether a claimed job is still its claimer's, and hold it until the transaction ends.

    It is not if the claim has ended and somebody else took it, or if it was canceled.
    """
    return _ours(session, job) is not None


def done(session: Session, job: Job) -> None:
    """Close a claimed job and empty it; one that got more work in the meantime stays.

    A job that is no longer the claimer's, or was erased with its portal, is no error.
    """
    current = _ours(session, job)
    if current is None:
        return
    if current.revision == job.revision:
        current.run_at = None
        current.payload_sealed = ""
        current.is_urgent = False
    _release(current)
    current.attempts = 0


def again(
    session: Session,
    cipher: Cipher,
    job: Job,
    run_at: datetime,
    payload: Payload | None = None,
    merge: Merge = newest,
) -> None:
    """Give a claimed job back for later, with another payload if one is given.

    A job that got more work in the meantime keeps its time, and the work is merged into the
    payload. One that is no longer the claimer's is no error, as in `done`.
    """
    current = _ours(session, job)
    if current is None:
        return
    if current.revision == job.revision:
        current.run_at = run_at
        current.is_urgent = False
    elif payload is not None:
        payload = merge(payload, _opened(cipher, current, payload))
    if payload is not None:
        current.payload_sealed = cipher.encrypt(json.dumps(payload))
        current.attempts = 0
    _release(current)


def change(
    session: Session,
    cipher: Cipher,
    kind: str,
    member_id: str,
    new: Change,
) -> Payload | None:
    """Replace the payload of waiting or running work by what `new` makes of it, and return that.

    None where there is no such work, or no key opens what it was given.
    """
    job = _locked(session, kind, member_id)
    if job is None or job.run_at is None:
        return None
    try:
        changed = new(payload(cipher, job))
    except DecryptionError:
        return None
    job.payload_sealed = cipher.encrypt(json.dumps(changed))
    session.flush()
    return changed


def hurry(session: Session, kind: str, member_id: str, now: datetime, pace: timedelta) -> None:
    """Make waiting work due at once, but not sooner than `pace` after the last time."""
    job = _locked(session, kind, member_id)
    if job is not None and job.run_at is not None:
        job.run_at = min(job.run_at, max(now, job_times.earliest(job, now, pace, now)))


def waiting(session: Session, cipher: Cipher, kind: str, member_id: str) -> Payload | None:
    """Return what waiting or running work was given; None where there is none."""
    job = _locked(session, kind, member_id)
    return None if job is None or job.run_at is None else _opened(cipher, job, {})


def is_waiting(session: Session, kind: str, member_id: str) -> bool:
    """Return whether work of this kind is still to be done for the portal."""
    job = session.get(Job, (member_id, kind))
    return job is not None and job.run_at is not None


def cancel(session: Session, kind: str, member_id: str) -> bool:
    """Cancel the work, even if it is running. Return whether there was any."""
    return delete_where(session, Job, Job.member_id == member_id, Job.kind == kind) > 0


def delete_idle(session: Session, before: datetime) -> int:
    """Delete rows with nothing to do whose work was last done before `before`. Return how many."""
    return delete_some(session, Job, Job.run_at.is_(None), Job.tried_at < before)


def _insert(
    session: Session,
    cipher: Cipher,
    kind: str,
    member_id: str,
    payload: Payload,
    run_at: datetime,
    is_urgent: bool,
) -> bool:
    statement = insert_into(
        session,
        Job,
        member_id=member_id,
        kind=kind,
        run_at=run_at,
        is_urgent=is_urgent,
        payload_sealed=cipher.encrypt(json.dumps(payload)),
        attempts=0,
        revision=0,
    )
    inserted = session.scalars(statement.on_conflict_do_nothing().returning(Job.kind))
    return inserted.one_or_none() is not None


def _in_turn(session: Session, now: datetime, *, urgent_only: bool) -> list[tuple[str, str]]:
    """Return keys of claimable work: urgent first, then the portal that waited longest."""
    other, served = aliased(Job), aliased(Job)
    busy = select(other.kind).where(
        other.member_id == Job.member_id, ~job_times.is_free(other, now)
    )
    # Beside the row itself, so that in a distributed database each machine finds its portals'.
    served_at = select(func.max(served.tried_at)).where(served.member_id == Job.member_id)
    last = served_at.scalar_subquery().label("last")
    query = select(Job.kind, Job.member_id, Job.is_urgent, Job.run_at, last)
    query = query.where(*job_times.ready(Job, now), ~busy.exists())
    if urgent_only:
        query = query.where(Job.is_urgent)
    oldest = query.order_by(Job.is_urgent.desc(), Job.run_at).limit(CONSIDERED).subquery()
    ordered = select(oldest.c.kind, oldest.c.member_id).order_by(
        oldest.c.is_urgent.desc(), oldest.c.last.is_not(None), oldest.c.last, oldest.c.run_at
    )
    return [(row.kind, row.member_id) for row in session.execute(ordered)]


def _locked(session: Session, kind: str, member_id: str) -> Job | None:
    query = select(Job).where(Job.member_id == member_id, Job.kind == kind).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _ours(session: Session, job: Job) -> Job | None:
    current = _locked(session, job.kind, job.member_id)
    return current if current is not None and current.claim == job.claim else None


def _release(job: Job) -> None:
    job.claim = None
    job.claimed_until = None


def _opened(cipher: Cipher, job: Job, otherwise: Payload) -> Payload:
    try:
        return payload(cipher, job)
    except DecryptionError:
        return otherwise
