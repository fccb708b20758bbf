"""Process the jobs of events: each is claimed by one process and has a time limit."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from b24app.bitrix.wire.deadline import all_within
from b24app.cipher import DecryptionError
from b24app.errors import AppError, Executed, PortalClosedError
from b24app.services.deps import Deps
from b24app.services.lifecycle import (
    event_claims,
    event_tokens,
    rebinding,
    subscriptions,
    uninstall,
)
from b24app.services.lifecycle.tasks import PAUSES, Again, Task
from b24app.services.lifecycle.worker import Lane
from b24app.storage import jobs
from b24app.storage.models import Job

log = logging.getLogger(__name__)

Handler = Callable[[Deps, Task], Again | None]


@dataclass(frozen=True, slots=True)
class Work:
    """How one kind of work is done, and the time limit in seconds of all its calls.

    `merge` makes one payload of the work to repeat and of what came in the meantime.
    """

    handle: Handler
    seconds: float
    merge: jobs.Merge = jobs.newest


KINDS: Mapping[str, Work] = {
    uninstall.PROBE: Work(uninstall.work_off, 12.0, uninstall.merged),
    uninstall.FORMER: Work(uninstall.erase_former, 5.0),
    event_claims.PROOF: Work(event_tokens.work_off, 20.0),
    subscriptions.REFRESH: Work(subscriptions.work_off, 12.0),
    rebinding.REBIND: Work(rebinding.work_off, 20.0),
}

URGENT_SECONDS = 3.0
"""For what was just reported. A portal that needs longer is asked again a minute later."""

AT_ONCE = 1000
LONGEST = 600.0
"""Seconds. A thousand silent portals would take three hours, and what comes after them in the
hourly command, which is ended after half an hour, would never be done. The next hour goes on."""

URGENT_THREADS = 8
THREADS = 4


@dataclass(slots=True)
class Worked:
    """How many jobs were done, given up, and put off until later."""

    done: int = 0
    given_up: int = 0
    put_off: int = 0


def lanes(deps: Deps) -> tuple[Lane, Lane]:
    """Return the two lanes of a process: urgent work never waits behind other work."""
    return (
        Lane(partial(work_one, deps, Worked(), urgent_only=True), URGENT_THREADS),
        Lane(partial(work_one, deps, Worked()), THREADS),
    )


def run_due_jobs(deps: Deps, limit: int = AT_ONCE) -> Worked:
    """Process what is due, at most `limit` jobs and for no longer than `LONGEST`.

    A failed one does not stop the others.
    """
    worked = Worked()
    end = deps.monotonic() + LONGEST
    for _ in range(limit):
        if deps.monotonic() > end or not work_one(deps, worked):
            break
    return worked


def work_one(
    deps: Deps,
    worked: Worked,
    on_claim: Callable[[], None] = lambda: None,
    *,
    urgent_only: bool = False,
) -> bool:
    """Do the job whose turn it is. Return False if there is none.

    `on_claim` is called before it is done, so that another worker may take the next one.
    """
    with deps.db.of_all().transaction() as session:
        owner = secrets.token_hex(8)
        job = jobs.claim(session, deps.clock(), owner=owner, urgent_only=urgent_only)
    if job is None:
        return False
    on_claim()
    _run(deps, job, worked)
    return True


def next_in(deps: Deps) -> float | None:
    """Return in how many seconds the next work is due, below zero if overdue; or None."""
    now = deps.clock()
    with deps.db.of_all().reading() as session:
        run_at = jobs.next_run(session)
    return None if run_at is None else (run_at - now).total_seconds()


def _run(deps: Deps, job: Job, worked: Worked) -> None:
    try:
        again = _handle(deps, job)
    except AppError as error:
        is_curable = error.retryable or error.executed is Executed.UNKNOWN
        log.warning("%s of %s failed: %s", job.kind, job.member_id, error)
        _put_off(deps, job, worked, again=is_curable or isinstance(error, PortalClosedError))
    except DecryptionError:
        log.warning("%s of %s was sealed with an unknown key", job.kind, job.member_id)
        _put_off(deps, job, worked, again=False)
    except Exception:
        # A bug in our code in one portal's work must not keep the others waiting.
        log.exception("%s of %s failed", job.kind, job.member_id)
        _put_off(deps, job, worked, again=True)
    else:
        _close(deps, job, again)
        worked.done += 1


def _handle(deps: Deps, job: Job) -> Again | None:
    work = KINDS[job.kind]
    task = Task(job.member_id, jobs.payload(deps.cipher, job), job)
    seconds = min(work.seconds, URGENT_SECONDS) if job.is_urgent else work.seconds
    with all_within(seconds, deps.monotonic):
        return work.handle(deps, task)


def _close(deps: Deps, job: Job, again: Again | None = None) -> None:
    with deps.db.of(job.member_id).transaction() as session:
        if again is None:
            jobs.done(session, job)
        else:
            merge = KINDS[job.kind].merge if job.kind in KINDS else jobs.newest
            jobs.again(session, deps.cipher, job, again.run_at, again.payload, merge)


def _put_off(deps: Deps, job: Job, worked: Worked, *, again: bool) -> None:
    if not again or job.attempts > len(PAUSES):
        _close(deps, job)
        worked.given_up += 1
        return
    _close(deps, job, Again(deps.clock() + PAUSES[job.attempts - 1]))
    worked.put_off += 1
