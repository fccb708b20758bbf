"""What the portal has bound for us, tabs and events: read and changed with the portal's grant.

In one batch, or one by one where a batch cannot carry it: some portals refuse these methods inside
`batch` (remembered for a day, decisions 11), and some titles would be replaced there (quirk 44).
Every change may be repeated, so a batch that was refused in part is sent anew as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from b24app.bitrix.command import Command
from b24app.bitrix.wire.batch import SUBSTITUTED
from b24app.bitrix.wire.client import BatchAnswer
from b24app.domain import PortalUser
from b24app.errors import BatchRefusedError, SessionExpiredError, UnprovenError
from b24app.services.auth import grant
from b24app.services.auth.grant import Purpose
from b24app.services.deps import READ_SECONDS, Deps
from b24app.storage import cached_lists

ALONE = "bindings_alone"
"""Remembered apart from what the tab remembers of the methods of payments."""

REMEMBERED = timedelta(hours=24)
LOST = (SessionExpiredError, UnprovenError, *grant.REFUSALS)

Commands = Mapping[str, Command[Any]]


def send(
    deps: Deps,
    member_id: str,
    purpose: Purpose,
    commands: Commands,
    seconds: float = READ_SECONDS,
    *,
    admin: PortalUser | None = None,
) -> BatchAnswer:
    """Send commands that may all be repeated; errors of single ones are in the answer.

    `admin` is an administrator whom the portal has just confirmed: where the grant turns out to be
    lost, their own pair takes its place and the commands are sent once more. Raises like
    `grant.call`.
    """
    try:
        answer = _send(deps, member_id, purpose, commands, seconds)
    except LOST:
        if admin is None or not grant.take_over(deps, member_id, admin):
            raise
        return _send(deps, member_id, purpose, commands, seconds)
    is_refused = any(isinstance(answer.error(key), LOST) for key in commands)
    if is_refused and admin is not None and grant.take_over(deps, member_id, admin):
        return _send(deps, member_id, purpose, commands, seconds)
    return answer


def _send(
    deps: Deps, member_id: str, purpose: Purpose, commands: Commands, seconds: float
) -> BatchAnswer:
    if not _goes_alone(deps, member_id, commands):
        answer = grant.batch(deps, member_id, purpose, commands, seconds)
        if not _is_refused(answer, commands):
            return answer
        with deps.db.transaction() as session:
            cached_lists.save(session, member_id, ALONE, {}, deps.clock())
    return grant.in_turn(deps, member_id, purpose, commands, seconds)


def _is_refused(answer: BatchAnswer, commands: Commands) -> bool:
    return any(isinstance(answer.error(key), BatchRefusedError) for key in commands)


def _goes_alone(deps: Deps, member_id: str, commands: Commands) -> bool:
    if any(_is_unsayable(command.params) for command in commands.values()):
        return True
    with deps.db.reading() as session:
        kept = cached_lists.load(session, member_id, ALONE)
    return kept is not None and kept.fetched_at > deps.clock() - REMEMBERED


def _is_unsayable(value: object) -> bool:
    """Whether the portal would take a title for a reference and replace it (quirk 44)."""
    if isinstance(value, Mapping):
        return any(_is_unsayable(entry) for entry in value.values())
    return isinstance(value, str) and SUBSTITUTED.search(value) is not None
