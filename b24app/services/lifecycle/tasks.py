"""Define what a job's handler gets, and what it returns if there is more to do later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from b24app.services.deps import Deps
from b24app.storage import jobs, portals
from b24app.storage.models import Job
from b24app.storage.session import Session

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long to wait before the next try after a portal did not answer."""


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work that this process has claimed."""

    member_id: str
    payload: dict[str, Any]
    job: Job

    def hold(self, session: Session) -> bool:
        """Return whether the work is still ours, and lock portal and work against changes.

        It is no longer ours after a new installation, or after the portal was seen alive.
        """
        portals.lock(session, self.member_id)
        return jobs.is_ours(session, self.job)


@dataclass(frozen=True, slots=True)
class Again:
    """Do the work again at this time, with this payload if one is given."""

    run_at: datetime
    payload: dict[str, Any] | None = None


def change(deps: Deps, task: Task, new: jobs.Change) -> dict[str, Any] | None:
    """Replace the payload of running work, including what was merged into it since.

    None if it is no longer ours.
    """
    with deps.db.of(task.member_id).transaction() as session:
        if not jobs.is_ours(session, task.job):
            return None
        return jobs.change(session, deps.cipher, task.job.kind, task.member_id, new)
