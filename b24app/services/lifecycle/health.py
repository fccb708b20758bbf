"""Check whether this process can serve, and whether the work that waits is done."""

from __future__ import annotations

from datetime import timedelta

from b24app.services.deps import Deps
from b24app.storage import jobs
from b24app.storage.session import can_serve


def trouble(deps: Deps) -> str:
    """Return what is wrong, in words for an operator; empty if all is well."""
    return "" if can_serve(deps.db) else "database unreachable or schema not current"


def oldest_due(deps: Deps) -> timedelta:
    """Return how long the oldest waiting job has been due; zero or less where none is."""
    now = deps.clock()
    with deps.db.of_all().reading() as session:
        due = jobs.next_run(session)
    return now - due if due is not None else timedelta()
