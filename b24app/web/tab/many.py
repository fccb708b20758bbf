"""Serve what is done with many payments at once: the sums of a selection, the question, the act."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.domain import UNREADABLE, Money
from b24app.errors import InputCode, InputError
from b24app.services.actions import Action
from b24app.services.auth.card_session import CardSession
from b24app.services.payments import many
from b24app.services.payments.many_wish import Chosen, LeftOut, Wish, kept_out
from b24app.services.writing import record
from b24app.web.plumbing.entry import current_card, proven, require_session
from b24app.web.tab import many_answers
from b24app.web.tab.sums import sums_of
from b24app.web.tab.writing import asked, note, whole_number
from b24app.web.words import timeline_words

blueprint = Blueprint("many", __name__, url_prefix="/payments/many")
blueprint.before_request(require_session)

CHOSEN = re.compile(
    r"(\d{1,20}) ([YNR]) (-?\d{1,30}(?:\.\d{1,30})?|) ([^\x00-\x20\x7f]{0,1000})(?: (.{0,1000}))?",
    re.ASCII | re.DOTALL,
)
"""A payment as its row has it: id, state, number; currency and number are as odd as the portal's.

One that is refused here keeps all the others from being selected.
"""

LONG = 35
"""More payments than this are announced as long work (decisions 45)."""

NAMED = 5


@dataclass(frozen=True, slots=True)
class StatementLines:
    """What the lines of a bank statement say of payments, by their ids.

    `verdicts` are of those that have to be checked. `is_whole`: all payments of the card were read.
    """

    notes: Mapping[int, str] = field(default_factory=dict)
    verdicts: Mapping[int, str] = field(default_factory=dict)
    text: str = ""
    is_whole: bool = True


NO_LINES = StatementLines()


@blueprint.get("/selected")
def selected() -> ResponseReturnValue:
    """Show what the selected payments come to. The numbers are those that the page shows."""
    current_card()
    chosen = picked(request.args.getlist("chosen"))
    return render_template(
        "payments/_selected.html",
        count=len(chosen),
        sums=sums_of(payment.sum for payment in chosen),
        unpaid=sums_of(
            payment.sum for payment in chosen if not (payment.is_paid or payment.is_returned)
        ),
        paid=sums_of(payment.sum for payment in chosen if payment.is_paid),
        refunded=sums_of(payment.sum for payment in chosen if payment.is_returned),
    )


@blueprint.get("/question")
def question() -> ResponseReturnValue:
    """Ask before an act: what it concerns and comes to, and what is left out and why."""
    action = _action(request.args.get("action", ""))
    return asked_about(proven(action), action, picked(request.args.getlist("chosen")))


def asked_about(
    card: CardSession,
    action: Action,
    chosen: Sequence[Chosen],
    lines: StatementLines = NO_LINES,
) -> str:
    """Render the question. Payments whose lines have to be checked are named first."""
    out = kept_out(card, action, chosen)
    kept = [payment for payment in chosen if payment.id not in out]
    kept.sort(key=lambda payment: payment.id not in lines.verdicts)
    return render_template(
        "payments/_many.html",
        action=action,
        picked=kept,
        chosen=chosen,
        lines=lines,
        named=NAMED,
        sums=sums_of(payment.sum for payment in kept),
        empty=[payment.number for payment in kept if payment.sum.amount == 0],
        out=[
            (why, [payment.number for payment in chosen if out.get(payment.id) is why])
            for why in LeftOut
            if why in out.values()
        ],
        is_long=len(kept) > LONG,
        in_timeline=card.rules.comment_in_timeline,
    )


@blueprint.post("/pay")
def pay() -> Response:
    """Mark many payments as paid, with one note, or with a note each."""
    with _rule_first(Action.PAY):
        chosen = _posted()
        notes = {payment.id: note(f"note-{payment.id}") for payment in chosen}
        return _answer(Wish(Action.PAY, chosen, timeline_words.paid, _said(notes)))


@blueprint.post("/unpay")
def unpay() -> Response:
    """Mark many payments as unpaid."""
    with _rule_first(Action.UNPAY):
        return _answer(Wish(Action.UNPAY, _posted(), timeline_words.unpaid))


@blueprint.post("/delete")
def delete() -> Response:
    """Delete many unpaid payments."""
    with _rule_first(Action.DELETE):
        return _answer(Wish(Action.DELETE, _posted()))


@contextmanager
def _rule_first(action: Action) -> Iterator[None]:
    """Tell whoever may not do it so, and not what is wrong with what was sent.

    Only then: of an act that has begun it is told how far it came, whatever rule was made since.
    """
    try:
        yield
    except InputError:
        proven(action)
        raise


def _answer(wish: Wish) -> Response:
    card = current_card()
    wanted = asked(note())
    act = many.carry_out(card, wanted, wish)
    # The part is over; only its results might not be shown any more.
    with record.unrecorded_if_away():
        return many_answers.answer(card, wanted, act)


def _said(notes: Mapping[int, str]) -> dict[int, str]:
    return {payment_id: text for payment_id, text in notes.items() if text}


def _posted() -> list[Chosen]:
    chosen = picked(request.form.getlist("chosen"))
    return [replace(one, stamp=request.form.get(f"stamp-{one.id}", "")) for one in chosen]


def picked(texts: Sequence[str]) -> list[Chosen]:
    """Return the chosen payments. Raises InputError for what no row says."""
    if not 0 < len(texts) <= many.MOST:
        code = InputCode.TOO_MANY_PAYMENTS if texts else InputCode.CHOICE_GONE
        raise InputError("not 1 to 50 payments", code=code, field="chosen")
    return [_one(text) for text in texts]


def _one(text: str) -> Chosen:
    found = CHOSEN.fullmatch(text)
    payment_id = whole_number(found[1], "chosen") if found else 0
    if found is None or not payment_id:
        raise InputError("no payment of a row", code=InputCode.NUMBER, field="chosen")
    amount = Decimal(found[3]) if found[3] else UNREADABLE
    total, state = Money(amount, found[4]), found[2]
    return Chosen(payment_id, state == "Y", total, found[5] or "", is_returned=state == "R")


def _action(name: str) -> Action:
    if name not in {Action.PAY, Action.UNPAY, Action.DELETE}:
        raise InputError("no action of many", code=InputCode.CHOICE_GONE, field="action")
    return Action(name)
