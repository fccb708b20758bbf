"""The answer to a write: the payment as the portal shows it now, the header, and what happened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, make_response, render_template

from b24app.errors import AppError, ConflictError, PortalBusyError
from b24app.services import card_reads, tab
from b24app.services.card_view import CardView
from b24app.services.rendering import view_of
from b24app.services.tab import Read
from b24app.services.writes import Result, Undo
from b24app.web import htmx, security
from b24app.web.outcome_words import announced
from b24app.web.wiring import deps


def outcome(result: Result) -> Response:
    """Render a Result. Without a fresh reading the page keeps what it shows."""
    read = result.read
    if result.is_replay or (read is None and isinstance(result.error, ConflictError)):
        read = _fresh(result)
    body = _toast(result)
    if read is not None:
        body = _changed(result, read) + body
    response = make_response(body)
    response.status_code = result.status
    if read is None:
        htmx.without_swap(response)
    else:
        htmx.trigger(response, "payments-changed")
    return response


def _toast(result: Result) -> str:
    text = announced(result.announcement)
    if result.announcement.is_alert:
        error = {
            "text": text,
            # Busy is said only where nothing was carried out.
            "action": "retry" if isinstance(result.error, PortalBusyError) else "refresh",
            "request_id": security.request_id(),
            "field": getattr(result.error, "field", ""),
        }
        return render_template("_error_toast.html", error=error)
    undo = _undo(result.undo) if result.undo else None
    return render_template("_toast.html", toast={"text": text, "undo": undo})


def _undo(undo: Undo) -> dict[str, Any]:
    """The request that takes an act back, for the button of the toast."""
    base = f"/payments/{undo.payment_id}"
    target = f"#payment-{undo.payment_id}"
    if undo.kind == "delivery":
        url, values = f"{base}/deliveries", {"delivery_id": undo.ref_id}
    else:
        url = f"{base}/items"
        values = {"row": undo.ref_id, f"quantity-{undo.ref_id}": undo.quantity}
    return {"method": "post", "url": url, "fields": values, "target": target}


def _fresh(result: Result) -> Read | None:
    """What is true now: beside a repeated announcement, and for who saw an older state."""
    try:
        return tab.read_again(deps(), result.acting, result.payment_id)
    except AppError:
        return None


def _changed(result: Result, read: Read) -> str:
    found = card_reads.complete(read.core, read.compositions)
    view = view_of(deps(), result.acting, read.core, found, read.people)
    shown = view.payment(result.payment_id) if result.payment_id is not None else None
    if shown is not None and result.is_creation:
        shown = replace(shown, is_new=True)
    return render_template(
        "payments/_changed.html",
        view=view,
        shown=shown,
        also=_also(view, result),
        rows_total=read.core.rows_total,
        touched=[one for one in (result.payment_id, *result.also) if one is not None],
    )


def _also(view: CardView, result: Result) -> list[Any]:
    found = (view.payment(payment_id) for payment_id in result.also)
    return [one for one in found if one is not None]
