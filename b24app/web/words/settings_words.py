"""Hold the words of the settings page: choices, errors of fields, changes."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app import errors
from b24app.services.admin.settings_page import CardChoice
from b24app.services.directories.type_titles import Titles
from b24app.services.lifecycle.tab_bindings import Change, Outcome
from b24app.services.settings import Who

CARDS: Mapping[str, tuple[LazyString, LazyString]] = {
    "deals": (_l("Deals"), _l("Payments of the deal")),
    "invoices": (_l("Invoices"), _l("Payments of the invoice")),
    "leads": (_l("Leads"), _l("Shows payments of the deals made from the lead")),
    "contacts": (_l("Contacts"), _l("Shows payments of the contact’s deals and invoices")),
    "companies": (_l("Companies"), _l("Shows payments of the company’s deals and invoices")),
    "deal_list": (_l("Deal list"), _l("In the menu of each row, under Bitrix24 Market")),
    "invoice_list": (_l("Invoice list"), _l("In the menu of each row, under Bitrix24 Market")),
    "toolbar": (_l("Toolbar"), _l("In the menu beside the title of a deal or an invoice")),
    "links": (
        _l("Links to payments"),
        _l("To copy from a payment’s Details; in comments and to-dos of the app"),
    ),
}

DYNAMIC, TAB = "CRM_DYNAMIC_", "_DETAIL_TAB"
PLACEMENTS: Mapping[str, str] = {
    "CRM_DEAL_DETAIL_TAB": "deals",
    "CRM_SMART_INVOICE_DETAIL_TAB": "invoices",
    "CRM_LEAD_DETAIL_TAB": "leads",
    "CRM_CONTACT_DETAIL_TAB": "contacts",
    "CRM_COMPANY_DETAIL_TAB": "companies",
}

PLACES: Mapping[str, LazyString] = {
    "CRM_DEAL_LIST_MENU": _l("Deal list"),
    "CRM_SMART_INVOICE_LIST_MENU": _l("Invoice list"),
    "CRM_DEAL_DETAIL_TOOLBAR": _l("Toolbar of deals"),
    "CRM_SMART_INVOICE_DETAIL_TOOLBAR": _l("Toolbar of invoices"),
    "REST_APP_URI": _l("Links to payments"),
}

WHO: Mapping[Who, LazyString] = {
    Who.EVERYBODY: _l("Everyone who can edit the card"),
    Who.USERS: _l("Chosen people"),
    Who.ADMINS: _l("Portal administrators"),
    Who.NOBODY: _l("Nobody"),
}

LANGUAGES: Mapping[str, tuple[str, str]] = {
    "en": ("English", "en"),
    "de": ("Deutsch", "de"),
    "fr": ("Français", "fr"),
    "it": ("Italiano", "it"),
    "ru": ("Русский", "ru"),
    "pl": ("Polski", "pl"),
    "tr": ("Türkçe", "tr"),
    "la": ("Español", "es"),
    "br": ("Português (Brasil)", "pt-BR"),
    "ua": ("Українська", "uk"),
}
"""Bitrix24's code to the language's own name and its tag for HTML."""

ERRORS: Mapping[str, LazyString] = {
    "card": _l("One of the cards does not exist here any more. Check the choice and save again."),
    "too_long": _l("At most 30 characters."),
    "characters": _l("Letters, digits and usual signs only."),
    "choice": _l("Choose one of the list."),
    "nobody_chosen": _l("Choose at least one person, or another rule."),
    "too_many": _l("At most 100 people."),
    "longer_than_120": _l("At most 120 characters."),
    "longer_than_600": _l("At most 600 characters."),
    "placeholder": _l(
        "In braces only {number}, {amount} and, in the text, {link} stand for something."
    ),
    "no_link": _l("Put {link} into the text: without it the client cannot pay."),
    "pay_system": _l("This payment system does not exist any more. Choose another one."),
}

CHANGES: Mapping[tuple[Change, bool], LazyString] = {
    (Change.SHOW, True): _l("%(card)s: the tab is shown now."),
    (Change.HIDE, True): _l("%(card)s: the tab is not shown any more."),
    (Change.RENAME, True): _l("%(card)s: the tab has its new title."),
    (Change.SHOW, False): _l("%(card)s: the tab could not be added. %(reason)s"),
    (Change.HIDE, False): _l("%(card)s: the tab could not be removed. %(reason)s"),
    (Change.RENAME, False): _l("%(card)s: the title could not be changed. %(reason)s"),
}

CHANGES_OF_PLACES: Mapping[tuple[Change, bool], LazyString] = {
    (Change.SHOW, True): _l("%(card)s: payments can be opened from there now."),
    (Change.HIDE, True): _l("%(card)s: payments cannot be opened from there any more."),
    (Change.RENAME, True): _l("%(card)s: the item has its new title."),
    (Change.SHOW, False): _l("%(card)s: it could not be added. %(reason)s"),
    (Change.HIDE, False): _l("%(card)s: it could not be removed. %(reason)s"),
    (Change.RENAME, False): _l("%(card)s: the title could not be changed. %(reason)s"),
}

REASONS: Mapping[str, LazyString] = {
    "unknown": _l("Bitrix24 did not answer; press Re-check in the diagnostics in a moment."),
    "not_confirmed": _l("Bitrix24 does not list it as asked; try again."),
}

REFUSALS: Mapping[type[errors.AppError], LazyString] = {
    errors.PlacementMissingError: _l("Bitrix24 has no such card or place any more."),
    errors.HandlerRefusedError: _l("Bitrix24 does not accept the address of this app."),
}

REFUSED = _l("Bitrix24 refused it (%(code)s); try again or press Repair in the diagnostics.")


def card(choice: CardChoice) -> tuple[str, str]:
    """Return title and hint of a kind of card; smart processes have the portal's titles."""
    if choice.key in CARDS:
        title, hint = CARDS[choice.key]
        return str(title), str(hint)
    hint_text = _(
        "Smart process %(number)s. Shows payments of linked deals and invoices", number=choice.key
    )
    return choice.title, hint_text


def name_of_placement(placement: str, titles: Titles) -> str:
    """Return what a placement code stands for; `titles` are those of smart processes."""
    if placement in PLACES:
        return str(PLACES[placement])
    entity_type_id = placement.removeprefix(DYNAMIC).removesuffix(TAB)
    if entity_type_id.isascii() and entity_type_id.isdigit():
        title = titles.get(int(entity_type_id))
        return title or str(_("Smart process %(number)s", number=entity_type_id))
    key = PLACEMENTS.get(placement)
    return str(CARDS[key][0]) if key else placement


def change(outcome: Outcome, card: str) -> str:
    """Return the sentence about one tab or place."""
    sentences = CHANGES_OF_PLACES if outcome.placement in PLACES else CHANGES
    kind = outcome.trouble
    reason = REASONS.get(outcome.error) if kind is None else REFUSALS.get(kind)
    text = str(reason) if reason is not None else str(REFUSED % {"code": outcome.error})
    return str(sentences[outcome.change, outcome.is_done] % {"card": card, "reason": text})
