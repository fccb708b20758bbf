"""Read the settings of a portal as its administrators see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from b24app.bitrix.methods import crm, placements
from b24app.bitrix.methods.crm import OwnerType
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import PaySystem
from b24app.errors import AppError
from b24app.services.admin import settings_form
from b24app.services.admin.settings_form import Draft
from b24app.services.auth import admins
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import Deps
from b24app.services.directories import pay_systems, places, user_names
from b24app.services.directories.places import Codes
from b24app.services.directories.user_names import Directory, NamesRequest
from b24app.services.lifecycle.tab_bindings import Outcome
from b24app.services.settings import SMART_PROCESSES
from b24app.storage import activity
from b24app.storage import settings as stored
from b24app.storage.settings import Saved


@dataclass(frozen=True, slots=True)
class CardChoice:
    """A kind of card that can show the tab, or a place beside the tabs: one check box.

    `title` is the portal's, "" for the known kinds.
    """

    key: str
    placements: tuple[str, ...]
    title: str = ""
    is_on: bool = False
    is_place: bool = False


@dataclass(frozen=True)
class SettingsPage:
    """What one rendering of the settings needs. `errors` maps field names to codes."""

    draft: Draft
    cards: tuple[CardChoice, ...]
    people: Mapping[int, str | None]
    pay_systems: tuple[PaySystem, ...]
    saved: Saved | None
    version: str
    offered: Codes | None = None
    """The placements beside the tabs that the portal has; None if it did not say."""

    acted: Mapping[int, str] = field(default_factory=dict)
    """People who did something recently, with their names from the activity log."""

    errors: Mapping[str, str] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    theirs: Draft | None = None
    """What somebody else saved after the form was made; if set, nothing was saved."""

    @property
    def choosable(self) -> Mapping[int, str]:
        """Return all people known by name, to choose from if the portal has no dialog."""
        return {**self.acted, **{user: name for user, name in self.people.items() if name}}

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Return the cards whose tab is not as requested."""
        return tuple(outcome for outcome in self.outcomes if not outcome.is_done)


@dataclass(frozen=True)
class Known:
    """What is saved, and the ids whose names the page needs."""

    data: dict[str, Any]
    saved: Saved | None
    named: Directory
    nameless: tuple[int, ...]
    acted: Mapping[int, str]


@dataclass(frozen=True)
class Questions:
    """What is asked in the call that proves the administrator."""

    batch: Batch
    types: Handle[tuple[OwnerType, ...]]
    names: NamesRequest

    @classmethod
    def of(cls, known: Known) -> Questions:
        """Ask for the kinds of cards, and for missing names."""
        batch = Batch()
        return cls(
            batch, batch.add(crm.owner_types()), user_names.ask(batch, known.named, known.nameless)
        )


@dataclass(frozen=True)
class Directories:
    """What is read with the portal's grant. `places` is None if the portal did not say."""

    pay_systems: tuple[PaySystem, ...]
    places: Codes | None


def show(card: CardSession) -> SettingsPage:
    """Read the saved settings. Raises NotAdminError, UnprovenError and the portal's errors."""
    known = known_of(card, ())
    with card.one_action():
        asked = Questions.of(known)
        result = admins.check(card, asked.batch)
        directories = Directories(pay_systems.directory(card), places.directory(card))
    return page_of(card, result, asked, known, directories)


def known_of(card: CardSession, user_ids: Iterable[int]) -> Known:
    """Read what is saved. The page also needs the names of `user_ids`."""
    with card.db.reading() as session:
        data = stored.load(session, card.member_id)
        saved = stored.last_saved(session, card.member_id)
        named = user_names.directory(session, card)
        acted = activity.people(session, card.member_id)
    shown = set(user_ids) | settings_form.draft_of(data, card.deps.manifest).user_ids
    if saved is not None and saved.user_id is not None:
        shown.add(saved.user_id)
    nameless = sorted(user for user in shown if named.get(user) is None)
    return Known(data, saved, named, tuple(nameless[: user_names.AT_ONCE]), acted)


def page_of(
    card: CardSession,
    result: BatchResult,
    asked: Questions,
    known: Known,
    directories: Directories,
) -> SettingsPage:
    """Build the page from the saved settings."""
    draft = settings_form.draft_of(known.data, card.deps.manifest)
    people = dict(user_names.store_names(card, result, asked.names))
    if card.user is not None:
        people[card.user.id] = card.user.name
    page = SettingsPage(
        draft=draft,
        cards=(
            *_cards(card.deps, result, asked.types, known.data),
            *_places(card.deps, directories.places),
        ),
        people=people,
        pay_systems=directories.pay_systems,
        saved=known.saved,
        version=settings_form.version_of(known.data),
        offered=directories.places,
        acted=known.acted,
    )
    return with_draft(page, draft)


def with_draft(page: SettingsPage, draft: Draft) -> SettingsPage:
    """Return the same page with other values in its form."""
    cards = tuple(replace(card, is_on=card.key in draft.cards) for card in page.cards)
    return replace(page, draft=draft, cards=cards)


def _cards(
    deps: Deps, result: BatchResult, types: Handle[tuple[OwnerType, ...]], data: Mapping[str, Any]
) -> tuple[CardChoice, ...]:
    """Return the kinds of cards of this portal; smart processes only as the portal lists them."""
    usual = [
        CardChoice(entry.setting, (entry.placement,))
        for entry in deps.manifest.placements
        if entry.is_tab and entry.setting != SMART_PROCESSES
    ]
    try:
        listed = [
            (card_type.entity_type_id, card_type.title)
            for card_type in result[types]
            if card_type.is_smart_process
        ]
    except AppError:
        # Without the list, nothing new can be chosen and no earlier choice is lost.
        listed = [(int(key), "") for key in data.get(SMART_PROCESSES, {})]
    processes = [
        CardChoice(str(number), (placements.placement_of(number),), title or f"#{number}")
        for number, title in listed
    ]
    return (*usual, *sorted(processes, key=lambda card: card.title.casefold()))


def _places(deps: Deps, offered: Codes | None) -> Iterable[CardChoice]:
    """Return the places beside the tabs that the portal has; all, if it did not say."""
    codes: dict[str, list[str]] = {}
    for entry in deps.manifest.placements:
        if not entry.is_tab and (offered is None or entry.placement in offered):
            codes.setdefault(entry.setting, []).append(entry.placement)
    return (CardChoice(key, tuple(found), is_place=True) for key, found in codes.items())
