"""Counts failed proofs, not traffic: a whole company shares one address (decisions 29)."""

from __future__ import annotations

from b24app.services.deps import Deps
from b24app.storage import failed_proofs, launches

A_MINUTE = 300
"""Failed proofs an address, or an unknown or mismatched member_id, may have in one minute."""


def is_blocked(deps: Deps, name: str) -> bool:
    """Whether this name has failed too often in the present minute."""
    with deps.db.reading() as session:
        return failed_proofs.count(session, name, deps.clock()) >= A_MINUTE


def note(deps: Deps, name: str) -> None:
    """Count one failed proof."""
    with deps.db.transaction() as session:
        failed_proofs.add(session, name, deps.clock())


def was_proven(deps: Deps, launch_id: str) -> bool:
    """Whether the portal has confirmed the opener of this launch before."""
    with deps.db.reading() as session:
        return launches.find(session, launch_id) is not None
