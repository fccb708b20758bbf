"""Working off what events left behind: one job at a time, each claimed by one process only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from b24app.errors import AppError, Executed, InstallationUnprovenError, PortalClosedError
from b24app.seal import SealBrokenError
from b24app.services import events, subscriptions, uninstall, updates
from b24app.services.deps import Deps
from b24app.storage import jobs
from b24app.storage.models import Job

log = logging.getLogger(__name__)

Handler = Callable[[Deps, str, dict[str, Any]], None]

HANDLERS: Mapping[str, Handler] = {
    events.INSTALL: updates.installed,
    events.UPDATE: updates.updated,
    events.PAYMENT: subscriptions.refresh,
    updates.REBIND: updates.rebind,
    uninstall.PROBE: uninstall.work_off,
}

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long to wait before the next try of what a silent portal kept from being done."""

AT_ONCE = 1000


@dataclass(slots=True)
class Worked:
    """How many jobs were done, given up, and put off until later."""

    done: int = 0
    given_up: int = 0
    put_off: int = 0


def work_off(deps: Deps, limit: int = AT_ONCE) -> Worked:
    """Do the jobs that are due, at most `limit`. One that fails does not stop the others."""
    worked = Worked()
    for _ in range(limit):
        with deps.db.transaction() as session:
            # One at a time, so that a claim lasts longer than its job.
            claimed = jobs.due(session, deps.clock(), 1)
        if not claimed:
            break
        _run(deps, claimed[0], worked)
    return worked


def next_in(deps: Deps) -> float | None:
    """In how many seconds the next job is due, below zero for one that waits already; or None."""
    now = deps.clock()
    with deps.db.reading() as session:
        run_at = jobs.next_run(session, now)
    return None if run_at is None else (run_at - now).total_seconds()


def _run(deps: Deps, job: Job, worked: Worked) -> None:
    try:
        HANDLERS[job.kind](deps, job.member_id, jobs.payload(deps.seal, job))
    except InstallationUnprovenError as error:
        log.warning("event %s of %s refused: %s", job.kind, job.member_id, error)
        _close(deps, job)
        worked.given_up += 1
    except AppError as error:
        is_curable = error.retryable or error.executed is Executed.UNKNOWN
        log.warning("%s of %s failed: %s", job.kind, job.member_id, error)
        _put_off(deps, job, worked, again=is_curable or isinstance(error, PortalClosedError))
    except SealBrokenError:
        log.warning("%s of %s was sealed with an unknown key", job.kind, job.member_id)
        _put_off(deps, job, worked, again=False)
    except Exception:
        # A mistake of ours in one portal's work must not keep the others waiting.
        log.exception("%s of %s failed", job.kind, job.member_id)
        _put_off(deps, job, worked, again=True)
    else:
        _close(deps, job)
        worked.done += 1


def _close(deps: Deps, job: Job) -> None:
    with deps.db.transaction() as session:
        jobs.done(session, job.id, deps.clock())


def _put_off(deps: Deps, job: Job, worked: Worked, *, again: bool) -> None:
    if not again or job.attempts > len(PAUSES):
        _close(deps, job)
        worked.given_up += 1
        return
    with deps.db.transaction() as session:
        jobs.retry_at(session, job.id, deps.clock() + PAUSES[job.attempts - 1])
    worked.put_off += 1
