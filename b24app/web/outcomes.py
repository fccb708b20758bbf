"""The answer to a write: the article as the portal shows it now, the header, and what happened."""

from __future__ import annotations

from flask import Response, make_response, render_template

from b24app.errors import AppError
from b24app.services import tab
from b24app.services.rendering import view_of
from b24app.services.tab import Read
from b24app.services.writes import Result
from b24app.web import htmx, security
from b24app.web.wiring import deps
from b24app.web.words import announced


def outcome(result: Result) -> Response:
    """Render a Result. Without a fresh reading the page keeps what it shows."""
    read = result.read if not result.is_replay else _fresh(result)
    said = {
        "text": announced(result.announcement),
        "action": "refresh" if result.announcement.is_alert else "",
        "request_id": security.request_id() if result.announcement.is_alert else "",
        "field": getattr(result.error, "field", ""),
    }
    toast = "_error_toast.html" if result.announcement.is_alert else "_toast.html"
    parts = [render_template(toast, error=said, toast=said)]
    if read is not None:
        parts.insert(0, _changed(result, read))
    response = make_response("".join(parts))
    response.status_code = result.status
    if read is None:
        htmx.without_swap(response)
    return response


def _fresh(result: Result) -> Read | None:
    """A replay repeats status and announcement, and shows what is true now (decisions 18)."""
    try:
        return tab.read_again(deps(), result.acting, [result.payment_id or 0])
    except AppError:
        return None


def _changed(result: Result, read: Read) -> str:
    view = view_of(deps(), read.acting, read.core, read.compositions, read.people)
    shown = view.payment(result.payment_id) if result.payment_id is not None else None
    return render_template(
        "payments/_changed.html", view=view, shown=shown, rows_total=read.core.rows_total
    )
