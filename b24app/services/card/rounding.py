"""Round what lines come to as the portal does."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

from b24app.domain import Money

LEAST_DECIMALS = 2
"""The portal rounds sums to this by default, whatever the currency (rest-contract e.7)."""


def rounded(money: Money) -> Money:
    """Round an amount like the portal: half a cent or more is a cent.

    A payment's sum is rounded once, after its lines were added up; the amount of a card is the sum
    of rounded rows.
    """
    digits = max(LEAST_DECIMALS, get_currency_precision(money.currency))
    exact = money.amount
    if not exact.is_finite() or exact == exact.quantize(Decimal(1).scaleb(-digits)):
        return money
    return Money(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), money.currency)
