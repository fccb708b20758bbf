"""Work out figures that add up from what was read of a card (docs/totals.md). Pure.

The amount comes from the card: its products and deliveries. What is not billed is the amount minus
all payments, so the figures add up whatever the portal says. The parts of the rest are named as
far as they are known; a last line holds what remains.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from b24app.domain import (
    UNREADABLE,
    Delivery,
    Money,
    Payment,
    ProductRow,
    is_readable,
    is_whole,
)
from b24app.services.card.card_reads import CardSnapshot, PaymentLines
from b24app.services.card.rounding import rounded
from b24app.services.card.totals import ZERO, Line, LineKind, Totals, given_back, total
from b24app.services.card.unread_rows import all_rows

Compositions = Mapping[int, PaymentLines]
Rows = Iterable[ProductRow]


def totals_of(
    core: CardSnapshot, compositions: Compositions, free: Sequence[ProductRow] | None
) -> tuple[Totals, ...]:
    """Return the figures of a card: in its own currency first, then in the others by code.

    Its own is always there, with nothing in it at times. `free` is what no payment bills
    yet, None if unknown.
    """
    own = _own(core, compositions, free)
    found = {payment.sum.currency for payment in core.payments}
    found |= {delivery.price.currency for delivery in core.deliveries if delivery.price.amount}
    others = [_other(core, compositions, currency) for currency in sorted(found - {own.currency})]
    return (own, *others)


def _own(
    core: CardSnapshot, compositions: Compositions, free: Sequence[ProductRow] | None
) -> Totals:
    currency = core.card.amount.currency
    paid, waiting, returned = _payments(core, currency)
    deliveries = _deliveries_in(core, currency)
    products = _products(core, compositions, free, deliveries)
    made_of = [products, *(_delivery_line(LineKind.DELIVERY, delivery) for delivery in deliveries)]
    if not is_whole(core.deliveries):
        made_of.append(Line(LineKind.DELIVERY, Money(UNREADABLE, currency)))
    if products.kind is LineKind.CARD:
        made_of = [products]
    lines = _free_lines(free, currency, core.finest_sum)
    billed = total(currency, _as_lines([*paid, *waiting]))
    whole = total(currency, made_of)
    back = total(currency, _as_lines(returned))
    # What was given back still holds its products: no other currency does.
    elsewhere = _elsewhere(core, compositions, whole - billed - back, free)
    if elsewhere.amount:
        made_of.append(Line(LineKind.ELSEWHERE, elsewhere, _only_other(core)))
    if back.amount:
        made_of.append(given_back(back, total(currency, made_of) - billed, len(returned)))
    amount = total(currency, made_of)
    if _is_all_known(core, compositions):
        lines += _billed_wrong(core, compositions, deliveries)
    stated = core.card.amount if core.card.amount not in {amount, whole} else None
    return Totals(
        currency,
        tuple(made_of),
        total(currency, _as_lines(paid)),
        total(currency, _as_lines(waiting)),
        len(paid),
        len(waiting),
        _completed(lines, amount - billed, is_settled=_is_all_known(core, compositions)),
        stated=stated,
        is_stated_typed=core.card.is_amount_typed,
        returned_count=len(returned),
    )


def _other(core: CardSnapshot, compositions: Compositions, currency: str) -> Totals:
    """Return the figures of another currency: its payments and the deliveries they leave out.

    What bills a delivery once more is taken off.
    """
    paid, waiting, returned = _payments(core, currency)
    deliveries = _deliveries_in(core, currency)
    lines: list[Line] = []
    if _is_all_known(core, compositions):
        lines = _deliveries_billed_wrong(deliveries, _held(core, compositions, currency))
    billed = total(currency, _as_lines([*paid, *waiting]))
    payments = Line(LineKind.PAYMENTS, billed, quantity=Decimal(len(paid) + len(waiting)))
    return Totals(
        currency,
        (payments, *lines),
        total(currency, _as_lines(paid)),
        total(currency, _as_lines(waiting)),
        len(paid),
        len(waiting),
        tuple(lines),
        returned_count=len(returned),
    )


def _products(
    core: CardSnapshot,
    compositions: Compositions,
    free: Sequence[ProductRow] | None,
    deliveries: Sequence[Delivery],
) -> Line:
    """Return the total of the card's products, from the best data that was read.

    An amount that nobody typed is the portal's sum of products and deliveries of the last saving.
    """
    currency = core.card.amount.currency
    like = core.finest_sum
    if core.has_all_rows:
        return _products_line(core.rows.values(), currency, like)
    if free is not None and not core.payments:
        return _products_line(free, currency, like)
    if _is_all_known(core, compositions) and (rows := all_rows(core, compositions, free)):
        return _products_line(rows, currency, like)
    if not core.card.is_amount_typed:
        shipping = total(
            currency, [_delivery_line(LineKind.DELIVERY, delivery) for delivery in deliveries]
        )
        return Line(LineKind.PRODUCTS, core.card.amount - shipping)
    if free is not None and _is_all_known(core, compositions):
        billed = [
            rounded(row.price * item.quantity, like)
            for composition in compositions.values()
            for item in composition.items
            if (row := core.rows.get(item.row_id or 0))
        ]
        amount = sum(billed, _products_line(free, currency, like).amount)
        return Line(LineKind.PRODUCTS, amount)
    if free is not None and not core.deliveries and _is_in(core.payments, currency):
        billed_now = total(currency, _as_lines(core.payments))
        return Line(LineKind.PRODUCTS, _products_line(free, currency, like).amount + billed_now)
    return Line(LineKind.CARD, core.card.amount)


def _products_line(rows: Rows, currency: str, like: Money | None) -> Line:
    amount = sum((rounded(row.sum, like) for row in rows), Money(ZERO, currency))
    return Line(LineKind.PRODUCTS, amount)


def _elsewhere(
    core: CardSnapshot,
    compositions: Compositions,
    rest: Money,
    free: Sequence[ProductRow] | None,
) -> Money:
    """Return the products held by payments in other currencies, in the card's own, below zero.

    `rest` is the amount minus all payments in its currency. If the payments' lines are not known,
    the result is the part of that rest that can no longer be billed.
    """
    currency = core.card.amount.currency
    abroad = [payment.id for payment in core.payments if payment.sum.currency != currency]
    none = Money(ZERO, currency)
    if not abroad:
        return none
    if all(payment_id in compositions for payment_id in abroad):
        held = _quantities(compositions, abroad)
        rows = core.rows.values()
        parts = (row.price * _lesser(row.quantity, held[row.id]) for row in rows)
        return none - sum((rounded(part, core.finest_sum) for part in parts), none)
    if free is None:
        return none
    gap = rest - _once(free, [row.sum for row in free], currency, core.finest_sum)
    return none - gap if gap.amount > 0 else none


def _free_lines(free: Sequence[ProductRow] | None, currency: str, like: Money | None) -> list[Line]:
    if free is None:
        return []
    # As Bill the rest has it: without tax on top.
    amount = _once(free, [row.billed_price * row.quantity for row in free], currency, like)
    return [Line(LineKind.FREE, amount, quantity=Decimal(len(free)))]


def _once(
    free: Sequence[ProductRow], sums: Iterable[Money], currency: str, like: Money | None
) -> Money:
    """Return the total of free rows, rounded once like one payment of all of them."""
    if not is_whole(free):
        return Money(UNREADABLE, currency)
    return rounded(sum(sums, Money(ZERO, currency)), like)


def _billed_wrong(
    core: CardSnapshot, compositions: Compositions, deliveries: Sequence[Delivery]
) -> list[Line]:
    """Return lines for deliveries in no payment or in several, and for over-billed products."""
    currency = core.card.amount.currency
    lines = _deliveries_billed_wrong(deliveries, _held(core, compositions, currency))
    own = [payment.id for payment in core.payments if payment.sum.currency == currency]
    abroad = [payment.id for payment in core.payments if payment.sum.currency != currency]
    billed = _quantities(compositions, own)
    gone = _quantities(compositions, abroad)
    for row in core.rows.values() if core.has_all_rows else ():
        there = row.quantity - gone[row.id]
        more_of = billed[row.id] - (max(ZERO, there) if is_readable(there) else there)
        if more_of > 0:
            amount = rounded(row.price * -more_of, core.finest_sum)
            lines.append(Line(LineKind.TOO_MANY, amount, row.name, quantity=more_of))
    return lines


def _deliveries_billed_wrong(deliveries: Sequence[Delivery], held: Counter[int]) -> list[Line]:
    """Return lines for deliveries in no payment, and for those in several."""
    lines = [
        _delivery_line(LineKind.FREE_DELIVERY, delivery)
        for delivery in deliveries
        if not held[delivery.id]
    ]
    for delivery in deliveries:
        if held[delivery.id] > 1:
            more = delivery.price * Decimal(1 - held[delivery.id])
            twice = Decimal(held[delivery.id])
            lines.append(Line(LineKind.TWICE, more, delivery.service_name, delivery.number, twice))
    return lines


def _completed(lines: Sequence[Line], rest: Money, *, is_settled: bool) -> tuple[Line, ...]:
    """Return the lines without empty ones, and with one for what remains."""
    left = rest - total(rest.currency, lines)
    kind = LineKind.OTHER if is_settled else LineKind.UNSETTLED
    return tuple(line for line in [*lines, Line(kind, left)] if line.amount.amount)


def _is_all_known(core: CardSnapshot, compositions: Compositions) -> bool:
    if not (is_whole(core.payments) and is_whole(core.deliveries)):
        return False
    known = [compositions.get(payment.id) for payment in core.payments]
    return all(composition is not None and composition.is_whole for composition in known)


def _held(core: CardSnapshot, compositions: Compositions, currency: str) -> Counter[int]:
    """Count the payments in a currency that hold each delivery."""
    found: Counter[int] = Counter()
    for payment in core.payments:
        if payment.sum.currency == currency and payment.id in compositions:
            found.update({link.document_id for link in compositions[payment.id].links})
    return found


def _quantities(compositions: Compositions, ids: Iterable[int]) -> Mapping[int | None, Decimal]:
    """Return how much of each product row these payments hold."""
    found: defaultdict[int | None, Decimal] = defaultdict(Decimal)
    for payment_id in ids:
        for item in compositions[payment_id].items:
            found[item.row_id] += item.quantity
    return found


def _payments(
    core: CardSnapshot, currency: str
) -> tuple[list[Payment], list[Payment], list[Payment]]:
    """Return the payments in a currency: paid, waiting, given back."""
    own = [payment for payment in core.payments if payment.sum.currency == currency]
    return (
        [payment for payment in own if payment.is_paid],
        [payment for payment in own if payment.is_waiting],
        [payment for payment in own if payment.is_returned],
    )


def _only_other(core: CardSnapshot) -> str:
    """Return the only other currency of payments; "" if there are several."""
    found = {payment.sum.currency for payment in core.payments} - {core.card.amount.currency}
    return found.pop() if len(found) == 1 else ""


def _is_in(payments: Iterable[Payment], currency: str) -> bool:
    return all(payment.sum.currency == currency for payment in payments)


def _as_lines(payments: Iterable[Payment]) -> list[Line]:
    return [Line(LineKind.PAYMENTS, payment.sum) for payment in payments]


def _deliveries_in(core: CardSnapshot, currency: str) -> list[Delivery]:
    return [delivery for delivery in core.deliveries if delivery.price.currency == currency]


def _delivery_line(kind: LineKind, delivery: Delivery) -> Line:
    return Line(kind, delivery.price, delivery.service_name, delivery.number)


def _lesser(one: Decimal, other: Decimal) -> Decimal:
    """Return the lesser of two quantities; unreadable if one of them is."""
    return min(one, other) if is_readable(one) and is_readable(other) else UNREADABLE
