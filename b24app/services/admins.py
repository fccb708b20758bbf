"""Who is an administrator is asked of the portal at every request to the settings.

What a launch remembered may be half an hour old, and somebody who was an administrator then may
have been dismissed since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from b24app.bitrix.portal_api import Batch, BatchResult
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
    asked = launches.ask_proof(batch)
    result = acting.api.send(batch, seconds)
    proven = launches.prove(deps, acting, result, asked)
    user = result[asked.profile]
    if user.id != proven.user_id:
        raise UnprovenError("the token is of another user than the launch")
    if not user.is_admin:
        raise NotAdminError("only an administrator of the portal may see or change settings")
    return Checked(replace(proven, user=user), result)
