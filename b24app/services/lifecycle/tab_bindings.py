"""Making the portal's tabs what the settings ask for: plan, apply in one batch, read back.

The portal's grant does it (decisions 22), for an administrator whom the portal has just confirmed.
What the portal lists afterwards decides about success; the answer of a single bind or unbind does
not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from b24app.bitrix.command import Command
from b24app.bitrix.methods import placements
from b24app.bitrix.methods.placements import BoundPlacement
from b24app.domain import PortalUser
from b24app.errors import AppError
from b24app.services.auth.grant import Purpose
from b24app.services.deps import SETTLE_SECONDS, Deps
from b24app.services.lifecycle import bindings
from b24app.services.settings import Tab

BOUND = placements.get_placements()
APPLY_SECONDS = 6.0
"""With the check before it and a reading back after it this stays within 15 seconds."""

Commands = Mapping[str, Command[Any]]


class Change(StrEnum):
    """What is to be done about one card's tab."""

    SHOW = "show"
    HIDE = "hide"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one card's tab. `error` is a code of the portal, "" for success."""

    placement: str
    change: Change
    error: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the portal lists the tab as it was asked for."""
        return not self.error


@dataclass(frozen=True)
class Applied:
    """`bound` is what the portal lists now; None where it could not be read back."""

    outcomes: tuple[Outcome, ...] = ()
    bound: tuple[BoundPlacement, ...] | None = None


@dataclass(frozen=True)
class _Task:
    change: Change
    commands: Commands
    is_done: Callable[[Sequence[BoundPlacement]], bool]


def handler_of(deps: Deps) -> str:
    """The address that the portal opens for a tab."""
    return deps.app_url + deps.manifest.paths["placement"]


def is_bound(bound: Sequence[BoundPlacement], placement: str, handler: str) -> bool:
    """Whether a tab is there and leads to us."""
    return any((one.placement, one.handler) == (placement, handler) for one in bound)


def listed(
    deps: Deps, member_id: str, seconds: float, admin: PortalUser | None
) -> tuple[BoundPlacement, ...]:
    """What the portal has bound for us. Raises the portal's errors."""
    commands = {"bound": BOUND}
    answer = bindings.send(deps, member_id, Purpose.PLACEMENTS, commands, seconds, admin=admin)
    return answer.take("bound", BOUND)


def apply(
    deps: Deps,
    member_id: str,
    wanted: Sequence[Tab],
    bound: Sequence[BoundPlacement],
    *,
    is_renamed: bool = False,
    admin: PortalUser | None = None,
) -> Applied:
    """Show, hide and rename tabs so that the portal lists what is wanted; safe to repeat.

    `is_renamed`: titles were changed, so what is there is bound anew. Nothing is sent where
    nothing differs. Failures are outcomes, never raised. `admin` as in `bindings.send`.
    """
    tasks = _plan(deps, wanted, bound, is_renamed=is_renamed)
    if not tasks:
        return Applied(bound=tuple(bound))
    errors, now_bound = _run(deps, member_id, tasks, admin)
    outcomes = tuple(
        Outcome(placement, task.change, _error_of(task, errors.get(placement), now_bound))
        for placement, task in tasks.items()
    )
    return Applied(outcomes, now_bound)


def _plan(
    deps: Deps, wanted: Sequence[Tab], bound: Sequence[BoundPlacement], *, is_renamed: bool
) -> dict[str, _Task]:
    handler = handler_of(deps)
    tasks: dict[str, _Task] = {}
    for tab in wanted:
        there = [one for one in bound if one.placement == tab.placement]
        is_stale = any(one.handler != handler or not _is_titled(one, tab) for one in there)
        if there and not (is_stale or is_renamed):
            continue
        # A changed title needs an unbind before (rest-contract e.20), and so does an old address.
        before: Commands = {"unbind": placements.unbind_placement(tab.placement)} if there else {}
        bind = placements.bind_placement(tab.placement, handler, tab.title, tab.titles)
        change = Change.RENAME if is_bound(bound, tab.placement, handler) else Change.SHOW
        tasks[tab.placement] = _Task(change, {**before, "bind": bind}, _shows(tab, handler))
    kept = {tab.placement for tab in wanted}
    for code in dict.fromkeys(one.placement for one in bound if one.placement not in kept):
        if placements.entity_type_id_of(code) is None:
            continue
        unbind = {"unbind": placements.unbind_placement(code)}
        tasks[code] = _Task(Change.HIDE, unbind, _hides(code))
    return tasks


def _is_titled(one: BoundPlacement, tab: Tab) -> bool:
    """Whether the tab has its title; languages the portal leaves out are not asked for."""
    if one.title != tab.title:
        return False
    return all(tab.titles.get(language, text) == text for language, text in one.titles.items())


def _shows(tab: Tab, handler: str) -> Callable[[Sequence[BoundPlacement]], bool]:
    def is_done(bound: Sequence[BoundPlacement]) -> bool:
        ours = [one for one in bound if (one.placement, one.handler) == (tab.placement, handler)]
        return any(_is_titled(one, tab) for one in ours)

    return is_done


def _hides(code: str) -> Callable[[Sequence[BoundPlacement]], bool]:
    return lambda bound: all(one.placement != code for one in bound)


def _run(
    deps: Deps, member_id: str, tasks: Mapping[str, _Task], admin: PortalUser | None
) -> tuple[dict[str, AppError], tuple[BoundPlacement, ...] | None]:
    """Send everything and read back. Errors by placement."""
    commands = {
        f"{name}{number}": command
        for number, task in enumerate(tasks.values())
        for name, command in task.commands.items()
    }
    everything = {**commands, "bound": BOUND}
    try:
        found = bindings.send(
            deps, member_id, Purpose.PLACEMENTS, everything, APPLY_SECONDS, admin=admin
        )
    except AppError as error:
        return dict.fromkeys(tasks, error), _read_back(deps, member_id)
    errors: dict[str, AppError] = {}
    for number, (placement, task) in enumerate(tasks.items()):
        for name in task.commands:
            refusal = found.error(f"{name}{number}")
            if refusal is not None:
                errors[placement] = refusal
    return errors, found.take("bound", BOUND) if found.has("bound") else _read_back(deps, member_id)


def _read_back(deps: Deps, member_id: str) -> tuple[BoundPlacement, ...] | None:
    commands = {"bound": BOUND}
    try:
        answer = bindings.send(deps, member_id, Purpose.PLACEMENTS, commands, SETTLE_SECONDS)
        return answer.take("bound", BOUND)
    except AppError:
        return None


def _error_of(task: _Task, error: AppError | None, bound: Sequence[BoundPlacement] | None) -> str:
    if bound is not None and task.is_done(bound):
        return ""
    if error is not None:
        return error.code or type(error).__name__
    return "unknown" if bound is None else "not_confirmed"
