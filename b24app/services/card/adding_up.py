"""Work out figures that add up from what was read of a card (docs/totals.md). Pure.

The amount comes from the card: its products and deliveries. What is not billed is the amount minus
all payments, so the figures add up whatever the portal says. The parts of the rest are named as
far as they are known; a last line holds what remains.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
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
from b24app.services.card import free_lines
from b24app.services.card.card_reads import CardSnapshot, Compositions
from b24app.services.card.doubtful import are_named
from b24app.services.card.product_sums import is_all_known, products_of
from b24app.services.card.rounding import rounded
from b24app.services.card.totals import (
    ZERO,
    Line,
    LineKind,
    Totals,
    given_back,
    sum_of,
    total,
)


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
    products = products_of(core, compositions, free, deliveries)
    made_of = [products, *(_delivery_line(LineKind.DELIVERY, delivery) for delivery in deliveries)]
    if not is_whole(core.deliveries):
        made_of.append(Line(LineKind.DELIVERY, Money(UNREADABLE, currency)))
    if products.kind is LineKind.CARD:
        made_of = [products]
    lines = free_lines.lines(core, free)
    unread = _unread(core, currency)
    billed = unread or sum_of([*paid, *waiting], currency)
    whole = total(currency, made_of)
    back = sum_of(returned, currency)
    # What was given back still holds its products: no other currency does.
    elsewhere = _elsewhere(core, compositions, whole - billed - back, free)
    if elsewhere.amount:
        made_of.append(Line(LineKind.ELSEWHERE, elsewhere, _only_other(core)))
    if back.amount:
        made_of.append(given_back(back, total(currency, made_of) - billed, len(returned)))
    amount = total(currency, made_of)
    if is_all_known(core, compositions):
        lines += _billed_wrong(core, compositions, deliveries)
    stated = core.card.amount if core.card.amount not in {amount, whole} else None
    return Totals(
        currency,
        tuple(made_of),
        sum_of(paid, currency),
        sum_of(waiting, currency),
        len(paid),
        len(waiting),
        _completed(lines, amount - billed, is_settled=is_all_known(core, compositions)),
        stated=stated,
        is_stated_typed=core.card.is_amount_typed,
        returned_count=len(returned),
        unread=unread,
    )


def _other(core: CardSnapshot, compositions: Compositions, currency: str) -> Totals:
    """Return the figures of another currency: its payments and the deliveries they leave out.

    What bills a delivery once more is taken off.
    """
    paid, waiting, returned = _payments(core, currency)
    deliveries = _deliveries_in(core, currency)
    lines = _deliveries_beside(core, compositions, deliveries, currency)
    # Pressing "How this adds up" reads what is in the payments.
    is_settled = all(line.amount.is_readable for line in lines)
    rest_lines = lines if is_settled else [Line(LineKind.UNSETTLED, Money(UNREADABLE, currency))]
    unread = _unread(core, currency)
    billed = unread or sum_of([*paid, *waiting], currency)
    payments = Line(LineKind.PAYMENTS, billed, quantity=Decimal(len(paid) + len(waiting)))
    return Totals(
        currency,
        (payments, *lines),
        sum_of(paid, currency),
        sum_of(waiting, currency),
        len(paid),
        len(waiting),
        tuple(rest_lines),
        returned_count=len(returned),
        unread=unread,
    )


def _deliveries_beside(
    core: CardSnapshot,
    compositions: Compositions,
    deliveries: Sequence[Delivery],
    currency: str,
) -> list[Line]:
    """Return lines for deliveries that payments in a currency do not hold, or hold several times.

    What may be in a payment whose lines were not read is unreadable, unless that asks for nothing.
    """
    if not (is_whole(core.payments) and is_whole(core.deliveries)):
        return []
    held = _held(core, compositions, currency)
    own = [payment for payment in core.payments if payment.sum.currency == currency]
    if all(payment.id in compositions or not payment.sum.amount for payment in own):
        return _deliveries_billed_wrong(deliveries, held)
    unknown = Money(UNREADABLE, currency)
    return [
        replace(_delivery_line(LineKind.FREE_DELIVERY, delivery), amount=unknown)
        for delivery in deliveries
        if not held[delivery.id] and delivery.price.amount
    ]


def _elsewhere(
    core: CardSnapshot,
    compositions: Compositions,
    rest: Money,
    free: Sequence[ProductRow] | None,
) -> Money:
    """Return the products held by payments in other currencies, in the card's own, below zero.

    `rest` is the amount minus all payments in its currency. If the payments' lines are not known,
    or do not say which products they are, the result is the part of that rest that can no longer
    be billed. Where that is not known either, nobody knows: it may be asked for in two currencies.
    """
    currency = core.card.amount.currency
    abroad = [payment for payment in core.payments if payment.sum.currency != currency]
    none = Money(ZERO, currency)
    if not abroad or (core.has_all_rows and not core.rows):
        return none
    if unread := _unread(core, currency):
        return unread  # It may be one of these.
    # What asks for nothing holds nothing of worth.
    ids = [one.id for one in abroad if one.id in compositions or one.sum.amount]
    read = [one for one in ids if one in compositions]
    lines = [item for one in read for item in compositions[one].items]
    held = _held_products(core, compositions, read)
    if read == ids and are_named(lines, core.rows.values()):
        return none - held
    if free is None:
        return Money(UNREADABLE, currency)
    gap = rest - free_lines.once(free, [row.sum for row in free], currency, core.finest_sum)
    if not (gap.is_readable and held.is_readable):
        return Money(UNREADABLE, currency)
    return none - Money(max(ZERO, held.amount, gap.amount), currency)


def _held_products(
    core: CardSnapshot, compositions: Compositions, payment_ids: Sequence[int]
) -> Money:
    """Return what products come to that lines of these payments name."""
    held = _quantities(compositions, payment_ids)
    parts = (row.price * _lesser(row.quantity, held[row.id]) for row in core.rows.values())
    none = Money(ZERO, core.card.amount.currency)
    return sum((rounded(part, core.finest_sum) for part in parts), none)


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


def _unread(core: CardSnapshot, currency: str) -> Money | None:
    """Return what payments come to of which nobody knows sum, state and currency, None of none."""
    return None if is_whole(core.payments) else Money(UNREADABLE, currency)


def _deliveries_in(core: CardSnapshot, currency: str) -> list[Delivery]:
    return [delivery for delivery in core.deliveries if delivery.price.currency == currency]


def _delivery_line(kind: LineKind, delivery: Delivery) -> Line:
    return Line(kind, delivery.price, delivery.service_name, delivery.number)


def _lesser(one: Decimal, other: Decimal) -> Decimal:
    """Return the lesser of two quantities; unreadable if one of them is."""
    return min(one, other) if is_readable(one) and is_readable(other) else UNREADABLE
