"""Compute sums that change on the page, and format them by the rules of the page.

These are the totals of a dialog's chosen rows and of linked cards. Nothing is read from the portal
and nothing is decided here: the numbers are those that the page shows, and a write reads its own
from the portal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, localcontext

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from b24app.domain import UNREADABLE, Money
from b24app.errors import InputCode, InputError
from b24app.services.card.linked_totals import Sum, together
from b24app.services.card.rounding import rounded
from b24app.web.plumbing.entry import current_card, require_session
from b24app.web.tab.writing import whole_number

blueprint = Blueprint("sums", __name__, url_prefix="/payments")
blueprint.before_request(require_session)

CURRENCY = re.compile(r"\w{0,10}", re.ASCII)
PLACES = re.compile(r"[2-9]", re.ASCII)
AMOUNT = r"(\d{1,7})x(-?\d{1,24}(?:\.\d{1,24})?)"
CHOSEN = re.compile(AMOUNT, re.ASCII)
DIGITS = 80
"""Enough digits to add up the longest allowed prices without rounding."""

LINE = re.compile(r"(\d{1,16})_" + AMOUNT, re.ASCII)

AMOUNT_OR_NOTHING = r"((?:-?\d{1,30}(?:\.\d{1,30})?)?)"
SUM = re.compile(rf"(\w{{0,10}})~{AMOUNT_OR_NOTHING}~{AMOUNT_OR_NOTHING}", re.ASCII)
"""Amount and paid of a linked card in one currency; nothing if unreadable."""


@blueprint.get("/sums")
def sums() -> ResponseReturnValue:
    """Return the total of `chosen`, "10x118_2x24.33", and each `line`, "17610_10x118".

    The rows travel in one short parameter, because a long list must fit into an address. `places`
    are the decimals to which the portal rounds.
    """
    current_card()
    with localcontext(prec=DIGITS):
        return _sums()


@blueprint.get("/sums/linked")
def linked_sums() -> ResponseReturnValue:
    """Return the total of the linked cards shown: `sums` as "EUR~18400~6990!USD~1300~0"."""
    current_card()
    text = request.args.get("sums", "")
    parts = [_read(SUM, part, "sums") for part in text.split("!")] if text else []
    return render_template(
        "payments/_linked_totals.html",
        totals=together(
            Sum(_money(amount, currency), _money(paid, currency))
            for currency, amount, paid in parts
        ),
        cards=whole_number(request.args.get("cards", ""), "cards"),
        has_more=request.args.get("more") == "1",
    )


def _money(text: str, currency: str) -> Money:
    return Money(Decimal(text) if text else UNREADABLE, currency)


def _sums() -> str:
    currency = request.args.get("currency", "")
    if not CURRENCY.fullmatch(currency):
        raise InputError("no currency", code=InputCode.NUMBER, field="currency")
    places = request.args.get("places", "2")
    if not PLACES.fullmatch(places):
        raise InputError("no number of decimals", code=InputCode.NUMBER, field="places")
    text = request.args.get("chosen", "")
    chosen = [_read(CHOSEN, part, "chosen") for part in text.split("_")] if text else []
    total = Money(Decimal(0), currency)
    for quantity, price in chosen:
        total += _product(quantity, price, currency)
    lines = []
    for part in request.args.getlist("line"):
        row_id, quantity, price = _read(LINE, part, "line")
        lines.append((int(row_id), _product(quantity, price, currency)))
    return render_template(
        "payments/_sums.html",
        total=rounded(total, Money(Decimal(1).scaleb(-int(places)), currency)),
        places=int(places),
        has_rows=bool(chosen),
        lines=lines,
    )


def sums_of(amounts: Iterable[Money]) -> list[Money]:
    """Return the sum of each currency, in the order they come in."""
    sums: dict[str, Money] = {}
    with localcontext(prec=DIGITS):
        for amount in amounts:
            sums[amount.currency] = (
                sums.get(amount.currency, Money(Decimal(0), amount.currency)) + amount
            )
    return list(sums.values())


def _read(pattern: re.Pattern[str], text: str, field: str) -> tuple[str, ...]:
    found = pattern.fullmatch(text)
    if found is None:
        raise InputError("no quantity and price", code=InputCode.NUMBER, field=field)
    return found.groups()


def _product(quantity: str, price: str, currency: str) -> Money:
    return Money(Decimal(price), currency) * Decimal(quantity)
