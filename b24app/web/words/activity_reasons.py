"""Why an action did not end well, as the log says it afterwards: a reason, and no advice."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app import errors
from b24app.services.admin.activity_log import Line
from b24app.services.directories.type_titles import Titles
from b24app.services.writing.writes import Kind
from b24app.web.words import settings_words
from b24app.web.words.outcome_words import BAD_INPUT, NOT_CREATED, REFUSALS
from b24app.web.words.words import words_of

NOT_AS_ASKED = _l("Bitrix24 took it, but did not show it afterwards")
UNSURE = _l("Bitrix24 did not answer, so it is not known whether it was carried out")
TWO_PLACES = _l("The delivery may be in two payments or in none")
LEFT_OUT = _l("Not everything could be put into the payment")

REASONS: Mapping[str, LazyString] = {
    "not_paid": NOT_AS_ASKED,
    "not_confirmed_paid": NOT_AS_ASKED,
    "not_unpaid": NOT_AS_ASKED,
    "not_confirmed_unpaid": NOT_AS_ASKED,
    "delivery_not_confirmed": NOT_AS_ASKED,
    "system_not_changed": NOT_AS_ASKED,
    "payment_not_deleted": NOT_AS_ASKED,
    "items_not_added": NOT_AS_ASKED,
    "item_not_removed": NOT_AS_ASKED,
    "quantity_differs": NOT_AS_ASKED,
    "delivery_not_added": NOT_AS_ASKED,
    "delivery_not_removed": NOT_AS_ASKED,
    "delivery_not_moved": NOT_AS_ASKED,
    "not_confirmed": NOT_AS_ASKED,
    "paid_other_amount": _l("Its amount was changed by someone else at the same time"),
    "payment_created_partly": LEFT_OUT,
    "rest_partly": LEFT_OUT,
    "items_partly": LEFT_OUT,
    "filling_stopped": _l("It stopped half-way, and the rest could be added later"),
    "rest_not_billed": _l("Bitrix24 did not take the products, so the payment was deleted again"),
    "payment_created_unseen": _l("What is in the new payment could not be read"),
    "delivery_twice": TWO_PLACES,
    "delivery_nowhere": TWO_PLACES,
    "delivery_in_paid": _l("The delivery was in another payment already, which is paid"),
    "delivery_in_another": _l("The delivery was in another payment already"),
    "sum_stays": _l("The order is canceled, so the amount stayed as it was"),
    "unseen": _l("Carried out, but the state afterwards could not be read"),
    "unasked": _l("Bitrix24 did not answer before anything was sent"),
    "abandoned": _l("The first attempt was interrupted"),
}
"""By the code of what was said."""

KINDS: Mapping[type[errors.AppError], LazyString] = {
    errors.RightsRefusedError: _l("Bitrix24 does not let this person do it"),
    errors.UnexplainedRefusalError: _l("Bitrix24 refused it without a reason"),
    errors.PortalSilentError: UNSURE,
    errors.UnrecordedError: _l("The database could not be reached"),
}
"""By the class of an error, where its title would not do."""


def reason(line: Line, titles: Titles) -> str:
    """Why a line did not end well; "" for what did, and for codes of another version."""
    if line.outcome in {Kind.DONE, Kind.ALREADY} or not line.detail:
        return ""
    if line.action in {"settings", "repair"}:
        return _not_bound(line.detail, titles)
    if line.detail in REASONS:
        return str(REASONS[line.detail])
    name, _slash, code = line.detail.removeprefix("error:").partition("/")
    kind = getattr(errors, name, None) if line.detail.startswith("error:") else None
    return _of_error(kind, code, line.action) if isinstance(kind, type) else ""


def _of_error(kind: type[errors.AppError], code: str, action: str) -> str:
    if code in BAD_INPUT:
        return str(BAD_INPUT[code])
    if code == "0" and action in {"create", "bill_rest"}:
        return str(NOT_CREATED)
    if issubclass(kind, errors.BusinessRefusalError):
        for start, words in REFUSALS.items():
            if code.startswith(start):
                return str(words)
    for ancestor in kind.__mro__:
        if ancestor in KINDS:
            return str(KINDS[ancestor])
    return str(words_of(kind).title)


def _not_bound(detail: str, titles: Titles) -> str:
    """`CRM_DEAL_DETAIL_TAB: ERROR_CORE, ONAPPUPDATE: not_bound` in the words of the page."""
    names = [part.partition(": ")[0] for part in detail.split(", ")]
    named = ", ".join(settings_words.card_of_placement(name, titles) for name in names)
    return str(_("Could not be changed: %(names)s", names=named))
