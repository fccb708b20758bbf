"""Serve lists of payments to be copied or saved: chosen ones, and the whole card with its items.

The columns and the words in the file are the same in every language, and numbers have a point: a
program that reads it need not know who saved it. Only the row of a payment has its amount, only the
rows below it have sums of lines, so each column adds up to what the page shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from b24app.domain import Money, Payment
from b24app.errors import InputCode, InputError
from b24app.services.card.card_paths import path_of
from b24app.services.card.card_view import PaymentView
from b24app.services.card.payment_details import Details
from b24app.services.payments import export, many
from b24app.services.payments.export import Whole
from b24app.web.plumbing import i18n, spreadsheet
from b24app.web.plumbing.entry import proven, require_session
from b24app.web.plumbing.spreadsheet import Cell
from b24app.web.tab.sums import sums_of
from b24app.web.tab.writing import whole_number

blueprint = Blueprint("exports", __name__, url_prefix="/payments")
blueprint.before_request(require_session)

ABOUT = ("payment_id", "payment", "status", "payment_system", "paid_at", "currency")
CHOSEN_COLUMNS = (*ABOUT, "payment_amount")
COLUMNS = ("row", "card", *ABOUT, "paid_by", "payment_amount", "name", "quantity", "unit", "price",
           "line_currency", "line_sum", "note")  # fmt: skip
UNREAD = "lines were not read: see the payment"
"""In the file, so that nobody takes a payment without rows for an empty one."""

Row = Iterable[Cell]


@blueprint.get("/many/list.txt")
def text() -> ResponseReturnValue:
    """Send the chosen payments as lines to read, with their sums."""
    found = export.chosen(proven(), _ids())
    lines = [_said(payment) for payment in found]
    totals = [i18n.plain_money(total) for total in sums_of(payment.sum for payment in found)]
    lines.extend(_("Total: %(sum)s", sum=total) for total in totals)
    return Response("\n".join(map(spreadsheet.one_line, lines)) + "\n", mimetype="text/plain")


@blueprint.get("/many/list.csv")
def rows() -> ResponseReturnValue:
    """Send the chosen payments as rows of a CSV file."""
    found = export.chosen(proven(), _ids())
    lines = ([*_about(payment), _amount(payment.sum)] for payment in found)
    return spreadsheet.answer([CHOSEN_COLUMNS, *lines], "payments")


@blueprint.get("/export.csv")
def whole() -> ResponseReturnValue:
    """Send all payments of the card with their items and deliveries, one row each."""
    return spreadsheet.answer(_rows(export.whole(proven())), "payments")


def _said(payment: Payment) -> str:
    name = _("Payment %(number)s", number=payment.number)
    waits = _("Refunded") if payment.is_returned else _("Unpaid")
    state = _("Paid") if payment.is_paid else waits
    parts = (name, i18n.plain_money(payment.sum), state, payment.pay_system_name)
    return ", ".join(part for part in parts if part)


def _ids() -> Sequence[int]:
    ids = [whole_number(part, "ids") for part in request.args.get("ids", "").split(",")]
    if not 0 < len(ids) <= many.MOST or 0 in ids or len(set(ids)) < len(ids):
        raise InputError("not 1 to 50 payments", code=InputCode.TOO_MANY_PAYMENTS, field="ids")
    return ids


def _rows(found: Whole) -> Iterator[Row]:
    yield COLUMNS
    card = path_of(found.ref)
    for shown in found.view.payments:
        payment = shown.payment
        about = (card, *_about(payment), _payer(shown))
        note = UNREAD if shown.details is None else ""
        yield ("payment", *about, _amount(payment.sum), "", "", "", "", "", "", note)
        if shown.details is not None:
            for kind, line in _lines(shown.details):
                yield (kind, *about, "", *line)
    if found.view.unread_payments:
        note = f"payments that could not be read: {found.view.unread_payments}"
        yield ("unread", card, *[""] * (len(COLUMNS) - 3), note)


def _about(payment: Payment) -> list[Cell]:
    paid_at = payment.date_paid if payment.is_paid else None
    return [
        payment.id,
        payment.number,
        "paid" if payment.is_paid else "refunded" if payment.is_returned else "unpaid",
        payment.pay_system_name,
        i18n.in_zone(paid_at, UTC).isoformat(timespec="seconds") if paid_at else "",
        payment.sum.currency,
    ]


def _amount(value: Money) -> Cell:
    return i18n.money_number(value) if value.is_readable else ""


def _payer(shown: PaymentView) -> str:
    return shown.payer_name if shown.payment.is_paid else ""


def _lines(details: Details) -> Iterator[tuple[str, Row]]:
    """Yield the rows below a payment: name, quantity, unit, price, currency, sum, note."""
    for line in details.items:
        note = "product is no longer in the card" if line.is_orphan else ""
        price, total = line.price, line.sum
        known = "" if line.price or line.is_orphan else "product could not be read"
        yield (
            "item",
            (
                line.name,
                spreadsheet.shortest(line.item.quantity),
                line.unit,
                _amount(price) if price else "",
                price.currency if price else "",
                _amount(total) if total else "",
                note or known,
            ),
        )
    for link in details.deliveries:
        delivery = link.delivery
        if delivery is None:
            yield "delivery", ("", "", "", "", "", "", "Bitrix24 does not list this delivery")
            continue
        price = delivery.price
        name = f"{delivery.service_name} {delivery.number}".strip()
        amount = _amount(price)
        yield "delivery", (name, 1, "", amount, price.currency, amount, "")
    rests = ((details.rounding, "sum rounded"), (details.difference, "not explained by lines"))
    for rest, note in rests:
        if rest is not None:
            yield "difference", ("", "", "", "", rest.currency, _amount(rest), note)
    if details.unread:
        note = f"{details.unread} lines could not be read"
        yield "unread", ("", "", "", "", "", "", note)
