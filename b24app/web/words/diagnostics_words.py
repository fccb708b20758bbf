"""Hold the words of the diagnostics: what was checked, what was found, what to do."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app.services.admin.checks import Check
from b24app.services.directories.type_titles import Titles
from b24app.web.plumbing import i18n
from b24app.web.words import settings_words
from b24app.web.words.error_words import words_at
from b24app.web.words.sentences import Place

TITLES: Mapping[str, LazyString] = {
    "scopes": _l("Permissions"),
    "tabs": _l("Tabs in cards"),
    "places": _l("Also open payments from"),
    "events": _l("Events"),
    "installed": _l("Installation"),
    "subscription": _l("Subscription"),
    "pay_systems": _l("Payment systems"),
    "reminders": _l("Reminders"),
    "grant": _l("Background access"),
    "shop": _l("Shop site for public links"),
    "timeline": _l("Lines in the timeline"),
}

FOUND: Mapping[tuple[str, str], LazyString] = {
    ("scopes", "complete"): _l("All granted: %(items)s."),
    ("scopes", "missing"): _l(
        "Missing: %(items)s. Install Deal Payments again from the marketplace to grant them."
    ),
    ("tabs", "complete"): _l("All there: %(items)s."),
    ("tabs", "none"): _l("No card is switched on in the settings."),
    ("tabs", "missing"): _l("Missing or leading elsewhere: %(items)s. Press Repair."),
    ("tabs", "unwanted"): _l("There although switched off: %(items)s. Press Repair."),
    ("tabs", "stale"): _l("There twice, once with an old address: %(items)s. Press Repair."),
    ("places", "complete"): _l("All there: %(items)s."),
    ("places", "none"): _l("None is switched on in the settings."),
    ("places", "absent"): _l(
        "Not in this Bitrix24, so not offered in the settings: %(items)s. Those of invoices come "
        "with the new invoices of Bitrix24, the others with a newer version."
    ),
    ("places", "missing"): _l("Missing or leading elsewhere: %(items)s. Press Repair."),
    ("places", "unwanted"): _l("There although switched off: %(items)s. Press Repair."),
    ("places", "stale"): _l("There twice, once with an old address: %(items)s. Press Repair."),
    ("events", "complete"): _l("All arrive here: %(items)s."),
    ("events", "missing"): _l("Missing: %(items)s. Press Repair."),
    ("events", "stale"): _l("Sent twice, once to an old address: %(items)s. Press Repair."),
    ("installed", "finished"): _l("Bitrix24 says that the app is completely installed."),
    ("installed", "version"): _l(
        "Bitrix24 says that the app is completely installed, in version %(items)s."
    ),
    ("installed", "unfinished"): _l(
        "Bitrix24 says that the installation is not finished. Open the app from the marketplace "
        "and let the installation end."
    ),
    ("subscription", "active"): _l("Active (%(items)s)."),
    ("subscription", "expired"): _l("It has ended. Renew Deal Payments in the marketplace."),
    ("pay_systems", "found"): _l("%(items)s"),
    ("pay_systems", "none"): _l(
        "None found. Add one in the CRM settings of Bitrix24, or payments cannot be created."
    ),
    ("reminders", "drawn_made"): _l(
        "Activities in the card’s timeline, with a label on the kanban board."
    ),
    ("reminders", "drawn_missing"): _l(
        "Activities in the card’s timeline. The label on the kanban board is missing: press Repair "
        "to make it."
    ),
    ("reminders", "drawn_refused"): _l(
        "Activities in the card’s timeline. Bitrix24 did not let the app make the label on the "
        "kanban board: that takes an administrator of the whole portal."
    ),
    ("reminders", "drawn_unknown"): _l(
        "Activities in the card’s timeline. This Bitrix24 has no labels of apps on the kanban "
        "board."
    ),
    ("reminders", "todo"): _l(
        "Plain to-dos: this Bitrix24 does not know activities that an app draws."
    ),
    ("reminders", "none"): _l(
        "Not available: this Bitrix24 knows neither activities of apps nor to-dos, so Remind me is "
        "not offered."
    ),
    ("reminders", "no_scope"): _l(
        "Not available: the permission for CRM is missing. Install Deal Payments again from the "
        "marketplace to grant it."
    ),
    ("grant", "works"): _l("Payment systems and tabs can be read at any time."),
    ("grant", "lost"): _l(
        "Lost: the person who installed the app left or lost their rights. Press Repair: your own "
        "access takes its place."
    ),
    ("shop", "ok"): _l("The last public link was created."),
    ("shop", "not_asked"): _l("Not asked yet: nobody has copied a public link."),
    ("shop", "no_shop"): _l(
        "There is no shop site yet. Create one in Bitrix24 under Sites and stores."
    ),
    ("shop", "phone_not_confirmed"): _l(
        "The phone of the shop site’s owner is not confirmed yet. Confirm it in Bitrix24."
    ),
    ("shop", "no_page"): _l(
        "Bitrix24 has no public page for the last payment whose link was asked for. Check the "
        "shop site under Sites and stores."
    ),
    ("shop", "busy"): _l("Bitrix24 was busy when the last public link was asked for."),
    ("shop", "silent"): _l("Bitrix24 did not answer when the last public link was asked for."),
    ("shop", "no_rights"): _l(
        "Bitrix24 did not let the person who asked for the last public link have it."
    ),
    ("shop", "failed"): _l("The last public link could not be created."),
    ("timeline", "off"): _l("Switched off in the settings."),
    ("timeline", "not_asked"): _l("Not asked yet: nothing has been marked as paid or unpaid."),
    ("timeline", "line"): _l("The last line was written."),
    ("timeline", "comment"): _l(
        "Comments are written instead, which colleagues can change: this Bitrix24 is too old for "
        "lines. Re-check after an update."
    ),
    ("timeline", "no_rights"): _l(
        "Bitrix24 did not let the person who marked the last payment write into that card. The "
        "payment was marked."
    ),
    ("timeline", "busy"): _l("Bitrix24 was busy when the last line was to be written."),
    ("timeline", "silent"): _l("Bitrix24 did not answer when the last line was to be written."),
    ("timeline", "failed"): _l(
        "The last line could not be written, although the payment was marked."
    ),
}

STATUSES: Mapping[str, LazyString] = {
    "F": _l("free"),
    "D": _l("demo"),
    "T": _l("trial"),
    "P": _l("paid"),
    "L": _l("local"),
    "S": _l("by Bitrix24 subscription"),
}

SCOPES: Mapping[str, LazyString] = {
    "crm": _l("CRM"),
    "pay_system": _l("payment systems"),
    "placement": _l("tabs"),
    "salescenter": _l("public links"),
    "user_brief": _l("names of people"),
}
EVENTS: Mapping[str, LazyString] = {
    "ONAPPINSTALL": _l("installation"),
    "ONAPPUPDATE": _l("update"),
    "ONAPPPAYMENT": _l("payment for the app"),
    "ONAPPUNINSTALL": _l("removal"),
}
ITEMS: Mapping[str, Mapping[str, LazyString]] = {
    "scopes": SCOPES,
    "events": EVENTS,
    "subscription": STATUSES,
}

UNANSWERED = _l("This could not be checked: %(reason)s. Press Re-check in a moment.")
NO_ACCESS = _l("Cannot be checked while background access is lost.")


def words(check: Check, titles: Titles) -> tuple[str, str]:
    """Return title and finding of a check; `titles` are the portal's for smart processes."""
    items = i18n.joined(_item(check, item, titles) for item in check.items)
    return str(TITLES[check.name]), str(_found(check) % {"items": items})


def _found(check: Check) -> LazyString | str:
    if check.code == "no_access":
        return NO_ACCESS
    if check.trouble is not None:
        return UNANSWERED % {"reason": words_at(Place.APP_PAGE, check.trouble).title}
    # A portal's own code, as older versions stored it, means nothing to people.
    known = FOUND.get((check.name, check.code)) or FOUND.get((check.name, "failed"))
    return known or FOUND["shop", "failed"]


def _item(check: Check, item: str, titles: Titles) -> LazyString | str:
    if check.name in {"tabs", "places"}:
        return settings_words.name_of_placement(item, titles)
    return ITEMS.get(check.name, {}).get(item, item)
