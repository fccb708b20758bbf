"""Serve the matching of a bank statement: what its lines pay, and the question before the act.

What was pasted is posted, though nothing is changed: addresses are logged, and a statement is
nobody's business. It is kept nowhere but in the dialog.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from b24app.domain.statement.matching import RANKS
from b24app.errors import InputCode, InputError
from b24app.services.actions import Action
from b24app.services.payments import statement
from b24app.services.payments.many_wish import Chosen
from b24app.services.payments.statement import Statement
from b24app.web.plumbing.entry import current_card, proven, require_session
from b24app.web.tab import many
from b24app.web.tab.writing import whole_number

blueprint = Blueprint("statement", __name__, url_prefix="/payments/statement")
blueprint.before_request(require_session)


@blueprint.get("")
def form() -> ResponseReturnValue:
    """Ask for the lines of a statement."""
    current_card().require_rule(Action.PAY)
    return _shown(None)


@blueprint.post("")
def matched() -> ResponseReturnValue:
    """Show what the lines pay. `back` comes from the question: what was ticked stays so."""
    card = proven(Action.PAY)
    ticked: Collection[int] = ()
    if request.form.get("back") == "1":
        ticked = {payment.id for payment in many.picked(request.form.getlist("chosen"))}
    return _shown(statement.read(card, _text("lines"), ticked))


@blueprint.post("/chosen")
def chosen() -> ResponseReturnValue:
    """Ask before the ticked payments are marked as paid, each with its line as its note.

    The lines are those that were matched, not what may have been written into the field since.
    """
    card = proven(Action.PAY)
    texts = request.form.getlist("chosen")
    if not texts:
        raise InputError("no payment", code=InputCode.NO_LINE_CHOSEN, field="chosen")
    picked = many.picked(texts)
    text = _text("matched")
    statement.require_fitting(text)
    lines = [(payment, _line(payment.id)) for payment in picked]
    notes = statement.notes_of(text, lines)
    is_whole = request.form.get("whole") == "1"
    said = many.StatementLines(notes, _verdicts(picked), text, is_whole)
    return many.asked_about(card, Action.PAY, picked, said)


def _shown(found: Statement | None) -> str:
    return render_template(
        "payments/_statement.html",
        found=found,
        text=found.text if found else "",
        most=statement.MOST_CHARACTERS,
    )


def _text(name: str) -> str:
    return request.form.get(name, "")


def _verdicts(picked: Sequence[Chosen]) -> dict[int, str]:
    """Return what the dialog has said of payments whose lines have to be checked."""
    told = {payment.id: request.form.get(f"verdict-{payment.id}", "") for payment in picked}
    return {payment_id: verdict for payment_id, verdict in told.items() if verdict in RANKS}


def _line(payment_id: int) -> int:
    return whole_number(request.form.get(f"line-{payment_id}", "0"), "chosen")
