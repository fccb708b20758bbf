"""Why an action did not end well, as the log says it afterwards: a reason, and no advice."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app import errors
from b24app.services.admin.activity_log import Line
from b24app.services.directories.type_titles import Titles
from b24app.services.writing import error_names
from b24app.services.writing.codes import ErrorName, OutcomeCode
from b24app.services.writing.outcome import Kind
from b24app.web.words import settings_words
from b24app.web.words.outcome_words import BAD_INPUT, NOT_CREATED, REFUSALS
from b24app.web.words.words import words_of

NOT_AS_ASKED = _l("Bitrix24 took it, but did not show it afterwards")
UNSURE = _l("Bitrix24 did not answer, so it is not known whether it was carried out")
TWO_PLACES = _l("The delivery may be in two payments or in none")
LEFT_OUT = _l("Not everything could be put into the payment")

REASONS: Mapping[OutcomeCode, LazyString] = {
    OutcomeCode.NOT_PAID: NOT_AS_ASKED,
    OutcomeCode.NOT_CONFIRMED_PAID: NOT_AS_ASKED,
    OutcomeCode.NOT_UNPAID: NOT_AS_ASKED,
    OutcomeCode.NOT_CONFIRMED_UNPAID: NOT_AS_ASKED,
    OutcomeCode.DELIVERY_NOT_CONFIRMED: NOT_AS_ASKED,
    OutcomeCode.SYSTEM_NOT_CHANGED: NOT_AS_ASKED,
    OutcomeCode.PAYMENT_NOT_DELETED: NOT_AS_ASKED,
    OutcomeCode.ITEMS_NOT_ADDED: NOT_AS_ASKED,
    OutcomeCode.ITEM_NOT_REMOVED: NOT_AS_ASKED,
    OutcomeCode.QUANTITY_DIFFERS: NOT_AS_ASKED,
    OutcomeCode.DELIVERY_NOT_ADDED: NOT_AS_ASKED,
    OutcomeCode.DELIVERY_NOT_REMOVED: NOT_AS_ASKED,
    OutcomeCode.DELIVERY_NOT_MOVED: NOT_AS_ASKED,
    OutcomeCode.NOT_CONFIRMED: NOT_AS_ASKED,
    OutcomeCode.PAID_OTHER_AMOUNT: _l("Its amount was changed by someone else at the same time"),
    OutcomeCode.PAYMENT_CREATED_PARTLY: LEFT_OUT,
    OutcomeCode.REST_PARTLY: LEFT_OUT,
    OutcomeCode.ITEMS_PARTLY: LEFT_OUT,
    OutcomeCode.FILLING_STOPPED: _l("It stopped half-way, and the rest could be added later"),
    OutcomeCode.REST_NOT_BILLED: _l(
        "Bitrix24 did not take the products, so the payment was deleted again"
    ),
    OutcomeCode.PAYMENT_CREATED_UNSEEN: _l("What is in the new payment could not be read"),
    OutcomeCode.DELIVERY_TWICE: TWO_PLACES,
    OutcomeCode.DELIVERY_NOWHERE: TWO_PLACES,
    OutcomeCode.DELIVERY_IN_PAID: _l("The delivery was in another payment already, which is paid"),
    OutcomeCode.DELIVERY_IN_ANOTHER: _l("The delivery was in another payment already"),
    OutcomeCode.SUM_STAYS: _l("The order is canceled, so the amount stayed as it was"),
    OutcomeCode.UNSEEN: _l("Carried out, but the state afterwards could not be read"),
    OutcomeCode.UNASKED: _l("Bitrix24 did not answer before anything was sent"),
    OutcomeCode.ABANDONED: _l("The first attempt was interrupted"),
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
    name, _slash, code = line.detail.partition("/")
    if name in set(ErrorName):
        return _of_error(error_names.CLASSES[ErrorName(name)], code, line.action)
    return str(REASONS[OutcomeCode(name)]) if name in REASONS else ""


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
