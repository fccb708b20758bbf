"""Read a portal's settings: which cards show the tab, who may do what. Defaults for the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from b24app.bitrix.methods import placements
from b24app.domain import PortalUser
from b24app.services.actions import Action
from b24app.services.manifest import Manifest
from b24app.services.message_template import MessageTemplate
from b24app.storage import settings as stored
from b24app.storage.session import Session

RETENTION_DAYS = 365
SMART_PROCESSES = "smart_processes"


class Who(StrEnum):
    """Who may use an action (decisions 23). Departments would need another scope."""

    EVERYBODY = "everybody"
    USERS = "users"
    ADMINS = "admins"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use an action. Administrators may always do what chosen users may.

    `users` are ids. Names are read from the portal when they are shown, and are not kept here.
    """

    who: Who = Who.EVERYBODY
    users: frozenset[int] = frozenset()

    def allows(self, user: PortalUser) -> bool:
        """Return whether the rule allows this user the action."""
        if self.who is Who.NOBODY:
            return False
        if self.who is Who.EVERYBODY or user.is_admin:
            return True
        return self.who is Who.USERS and user.id in self.users


@dataclass(frozen=True, slots=True)
class PortalRules:
    """What the tab needs of the settings."""

    rules: Mapping[Action, Rule]
    """An action without one is free to everybody who may edit the card."""

    confirm_pay: bool
    default_pay_system: int | None
    comment_in_timeline: bool
    retention_days: int
    has_links: bool
    """Whether links to payments lead to the application."""

    message: MessageTemplate

    def allowed(self, user: PortalUser) -> frozenset[Action]:
        """Return every action the rules allow this user."""
        return frozenset(action for action in Action if self.rules.get(action, Rule()).allows(user))


@dataclass(frozen=True, slots=True)
class Tab:
    """A card tab to bind: its placement code, its title, and titles by language.

    `is_optional`: it is an item beside the tabs, and a portal may lack such a place.
    """

    placement: str
    title: str
    titles: Mapping[str, str]
    is_optional: bool = False


def tabs_wanted(session: Session, member_id: str, manifest: Manifest) -> tuple[Tab, ...]:
    """Return the tabs of the portal's settings; the manifest's defaults if nothing was saved."""
    return tabs_from(stored.load(session, member_id), manifest)


def tabs_from(data: Mapping[str, Any], manifest: Manifest) -> tuple[Tab, ...]:
    """Return the tabs that saved or just chosen settings ask for."""
    chosen: Mapping[str, bool] = data.get("tabs", {})
    titles: dict[str, str] = {**manifest.tab_titles, **data.get("titles", {})}
    if titles["en"] == manifest.tab_titles["en"]:
        # Another name is for everybody: languages without a title of their own fall back to it.
        titles |= manifest.other_tab_titles
    codes = [
        entry.placement
        for entry in manifest.placements
        if entry.setting != SMART_PROCESSES and chosen.get(entry.setting, entry.is_default)
    ]
    pattern = next(
        placement.placement
        for placement in manifest.placements
        if placement.setting == SMART_PROCESSES
    )
    codes += [
        pattern.format(entity_type_id=int(entity_type_id))
        for entity_type_id, is_on in data.get(SMART_PROCESSES, {}).items()
        if is_on
    ]
    places = manifest.places
    return tuple(Tab(code, titles["en"], titles, code in places) for code in codes)


def offered(tabs: Iterable[Tab], codes: frozenset[str] | None) -> tuple[Tab, ...]:
    """Leave out places that the portal does not have. `codes` are those it has, None if unknown."""
    return tuple(
        tab for tab in tabs if codes is None or not tab.is_optional or tab.placement in codes
    )


def existing(tabs: Iterable[Tab], manifest: Manifest, listed: Collection[int]) -> list[Tab]:
    """Leave out the tabs of smart processes that were deleted in the portal since they were chosen.

    Their check boxes are gone with them, so the settings name them until they are saved again.
    `listed` are the entity_type_ids that the portal has; empty if it did not say.
    """
    usual = {entry.placement for entry in manifest.placements}
    return [
        tab
        for tab in tabs
        if not listed
        or tab.placement in usual
        or placements.entity_type_id_of(tab.placement) in listed
    ]


def load_rules(session: Session, member_id: str) -> PortalRules:
    """Read the portal's rules.

    Values of an older shape grant nothing: an unknown `who` means administrators only.
    """
    return rules_from(stored.load(session, member_id))


def rules_from(data: Mapping[str, Any]) -> PortalRules:
    """Read rules from saved settings data."""
    return PortalRules(
        rules={
            Action(name): _rule(value)
            for name, value in data.get("rules", {}).items()
            if name in set(Action)
        },
        confirm_pay=bool(data.get("confirm_pay", True)),
        default_pay_system=data.get("default_pay_system"),
        comment_in_timeline=bool(data.get("comment_in_timeline", True)),
        retention_days=int(data.get("retention_days", RETENTION_DAYS)),
        has_links=bool(data.get("tabs", {}).get("links", False)),
        message=MessageTemplate(
            str(data.get("message_subject") or ""), str(data.get("message_text") or "")
        ),
    )


def _rule(value: Mapping[str, Any]) -> Rule:
    who = value.get("who", Who.EVERYBODY)
    users = frozenset(int(user_id) for user_id in value.get("users", ()))
    return Rule(Who(who) if who in set(Who) else Who.ADMINS, users)
