"""Notice that the portal offers more to be billed than the card has (quirk 101). Pure.

It takes a row whose quantity was changed after all of it was billed for one that nobody billed.
Usually sums show this, so that the lines of all payments need not be read every time.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from b24app.domain import Delivery, ListedRow, Listing, Payment, ProductRow, is_readable

ZERO = Decimal(0)
ROUNDING = Decimal("0.01")
"""What the portal may add to a sum by rounding it."""


def is_doubtful(
    payments: Listing[Payment],
    deliveries: Iterable[Delivery],
    rows: Iterable[ListedRow | ProductRow],
    free: Iterable[ListedRow | ProductRow],
) -> bool:
    """Return whether payments and free rows come to more than all rows and deliveries."""
    offered = sum((_billed_price(row) * row.quantity for row in free), ZERO)
    asked = sum((payment.sum.amount for payment in payments), offered)
    there = sum((_price(row) * row.quantity for row in rows), ZERO)
    there += sum((delivery.price.amount for delivery in deliveries), ZERO)
    if not (is_readable(asked) and is_readable(there)) or not payments or not offered:
        return False
    return asked > there + ROUNDING * (len(payments) + 1)


def _price(row: ListedRow | ProductRow) -> Decimal:
    return row.bare_price if isinstance(row, ListedRow) else row.price.amount


def _billed_price(row: ListedRow | ProductRow) -> Decimal:
    return row.bare_billed_price if isinstance(row, ListedRow) else row.billed_price.amount
