"""Bind the tabs and places that the settings ask for: plan, apply in one batch, read back.

This uses the portal's grant (decisions 22), for an administrator whom the portal has just
confirmed. What the portal lists afterwards decides about success, not the answer of a single bind
or unbind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from b24app.bitrix.command import Command
from b24app.bitrix.methods import placements
from b24app.bitrix.methods.placements import BoundPlacement
from b24app.bitrix.wire.portal_api import Batch
from b24app.errors import AppError
from b24app.services.auth.grant import Purpose
from b24app.services.deps import SETTLE_SECONDS, Deps
from b24app.services.lifecycle import bindings
from b24app.services.lifecycle.bindings import BoundPortal
from b24app.services.settings import Tab

BOUND = placements.get_placements()
APPLY_SECONDS = 6.0
"""With the check before it and the read-back after it, this stays within 15 seconds."""


class Change(StrEnum):
    """What to do about one card's tab."""

    SHOW = "show"
    HIDE = "hide"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one card's tab. `error` is for the log, "" for success.

    `trouble` is the kind of error if the portal did not accept it.
    """

    placement: str
    change: Change
    error: str = ""
    trouble: type[AppError] | None = None

    @property
    def is_done(self) -> bool:
        """Return whether the portal lists the tab as requested."""
        return not self.error


@dataclass(frozen=True)
class Applied:
    """`bound` is what the portal lists now; None if it could not be read back."""

    outcomes: tuple[Outcome, ...] = ()
    bound: tuple[BoundPlacement, ...] | None = None


@dataclass(frozen=True)
class _Task:
    """What is sent for one card's tab. `wanted` is None for a tab to remove."""

    placement: str
    change: Change
    commands: tuple[Command[object], ...]
    wanted: Tab | None = None


def handler_of(deps: Deps) -> str:
    """Return the address that the portal opens for a tab."""
    return deps.app_url + deps.manifest.paths["placement"]


def is_bound(bound: Sequence[BoundPlacement], placement: str, handler: str) -> bool:
    """Return whether a tab is bound and leads to us."""
    return any((binding.placement, binding.handler) == (placement, handler) for binding in bound)


def listed(portal: BoundPortal, seconds: float) -> tuple[BoundPlacement, ...]:
    """Return what the portal has bound for us. Raises the portal's errors."""
    batch = Batch()
    listing = batch.add(BOUND)
    return bindings.send(portal, Purpose.PLACEMENTS, batch, seconds)[listing]


def apply(
    portal: BoundPortal,
    wanted: Sequence[Tab],
    bound: Sequence[BoundPlacement],
    *,
    is_renamed: bool = False,
) -> Applied:
    """Show, hide and rename tabs so that the portal lists what is wanted; safe to repeat.

    `is_renamed`: titles were changed, so existing tabs are bound again. Nothing is sent if nothing
    differs. Failures are outcomes, never raised.
    """
    handler = handler_of(portal.deps)
    places = portal.deps.manifest.places
    tasks = [
        *_shown(handler, wanted, bound, is_renamed=is_renamed),
        *_hidden(places, wanted, bound),
    ]
    if not tasks:
        return Applied(bound=tuple(bound))
    errors, now_bound = _run(portal, tasks)
    outcomes = tuple(
        _outcome(task, handler, error, now_bound) for task, error in zip(tasks, errors, strict=True)
    )
    return Applied(outcomes, now_bound)


def _shown(
    handler: str, wanted: Sequence[Tab], bound: Sequence[BoundPlacement], *, is_renamed: bool
) -> list[_Task]:
    tasks: list[_Task] = []
    for tab in wanted:
        there = [binding for binding in bound if binding.placement == tab.placement]
        # Two installers at the same moment: the portal looks for a binding before it makes one.
        is_doubled = len(there) > 1
        is_stale = is_doubled or any(
            binding.handler != handler or not _is_titled(binding, tab) or _lacks(binding, tab)
            for binding in there
        )
        if there and not (is_stale or is_renamed):
            continue
        bind = placements.bind_placement(tab.placement, handler, tab.title, tab.titles)
        # A changed title needs an unbind first (rest-contract e.20), and so does an old address.
        commands = (placements.unbind_placement(tab.placement), bind) if there else (bind,)
        change = Change.RENAME if is_bound(bound, tab.placement, handler) else Change.SHOW
        tasks.append(_Task(tab.placement, change, commands, tab))
    return tasks


def _hidden(
    places: frozenset[str], wanted: Sequence[Tab], bound: Sequence[BoundPlacement]
) -> list[_Task]:
    kept = {tab.placement for tab in wanted}
    codes = dict.fromkeys(binding.placement for binding in bound if binding.placement not in kept)
    return [
        _Task(code, Change.HIDE, (placements.unbind_placement(code),))
        for code in codes
        if code in places or placements.entity_type_id_of(code) is not None
    ]


def _is_titled(binding: BoundPlacement, tab: Tab) -> bool:
    """Return whether the tab has its title; languages the portal leaves out do not matter.

    Where a portal keeps titles by language, the one beside them is a copy of the one in its own
    language, whatever was sent as TITLE (quirk 97). It may list only one of the two.
    """
    copied = {tab.title, *(binding.titles or tab.titles).values()}
    is_copy = binding.title in copied or (not binding.title and bool(binding.titles))
    return is_copy and all(
        tab.titles.get(language, text) == text for language, text in binding.titles.items()
    )


def _lacks(binding: BoundPlacement, tab: Tab) -> bool:
    """Return whether the tab was bound before it had a title in each of our languages.

    A portal keeps every language that it is given (rest-contract e.20). Should one leave some out
    all the same, its tabs are bound once more at each change of settings, and that is all.
    """
    return bool(binding.titles) and not tab.titles.keys() <= binding.titles.keys()


def _run(
    portal: BoundPortal, tasks: Sequence[_Task]
) -> tuple[list[AppError | None], tuple[BoundPlacement, ...] | None]:
    """Send everything and read back. Return errors in the order of the tasks."""
    batch = Batch()
    sent = [[batch.add(command) for command in task.commands] for task in tasks]
    listing = batch.add(BOUND)
    try:
        result = bindings.send(portal, Purpose.PLACEMENTS, batch, APPLY_SECONDS)
    except AppError as error:
        return [error] * len(tasks), _read_back(portal)
    errors: list[AppError | None] = [
        next(filter(None, map(result.error, reversed(handles))), None) for handles in sent
    ]
    try:
        return errors, result[listing]
    except AppError:
        return errors, _read_back(portal)


def _read_back(portal: BoundPortal) -> tuple[BoundPlacement, ...] | None:
    try:
        return listed(replace(portal, admin=None), SETTLE_SECONDS)
    except AppError:
        return None


def _outcome(
    task: _Task, handler: str, error: AppError | None, bound: Sequence[BoundPlacement] | None
) -> Outcome:
    placement, change = task.placement, task.change
    if bound is not None and _is_done(task, handler, bound):
        return Outcome(placement, change)
    if error is not None:
        return Outcome(placement, change, error.code or "refused", type(error))
    return Outcome(placement, change, "unknown" if bound is None else "not_confirmed")


def _is_done(task: _Task, handler: str, bound: Sequence[BoundPlacement]) -> bool:
    there = [binding for binding in bound if binding.placement == task.placement]
    if task.wanted is None:
        return not there
    return any(binding.handler == handler and _is_titled(binding, task.wanted) for binding in there)
