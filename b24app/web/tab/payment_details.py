"""Show what is known of one payment: the portal's fields and what was done with it here."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from b24app.services.actions import OutcomeKind
from b24app.services.payments import details, history
from b24app.services.payments.history import Record
from b24app.web.plumbing.entry import proven, require_session
from b24app.web.tab.writing import whole_number
from b24app.web.words import activity_reasons, activity_words

blueprint = Blueprint("payment_details", __name__, url_prefix="/payments")
blueprint.before_request(require_session)


@blueprint.get("/<int:payment_id>/details")
def show(payment_id: int) -> ResponseReturnValue:
    """Show what the portal says of one payment, and its history."""
    found = details.read(proven(), payment_id)
    template = "payments/_payment_details.html"
    taken = taken_in_words(history.taken_of(found.records))
    return render_template(template, found=found, records=said(found.records), taken=taken)


@blueprint.get("/<int:payment_id>/history")
def show_history(payment_id: int) -> ResponseReturnValue:
    """Show what was done with one payment through this app.

    `paid` is the id of who has paid it, 0 if nobody is known, N if it is unpaid, Y on older pages.
    """
    records = history.of_payment(proven(), payment_id)
    paid = request.args.get("paid", "N")
    payer_id = whole_number(paid, "paid") if paid.isdigit() else None
    note = history.note_of(records, is_paid=paid != "N", payer_id=payer_id)
    return render_template(
        "payments/_history.html",
        pid=payment_id,
        records=said(records),
        note=note,
        taken=taken_in_words(history.taken_of(records)),
    )


def said(records: Sequence[Record]) -> list[dict[str, object]]:
    """Return the records of a payment in the words of its history."""
    return [
        {
            "at": record.at,
            "who": activity_words.people(record.user_name, record.user_id),
            "action": activity_words.action(record.action),
            "before": activity_words.value(record.before),
            "after": activity_words.value(record.after),
            "outcome": activity_words.outcome(record.outcome),
            "tone": activity_words.tone(record.outcome),
            "is_done": record.outcome == OutcomeKind.DONE,
            "reason": activity_reasons.reason(record, {}),
            "note": record.note,
        }
        for record in records
    ]


def taken_in_words(record: Record | None) -> dict[str, object] | None:
    """Return by whom, when and by which way a link was taken, None if it was not."""
    if record is None:
        return None
    return {
        "who": activity_words.people(record.user_name, record.user_id),
        "at": record.at,
        "way": activity_words.value(record.after),
    }
