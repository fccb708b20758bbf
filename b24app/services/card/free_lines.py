"""Name the products that are in no payment: what can be billed, and what never can. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from b24app.domain import UNREADABLE, Money, ProductRow, is_readable, is_whole
from b24app.services.card.card_reads import CardSnapshot
from b24app.services.card.rounding import rounded
from b24app.services.card.totals import ZERO, Line, LineKind


def lines(core: CardSnapshot, free: Sequence[ProductRow] | None) -> list[Line]:
    """Return a line of what can be billed, unless that is unknown, and one for each row below zero.

    The latter no payment can hold; what is free may leave them out.
    """
    below = _below_zero(core, free)
    if free is None:
        return below
    # As Bill the rest has it: without tax on top.
    sums = [row.billed_price * row.quantity for row in free]
    amount = once(free, sums, core.card.amount.currency, core.finest_sum)
    return [Line(LineKind.FREE, amount, quantity=Decimal(len(free))), *below]


def _below_zero(core: CardSnapshot, free: Sequence[ProductRow] | None) -> list[Line]:
    told = {row.id for row in free or ()}
    return [
        Line(
            LineKind.BELOW_ZERO,
            rounded(row.price * row.quantity, core.finest_sum),
            row.name,
            quantity=row.quantity,
        )
        for row in (core.rows.values() if core.has_all_rows else ())
        if is_readable(row.quantity) and row.quantity < 0 and row.id not in told
    ]


def once(
    free: Sequence[ProductRow], sums: Iterable[Money], currency: str, like: Money | None
) -> Money:
    """Return the total of free rows, rounded once like one payment of all of them."""
    if not is_whole(free):
        return Money(UNREADABLE, currency)
    return rounded(sum(sums, Money(ZERO, currency)), like)
