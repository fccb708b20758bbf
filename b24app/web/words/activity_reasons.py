"""Say in the log why an action did not end well: a reason, and no advice."""

from __future__ import annotations

from flask_babel import gettext as _

from b24app import errors
from b24app.services.actions import OutcomeCode, OutcomeKind, SettingsDeed
from b24app.services.admin.activity_log import Line
from b24app.services.directories.type_titles import Titles
from b24app.services.writing.error_names import ErrorName
from b24app.web.plumbing import i18n
from b24app.web.words import error_words, settings_words
from b24app.web.words.actions.joined import OUTCOMES
from b24app.web.words.outcome_words import BAD_INPUT


def reason(line: Line, titles: Titles) -> str:
    """Return why a line did not end well; "" if it did, and for codes of another version."""
    if line.outcome in {OutcomeKind.DONE, OutcomeKind.ALREADY} or not line.detail:
        return ""
    if line.action in set(SettingsDeed):
        return _not_bound(line.detail, titles)
    name, _slash, code = line.detail.partition("/")
    if name in set(ErrorName):
        return _of_error(ErrorName(name).kind, code)
    said = OUTCOMES[OutcomeCode(name)].log if name in set(OutcomeCode) else None
    return str(said or "")


def _of_error(kind: type[errors.AppError], code: str) -> str:
    if code in BAD_INPUT:
        return str(BAD_INPUT[code])
    return error_words.in_log(kind)


def _not_bound(detail: str, titles: Titles) -> str:
    """Put `CRM_DEAL_DETAIL_TAB: ERROR_CORE, ONAPPUPDATE: not_bound` in the words of the page."""
    names = [part.partition(": ")[0] for part in detail.split(", ")]
    named = i18n.joined(settings_words.name_of_placement(name, titles) for name in names)
    return str(_("Could not be changed: %(names)s", names=named))
