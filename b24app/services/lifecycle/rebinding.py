"""Bind all tabs and events of a portal: in the wizard, and again on request."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import timedelta

from b24app.bitrix.methods import events, placements
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.errors import AlreadyBoundError, BusinessRefusalError, PlacementMissingError
from b24app.services.auth.grant import Purpose
from b24app.services.deps import READ_SECONDS, Deps
from b24app.services.lifecycle import badge, bindings, event_bindings, tab_bindings
from b24app.services.lifecycle.bindings import BoundPortal
from b24app.services.lifecycle.tab_bindings import Applied
from b24app.services.lifecycle.tasks import Task
from b24app.services.settings import tabs_wanted
from b24app.storage import cached_lists, jobs, portals
from b24app.storage.session import Session

REBIND = "rebind"
"""The kind of work that binds tabs and events again."""

PACE = timedelta(minutes=1)

TITLES = "tab_titles:"
"""A kept list of a kind that begins so says with which titles of ours the tabs were bound."""

RENAMED_AN_HOUR = 200


def rebind_soon(session: Session, deps: Deps, member_id: str) -> bool:
    """Enqueue the binding of tabs and events. False if it is already waiting."""
    now = deps.clock()
    return jobs.put(
        session,
        deps.cipher,
        kind=REBIND,
        member_id=member_id,
        payload={},
        run_at=now,
        now=now,
        pace=PACE,
    )


def titled_otherwise(session: Session, deps: Deps) -> list[str]:
    """Return portals whose tabs have titles of an earlier version; some of them, if many."""
    kind = TITLES + deps.manifest.titles_mark
    return cached_lists.portals_without(session, kind, RENAMED_AN_HOUR)


def rename_soon(deps: Deps, member_id: str) -> int:
    """Enqueue the binding of a portal's tabs with our titles of today. Returns 1.

    Once for each change of our titles, whatever comes of it: a tab that is bound anew is another
    one for Bitrix24, which forgets where people had moved it. Tabs that have these titles, or
    those that an administrator chose, are left alone.
    """
    with deps.db.of(member_id).transaction() as session:
        _remember_titles(session, deps, member_id)
        rebind_soon(session, deps, member_id)
    return 1


def forget_earlier_titles(session: Session, deps: Deps) -> int:
    """Delete what was noted of titles of earlier versions. Returns how much."""
    return cached_lists.delete_others(session, TITLES, TITLES + deps.manifest.titles_mark)


def _remember_titles(session: Session, deps: Deps, member_id: str) -> None:
    kind = TITLES + deps.manifest.titles_mark
    cached_lists.save(session, member_id, kind, {}, deps.clock())


def work_off(deps: Deps, task: Task) -> None:
    """Bind the tabs the settings ask for and the manifest's events. May be repeated."""
    bind_tabs(deps, task.member_id)
    bind_events(deps, task.member_id)


def bind_tabs(deps: Deps, member_id: str) -> None:
    """Bind the tabs the settings ask for in one batch, then the places beside them.

    A card or place that the portal does not have is passed over, unless no card is left; then it
    raises PlacementMissingError. The same batch makes the label that reminders put on cards; that
    may fail. Raises the portal's errors.
    """
    handler = tab_bindings.handler_of(deps)
    with deps.db.of(member_id).reading() as session:
        wanted = tabs_wanted(session, member_id, deps.manifest)
        found = portals.find(session, member_id)
    language = found.language if found is not None else ""
    tabs = [tab for tab in wanted if not tab.is_optional]
    batch = Batch()
    binds = [
        batch.add(placements.bind_placement(tab.placement, handler, tab.title, tab.titles))
        for tab in tabs
    ]
    listing = batch.add(tab_bindings.BOUND)
    asked = badge.ask(batch, language)
    portal = BoundPortal(deps, member_id)
    result = bindings.send(portal, Purpose.PLACEMENTS, batch)
    with deps.db.of(member_id).transaction() as session:
        badge.take(session, deps, member_id, result, asked)
        _remember_titles(session, deps, member_id)
        # A later version that serves beside this one during an upgrade has asked for its own.
        cached_lists.forget_others(session, member_id, TITLES, TITLES + deps.manifest.titles_mark)
    listed = result[listing]
    kept = _kept(result, [(tab.placement, bind) for tab, bind in zip(tabs, binds, strict=True)])
    _raise_unless_bound(
        result,
        [bind for _, bind in kept],
        [code for code, _ in kept if not tab_bindings.is_bound(listed, code, handler)],
    )
    # An old binding may have another title or an old address, or be switched off by now.
    applied = tab_bindings.apply(portal, wanted, listed)
    _raise_unless_settled(applied, {tab.placement for tab in wanted if tab.is_optional})


def _kept(
    result: BatchResult, binds: Sequence[tuple[str, Handle[bool]]]
) -> Sequence[tuple[str, Handle[bool]]]:
    """Leave out the cards that the portal does not have; keep all where that would be all.

    A smart process may be deleted while its check box is on, and a portal may have no invoices.
    Where not one card is left, people would look for the tab in vain.
    """
    there = [
        (code, bind)
        for code, bind in binds
        if not isinstance(result.error(bind), PlacementMissingError)
    ]
    return there or binds


def bind_events(deps: Deps, member_id: str) -> None:
    """Bind the manifest's events, in one batch. Raises the portal's errors."""
    handler = event_bindings.handler_of(deps)
    batch = Batch()
    binds = [batch.add(events.bind_event(event, handler)) for event in deps.manifest.events]
    listing = batch.add(event_bindings.BOUND)
    portal = BoundPortal(deps, member_id)
    result = bindings.send(portal, Purpose.EVENTS, batch)
    listed = result[listing]
    _raise_unless_bound(result, binds, event_bindings.missing(deps, listed))
    # An old binding may lead to our old address.
    event_bindings.apply(portal, listed, READ_SECONDS)


def _raise_unless_settled(applied: Applied, places: Container[str]) -> None:
    """Raise if a place beside the tabs was not bound although the portal has it."""
    for outcome in applied.outcomes:
        is_settled = outcome.is_done or outcome.trouble is PlacementMissingError
        if outcome.placement in places and not is_settled:
            raise BusinessRefusalError("a place beside the tabs is not bound", code="not_bound")


def _raise_unless_bound(
    result: BatchResult, binds: Sequence[Handle[bool]], missing: Iterable[str]
) -> None:
    """Raise unless the list read after the binds has it: "already bound" is success, too."""
    if not list(missing):
        return
    for handle in binds:
        error = result.error(handle)
        if error is not None and not isinstance(error, AlreadyBoundError):
            raise error
    raise BusinessRefusalError("a binding is missing after it was bound", code="not_bound")
