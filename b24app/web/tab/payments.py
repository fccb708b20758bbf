"""Serve the list under `/payments` and actions on a whole payment."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.errors import InputError
from b24app.services.actions import Action
from b24app.services.auth.card_session import CardSession
from b24app.services.card import linked, reminders, tab
from b24app.services.card.card_view import Filter, Sort
from b24app.services.card.tab import ListOptions
from b24app.services.directories import pay_systems
from b24app.services.payments import deletion, marking, pay_system, public_links
from b24app.services.payments.marking import Seen
from b24app.services.writing import ownership
from b24app.web.plumbing import i18n
from b24app.web.plumbing.entry import current_card, proven, require_session
from b24app.web.tab import large_pages
from b24app.web.tab.writing import (
    answer,
    asked,
    note,
    optional_decimal,
    optional_number,
    told,
    whole_number,
)
from b24app.web.words import timeline_words

blueprint = Blueprint("payments", __name__, url_prefix="/payments")
blueprint.before_request(require_session)

Choice = TypeVar("Choice", bound=StrEnum)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Show the tab's content: header, toolbar and list."""
    is_refresh, is_first = (request.args.get(name) == "1" for name in ("refresh", "first"))
    wish = ListOptions(_choice(Filter, "show"), _choice(Sort, "sort"), is_refresh, is_first)
    card = current_card()
    if not card.ref.owns_payments:
        return _show_linked(card, wish)
    shown = tab.show(card, wish)
    i18n.use_time_zone(shown.view.time_zone)
    wanted = _wanted(card)
    return large_pages.render(
        "payments/_tab.html",
        [shown.view],
        view=shown.view,
        waiting=shown.waiting,
        rows_total=shown.rows_total,
        carried=shown.carried,
        wanted=wanted,
        is_wanted_missing=wanted is not None and shown.view.payment(wanted) is None,
        is_apart=request.args.get("apart") == "1",
    )


def _wanted(card: CardSession) -> int | None:
    """Return the payment to open, from a page apart. Anybody may have written the address."""
    try:
        payment_id = whole_number(request.args.get("payment") or "0", "payment")
        activity_id = whole_number(request.args.get("activity") or "0", "activity")
    except InputError:
        return None
    if payment_id or not activity_id:
        return payment_id or None
    return reminders.payment_of(card, activity_id)


def _show_linked(card: CardSession, wish: ListOptions) -> str:
    offset = whole_number(request.args.get("more") or "0", "more")
    found = linked.show(card, wish, offset)
    i18n.use_time_zone(found.time_zone)
    template = "payments/_linked_groups.html" if offset else "payments/_linked.html"
    return large_pages.render(template, [group.view for group in found.groups], linked=found)


@blueprint.route("/details", methods=["GET", "POST"])
def details() -> ResponseReturnValue:
    """Show the lines of payments that wait for them, out of band.

    It is posted where the page brings back the card that it was given: that is long.
    """
    ids = [whole_number(part, "ids") for part in request.values.get("ids", "").split(",")]
    rows_total = whole_number(request.values.get("rows") or "0", "rows")
    shown = tab.details(current_card(), ids, rows_total, request.form.get("carried", ""))
    return large_pages.render(
        "payments/_details.html",
        [shown.view],
        view=shown.view,
        rows_total=shown.rows_total,
        tells_abroad=shown.tells_abroad,
    )


@blueprint.post("/<int:payment_id>/pay")
def pay(payment_id: int) -> Response:
    """Mark as paid. `zero`: the person was asked about a payment of zero; `returned`: a refund."""
    card = proven(Action.PAY)
    may_be_zero, is_returned = (request.form.get(name) == "1" for name in ("zero", "returned"))
    stamp = request.form.get("stamp", "")
    seen = Seen(optional_decimal("shown"), may_be_zero, told(), stamp, is_returned)
    return answer(marking.pay(card, asked(note()), payment_id, seen, timeline_words.paid))


@blueprint.post("/<int:payment_id>/unpay")
def unpay(payment_id: int) -> Response:
    """Mark as unpaid. `returned`: Undo of the mark of one whose money had been given back."""
    card = proven(Action.UNPAY)
    is_returned = request.form.get("returned") == "1"
    seen = Seen(told=told(), stamp=request.form.get("stamp", ""), is_returned=is_returned)
    return answer(marking.unpay(card, asked(note()), payment_id, seen, timeline_words.unpaid))


@blueprint.delete("/<int:payment_id>")
def delete(payment_id: int) -> Response:
    """Delete an unpaid payment."""
    card = proven(Action.DELETE)
    expected_amount = optional_decimal("shown")
    return answer(deletion.delete(card, asked(), payment_id, expected_amount))


@blueprint.get("/<int:payment_id>/link")
def link(payment_id: int) -> ResponseReturnValue:
    """Show the public link of a payment, visible and selectable."""
    payment, public_link = public_links.get_public_link(current_card(), payment_id)
    return render_template("payments/_link.html", link=public_link, payment=payment)


@blueprint.get("/<int:payment_id>/system")
def system_form(payment_id: int) -> ResponseReturnValue:
    """Show the dialog that changes the payment system."""
    card = proven(Action.SYSTEM)
    payment = ownership.fetch_own_payment(card, payment_id)
    return render_template(
        "payments/_system.html",
        payment=payment,
        pay_systems=pay_systems.directory(card),
    )


@blueprint.post("/<int:payment_id>/system")
def change_system(payment_id: int) -> Response:
    """Change the payment system."""
    card = proven(Action.SYSTEM)
    system_id = whole_number(request.form.get("pay_system_id", ""), "pay_system_id")
    expected_system_id = optional_number("shown")
    return answer(
        pay_system.change_system(card, asked(), payment_id, system_id, expected_system_id)
    )


def _choice(kind: type[Choice], name: str) -> Choice:
    """Return a query parameter of a fixed set; the first of the set for any other value."""
    value = request.args.get(name, "")
    return kind(value) if value in set(kind) else next(iter(kind))
