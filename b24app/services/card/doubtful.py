"""Hold what the portal offers to what the card has beside its payments (quirk 101). Pure.

The portal takes a row whose quantity was changed after all of it was billed for one that nobody
billed, and so it does of rows that share a product. Sums show most of this, lines all of it. Of
rows that share a product it may also hold some back that nobody billed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from b24app.domain import ListedRow, Listing, Payment, PaymentItem, ProductRow, is_readable
from b24app.services.card.payment_details import Row, unbilled_rows, within_card

ZERO = Decimal(0)
ROUNDING = Decimal("0.01")
"""What the portal may add to a sum by rounding it."""


def is_doubtful(
    payments: Listing[Payment],
    rows: Iterable[ListedRow | ProductRow],
    free: Iterable[ListedRow | ProductRow],
) -> bool:
    """Return whether payments and free rows come to more than all rows.

    Deliveries in payments make it doubtful, too: those that no payment bills would hide as much.
    """
    offered = sum((_price(row) * row.quantity for row in free), ZERO)
    asked = sum((payment.sum.amount for payment in payments), offered)
    there = sum((_price(row) * row.quantity for row in rows), ZERO)
    if not payments or not offered:
        return False
    if not (is_readable(asked) and is_readable(there)):
        return False
    return asked > there + ROUNDING * (len(payments) + 1)


def held(
    payments: Listing[Payment],
    free: Listing[Row],
    rows: Mapping[int, Row],
    items: Iterable[PaymentItem],
) -> Listing[Row] | None:
    """Return free rows with no more than the card has beside what lines bill.

    None where they still come to too much, and a line that names no row may be of one of them.
    Prices that were changed after a billing and deliveries make it too much as well, so lines that
    are just what the portal does not offer are taken for what it holds back.
    """
    lines = list(items)
    unnamed = [item for item in lines if item.row_id not in rows]
    offered = within_card(free, rows, lines)
    withheld = _withheld(offered, rows, lines, unnamed)
    found = Listing.of(chain(offered, withheld), offered.unread, offered.repeated)
    if _is_explained(unnamed, free, rows, lines):
        return found
    if unnamed and is_doubtful(payments, rows.values(), found):
        may_be_billed = any(_may_be_of(item, row) for item in unnamed for row in found)
        return None if may_be_billed else found
    return found


def _withheld(
    free: Listing[Row],
    rows: Mapping[int, Row],
    lines: Iterable[PaymentItem],
    unnamed: Iterable[PaymentItem],
) -> list[Row]:
    """Return what nobody billed and the portal holds back, of products of which a row lowers sums.

    A basket that was filled once and is in no payment any more is offered as one of the rows of its
    product. What it leaves out may be a discount, and everything left would be billed without it.
    """
    if not free:
        return []
    offered = {row.id for row in free}
    lowering = {row.product_id for row in rows.values() if _lowers(row)}
    held_back = (
        row
        for row in rows.values()
        if row.product_id in lowering and row.id not in offered and not free.may_hold(row.id)
    )
    return [
        row
        for row in unbilled_rows(held_back, lines)
        if is_readable(row.quantity) and not any(_may_be_of(item, row) for item in unnamed)
    ]


def _lowers(row: ListedRow | ProductRow) -> bool:
    price = _price(row)
    return is_readable(price) and price < 0


def _is_explained(
    unnamed: Sequence[PaymentItem],
    free: Iterable[Row],
    rows: Mapping[int, Row],
    lines: Iterable[PaymentItem],
) -> bool:
    """Return whether the portal holds back exactly what these lines bill, of rows it tells apart.

    It does not where a row is offered once more, nor with several orders. Of rows that share a
    product it may offer the wrong one, in just as great a number.
    """
    if len({row.product_id for row in rows.values()}) < len(rows):
        return False
    left = sum((row.quantity for row in unbilled_rows(rows.values(), lines)), ZERO)
    offered = sum((row.quantity for row in free), ZERO)
    billed = sum((item.quantity for item in unnamed), ZERO)
    return all(map(is_readable, (left, offered, billed))) and left - offered == billed


def are_named(items: Iterable[PaymentItem], rows: Iterable[ListedRow | ProductRow]) -> bool:
    """Return whether none of these lines may be of a row that it does not name (quirk 100)."""
    every = list(rows)
    return not any(_may_be_of(item, row) for item in items for row in every)


def _may_be_of(item: PaymentItem, row: ListedRow | ProductRow) -> bool:
    if item.row_id is not None or row.is_linked:
        return False
    return item.product_id in {None, row.product_id}


def _price(row: ListedRow | ProductRow) -> Decimal:
    return row.bare_billed_price if isinstance(row, ListedRow) else row.billed_price.amount
