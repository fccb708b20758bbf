"""The way of every write through the web: who, what, key, one use case, one answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from flask import Response, request

from b24app.errors import DatabaseAwayError, InputError, UnrecordedError
from b24app.services.actions import Action
from b24app.services.auth.card_session import CardSession
from b24app.services.writing.writes import Intent, Step, fingerprint, perform
from b24app.web.plumbing import i18n, security
from b24app.web.plumbing.entry import MAX_ID, current_card
from b24app.web.tab.outcomes import outcome

ID_DIGITS = 16


def write(
    action: Action,
    name: str,
    payment_id: int | None,
    run: Callable[[CardSession], Step],
    *,
    is_repeatable: bool = True,
    shown_at: int | None = None,
) -> Response:
    """Carry out a use case once for the request's Idempotency-Key and answer what became of it.

    `is_repeatable`: running it a second time does no harm, should the first have been cut off.
    `shown_at` is the payment that the answer takes the place of, where it was asked for at another
    one than the action begins with.
    """
    card = current_card()
    intent = Intent(
        action=action,
        name=name,
        key=request.headers.get("Idempotency-Key", ""),
        fingerprint=fingerprint(
            request.method,
            request.path,
            repr(card.ref),
            repr(sorted(request.values.items(multi=True))),
        ),
        request_id=security.request_id(),
        payment_id=payment_id,
        is_repeatable=is_repeatable,
    )
    result = perform(card, intent, lambda card: undone(run(card)))
    if shown_at is not None and result.payment_id not in {None, shown_at}:
        also = (one for one in (result.payment_id, *result.also) if one not in {None, shown_at})
        result = replace(result, payment_id=shown_at, also=tuple(also))
    i18n.use_time_zone(card.time_zone)
    try:
        return outcome(card, result)
    except DatabaseAwayError as error:
        # The write is over; only what became of it can no longer be shown.
        raise UnrecordedError(str(error)) from error


PUT_BACK = {
    "paid": "paid_again",
    "paid_zero": "paid_again",
    "unpaid": "unpaid_again",
    "item_added": "item_put_back",
    "quantity_saved": "quantity_put_back",
    "delivery_added": "delivery_put_back",
}


def undone(step: Step) -> Step:
    """A step, called taking back where the form says that it is one, with no Undo of its own."""
    if request.form.get("undo") != "1":
        return step
    return replace(step, code=PUT_BACK.get(step.code, step.code), undo=None)


def whole_number(text: str, field: str) -> int:
    """A non-negative whole number in plain digits. Raises InputError naming the field."""
    # Python refuses to read numbers of thousands of digits, so their length is looked at first.
    if not text.isascii() or not text.isdigit() or len(text) > ID_DIGITS or int(text) > MAX_ID:
        raise InputError(f"{field} is not a whole number", code="number", field=field)
    return int(text)


def optional_number(field: str) -> int | None:
    """A whole number of the form, None where it was left out. Raises InputError.

    htmx sends the values of a DELETE in the query, those of a POST in the body.
    """
    text = request.values.get(field, "")
    return whole_number(text, field) if text else None


def optional_decimal(field: str) -> Decimal | None:
    """A decimal of the form, None where it was left out. Raises InputError."""
    text = request.values.get(field, "")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise InputError(f"{field} is not a number", code="number", field=field) from None
    if not value.is_finite():
        raise InputError(f"{field} is not a number", code="number", field=field)
    return value
