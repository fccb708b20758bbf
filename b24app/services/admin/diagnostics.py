"""What works and what does not on a portal, for its administrators; and repairing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from b24app.bitrix.methods import portal
from b24app.bitrix.wire.client import BatchAnswer
from b24app.bitrix.wire.portal_api import Batch
from b24app.errors import AppError
from b24app.services.admin import once
from b24app.services.admin.once import Change
from b24app.services.auth import admins, grant
from b24app.services.auth.card_session import CardSession
from b24app.services.auth.grant import Purpose
from b24app.services.deps import READ_SECONDS, SETTLE_SECONDS, Deps
from b24app.services.directories import pay_systems, shop_site, type_titles
from b24app.services.directories.type_titles import Titles
from b24app.services.lifecycle import bindings, event_bindings, tab_bindings
from b24app.services.lifecycle.bindings import Commands
from b24app.services.lifecycle.installation import APP_PAGE
from b24app.services.lifecycle.tab_bindings import BOUND, Outcome
from b24app.services.settings import tabs_wanted
from b24app.services.writing.writes import Kind
from b24app.storage import activity
from b24app.storage.models import Activity

SCOPE = portal.scope()
APP_INFO = portal.app_info()
EVENTS = event_bindings.BOUND
LAST_ERRORS = 5
CHECK_SECONDS = 4.0
"""What one step of a repair may take; `one_action` bounds them all."""

TROUBLE = frozenset({Kind.FAILED, Kind.UNKNOWN, Kind.PARTIAL, Kind.REFUSED})


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    ERR = "err"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list. `name` and `code` choose the words, `items` are what they name.

    `trouble` is the kind of error where the portal did not answer.
    """

    name: str
    state: State
    code: str
    items: tuple[str, ...] = ()
    at: datetime | None = None
    trouble: type[AppError] | None = None


@dataclass(frozen=True)
class Report:
    """Everything that was checked, and the last trouble people had."""

    checks: tuple[Check, ...]
    errors: Sequence[Activity]
    checked_at: datetime
    titles: Titles = field(default_factory=dict)
    is_repaired: bool | None = None


def check(card: CardSession, *, is_fresh: bool = False) -> Report:
    """Look at everything. `is_fresh` also reads what is kept for a while otherwise.

    Raises NotAdminError, UnprovenError and the portal's errors of asking who is acting; what the
    grant is refused is part of the report.
    """
    with card.one_action():
        titles = _require_administrator(card, READ_SECONDS)
        report = _report(card, _ask(card, READ_SECONDS), is_fresh=is_fresh)
    return replace(report, titles=titles)


def repair(card: CardSession, change: Change) -> Report:
    """Bind what is missing, as the settings ask for it; safe to repeat.

    A grant that is lost is replaced by the administrator's own pair. Raises like `check` and
    `once.run`, and the portal's errors where nothing could be asked.
    """
    with card.one_action():
        titles = _require_administrator(card, CHECK_SECONDS)
        is_repaired = once.run(card, change, lambda: _repair(card, change.request_id))
        answer = _ask(card, SETTLE_SECONDS)
        report = _report(card, answer, is_fresh=False)
    return replace(report, titles=titles, is_repaired=is_repaired is not False)


def _require_administrator(card: CardSession, seconds: float) -> Titles:
    batch = Batch()
    types = type_titles.ask(batch)
    return type_titles.read(admins.check(card, batch, seconds), types)


def _repair(card: CardSession, request_id: str) -> bool:
    member_id = card.member_id
    commands: Commands = {"bound": BOUND, "events": EVENTS}
    answer = bindings.send(
        card.deps, member_id, Purpose.PLACEMENTS, commands, CHECK_SECONDS, admin=card.user
    )
    with card.db.reading() as session:
        wanted = tabs_wanted(session, member_id, card.deps.manifest)
    handled = answer.take("events", EVENTS)
    tabs = tab_bindings.apply(
        card.deps, member_id, wanted, answer.take("bound", BOUND), admin=card.user
    )
    lost = event_bindings.apply(card.deps, member_id, handled, CHECK_SECONDS)
    _record(card, tabs.outcomes, lost, request_id)
    return all(one.is_done for one in tabs.outcomes) and not lost


def _ask(card: CardSession, seconds: float) -> BatchAnswer | AppError:
    """What the portal has of the application, or why it does not tell."""
    commands = {"scope": SCOPE, "bound": BOUND, "events": EVENTS, "info": APP_INFO}
    try:
        return bindings.send(card.deps, card.member_id, Purpose.DIAGNOSTICS, commands, seconds)
    except AppError as error:
        return error


def _record(
    card: CardSession, tabs: Sequence[Outcome], lost: Sequence[str], request_id: str
) -> None:
    failed = [f"{one.placement}: {one.error}" for one in tabs if not one.is_done]
    failed += [f"{event}: not_bound" for event in lost]
    with card.db.transaction() as session:
        activity.append(
            session,
            activity.Record(
                member_id=card.member_id,
                at=card.clock(),
                user_id=card.user_id,
                user_name=card.user_name,
                ref=APP_PAGE,
                action="repair",
                outcome=Kind.PARTIAL if failed else Kind.DONE,
                detail=", ".join(failed),
                request_id=request_id,
            ),
        )


def _report(card: CardSession, asked: BatchAnswer | AppError, *, is_fresh: bool) -> Report:
    def answer() -> BatchAnswer:
        if isinstance(asked, AppError):
            raise asked
        return asked

    checks = (
        _survived("scopes", lambda: _scopes(card.deps, answer())),
        _survived("tabs", lambda: _tabs(card, answer())),
        _survived("events", lambda: _events(card.deps, answer())),
        _survived("installed", lambda: _installed(answer())),
        _survived("subscription", lambda: _subscription(answer())),
        _survived("pay_systems", lambda: _pay_systems(card, is_fresh=is_fresh)),
        _grant(card),
        _shop(card),
    )
    with card.db.reading() as session:
        wanted = activity.Filter(outcomes=frozenset(TROUBLE))
        errors = activity.page(session, card.member_id, wanted, limit=LAST_ERRORS)
    return Report(checks, errors, card.clock())


def _survived(name: str, look: Callable[[], Check]) -> Check:
    """A check that the portal does not answer is a finding, not an error of the page."""
    try:
        return look()
    except bindings.LOST:
        return Check(name, State.ERR, "no_access")
    except AppError as error:
        return Check(name, State.ERR, "unanswered", trouble=type(error))


def _scopes(deps: Deps, answer: BatchAnswer) -> Check:
    granted = answer.take("scope", SCOPE)
    missing = tuple(sorted(deps.manifest.scopes - granted))
    if missing:
        return Check("scopes", State.ERR, "missing", missing)
    return Check("scopes", State.OK, "complete", tuple(sorted(deps.manifest.scopes)))


def _tabs(card: CardSession, answer: BatchAnswer) -> Check:
    bound = answer.take("bound", BOUND)
    handler = tab_bindings.handler_of(card.deps)
    with card.db.reading() as session:
        wanted = [tab.placement for tab in tabs_wanted(session, card.member_id, card.deps.manifest)]
    missing = tuple(code for code in wanted if not tab_bindings.is_bound(bound, code, handler))
    if missing:
        return Check("tabs", State.ERR, "missing", missing)
    foreign = tuple(dict.fromkeys(one.placement for one in bound if one.placement not in wanted))
    if foreign:
        return Check("tabs", State.WARN, "unwanted", foreign)
    stale = tuple(dict.fromkeys(one.placement for one in bound if one.handler != handler))
    if stale:
        return Check("tabs", State.WARN, "stale", stale)
    return Check("tabs", State.OK, "complete" if wanted else "none", tuple(wanted))


def _events(deps: Deps, answer: BatchAnswer) -> Check:
    refusal = answer.error("bound")
    if isinstance(refusal, bindings.LOST):
        # Whoever administers nothing is shown their own handlers only, which says nothing.
        raise refusal
    bound = answer.take("events", EVENTS)
    missing = event_bindings.missing(deps, bound)
    if missing:
        return Check("events", State.ERR, "missing", missing)
    stale = tuple(dict.fromkeys(one.event for one in event_bindings.stale(deps, bound)))
    if stale:
        return Check("events", State.WARN, "stale", stale)
    return Check("events", State.OK, "complete", deps.manifest.events)


def _installed(answer: BatchAnswer) -> Check:
    is_installed = answer.take("info", APP_INFO).is_installed
    state = State.OK if is_installed else State.ERR
    return Check("installed", state, "finished" if is_installed else "unfinished")


def _subscription(answer: BatchAnswer) -> Check:
    info = answer.take("info", APP_INFO)
    if info.is_payment_expired:
        return Check("subscription", State.ERR, "expired", (info.status,))
    days = (str(info.days),) if info.days is not None else ()
    return Check("subscription", State.OK, "active", (info.status, *days))


def _pay_systems(card: CardSession, *, is_fresh: bool) -> Check:
    found = pay_systems.read(card) if is_fresh else pay_systems.directory(card)
    if not found:
        return Check("pay_systems", State.WARN, "none")
    return Check("pay_systems", State.OK, "found", tuple(one.name for one in found))


def _grant(card: CardSession) -> Check:
    with card.db.reading() as session:
        is_lost = grant.is_lost(session, card.deps, card.member_id)
    return Check("grant", State.ERR if is_lost else State.OK, "lost" if is_lost else "works")


def _shop(card: CardSession) -> Check:
    with card.db.reading() as session:
        last = shop_site.last_outcome(session, card.member_id)
    if last is None:
        return Check("shop", State.WARN, "not_asked")
    outcome = str(last.data.get("outcome", ""))
    state = State.OK if outcome == shop_site.FOUND else State.ERR
    return Check("shop", state, outcome, at=last.fetched_at)
