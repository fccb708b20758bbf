"""Read and change what the portal has bound for us, tabs and events, with the portal's grant.

Every change may be repeated. If the grant turns out to be lost, it is replaced by the pair of an
administrator, if there is one, and everything is sent once more.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.bitrix.wire.portal_api import Batch, BatchResult
from b24app.domain import PortalUser
from b24app.errors import AppError, SessionExpiredError, UnprovenError
from b24app.services.auth import grant
from b24app.services.auth.grant import Purpose
from b24app.services.deps import READ_SECONDS, Deps

LOST = (SessionExpiredError, UnprovenError, *grant.REFUSALS)


@dataclass(frozen=True, slots=True)
class BoundPortal:
    """A portal whose bindings are read or changed.

    `admin` is an administrator whom the portal has just confirmed; None if there is none.
    """

    deps: Deps
    member_id: str
    admin: PortalUser | None = None


def send(
    portal: BoundPortal, purpose: Purpose, batch: Batch, seconds: float = READ_SECONDS
) -> BatchResult:
    """Send commands that may all be repeated; single errors are in the answer.

    Raises like `grant.call`.
    """
    try:
        result = grant.send(portal.deps, portal.member_id, purpose, batch, seconds)
    except LOST:
        if not _take_over(portal):
            raise
        return grant.send(portal.deps, portal.member_id, purpose, batch, seconds)
    if any(map(_is_lost, result.errors)) and _take_over(portal):
        return grant.send(portal.deps, portal.member_id, purpose, batch, seconds)
    return result


def _is_lost(error: AppError) -> bool:
    """Return whether a command was refused because of the grant, or not sent because of it."""
    return isinstance(error, LOST) or isinstance(error.__cause__, LOST)


def _take_over(portal: BoundPortal) -> bool:
    admin = portal.admin
    return admin is not None and grant.take_over(portal.deps, portal.member_id, admin)
