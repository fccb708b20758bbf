"""Find out what the products of a card come to, also where not all of them were read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from b24app.domain import Delivery, Money, Payment, ProductRow, is_whole
from b24app.services.card.card_reads import CardSnapshot, Compositions
from b24app.services.card.rounding import rounded
from b24app.services.card.totals import ZERO, Line, LineKind, sum_of
from b24app.services.card.unread_rows import all_rows


def products_of(
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
    if free is not None and not is_whole(free):
        free = None
    if core.has_all_rows:
        return _products_line(core.rows.values(), currency, like)
    is_whole_list = is_whole(core.payments)
    if free is not None and is_whole_list and not core.payments:
        return _products_line(free, currency, like)
    if is_all_known(core, compositions) and (rows := all_rows(core, compositions, free)):
        return _products_line(rows, currency, like)
    if not core.card.is_amount_typed:
        shipping = sum((delivery.price for delivery in deliveries), Money(ZERO, currency))
        return Line(LineKind.PRODUCTS, core.card.amount - shipping)
    if free is not None and is_all_known(core, compositions):
        billed = [
            rounded(row.price * item.quantity, like)
            for composition in compositions.values()
            for item in composition.items
            if (row := core.rows.get(item.row_id or 0))
        ]
        amount = sum(billed, _products_line(free, currency, like).amount)
        return Line(LineKind.PRODUCTS, amount)
    is_all_here = is_whole_list and not core.deliveries and _is_in(core.payments, currency)
    if free is not None and is_all_here:
        amount = _products_line(free, currency, like).amount + sum_of(core.payments, currency)
        return Line(LineKind.PRODUCTS, amount)
    return Line(LineKind.CARD, core.card.amount)


def _products_line(rows: Iterable[ProductRow], currency: str, like: Money | None) -> Line:
    amount = sum((rounded(row.sum, like) for row in rows), Money(ZERO, currency))
    return Line(LineKind.PRODUCTS, amount)


def is_all_known(core: CardSnapshot, compositions: Compositions) -> bool:
    """Return whether all payments and deliveries of the card were read, with all their lines."""
    if not (is_whole(core.payments) and is_whole(core.deliveries)):
        return False
    known = [compositions.get(payment.id) for payment in core.payments]
    return all(composition is not None and composition.is_whole for composition in known)


def _is_in(payments: Iterable[Payment], currency: str) -> bool:
    return all(payment.sum.currency == currency for payment in payments)
