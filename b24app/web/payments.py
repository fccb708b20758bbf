"""Everything under `/payments`: reads are GET, writes POST or DELETE, each calls one use case."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.errors import InputError
from b24app.services import deliveries, links, payments, tab
from b24app.services.card_view import Action, Filter, Sort
from b24app.services.launches import Acting
from b24app.services.tab import Wish
from b24app.services.writes import Intent, Step, fingerprint, perform
from b24app.web import i18n, security
from b24app.web.entry import acting
from b24app.web.outcomes import outcome
from b24app.web.wiring import deps

blueprint = Blueprint("payments", __name__, url_prefix="/payments")

Choice = TypeVar("Choice", bound=StrEnum)
MAX_ID = 2**53


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The tab's content: header, toolbar and list."""
    wish = Wish(
        _choice(Filter, "show"),
        _choice(Sort, "sort"),
        is_refresh=request.args.get("refresh") == "1",
    )
    shown = tab.show(deps(), acting(), wish)
    i18n.use_time_zone(shown.view.time_zone)
    return render_template(
        "payments/_tab.html",
        view=shown.view,
        waiting=shown.waiting,
        rows_total=shown.rows_total,
    )


@blueprint.get("/details")
def details() -> ResponseReturnValue:
    """The composition of payments that wait for it, out of band."""
    ids = [whole_number(part, "ids") for part in request.args.get("ids", "").split(",")]
    rows_total = whole_number(request.args.get("rows") or "0", "rows")
    shown = tab.details(deps(), acting(), ids, rows_total)
    return render_template("payments/_details.html", view=shown.view)


@blueprint.post("/<int:payment_id>/pay")
def pay(payment_id: int) -> Response:
    """Mark as paid."""
    return _write(
        Action.PAY,
        "pay",
        payment_id,
        lambda who: payments.mark(deps(), who, payment_id, paid=True),
    )


@blueprint.post("/<int:payment_id>/unpay")
def unpay(payment_id: int) -> Response:
    """Mark as unpaid."""
    return _write(
        Action.UNPAY,
        "unpay",
        payment_id,
        lambda who: payments.mark(deps(), who, payment_id, paid=False),
    )


@blueprint.post("/<int:payment_id>/deliveries/<int:item_id>")
def reassign_delivery(payment_id: int, item_id: int) -> Response:
    """Link a delivery line to another document of this card."""
    document_id = whole_number(request.form.get("delivery_id", ""), "delivery_id")
    shown_id = request.form.get("shown", "")
    shown = whole_number(shown_id, "shown") if shown_id else None
    return _write(
        Action.DELIVERIES,
        "reassign_delivery",
        payment_id,
        lambda who: deliveries.reassign(deps(), who, payment_id, item_id, document_id, shown),
    )


@blueprint.get("/<int:payment_id>/link")
def link(payment_id: int) -> ResponseReturnValue:
    """The public link of a payment, visible and selectable."""
    payment, public_link = links.fetch(deps(), acting(), payment_id)
    return render_template(
        "payments/_link.html", link=public_link, payment_id=payment_id, number=payment.number
    )


def _write(action: Action, name: str, payment_id: int, run: Callable[[Acting], Step]) -> Response:
    who = acting()
    intent = Intent(
        action=action,
        name=name,
        key=request.headers.get("Idempotency-Key", ""),
        fingerprint=fingerprint(
            request.method, request.path, repr(sorted(request.form.items(multi=True)))
        ),
        request_id=security.request_id(),
        payment_id=payment_id,
    )
    result = perform(deps(), who, intent, run)
    if result.acting.user is not None:
        i18n.use_time_zone(result.acting.user.time_zone)
    return make_response(outcome(result))


def _choice(kind: type[Choice], name: str) -> Choice:
    """A query parameter of a fixed set; whatever else is asked for is the first of the set."""
    value = request.args.get(name, "")
    return kind(value) if value in set(kind) else next(iter(kind))


def whole_number(text: str, field: str) -> int:
    """A non-negative whole number in plain digits. Raises InputError naming the field."""
    if not text.isascii() or not text.isdigit() or int(text) > MAX_ID:
        raise InputError(f"{field} is not a whole number", code="number", field=field)
    return int(text)
