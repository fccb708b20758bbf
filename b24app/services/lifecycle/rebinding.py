"""Having tabs and events bound again, however often it is asked for."""

from __future__ import annotations

from datetime import timedelta

from b24app.services.deps import Deps
from b24app.storage import jobs
from b24app.storage.session import Session

REBIND = "rebind"
"""The kind of work that binds tabs and events anew."""

PACE = timedelta(minutes=1)


def rebind_soon(session: Session, deps: Deps, member_id: str) -> bool:
    """Have tabs and events bound. False where they will be anyway."""
    now = deps.clock()
    return jobs.put(
        session,
        deps.seal,
        kind=REBIND,
        member_id=member_id,
        payload={},
        run_at=now,
        now=now,
        pace=PACE,
    )
