"""Serve `/settings/activity`: the log, page by page, and as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urljoin

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from b24app.domain import EntityRef
from b24app.errors import InputCode, InputError
from b24app.services.admin import activity_log
from b24app.services.admin.activity_log import ActivityPage, Asked, Line
from b24app.services.auth.shells import origin_of
from b24app.services.card.card_paths import path_of
from b24app.web.admin.sections import in_place
from b24app.web.plumbing import i18n, spreadsheet
from b24app.web.plumbing.entry import current_card
from b24app.web.words import activity_reasons, activity_words

blueprint = Blueprint("activity", __name__, url_prefix="/settings")

DATES: Mapping[str, LazyString] = {
    InputCode.DATE: _l("This is not a date."),
    InputCode.UNTIL: _l("This is before the first day."),
}
COLUMNS = ("time", "person", "user_id", "action", "card", "payment", "before", "after", "outcome",
           "detail", "request_id", "note")  # fmt: skip

CUT = "older lines are not in this file: choose fewer days"
"""In the file, so that nobody takes a part of the log for all of it."""


ASKING = {"activity-filter", "log-newest", "log-older"}
"""By which the page asks for what a person wants to see; all else is read by itself."""


@blueprint.get("/activity")
def show_activity() -> ResponseReturnValue:
    """Show one page of the log."""
    return in_place("activity", _page)


@blueprint.get("/activity.csv")
def export_activity() -> Response:
    """Send the filtered log for the page to save; times are UTC."""
    lines = activity_log.export(current_card(), Asked.of(request.args))
    return spreadsheet.answer(_rows(lines), "activity")


def _page() -> str | Response:
    asked = Asked.of(request.args)
    try:
        page = activity_log.show(current_card(), asked, request.args.get("before", ""))
    except InputError as error:
        if error.field not in {"since", "until"}:
            raise
        return make_response(_rendered(asked, errors={error.field: DATES[error.code]}), 422)
    i18n.use_time_zone(current_card().time_zone)
    return _rendered(
        asked, lines=_lines(page), older=page.older, is_newest=page.is_newest, errors={}
    )


def _rendered(asked: Asked, **shown: object) -> str:
    activity = {
        "asked": asked,
        "is_filtered": asked.is_anything,
        "actions": activity_words.ACTIONS.items(),
        "outcomes": activity_words.OUTCOMES.items(),
        "is_announced": request.headers.get("HX-Trigger") in ASKING,
        **shown,
    }
    return render_template("settings/_activity.html", activity=activity)


def _lines(page: ActivityPage) -> list[dict[str, object]]:
    origin = origin_of(current_card().client_endpoint)
    lines = []
    for line in page.lines:
        ref = EntityRef(line.entity_type_id, line.entity_id)
        path = path_of(ref)
        lines.append(
            {
                "at": line.at,
                "user_name": activity_words.people(line.user_name, line.user_id),
                "action": activity_words.action(line.action),
                "before": activity_words.value(line.before),
                "after": activity_words.value(line.after),
                "payment_number": line.payment_number,
                "card_name": activity_words.card(ref, page.titles),
                "card_path": path,
                "card_url": urljoin(origin, path) if path else "",
                "tone": activity_words.tone(line.outcome),
                "outcome": activity_words.outcome(line.outcome),
                "reason": activity_reasons.reason(line, page.titles),
                "note": line.note,
            }
        )
    return lines


def _rows(lines: Iterable[Line | None]) -> Iterator[tuple[str, ...]]:
    yield COLUMNS
    for line in lines:
        if line is None:
            yield (*[""] * (len(COLUMNS) - 1), CUT)
            return
        ref = EntityRef(line.entity_type_id, line.entity_id)
        yield (
            line.at.isoformat(timespec="seconds"),
            line.user_name,
            str(line.user_id or ""),
            line.action,
            path_of(ref),
            line.payment_number,
            line.before,
            line.after,
            line.outcome,
            line.detail,
            line.request_id,
            line.note,
        )
