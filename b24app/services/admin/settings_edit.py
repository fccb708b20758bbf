"""Save the settings of a portal: check them, apply them to its tabs, record the result."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from b24app.errors import ChangedMeanwhileError, StillRunningError
from b24app.services.actions import OutcomeKind, SettingsDeed
from b24app.services.admin import activity_log, idempotent, settings_form
from b24app.services.admin.settings_form import Choices, Draft, Fields
from b24app.services.admin.settings_page import (
    CardChoice,
    Directories,
    Questions,
    SettingsPage,
    known_of,
    page_of,
    with_draft,
)
from b24app.services.auth import admins
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import Deps
from b24app.services.directories import pay_systems, places
from b24app.services.lifecycle import tab_bindings
from b24app.services.lifecycle.bindings import BoundPortal
from b24app.services.lifecycle.installation import APP_PAGE
from b24app.services.lifecycle.tab_bindings import Applied
from b24app.services.settings import offered, tabs_from
from b24app.services.writing.deed import WriteRequest
from b24app.storage import activity, leases
from b24app.storage import settings as stored
from b24app.storage.session import Session
from b24app.storage.settings import Saved

CHECK_SECONDS = 4.0
"""The time limit of the first questions: the tabs must be changed within the same 15 seconds."""

DIRECTORY_SECONDS = 2.0
"""An older list is enough: a save only needs to know whether a choice exists."""

TURN_SECONDS = 30


def save(card: CardSession, fields: Fields, asked: WriteRequest) -> SettingsPage:
    """Check the form, apply it to the portal's tabs, save and record the result.

    Nothing was changed if the page has `errors`, or `theirs`: somebody else saved other settings
    after the form was made. `failures` are tabs that the portal did not change. A repeated request
    shows what is saved now. Raises like `show` and `idempotent.run`.
    """
    known = known_of(card, settings_form.posted_user_ids(fields))
    with card.one_action():
        questions = Questions.of(known)
        result = admins.check(card, questions.batch, CHECK_SECONDS)
        directories = Directories(
            pay_systems.directory(card, DIRECTORY_SECONDS),
            places.directory(card, DIRECTORY_SECONDS),
        )
        page = page_of(card, result, questions, known, directories)
        read = settings_form.read(fields, _choices(page), card.deps.manifest)
        version = settings_form.posted_version(fields)
        if read.errors:
            return replace(with_draft(page, read.draft), errors=read.errors, version=version)
        try:
            done = idempotent.run(
                card,
                asked,
                lambda: _apply(card, page, read.draft, version, asked.request_id),
            )
        except ChangedMeanwhileError:
            return _conflicting(card, page, read.draft)
    return done or page


def _apply(
    card: CardSession, page: SettingsPage, wished: Draft, version: str, request_id: str
) -> SettingsPage:
    deps, member_id = card.deps, card.member_id
    portal = BoundPortal(deps, member_id, card.user)
    with _turn(deps, member_id):
        with card.db.reading() as session:
            data = stored.load(session, member_id)
        wished_data = settings_form.data_of(wished, deps.manifest)
        before = settings_form.draft_of(data, deps.manifest)
        is_same = wished_data == settings_form.data_of(before, deps.manifest)
        if version != settings_form.version_of(data) and not is_same:
            raise ChangedMeanwhileError("the settings were saved since this form was made")
        tabs = offered(tabs_from(wished_data, deps.manifest), page.offered)
        is_renamed = _titles(wished) != _titles(before)
        bound = tab_bindings.listed(portal, CHECK_SECONDS)
        applied = tab_bindings.apply(portal, tabs, bound, is_renamed=is_renamed)
        draft = _as_bound(deps, wished, page.cards, applied)
        _store(card, before, draft, applied, request_id)
    return replace(
        with_draft(page, draft),
        outcomes=applied.outcomes,
        saved=Saved(deps.clock(), card.user_id),
        version=settings_form.version_of(settings_form.data_of(draft, deps.manifest)),
    )


@contextmanager
def _turn(deps: Deps, member_id: str) -> Iterator[None]:
    """Allow one save of a portal's settings at a time. Raises StillRunningError."""
    lease, owner = leases.Key(member_id, "settings"), secrets.token_hex(8)
    with deps.db.of(member_id).transaction() as session:
        if not leases.try_take(session, lease, owner, deps.clock(), TURN_SECONDS):
            raise StillRunningError("somebody else is saving the settings", code="settings")
    try:
        yield
    finally:
        deps.give_back(lease, owner)


def _conflicting(card: CardSession, page: SettingsPage, wished: Draft) -> SettingsPage:
    """Return the typed form beside what somebody else saved, so that the person can decide."""
    with card.db.reading() as session:
        data = stored.load(session, card.member_id)
        saved = stored.last_saved(session, card.member_id)
    return replace(
        with_draft(page, wished),
        saved=saved,
        version=settings_form.version_of(data),
        theirs=settings_form.draft_of(data, card.deps.manifest),
    )


def _choices(page: SettingsPage) -> Choices:
    systems = {system.id for system in page.pay_systems}
    if page.draft.default_pay_system is not None:
        systems.add(page.draft.default_pay_system)
    return Choices(frozenset(card.key for card in page.cards), frozenset(systems))


def _titles(draft: Draft) -> dict[str, str]:
    return {language: text for language, text in draft.titles.items() if text}


def _as_bound(deps: Deps, draft: Draft, cards: Iterable[CardChoice], applied: Applied) -> Draft:
    """Save what is bound. If unknown, save what was requested, for Repair to apply.

    Of several bindings behind one check box, as the toolbars, one is enough: Repair adds the rest.
    """
    bound = applied.bound
    if bound is None:
        return draft
    handler = tab_bindings.handler_of(deps)
    failed = {outcome.placement for outcome in applied.outcomes if not outcome.is_done}
    doubtful = [card for card in cards if failed & {*card.placements}]
    shown = {
        card.key
        for card in doubtful
        if any(tab_bindings.is_bound(bound, code, handler) for code in card.placements)
    }
    missing = {card.key for card in doubtful} - shown
    return replace(draft, cards=(draft.cards | shown) - missing)


def _store(
    card: CardSession, before: Draft, draft: Draft, applied: Applied, request_id: str
) -> None:
    data = settings_form.data_of(draft, card.deps.manifest)
    old = settings_form.data_of(before, card.deps.manifest)
    changed = sorted(key for key, value in data.items() if old[key] != value)
    is_done = all(outcome.is_done for outcome in applied.outcomes)
    now = card.clock()
    line = activity.Record(
        member_id=card.member_id,
        at=now,
        user_id=card.user_id,
        user_name=card.user_name,
        ref=APP_PAGE,
        action=SettingsDeed.SETTINGS,
        after=", ".join(changed),
        outcome=OutcomeKind.DONE if is_done else OutcomeKind.PARTIAL,
        detail=", ".join(activity_log.not_done(applied.outcomes)),
        request_id=request_id,
    )

    def save_too(session: Session) -> None:
        stored.save(session, card.member_id, data, updated_by=card.user_id, now=now)

    activity_log.store(card, line, save_too)
