"""Detect edits of a payment that its sum does not follow, and undo them.

The portal saves a change of items and deliveries of a canceled order and answers success, while the
sum stays (quirk 72). And it links a line to a delivery of any order, but counts it only in a
payment of that order (quirk 21): a client would not be asked for it. Either change is undone, so
that nothing is left half changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from b24app.bitrix.command import Command
from b24app.domain import Listing, Money, Payment, PaymentDelivery, PaymentItem, is_readable
from b24app.errors import CanceledTakenBackError
from b24app.services.actions import OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import canceled
from b24app.services.card.card_reads import PaymentLines
from b24app.services.card.readings import Reading, payment_in
from b24app.services.card.rounding import may_be, rounded
from b24app.services.writing import sending
from b24app.services.writing.outcome import Outcome, WriteFailedError

ZERO = Decimal(0)
MOST_SUMS = 1_000
"""Of more that a payment's lines may come to, one is taken to be its sum."""


@dataclass(frozen=True, slots=True)
class Before:
    """A payment before an edit. None: lines that the edit does not touch and that were not read."""

    payment: Payment
    items: Sequence[PaymentItem] | None = None
    links: Sequence[PaymentDelivery] | None = None


def checked(
    card: CardSession,
    outcome: Outcome,
    before: Sequence[Before],
    take_back: Sequence[Command[Any]],
) -> Outcome:
    """Return the outcome of an edit that was carried out, if the sums have followed it.

    Raises WriteFailedError around OrderCanceledError if they have not and `take_back` has undone
    the edit. If that fails, or is empty, the outcome says what is left. A delivery that does not
    count in the payment it was linked to is taken out of it again: the outcome says so. So it does
    of a sum that fell where it should have risen, which no edit can bring back.
    """
    read = outcome.reading
    if outcome.kind is not OutcomeKind.DONE or read is None:
        return outcome
    is_uncounted = any(_leaves_out(read, was) for was in before)
    if not is_uncounted and not all(_stays(read, was) for was in before):
        is_astray = any(_strays(read, was) for was in before)
        return _partly(outcome, OutcomeCode.SUM_STRAYED, read) if is_astray else outcome
    ids = [was.payment.id for was in before]
    after = read
    if take_back:
        written = sending.after_others(card, take_back, ids)
        after = written.read or read
    if not is_uncounted and any(_has_moved(after, was) for was in before):
        # By chance the edit came to the sum as it was: that of a canceled order does not move.
        is_back = all(_is_as_before(after, was) for was in before)
        code = OutcomeCode.SUM_MOVED if is_back else OutcomeCode.SUM_STRAYED
        return _partly(outcome, code, after)
    if not is_uncounted:
        canceled.note(card, before[0].payment.number, read.core.payments)
    is_taken_back = bool(take_back) and all(_is_as_before(after, was) for was in before)
    if is_taken_back and not is_uncounted:
        error = CanceledTakenBackError("the sum did not follow, taken back")
        raise WriteFailedError(error, after, before[0].payment.number)
    kind = OutcomeKind.FAILED if is_taken_back else OutcomeKind.PARTIAL
    code = OutcomeCode.DELIVERY_NOT_CONFIRMED if is_uncounted else OutcomeCode.SUM_STAYS
    return replace(outcome, kind=kind, code=code, reading=after, undo=None)


def _partly(outcome: Outcome, code: OutcomeCode, read: Reading) -> Outcome:
    return replace(outcome, kind=OutcomeKind.PARTIAL, code=code, reading=read, undo=None)


def has_no_sum(read: Reading | None, payment_id: int) -> bool:
    """Return whether a payment holds lines with a price although its sum is zero."""
    payment = payment_in(read, payment_id)
    composition = read.compositions.get(payment_id) if read else None
    if read is None or payment is None or composition is None:
        return False
    return payment.sum.amount == 0 and _value(read, composition, payment.sum) > 0


def is_rounded_away(read: Reading | None, payment_id: int) -> bool:
    """Return whether a sum may be zero because this portal rounds to whole amounts, or so."""
    if read is None or not has_no_sum(read, payment_id):
        return False
    total = read.core.payments_by_id[payment_id].sum
    exact = _value(read, read.compositions[payment_id], total)
    return _may_be(read, exact, total)


def _may_be(read: Reading, exact: Decimal, total: Money) -> bool:
    sums = [payment.sum for payment in read.core.payments]
    return may_be(Money(exact, total.currency), total, sums)


def _leaves_out(read: Reading, before: Before) -> bool:
    """Return whether the sum is without the deliveries that were put into the payment.

    Where it stays as it was, it tells nothing: the numbers tell another order from a canceled one.
    """
    payment = read.core.payments_by_id.get(before.payment.id)
    now = read.compositions.get(before.payment.id)
    if payment is None or now is None or before.links is None:
        return False
    held = {link.document_id for link in before.links}
    documents = [read.core.deliveries_by_id.get(link.document_id) for link in now.links]
    new = [document for document in documents if document and document.id not in held]
    if _stays(read, before):
        return any(document.order_number != payment.order_number for document in new)
    was = PaymentLines(
        now.items if before.items is None else Listing(before.items), Listing(before.links)
    )
    price = sum((document.price.amount for document in new), ZERO)
    change = _value(read, now, payment.sum) - _value(read, was, payment.sum)
    sums = (payment.sum.amount, before.payment.sum.amount, price, change)
    if not (now.is_whole and all(map(is_readable, sums))):
        return False
    return price != 0 and sums[0] == sums[1] + change - price


def _stays(read: Reading, before: Before) -> bool:
    """Return whether the sum is unchanged although the lines now come to a different one."""
    payment = read.core.payments_by_id.get(before.payment.id)
    now = read.compositions.get(before.payment.id)
    if payment is None or now is None or payment.sum != before.payment.sum:
        return False
    was = _lines_before(now, before)
    values = (_value(read, now, payment.sum), _value(read, was, payment.sum), payment.sum.amount)
    if not (now.is_whole and all(map(is_readable, values))):
        return False
    if values[0] == values[1] or _may_come_to(read, now, payment.sum):
        return False
    return not _is_of_no_price(read, was, now, payment.sum)


def _is_of_no_price(read: Reading, was: PaymentLines, now: PaymentLines, total: Money) -> bool:
    """Return whether the sum stays because what was changed was billed at no price.

    A basket keeps the price of its billing where it does not follow the card (quirk 101). It shows
    in the sum before: without these rows the lines come to it, and with them to another one.
    """
    held = [_held(lines) for lines in (was, now)]
    changed = {row for row, quantity in held[0].items() if held[1].get(row, ZERO) != quantity}
    rest = [_without(lines, changed) for lines in (was, now)]
    of_rest = [_value(read, lines, total) for lines in rest]
    return of_rest == [total.amount] * 2 and _value(read, was, total) != total.amount


def _held(lines: PaymentLines) -> dict[int | None, Decimal]:
    held: dict[int | None, Decimal] = {}
    for item in lines.items:
        held[item.row_id] = held.get(item.row_id, ZERO) + item.quantity
    return held


def _without(lines: PaymentLines, rows: Collection[int | None]) -> PaymentLines:
    return PaymentLines(Listing(one for one in lines.items if one.row_id not in rows), lines.links)


def _strays(read: Reading, before: Before) -> bool:
    """Return whether the sum fell although its lines come to more now, or rose for less.

    The portal adds up anew what is in a payment that is edited, and a basket that rows share has
    the price of the row that was billed last, in whichever payment (quirk 101). A sum that its
    lines come to has not strayed: a colleague changed others of them at the same moment.
    """
    payment = read.core.payments_by_id.get(before.payment.id)
    now = read.compositions.get(before.payment.id)
    if payment is None or now is None or not now.is_whole:
        return False
    value = _value(read, now, payment.sum)
    if value == payment.sum.amount:
        return False
    change = value - _value(read, _lines_before(now, before), payment.sum)
    moved = payment.sum.amount - before.payment.sum.amount
    return is_readable(change) and is_readable(moved) and change * moved < 0


def _lines_before(now: PaymentLines, before: Before) -> PaymentLines:
    """Return the lines of a payment before an edit, with those of now that it does not touch."""
    return PaymentLines(
        now.items if before.items is None else Listing(before.items),
        now.links if before.links is None else Listing(before.links),
    )


def _has_moved(read: Reading, before: Before) -> bool:
    """Return whether a payment asks for another sum than before."""
    payment = read.core.payments_by_id.get(before.payment.id)
    return payment is not None and payment.sum != before.payment.sum


def _may_come_to(read: Reading, composition: PaymentLines, total: Money) -> bool:
    """Return whether lines may come to a sum.

    Rows that share a product may share a basket, which has the price of the row that was billed
    last (quirk 101).
    """
    rows = read.core.rows
    prices: dict[int, set[Decimal]] = {}
    for row in rows.values():
        prices.setdefault(row.product_id, set()).add(row.billed_price.amount)
    found = {_links_value(read, composition)}
    for item in composition.items:
        row_of = rows.get(item.row_id or 0)
        if row_of is not None and len(found) <= MOST_SUMS:
            of_line = {price * item.quantity for price in prices[row_of.product_id]}
            found = {known + value for known in found for value in of_line}
    if len(found) > MOST_SUMS:
        return True
    return any(_may_be(read, value, total) for value in found)


def _value(read: Reading, composition: PaymentLines, like: Money) -> Decimal:
    """Return the sum of the lines with a known price, rounded like a sum of the portal."""
    rows = read.core.rows
    items = sum(
        (
            (row.billed_price * item.quantity).amount
            for item in composition.items
            if (row := rows.get(item.row_id or 0))
        ),
        ZERO,
    )
    return rounded(Money(items + _links_value(read, composition), like.currency), like).amount


def _links_value(read: Reading, composition: PaymentLines) -> Decimal:
    deliveries = read.core.deliveries_by_id
    return sum(
        (
            delivery.price.amount
            for link in composition.links
            if (delivery := deliveries.get(link.document_id))
        ),
        ZERO,
    )


def _is_as_before(read: Reading, before: Before) -> bool:
    now = read.compositions.get(before.payment.id)
    if now is None:
        return False
    is_same = True
    if before.items is not None:
        is_same = _contents(now.items) == _contents(before.items)
    if before.links is not None:
        documents = Counter(link.document_id for link in now.links)
        is_same = is_same and documents == Counter(link.document_id for link in before.links)
    return is_same


def _contents(items: Sequence[PaymentItem]) -> Counter[tuple[int | None, int | None, Decimal]]:
    return Counter((item.row_id, item.basket_id, item.quantity) for item in items)
