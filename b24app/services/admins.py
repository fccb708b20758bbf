"""Who is an administrator is asked of the portal at every request to settings and installer.

What a launch remembered may be half an hour old, and somebody who was an administrator then may
have been dismissed since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from b24app.bitrix import portal as portal_api
from b24app.bitrix.portal_api import Batch, BatchResult
from b24app.domain import PortalUser
from b24app.errors import NotAdminError, UnprovenError
from b24app.services import launches
from b24app.services.acting import Acting
from b24app.services.deps import READ_SECONDS, Deps


@dataclass(frozen=True)
class Checked:
    """An administrator, confirmed just now, and what else the same call answered."""

    acting: Acting
    result: BatchResult


def check(
    deps: Deps, acting: Acting, batch: Batch | None = None, seconds: float = READ_SECONDS
) -> Checked:
    """Ask the portal who is acting, together with `batch`, in one call of the acting user.

    Raises NotAdminError for everybody else, UnprovenError and the portal's errors.
    """
    batch = Batch() if batch is None else batch
    asked = launches.ask_proof(batch) if acting.user is None else None
    profile = batch.add(portal_api.profile()) if asked is None else asked.profile
    result = acting.api.send(batch, seconds)
    proven = acting if asked is None else launches.prove(deps, acting, result, asked)
    return Checked(_administrator(proven, result[profile]), result)


def confirm(deps: Deps, acting: Acting) -> Acting:
    """Ask the portal nothing but who is acting, before something that is not its own batch.

    Raises as `check`.
    """
    if acting.user is None:
        return check(deps, acting).acting
    return _administrator(acting, acting.api.call(portal_api.profile()))


def _administrator(acting: Acting, user: PortalUser) -> Acting:
    """The acting person as the portal describes them just now."""
    if user.id != acting.user_id:
        raise UnprovenError("the token is of another user than the launch")
    if not user.is_admin:
        raise NotAdminError("only an administrator of the portal may see or change settings")
    return replace(acting, user=user)
