"""Work out the product rows of a long card that were not read from what the portal offers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from b24app.domain import Money, ProductRow
from b24app.services.card.card_reads import CardSnapshot, Compositions
from b24app.services.card.rounding import rounded

MOST_SUMS = 1_000
"""Of more deliveries than come to so many sums, only all and none are tried."""


def all_rows(
    core: CardSnapshot, compositions: Compositions, free: Sequence[ProductRow] | None
) -> list[ProductRow] | None:
    """Return the card's product rows where those not read are in no line of its payments.

    They are free as a whole then, if the card's own amount bears it out. None: they cannot be told
    from others, or not all are there.
    """
    lines = (item for composition in compositions.values() for item in composition.items)
    if not all(item.row_id in core.rows for item in lines):
        return None
    rows = {**{row.id: row for row in free or ()}, **core.rows}
    is_all = len(rows) == core.rows_total and _is_borne_out(core, rows.values())
    return list(rows.values()) if is_all else None


def _is_borne_out(core: CardSnapshot, rows: Iterable[ProductRow]) -> bool:
    """Return whether the card's own amount is that of these rows with some of its deliveries.

    A row that no line bills is offered with what is left of another one's basket at times, or as it
    was before (quirk 101). What the card came to when it was last saved tells: only a delivery was
    not in it yet. An amount that somebody typed tells nothing.
    """
    if core.card.is_amount_typed:
        return True
    own = core.card.amount
    sums_of_rows = (rounded(row.sum, core.finest_sum) for row in rows)
    left = own - sum(sums_of_rows, Money(Decimal(0), own.currency))
    prices = [
        one.price.amount
        for one in core.deliveries
        if one.price.currency == own.currency and one.price.amount
    ]
    sums = {Decimal(0)}
    for price in prices:
        if len(sums) * 2 > MOST_SUMS:
            sums = {Decimal(0), sum(prices, Decimal(0))}
            break
        sums |= {known + price for known in sums}
    return left.amount in sums
