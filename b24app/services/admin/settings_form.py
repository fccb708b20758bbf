"""Check the posted settings form field by field and keep everything that was typed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24app.domain import number_in
from b24app.services import message_template
from b24app.services.actions import Action
from b24app.services.manifest import Manifest
from b24app.services.message_template import MessageTemplate
from b24app.services.settings import (
    RETENTION_DAYS,
    SMART_PROCESSES,
    Rule,
    Who,
    rules_from,
)

TITLE_LANGUAGES = ("en", "de", "fr", "it", "ru", "pl", "tr", "la", "br", "ua")
"""Bitrix24's language codes: `la` is Spanish, `br` Portuguese, `ua` Ukrainian."""

RETENTION_CHOICES = (30, 90, 180, RETENTION_DAYS, 730, 1095)
MAX_TITLE = 30
MAX_USERS = 100
VERSION_LENGTH = 16

Fields = Mapping[str, Sequence[str]]
"""The posted form: every value of every field."""


@dataclass(frozen=True)
class Draft:
    """Settings as the form shows them. `cards` are the keys of the check boxes that are on.

    There is one for each kind of card that shows the tab, and one for each place beside the tabs.
    """

    cards: frozenset[str]
    titles: Mapping[str, str]
    rules: Mapping[Action, Rule]
    confirm_pay: bool
    comment_in_timeline: bool
    default_pay_system: int | None
    retention_days: int
    message: MessageTemplate

    @property
    def user_ids(self) -> frozenset[int]:
        """Return the ids of all people whom a rule names."""
        return frozenset(user for rule in self.rules.values() for user in rule.users)


@dataclass(frozen=True)
class Choices:
    """What may be chosen on this portal."""

    cards: frozenset[str]
    pay_systems: frozenset[int]


@dataclass(frozen=True)
class Read:
    """A posted form. `errors` maps the name of a field to the code of its sentence."""

    draft: Draft
    errors: Mapping[str, str] = field(default_factory=dict)


def draft_of(data: Mapping[str, Any], manifest: Manifest) -> Draft:
    """Return saved settings as a draft, with defaults for what is missing."""
    rules = rules_from(data)
    chosen: Mapping[str, bool] = data.get("tabs", {})
    settings = [
        placement for placement in manifest.placements if placement.setting != SMART_PROCESSES
    ]
    cards = [
        placement.setting
        for placement in settings
        if chosen.get(placement.setting, placement.is_default)
    ]
    cards += [key for key, is_on in data.get(SMART_PROCESSES, {}).items() if is_on]
    return Draft(
        cards=frozenset(cards),
        titles={**manifest.tab_titles, **data.get("titles", {})},
        rules={action: rules.rules.get(action, Rule()) for action in Action},
        confirm_pay=rules.confirm_pay,
        comment_in_timeline=rules.comment_in_timeline,
        default_pay_system=rules.default_pay_system,
        retention_days=rules.retention_days,
        message=rules.message,
    )


def data_of(draft: Draft, manifest: Manifest) -> dict[str, Any]:
    """Return a draft in the form in which it is saved: ids, no names of people."""
    settings = {placement.setting for placement in manifest.placements} - {SMART_PROCESSES}
    return {
        "tabs": {setting: setting in draft.cards for setting in sorted(settings)},
        SMART_PROCESSES: {key: True for key in sorted(draft.cards) if key.isdigit()},
        "titles": {language: text for language, text in draft.titles.items() if text},
        "rules": {
            action.value: {"who": rule.who.value, "users": sorted(rule.users)}
            for action, rule in draft.rules.items()
        },
        "confirm_pay": draft.confirm_pay,
        "comment_in_timeline": draft.comment_in_timeline,
        "default_pay_system": draft.default_pay_system,
        "retention_days": draft.retention_days,
        "message_subject": draft.message.subject,
        "message_text": draft.message.text,
    }


def version_of(data: Mapping[str, Any]) -> str:
    """Return a digest of saved settings: a form sends back the version it was made from."""
    text = json.dumps(data, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_LENGTH]


def posted_version(fields: Fields) -> str:
    """Return the version a posted form was made from, "" if it names none."""
    return _first(fields, "version")[:VERSION_LENGTH]


def posted_user_ids(fields: Fields) -> frozenset[int]:
    """Return the ids of all people in the posted form, to read their names with the check."""
    return frozenset(user for action in Action for user in _users(fields, action))


def read(fields: Fields, choices: Choices, manifest: Manifest) -> Read:
    """Check a posted form. Every field that does not fit is in `errors`."""
    errors: dict[str, str] = {}
    cards = frozenset(fields.get("card", ()))
    if not cards <= choices.cards:
        errors["card"] = "card"
    system_id = _pay_system(fields, choices, errors)
    draft = Draft(
        cards=cards & choices.cards,
        titles=_titles(fields, manifest, errors),
        rules={action: _rule(fields, action, errors) for action in Action},
        confirm_pay=_first(fields, "confirm_pay") == "1",
        comment_in_timeline=_first(fields, "comment_in_timeline") == "1",
        default_pay_system=system_id,
        retention_days=_retention(fields, errors),
        message=_message(fields, errors),
    )
    return Read(draft, errors)


def _first(fields: Fields, name: str) -> str:
    values = fields.get(name, ())
    return values[0] if values else ""


def _titles(fields: Fields, manifest: Manifest, errors: dict[str, str]) -> dict[str, str]:
    titles = {}
    for language in TITLE_LANGUAGES:
        title = " ".join(_first(fields, f"title-{language}").split())
        if len(title) > MAX_TITLE:
            errors[f"title-{language}"] = "too_long"
        elif not title.isprintable():
            errors[f"title-{language}"] = "characters"
        titles[language] = title or manifest.tab_titles.get(language, "")
    return titles


def _rule(fields: Fields, action: Action, errors: dict[str, str]) -> Rule:
    who = _first(fields, f"who-{action}")
    users = frozenset(_users(fields, action))
    if who not in set(Who):
        errors[f"who-{action}"] = "choice"
        return Rule(Who.ADMINS, users)
    if who == Who.USERS and not users:
        errors[f"who-{action}"] = "nobody_chosen"
    elif len(users) > MAX_USERS:
        errors[f"who-{action}"] = "too_many"
    return Rule(Who(who), users)


def _users(fields: Fields, action: Action) -> Iterable[int]:
    """Return the ids posted for an action. The names posted with them are only for the page."""
    for value in fields.get(f"user-{action}", ()):
        number = number_in(value.partition(":")[0])
        if number:
            yield number


def _pay_system(fields: Fields, choices: Choices, errors: dict[str, str]) -> int | None:
    text = _first(fields, "default_pay_system")
    number = number_in(text)
    if text and number not in choices.pay_systems:
        errors["default_pay_system"] = "pay_system"
        return None
    return number or None


def _retention(fields: Fields, errors: dict[str, str]) -> int:
    days = number_in(_first(fields, "retention_days"))
    if days is None or days not in RETENTION_CHOICES:
        errors["retention_days"] = "choice"
        return RETENTION_DAYS
    return days


def _message(fields: Fields, errors: dict[str, str]) -> MessageTemplate:
    subject = message_template.cleaned(_first(fields, "message_subject"), is_one_line=True)
    text = message_template.cleaned(_first(fields, "message_text"))
    found = {
        "message_subject": message_template.subject_error(subject),
        "message_text": message_template.text_error(text),
    }
    errors.update({name: code for name, code in found.items() if code})
    return MessageTemplate(subject, text)
