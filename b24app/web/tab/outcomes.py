"""Answer a write: the payment as the portal shows it now, the header, and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, make_response, render_template

from b24app.errors import (
    AppError,
    CardBusyError,
    ChangedMeanwhileError,
    ConflictError,
    InputCode,
    OrderCanceledError,
    PortalBusyError,
)
from b24app.services.actions import Action, OutcomeCode, OutcomeKind, UndoKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_reads, tab
from b24app.services.card.build_view import view_of
from b24app.services.card.card_view import CardView
from b24app.services.card.readings import Reading
from b24app.services.payments import filling
from b24app.services.writing.error_names import ErrorName
from b24app.services.writing.outcome import Outcome, Undo
from b24app.web.plumbing import htmx, security, statuses
from b24app.web.words.error_words import two_sentences
from b24app.web.words.outcome_words import ACCOUNT_CHOSEN, UNDOES, announced, is_note, names_payment

STATUSES: Mapping[OutcomeKind, int] = {
    OutcomeKind.DONE: 200,
    OutcomeKind.ALREADY: 200,
    OutcomeKind.REFUSED: 409,
    OutcomeKind.FAILED: 502,
    OutcomeKind.UNKNOWN: 502,
    OutcomeKind.PARTIAL: 502,
}
"""The status of an answer by how the write ended. Errors have their own."""

STATUSES_OF_CODES: Mapping[OutcomeCode | ErrorName, int] = {
    OutcomeCode.UNSEEN: 502,
    OutcomeCode.ABANDONED: 409,
}

OLDER = frozenset({InputCode.CHOICE_GONE, InputCode.NOTHING_TO_BILL, InputCode.TOO_MANY})
"""Bad input that was none when the dialog was shown."""

MARKS: Mapping[UndoKind, Action] = {UndoKind.PAY: Action.PAY, UndoKind.UNPAY: Action.UNPAY}
"""Undo kinds that are actions with a rule of their own."""


PARTLY_DONE = "Partly-Done"
"""Header of an answer to what was done in part: its dialog would do that part again."""


def status_of(outcome: Outcome) -> int:
    """Return the status of the answer to a write."""
    if isinstance(outcome.code, ErrorName):
        return statuses.status_of(outcome.code.kind)
    return STATUSES_OF_CODES.get(outcome.code, STATUSES[outcome.kind])


def answer(card: CardSession, outcome: Outcome) -> Response:
    """Render an outcome. Without a fresh reading the page keeps what it shows."""
    part = _part(card, outcome)
    if part is not None:
        return part
    read = outcome.reading
    is_outdated = isinstance(outcome.error, ConflictError | OrderCanceledError)
    if outcome.is_replay or (read is None and is_outdated):
        read = _fresh(card, outcome)
    view = _view(card, read) if read is not None else None
    body = _toast(outcome, view)
    if read is not None and view is not None:
        body = _changed(outcome, read, view) + body
    response = make_response(body)
    response.status_code = status_of(outcome)
    if _is_done_in_part(outcome):
        response.headers[PARTLY_DONE] = "1"
    if read is None:
        htmx.without_swap(response)
    else:
        htmx.trigger(response, "payments-changed")
    return response


def _is_done_in_part(outcome: Outcome) -> bool:
    """Return whether something was done, although not all of it, or nobody knows of what."""
    is_made = outcome.is_creation and outcome.payment_id is not None
    return outcome.kind is OutcomeKind.PARTIAL or (outcome.kind is OutcomeKind.UNKNOWN and is_made)


def _part(card: CardSession, outcome: Outcome) -> Response | None:
    """Show the progress of longer work in its dialog, which goes on or says why it stopped."""
    code = outcome.code
    if code not in {OutcomeCode.FILLING, OutcomeCode.FILLING_STOPPED}:
        return None
    filling_id = int(outcome.values["filling"])
    try:
        found = filling.find(card, filling_id)
    except AppError:
        # A repeated answer about something that has since been finished.
        return None
    is_stopped = code is OutcomeCode.FILLING_STOPPED
    body = render_template(
        "payments/_filling.html", filling=found, ref=card.ref, is_stopped=is_stopped
    )
    response = make_response(body + (_toast(outcome, None) if is_stopped else ""))
    response.status_code = status_of(outcome)
    return htmx.into(response, "#dlg-form")


def _action_after(error: AppError | None) -> str:
    """Return what the button does. "Busy" is said only if nothing was carried out."""
    may_work = isinstance(error, PortalBusyError) and error.retryable
    return "retry" if may_work else "refresh"


def _is_older(outcome: Outcome) -> bool:
    """Return whether nothing was done because a dialog showed something older than there is."""
    if outcome.code in {OutcomeCode.DELIVERY_IN_ANOTHER, OutcomeCode.DELIVERY_IN_PAID}:
        return True
    is_older = isinstance(outcome.error, ChangedMeanwhileError | CardBusyError)
    return is_older or outcome.values.get("code") in OLDER


def _toast(outcome: Outcome, view: CardView | None) -> str:
    values = outcome.values
    is_from_account = _is_from_account(outcome, view)
    text = announced(outcome.code, values)
    said = {
        "text": two_sentences(text, ACCOUNT_CHOSEN) if is_from_account else text,
        "number": values.get("number", ""),
        "is_named": names_payment(outcome.code),
        "document": values.get("document", ""),
        "among": values.get("among", ""),
    }
    if outcome.is_alert:
        error = {
            **said,
            "action": _action_after(outcome.error),
            "request_id": security.request_id(),
            "field": getattr(outcome.error, "field", ""),
            "most": values.get("most", ""),
            "gone": values.get("gone", ""),
            "rereads": _is_older(outcome),
            "line_gone": values.get("code") == InputCode.LINE_GONE,
        }
        return render_template("_error_toast.html", error=error)
    undo = _undo(outcome.undo, view) if outcome.undo and view else None
    more = UNDOES[undo["kind"]] if undo and undo["kind"] in UNDOES else ""
    kind = "warn" if said["among"] or is_from_account else "note" if is_note(outcome.code) else "ok"
    gone = outcome.payment_id if outcome.code is OutcomeCode.PAYMENT_DELETED else None
    toast = {**said, "kind": kind, "more": more, "undo": undo, "gone": gone}
    return render_template("_toast.html", toast=toast)


def _is_from_account(outcome: Outcome, view: CardView | None) -> bool:
    """Return whether a payment was made that takes its amount from the client's account."""
    if view is None or not outcome.is_creation or outcome.payment_id is None:
        return False
    shown = view.payment(outcome.payment_id)
    return shown is not None and shown.is_from_account


def _undo(undo: Undo, view: CardView) -> dict[str, Any] | None:
    """Return the request that undoes an action, for the toast's button."""
    base = f"/payments/{undo.payment_id}"
    url = f"{base}/{undo.kind}"
    key = ""
    values: dict[str, Any] = {}
    if undo.kind in MARKS:
        if MARKS[undo.kind] not in view.allowed:
            return None
        # Both marks put the focus on the row, and the later one takes the place of the earlier one.
        values, key = _as_shown(undo, view), f"title-{undo.payment_id}"
    elif undo.kind is UndoKind.QUANTITY:
        url, key = f"{base}/items/{undo.ref_id}", f"qty-{undo.ref_id}"
        values = {"quantity": undo.quantity, "shown": undo.now}
    elif undo.kind is UndoKind.DELIVERY:
        url, values = f"{base}/deliveries", {"delivery_id": undo.ref_id}
    elif undo.kind is UndoKind.MOVE:
        url = f"{base}/deliveries/{undo.ref_id}/move"
        values = {"to": undo.to_id, "shown": undo.now}
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


def _as_shown(undo: Undo, view: CardView) -> dict[str, str]:
    """Return what a mark sends of the payment, like the payment's own button."""
    shown = view.payment(undo.payment_id)
    told = {"stamp": undo.stamp} if undo.stamp else {}
    if undo.was_returned:
        told["returned"] = "1"
    if shown is not None:
        payment = shown.payment
        told |= {
            "shown": str(payment.sum.amount),
            "number": payment.number,
            "currency": payment.sum.currency,
        }
    if undo.kind is not UndoKind.PAY:
        return told
    return {
        **told,
        "shown": str(undo.expected_amount),
        **({} if undo.expected_amount else {"zero": "1"}),
    }


def _asks(undo: Undo, view: CardView) -> str:
    """Return the dialog in which paying asks, like the payment's own button."""
    if undo.kind is not UndoKind.PAY:
        return ""
    if not undo.expected_amount:
        return "dlg-zero"
    shown = view.payment(undo.payment_id)
    is_asked = view.rules.confirm_pay or (shown is not None and shown.is_from_account)
    return "dlg-paid" if is_asked else ""


def _fresh(card: CardSession, outcome: Outcome) -> Reading | None:
    """Read the current state, for a repeated answer and for a person who saw an older one."""
    try:
        return tab.read_again(card, outcome.payment_id)
    except AppError:
        return None


def _view(card: CardSession, read: Reading) -> CardView:
    found = card_reads.complete(read.core, read.compositions)
    return view_of(card, read.core, found, read.people)


def _changed(outcome: Outcome, read: Reading, view: CardView) -> str:
    shown = view.payment(outcome.payment_id) if outcome.payment_id is not None else None
    if shown is not None and outcome.is_creation:
        shown = replace(shown, is_new=True)
    return render_template(
        "payments/_changed.html",
        view=view,
        shown=shown,
        also=_also(view, outcome),
        rows_total=read.core.rows_total,
        reads_again=view.read_only or (view.canceled and outcome.is_alert),
        touched=[
            payment_id
            for payment_id in (outcome.payment_id, *outcome.also)
            if payment_id is not None
        ],
    )


def _also(view: CardView, outcome: Outcome) -> list[Any]:
    found = (view.payment(payment_id) for payment_id in outcome.also)
    return [shown for shown in found if shown is not None]
