"""Check what works on a portal and repair it, for its administrators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from b24app.bitrix.methods import portal as portal_api
from b24app.bitrix.methods.events import BoundEvent
from b24app.bitrix.methods.placements import BoundPlacement
from b24app.bitrix.methods.portal import AppInfo
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.errors import AppError
from b24app.services.actions import OutcomeKind, SettingsDeed
from b24app.services.admin import activity_log, checks, idempotent
from b24app.services.admin.checks import Check, State
from b24app.services.auth import admins, grant
from b24app.services.auth.card_session import CardSession
from b24app.services.auth.grant import Purpose
from b24app.services.deps import READ_SECONDS, SETTLE_SECONDS, Deps
from b24app.services.directories import pay_systems, places, type_titles
from b24app.services.directories.type_titles import Kinds, Titles
from b24app.services.lifecycle import badge, bindings, event_bindings, tab_bindings
from b24app.services.lifecycle.bindings import BoundPortal
from b24app.services.lifecycle.installation import APP_PAGE
from b24app.services.lifecycle.tab_bindings import Outcome
from b24app.services.settings import Tab, existing, offered, tabs_wanted
from b24app.services.writing.deed import WriteRequest
from b24app.storage import activity
from b24app.storage.models import Activity

T = TypeVar("T")

LAST_ERRORS = 5
CHECK_SECONDS = 4.0
"""The time limit of one step of a repair; `one_action` bounds all of them."""

TROUBLE = frozenset(
    {OutcomeKind.FAILED, OutcomeKind.UNKNOWN, OutcomeKind.PARTIAL, OutcomeKind.REFUSED}
)


@dataclass(frozen=True)
class Report:
    """Everything that was checked, and the last trouble people had."""

    checks: tuple[Check, ...]
    errors: Sequence[Activity]
    checked_at: datetime
    titles: Titles = field(default_factory=dict)
    is_repaired: bool | None = None


@dataclass(frozen=True, slots=True)
class _Questions:
    """The handles of what the portal is asked about the application."""

    scopes: Handle[frozenset[str]]
    tabs: Handle[tuple[BoundPlacement, ...]]
    events: Handle[tuple[BoundEvent, ...]]
    app: Handle[AppInfo]
    reminders: badge.Asked


@dataclass(frozen=True, slots=True)
class _Found:
    """What the portal has bound for the application, or why it did not answer."""

    asked: _Questions
    result: BatchResult | AppError

    def __getitem__(self, handle: Handle[T]) -> T:
        if isinstance(self.result, AppError):
            raise self.result
        return self.result[handle]

    def require_access(self) -> None:
        """Raise the error of the refused grant: its owner is no longer an administrator."""
        result = self.result
        error = result if isinstance(result, AppError) else result.error(self.asked.tabs)
        if isinstance(error, bindings.LOST):
            raise error


def check(card: CardSession, *, is_fresh: bool = False) -> Report:
    """Check everything. With `is_fresh`, cached values are read again as well.

    Raises NotAdminError, UnprovenError and the portal's errors when it is asked who is acting. A
    refusal of the grant is part of the report.
    """
    with card.one_action():
        titles, kinds = _require_administrator(card, READ_SECONDS)
        report = _report(card, _ask(card, READ_SECONDS), kinds, is_fresh=is_fresh)
    return replace(report, titles=titles)


def repair(card: CardSession, asked: WriteRequest) -> Report:
    """Bind what is missing according to the settings. Safe to repeat.

    A lost grant is replaced by the administrator's own pair. Raises like `check` and
    `idempotent.run`, and the portal's errors if no question could be sent.
    """
    with card.one_action():
        titles, kinds = _require_administrator(card, CHECK_SECONDS)
        is_repaired = idempotent.run(card, asked, lambda: _repair(card, kinds, asked.request_id))
        answer = _ask(card, SETTLE_SECONDS)
        report = _report(card, answer, kinds, is_fresh=False)
    return replace(report, titles=titles, is_repaired=is_repaired is not False)


def _require_administrator(card: CardSession, seconds: float) -> tuple[Titles, Kinds]:
    batch = Batch()
    types = type_titles.ask(batch)
    result = admins.check(card, batch, seconds)
    return type_titles.read(result, types), type_titles.listed(result, types)


def _repair(card: CardSession, kinds: Kinds, request_id: str) -> bool:
    portal = BoundPortal(card.deps, card.member_id, card.user)
    batch = Batch()
    tabs, events = batch.add(tab_bindings.BOUND), batch.add(event_bindings.BOUND)
    label = badge.ask(batch, card.language)
    result = bindings.send(portal, Purpose.PLACEMENTS, batch, CHECK_SECONDS)
    with card.db.transaction() as session:
        badge.take(session, card.deps, card.member_id, result, label)
        asked_for = tabs_wanted(session, card.member_id, card.deps.manifest)
    handled = result[events]
    wanted = offered(
        existing(asked_for, card.deps.manifest, kinds), places.directory(card, CHECK_SECONDS)
    )
    applied = tab_bindings.apply(portal, wanted, result[tabs])
    lost = event_bindings.apply(replace(portal, admin=None), handled, CHECK_SECONDS)
    _record(card, applied.outcomes, lost, request_id)
    return all(outcome.is_done for outcome in applied.outcomes) and not lost


def _ask(card: CardSession, seconds: float) -> _Found:
    batch = Batch()
    asked = _Questions(
        batch.add(portal_api.scope()),
        batch.add(tab_bindings.BOUND),
        batch.add(event_bindings.BOUND),
        batch.add(portal_api.app_info()),
        badge.ask(batch),
    )
    portal = BoundPortal(card.deps, card.member_id)
    try:
        return _Found(asked, bindings.send(portal, Purpose.DIAGNOSTICS, batch, seconds))
    except AppError as error:
        return _Found(asked, error)


def _record(
    card: CardSession, tabs: Sequence[Outcome], lost: Sequence[str], request_id: str
) -> None:
    failed = activity_log.not_done(tabs)
    failed += [f"{event}: not_bound" for event in lost]
    line = activity.Record(
        member_id=card.member_id,
        at=card.clock(),
        user_id=card.user_id,
        user_name=card.user_name,
        ref=APP_PAGE,
        action=SettingsDeed.REPAIR,
        outcome=OutcomeKind.PARTIAL if failed else OutcomeKind.DONE,
        detail=", ".join(failed),
        request_id=request_id,
    )
    activity_log.store(card, line)


def _report(card: CardSession, found: _Found, kinds: Kinds, *, is_fresh: bool) -> Report:
    asked = found.asked
    found_out = (
        _survived("scopes", lambda: _scopes(card.deps, found[asked.scopes])),
        _survived("tabs", lambda: _tabs(card, kinds, found[asked.tabs])),
        _survived("places", lambda: _places(card, found[asked.tabs], is_fresh=is_fresh)),
        _survived("events", lambda: _events(card.deps, found)),
        _survived("installed", lambda: _installed(found[asked.app])),
        _survived("subscription", lambda: _subscription(found[asked.app])),
        _survived("pay_systems", lambda: _pay_systems(card, is_fresh=is_fresh)),
        _survived("reminders", lambda: _reminders(card, found)),
        _grant(card),
        checks.shop(card),
        checks.timeline(card, is_fresh=is_fresh),
    )
    with card.db.reading() as session:
        wanted = activity.Filter(outcomes=frozenset(TROUBLE))
        errors = activity.page(session, card.member_id, wanted, limit=LAST_ERRORS)
    return Report(found_out, errors, card.clock())


def _survived(name: str, look: Callable[[], Check]) -> Check:
    """Turn an error of the portal into a finding, so that the page is still shown."""
    try:
        return look()
    except bindings.LOST:
        return Check(name, State.ERR, "no_access")
    except AppError as error:
        return Check(name, State.ERR, "unanswered", trouble=type(error))


def _scopes(deps: Deps, granted: frozenset[str]) -> Check:
    missing = tuple(sorted(deps.manifest.scopes - granted))
    if missing:
        return Check("scopes", State.ERR, "missing", missing)
    return Check("scopes", State.OK, "complete", tuple(sorted(deps.manifest.scopes)))


def _tabs(card: CardSession, kinds: Kinds, bound: Sequence[BoundPlacement]) -> Check:
    codes = card.deps.manifest.places
    tabs = existing(_wanted(card), card.deps.manifest, kinds)
    wanted = [tab.placement for tab in tabs if not tab.is_optional]
    return _bindings(card, "tabs", wanted, [tab for tab in bound if tab.placement not in codes])


def _places(card: CardSession, bound: Sequence[BoundPlacement], *, is_fresh: bool) -> Check:
    """Look at what is bound beside the tabs, and tell what this portal does not have of it."""
    codes = card.deps.manifest.places
    has = places.read(card) if is_fresh else places.directory(card)
    wanted = [tab.placement for tab in offered(_wanted(card), has) if tab.is_optional]
    found = _bindings(card, "places", wanted, [tab for tab in bound if tab.placement in codes])
    if found.state is State.OK and has is not None and codes - has:
        return Check("places", State.OK, "absent", tuple(sorted(codes - has)))
    return found


def _wanted(card: CardSession) -> tuple[Tab, ...]:
    with card.db.reading() as session:
        return tabs_wanted(session, card.member_id, card.deps.manifest)


def _bindings(
    card: CardSession, name: str, wanted: Sequence[str], bound: Sequence[BoundPlacement]
) -> Check:
    handler = tab_bindings.handler_of(card.deps)
    missing = tuple(code for code in wanted if not tab_bindings.is_bound(bound, code, handler))
    if missing:
        return Check(name, State.ERR, "missing", missing)
    foreign = tuple(dict.fromkeys(tab.placement for tab in bound if tab.placement not in wanted))
    if foreign:
        return Check(name, State.WARN, "unwanted", foreign)
    stale = tuple(dict.fromkeys(tab.placement for tab in bound if tab.handler != handler))
    if stale:
        return Check(name, State.WARN, "stale", stale)
    return Check(name, State.OK, "complete" if wanted else "none", tuple(wanted))


def _events(deps: Deps, found: _Found) -> Check:
    # Without administrator rights, the portal lists only a person's own handlers.
    found.require_access()
    bound = found[found.asked.events]
    missing = event_bindings.missing(deps, bound)
    if missing:
        return Check("events", State.ERR, "missing", missing)
    stale = tuple(dict.fromkeys(binding.event for binding in event_bindings.stale(deps, bound)))
    if stale:
        return Check("events", State.WARN, "stale", stale)
    return Check("events", State.OK, "complete", deps.manifest.events)


def _installed(info: AppInfo) -> Check:
    if not info.is_installed:
        return Check("installed", State.ERR, "unfinished")
    if not info.version:
        return Check("installed", State.OK, "finished")
    return Check("installed", State.OK, "version", (info.version,))


def _subscription(info: AppInfo) -> Check:
    if info.is_payment_expired:
        return Check("subscription", State.ERR, "expired", (info.status,))
    days = (str(info.days),) if info.days is not None else ()
    return Check("subscription", State.OK, "active", (info.status, *days))


def _pay_systems(card: CardSession, *, is_fresh: bool) -> Check:
    found = pay_systems.read(card) if is_fresh else pay_systems.directory(card)
    if not found:
        return Check("pay_systems", State.WARN, "none")
    return Check("pay_systems", State.OK, "found", tuple(system.name for system in found))


def _reminders(card: CardSession, found: _Found) -> Check:
    what = badge.look(card, found.result, found.asked.reminders)
    if what.error is not None:
        return Check("reminders", State.WARN, "unanswered", trouble=type(what.error))
    return Check("reminders", State.OK if what.is_complete else State.WARN, what.code)


def _grant(card: CardSession) -> Check:
    with card.db.reading() as session:
        is_lost = grant.is_lost(session, card.deps, card.member_id)
    return Check("grant", State.ERR if is_lost else State.OK, "lost" if is_lost else "works")
