"""Serve the reminder about a payment: the dialog, and what is sent from it."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from b24app.domain import Drawing, Payment
from b24app.errors import InputCode, InputError
from b24app.services.actions import Action
from b24app.services.auth.card_session import CardSession
from b24app.services.card import reminders
from b24app.services.payments import reminding
from b24app.services.payments.reminding import Wish
from b24app.web.plumbing import i18n
from b24app.web.plumbing.entry import proven, require_session
from b24app.web.tab.writing import answer, asked

blueprint = Blueprint(
    "payment_reminders", __name__, url_prefix="/payments/<int:payment_id>/reminder"
)
blueprint.before_request(require_session)

DAYS_AHEAD = {"today": 0, "tomorrow": 1, "week": 7}


@blueprint.get("")
def form(payment_id: int) -> ResponseReturnValue:
    """Show the dialog that sets, moves or removes the reminder."""
    card = proven(Action.REMIND)
    payment, expected = reminding.look(card, payment_id)
    today = reminders.today(card)
    days = {name: today + timedelta(days) for name, days in DAYS_AHEAD.items()}
    return render_template(
        "payments/_reminder.html",
        payment=payment,
        expected=expected,
        days=days,
    )


@blueprint.post("")
def remind(payment_id: int) -> Response:
    """Set, move or remove the reminder; `shown` is its moment as the person saw it.

    `when` comes twice from the button that removes: the choice above it, and its own value.
    """
    card = proven(Action.REMIND)
    if "none" in request.form.getlist("when"):
        return answer(reminding.cancel(card, asked(), payment_id))
    wish = Wish(_day(card), request.form.get("shown"), _drawing)
    return answer(reminding.remind(card, asked(), payment_id, wish))


def _day(card: CardSession) -> date:
    """Return the chosen day where the person is. Raises InputError."""
    choice, today = request.form.get("when", ""), reminders.today(card)
    if choice in DAYS_AHEAD:
        # The dialog names the days, and may be sent after a midnight.
        return max(_shown_today(today) + timedelta(DAYS_AHEAD[choice]), today)
    try:
        return date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise InputError("no day", code=InputCode.REMIND_DAY, field="day") from None


def _shown_today(today: date) -> date:
    """Return which day the dialog called today."""
    try:
        return min(date.fromisoformat(request.form.get("today", "")), today)
    except ValueError:
        return today


def _drawing(payment: Payment) -> Drawing:
    """Write what stands in the card's timeline, in the language of who sets the reminder."""
    amount = i18n.plain_money(payment.sum)
    return Drawing(
        title=_("Payment %(number)s is expected", number=payment.number),
        text=_("%(amount)s when this was set", amount=amount),
        button=_("Open payment"),
    )
