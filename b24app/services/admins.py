"""Who is an administrator is asked of the portal at every request to the settings.

What a launch remembered may be half an hour old, and somebody who was an administrator then may
have been dismissed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from b24app.bitrix.client import BatchAnswer
from b24app.bitrix.command import Command
from b24app.errors import NotAdminError, UnprovenError
from b24app.services import launches
from b24app.services.acting import Acting
from b24app.services.deps import READ_SECONDS, Deps
from b24app.services.launches import PROFILE, PROOF

Commands = Mapping[str, Command[Any]]


@dataclass(frozen=True)
class Checked:
    """An administrator, confirmed just now, and what else the same call answered."""

    acting: Acting
    answer: BatchAnswer


def check(
    deps: Deps,
    acting: Acting,
    commands: Commands | None = None,
    seconds: float = READ_SECONDS,
) -> Checked:
    """Ask the portal who is acting, together with `commands`, in one call of the acting user.

    Raises NotAdminError for everybody else, UnprovenError and the portal's errors.
    """
    lead: Commands = {"profile": PROFILE} if acting.user else PROOF
    answer = deps.client.read(acting.tokens, {**lead, **(commands or {})}, deps.deadline(seconds))
    proven = launches.prove(deps, acting, answer)
    user = answer.take("profile", PROFILE)
    if user.id != proven.user_id:
        raise UnprovenError("the token is of another user than the launch")
    if not user.is_admin:
        raise NotAdminError("only an administrator of the portal may see or change settings")
    return Checked(replace(proven, user=user), answer)
