"""Read what a write needs from its request, and answer with its outcome."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from flask import Response, request

from b24app import texts
from b24app.domain import Money, Told, number_in
from b24app.errors import InputCode, InputError
from b24app.services.writing import record
from b24app.services.writing.deed import WriteRequest, fingerprint
from b24app.services.writing.outcome import Outcome
from b24app.web.plumbing import i18n, security
from b24app.web.plumbing.entry import current_card
from b24app.web.tab import outcomes

MAX_NOTE = 300
MAX_NUMBER = 100
MOST_DIGITS = 40
"""On each side of the point. A price has 18 and 25 at most, and so many pieces of it have 36."""

CURRENCY = re.compile(r"[A-Z]{3}\Z")


def asked(note: str = "") -> WriteRequest:
    """Return the current request as a write needs it; `note` is what the person wrote to it."""
    return WriteRequest(
        key=request.headers.get("Idempotency-Key", ""),
        fingerprint=fingerprint(
            request.method,
            request.path,
            repr(current_card().ref),
            repr(sorted(request.values.items(multi=True))),
        ),
        request_id=security.request_id(),
        is_undo=request.form.get("undo") == "1",
        note=note,
    )


def note(field: str = "note") -> str:
    """Return the note of the form in one line, "" without one. Raises InputError if too long."""
    text = texts.one_line(request.form.get(field, ""))
    if len(text) > MAX_NOTE:
        raise InputError("the note is too long", code=InputCode.NOTE_TOO_LONG, field=field)
    return text


def told() -> Told | None:
    """Return the payment's number and amount as the page showed them, None if it did not say."""
    amount, currency = optional_decimal("shown"), request.form.get("currency", "")
    if amount is None or not CURRENCY.match(currency):
        return None
    number = texts.one_line(request.form.get("number", ""))[:MAX_NUMBER]
    return Told(number, Money(amount, currency))


def answer(outcome: Outcome, *, shown_at: int | None = None) -> Response:
    """Show the outcome of a write.

    `shown_at` is the payment that the answer replaces, if the action was requested at a payment
    other than the one it begins with.
    """
    card = current_card()
    if shown_at is not None and outcome.payment_id not in {None, shown_at}:
        also = (
            payment_id
            for payment_id in (outcome.payment_id, *outcome.also)
            if payment_id not in {None, shown_at}
        )
        outcome = replace(outcome, payment_id=shown_at, also=tuple(also))
    i18n.use_time_zone(card.time_zone)
    # The write is over; only its outcome might not be shown any more.
    with record.unrecorded_if_away():
        return outcomes.answer(card, outcome)


def whole_number(text: str, field: str) -> int:
    """Return a whole number in plain digits, 0 or more. Raises InputError naming the field."""
    number = number_in(text)
    if number is None:
        raise InputError(f"{field} is not a whole number", code=InputCode.NUMBER, field=field)
    return number


def optional_number(field: str) -> int | None:
    """Return a whole number of the form, None if it is missing. Raises InputError.

    htmx sends the values of a DELETE in the query, those of a POST in the body.
    """
    text = request.values.get(field, "")
    return whole_number(text, field) if text else None


def optional_decimal(field: str) -> Decimal | None:
    """Return a decimal of the form, None if it is missing. Raises InputError."""
    text = request.values.get(field, "")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise InputError(f"{field} is not a number", code=InputCode.NUMBER, field=field) from None
    if not _is_writable(value):
        raise InputError(f"{field} is not a number", code=InputCode.NUMBER, field=field)
    return value


def _is_writable(value: Decimal) -> bool:
    """Return whether a number can be written out: `1E+999999999` would be a gigabyte of noughts."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    return exponent >= -MOST_DIGITS and value.adjusted() < MOST_DIGITS


def seen_currency() -> str:
    """Return the currency of the prices in the form; it is only compared."""
    return request.form.get("currency", "")
