"""`/settings/activity`: the log, page by page, and as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.domain import EntityRef
from b24app.services import activity_log
from b24app.services.activity_log import ActivityPage, Asked, Line
from b24app.services.card_paths import path_of
from b24app.services.launches import origin_of
from b24app.web import activity_words, i18n, spreadsheet
from b24app.web.entry import acting
from b24app.web.sections import in_place
from b24app.web.wiring import deps

blueprint = Blueprint("activity", __name__, url_prefix="/settings")

COLUMNS = ("time", "person", "user_id", "action", "card", "payment", "before", "after", "outcome",
           "detail", "request_id")  # fmt: skip


@blueprint.get("/activity")
def show_activity() -> ResponseReturnValue:
    """One page of the log."""
    return in_place("activity", _page)


@blueprint.get("/activity.csv")
def export_activity() -> Response:
    """The filtered log, for the page to save; the times are UTC."""
    lines = activity_log.export(deps(), acting(), Asked.of(request.args))
    response = Response(spreadsheet.pieces(_rows(lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="activity.csv"'
    return response


def _page() -> str:
    page = activity_log.show(
        deps(), acting(), Asked.of(request.args), request.args.get("before", "")
    )
    if page.acting.user is not None:
        i18n.use_time_zone(page.acting.user.time_zone)
    return render_template(
        "settings/_activity.html",
        activity={
            "asked": page.asked,
            "lines": _lines(page),
            "actions": activity_words.ACTIONS.items(),
            "outcomes": activity_words.OUTCOMES.items(),
            "older": page.older,
            "is_newest": page.is_newest,
        },
    )


def _lines(page: ActivityPage) -> list[dict[str, object]]:
    origin = origin_of(page.acting.client_endpoint)
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
                "card_name": activity_words.card(ref),
                "card_path": path,
                "card_url": urljoin(origin, path) if path else "",
                "is_done": line.outcome in activity_words.GOOD,
                "outcome": activity_words.outcome(line.outcome),
            }
        )
    return lines


def _rows(lines: Iterable[Line]) -> Iterator[tuple[str, ...]]:
    yield COLUMNS
    for line in lines:
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
        )
