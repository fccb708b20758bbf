"""Serve `/settings/diagnostics` and `/settings/repair`: show what works, and repair it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.services.admin import diagnostics
from b24app.services.admin.checks import Check, State
from b24app.services.admin.diagnostics import Report
from b24app.services.directories.type_titles import Titles
from b24app.web.admin.sections import change_asked, in_place
from b24app.web.plumbing import i18n, security
from b24app.web.plumbing.entry import current_card
from b24app.web.words import activity_reasons, activity_words, diagnostics_words

blueprint = Blueprint("diagnostics", __name__, url_prefix="/settings")


@blueprint.get("/diagnostics")
def show_diagnostics() -> ResponseReturnValue:
    """Check everything; with `fresh=1`, the button, cached values are read again as well."""
    return in_place("diagnostics", _page)


@blueprint.post("/repair")
def repair() -> Response:
    """Add missing tabs and events again; nothing is done twice."""
    report = diagnostics.repair(current_card(), change_asked())
    answer = make_response(
        render_template(
            "settings/_repaired.html",
            diagnostics=_report(report),
            is_repaired=report.is_repaired,
            request_id=security.request_id(),
        )
    )
    answer.headers["HX-Trigger-After-Settle"] = "activity-changed"
    return answer


def _page() -> str:
    is_fresh = request.args.get("fresh") == "1"
    report = diagnostics.check(current_card(), is_fresh=is_fresh)
    return render_template(
        "settings/_diagnostics.html", diagnostics=_report(report), is_announced=is_fresh
    )


def _report(report: Report) -> Mapping[str, object]:
    i18n.use_time_zone(current_card().time_zone)
    return {
        "checks": [_check(check, report.titles) for check in report.checks],
        "problems": sum(check.state is State.ERR for check in report.checks),
        "errors": [
            {
                "at": line.at,
                "user_name": activity_words.people(line.user_name, line.user_id),
                "action": activity_words.action(line.action),
                "payment_number": line.payment_number,
                "outcome": activity_words.outcome(line.outcome),
                "tone": activity_words.tone(line.outcome),
                "reason": activity_reasons.reason(line, report.titles),
                "request_id": line.request_id,
            }
            for line in report.errors
        ],
        "checked_at": report.checked_at,
    }


def _check(check: Check, titles: Titles) -> Mapping[str, object]:
    title, text = diagnostics_words.words(check, titles)
    return {"title": title, "text": text, "state": check.state, "at": check.at}
