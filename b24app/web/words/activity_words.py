"""Hold the words of the activity log: actions, outcomes, kinds of cards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from b24app.domain import COMPANY, CONTACT, DEAL, INVOICE, LEAD, EntityRef, Money
from b24app.services.actions import OutcomeKind, SettingsDeed
from b24app.services.directories.type_titles import Titles
from b24app.web.plumbing import i18n
from b24app.web.words.actions.joined import NAMES

ACTIONS: Mapping[str, LazyString] = {
    **NAMES,
    SettingsDeed.SETTINGS: _l("Settings saved"),
    SettingsDeed.REPAIR: _l("Tabs and events repaired"),
}

OUTCOMES: Mapping[str, LazyString] = {
    OutcomeKind.DONE: _l("Done"),
    OutcomeKind.ALREADY: _l("Nothing to do"),
    OutcomeKind.REFUSED: _l("Refused"),
    OutcomeKind.FAILED: _l("Failed"),
    OutcomeKind.UNKNOWN: _l("Not known"),
    OutcomeKind.PARTIAL: _l("Partly done"),
}

VALUES: Mapping[str, LazyString | str] = {
    "paid": _l("paid"),
    "unpaid": _l("unpaid"),
    "deleted": _l("deleted"),
    "email": _l("E-mail"),
    "sms": _l("SMS"),
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "text": _l("Copied as text"),
    "tabs": _l("cards"),
    "smart_processes": _l("smart processes"),
    "titles": _l("tab title"),
    "rules": _l("rules"),
    "confirm_pay": _l("confirmation"),
    "comment_in_timeline": _l("line in the timeline"),
    "default_pay_system": _l("default payment system"),
    "retention_days": _l("retention"),
    "message_subject": _l("message subject"),
    "message_text": _l("message text"),
}
"""What `before` and `after` hold besides numbers and names; lists are separated by commas."""

TONES: Mapping[str, str] = {
    OutcomeKind.DONE: "ok",
    OutcomeKind.ALREADY: "ok",
    OutcomeKind.REFUSED: "unpaid",
    OutcomeKind.FAILED: "err",
    OutcomeKind.UNKNOWN: "err",
    OutcomeKind.PARTIAL: "err",
}
"""The look of an outcome: a refusal for a reason is no failure."""

MONEY = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})")
NUMBER = re.compile(r"-?\d+\.\d+")
DAY = re.compile(r"\d{4}-\d\d-\d\d")

CARDS: Mapping[int, LazyString] = {
    DEAL: _l("Deal %(number)s"),
    INVOICE: _l("Invoice %(number)s"),
    LEAD: _l("Lead %(number)s"),
    CONTACT: _l("Contact %(number)s"),
    COMPANY: _l("Company %(number)s"),
}


def action(name: str) -> str:
    """Return what was done. An action of a later version of this app is shown by its name."""
    return str(ACTIONS.get(name, name))


def value(text: str) -> Markup:
    """Return the value before or after: words, money and numbers as people read them."""
    return Markup(", ").join(_part(part) for part in text.split(", "))


def _part(text: str) -> Markup | str:
    amount = MONEY.fullmatch(text)
    if amount:
        return i18n.money(Money(Decimal(amount[1]), amount[2]))
    if NUMBER.fullmatch(text):
        return i18n.quantity(Decimal(text))
    if DAY.fullmatch(text):
        return i18n.day(text)
    return str(VALUES.get(text, text))


def tone(kind: str) -> str:
    """Return the look of an outcome's badge."""
    return TONES.get(kind, "err")


def outcome(kind: str) -> str:
    """Return how it ended."""
    return str(OUTCOMES.get(kind, kind))


def card(ref: EntityRef, titles: Titles) -> str:
    """Return the card's kind and id; "" for what concerns no card."""
    if not (ref.entity_type_id and ref.entity_id):
        return ""
    if ref.entity_type_id in CARDS:
        return str(CARDS[ref.entity_type_id] % {"number": ref.entity_id})
    kind, number = ref.entity_type_id, ref.entity_id
    title = titles.get(kind)
    if title:
        return str(_("%(title)s, item %(number)s", title=title, number=number))
    return str(_("Smart process %(kind)s, item %(number)s", kind=kind, number=number))


def people(name: str, user_id: int | None) -> str:
    """Return the person's name. If it was erased or never read, return the number."""
    if name:
        return name
    return str(_("User %(number)s", number=user_id) if user_id else _("Automatically"))
