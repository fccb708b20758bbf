"""The answer to a write: the payment as the portal shows it now, the header, and what happened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, make_response, render_template

from b24app.errors import AppError, ConflictError, OrderCanceledError, PortalBusyError
from b24app.services.actions import Action
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_reads, tab
from b24app.services.card.card_view import CardView
from b24app.services.card.rendering import view_of
from b24app.services.card.tab import Read
from b24app.services.payments import filling
from b24app.services.writing.writes import GOES_ON, Result, Undo
from b24app.web.plumbing import htmx, security
from b24app.web.words.outcome_words import NOTHING_TO_DO, UNDOES, announced, names_payment

MARKS = frozenset({Action.PAY, Action.UNPAY})
"""What takes an act back and is an action with a rule of its own."""


def outcome(card: CardSession, result: Result) -> Response:
    """Render a Result. Without a fresh reading the page keeps what it shows."""
    part = _part(card, result)
    if part is not None:
        return part
    read = result.read
    is_outdated = isinstance(result.error, ConflictError | OrderCanceledError)
    if result.is_replay or (read is None and is_outdated):
        read = _fresh(card, result)
    view = _view(card, read) if read is not None else None
    body = _toast(result, view)
    if read is not None and view is not None:
        body = _changed(result, read, view) + body
    response = make_response(body)
    response.status_code = result.status
    if read is None:
        htmx.without_swap(response)
    else:
        htmx.trigger(response, "payments-changed")
    return response


def _part(card: CardSession, result: Result) -> Response | None:
    """How far longer work is: in the dialog, which goes on with it or says why it stopped."""
    code = result.announcement.code
    if code not in {GOES_ON, filling.STOPPED}:
        return None
    filling_id = int(result.announcement.values["filling"])
    try:
        found = filling.find(card, filling_id)
    except AppError:
        # A repeated answer about something that is finished by now.
        return None
    is_stopped = code == filling.STOPPED
    body = render_template(
        "payments/_filling.html", filling=found, ref=card.ref, is_stopped=is_stopped
    )
    response = make_response(body + (_toast(result, None) if is_stopped else ""))
    response.status_code = result.status
    return htmx.into(response, "#dlg-form")


def _toast(result: Result, view: CardView | None) -> str:
    announcement = result.announcement
    number = announcement.values.get("number", "")
    said = {
        "text": announced(announcement),
        "number": number,
        "is_named": names_payment(announcement),
        "document": announcement.values.get("document", ""),
        "among": announcement.values.get("among", ""),
    }
    if announcement.is_alert:
        error = {
            **said,
            # Busy is said only where nothing was carried out.
            "action": "retry" if isinstance(result.error, PortalBusyError) else "refresh",
            "request_id": security.request_id(),
            "field": getattr(result.error, "field", ""),
            "most": announcement.values.get("most", ""),
        }
        return render_template("_error_toast.html", error=error)
    undo = _undo(result.undo, view) if result.undo and view else None
    more = UNDOES[undo["kind"]] if undo and undo["kind"] in UNDOES else ""
    kind = "warn" if said["among"] else "note" if announcement.code in NOTHING_TO_DO else "ok"
    toast = {**said, "kind": kind, "more": more, "undo": undo}
    return render_template("_toast.html", toast=toast)


def _undo(undo: Undo, view: CardView) -> dict[str, Any] | None:
    """The request that takes an act back, for the button of the toast."""
    base = f"/payments/{undo.payment_id}"
    url = f"{base}/{undo.kind}"
    key = ""
    values: dict[str, Any] = {}
    if undo.kind in MARKS:
        if undo.kind not in view.allowed:
            return None
        values = _as_shown(undo)
    elif undo.kind == "quantity":
        url, key = f"{base}/items/{undo.ref_id}", f"qty-{undo.ref_id}"
        values = {"quantity": undo.quantity, "shown": undo.now}
    elif undo.kind == "delivery":
        url, values = f"{base}/deliveries", {"delivery_id": undo.ref_id}
    else:
        url = f"{base}/items"
        values = {"row": undo.ref_id, f"quantity-{undo.ref_id}": undo.quantity}
    return {
        "kind": undo.kind,
        "key": key,
        "url": url,
        "fields": {**values, "undo": 1},
        "target": f"#payment-{undo.payment_id}",
        "asks": _asks(undo, view),
    }


def _as_shown(undo: Undo) -> dict[str, str]:
    """What paying says of the payment, as the button of the payment itself does."""
    if undo.kind != Action.PAY:
        return {}
    return {"shown": str(undo.amount), **({} if undo.amount else {"zero": "1"})}


def _asks(undo: Undo, view: CardView) -> str:
    """The dialog that paying asks in, as the button of the payment itself does."""
    if undo.kind != Action.PAY:
        return ""
    if not undo.amount:
        return "dlg-zero"
    return "dlg-paid" if view.confirm_pay else ""


def _fresh(card: CardSession, result: Result) -> Read | None:
    """What is true now: beside a repeated announcement, and for who saw an older state."""
    try:
        return tab.read_again(card, result.payment_id)
    except AppError:
        return None


def _view(card: CardSession, read: Read) -> CardView:
    found = card_reads.complete(read.core, read.compositions)
    return view_of(card, read.core, found, read.people)


def _changed(result: Result, read: Read, view: CardView) -> str:
    shown = view.payment(result.payment_id) if result.payment_id is not None else None
    if shown is not None and result.is_creation:
        shown = replace(shown, is_new=True)
    return render_template(
        "payments/_changed.html",
        view=view,
        shown=shown,
        also=_also(view, result),
        rows_total=read.core.rows_total,
        reads_again=view.read_only or (view.canceled and result.announcement.is_alert),
        touched=[one for one in (result.payment_id, *result.also) if one is not None],
    )


def _also(view: CardView, result: Result) -> list[Any]:
    found = (view.payment(payment_id) for payment_id in result.also)
    return [one for one in found if one is not None]
