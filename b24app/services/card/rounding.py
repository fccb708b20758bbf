"""Round what lines come to as the portal does."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from b24app.domain import Money

DECIMALS = 2
"""The portal rounds sums to this by default, also dinars of 1,000 fils (rest-contract e.7)."""


STORED = 4
"""The decimals of a sum in the portal's database, whatever it rounds to."""


def rounded(money: Money, like: Money | None = None) -> Money:
    """Round an amount like the portal: half a cent or more is a cent.

    A payment's sum is rounded once, after its lines were added up; the amount of a card is the sum
    of rounded rows. `like` is such a sum of the portal: where it has more decimals, an
    administrator has set how many there are.
    """
    exact = money.amount
    if not exact.is_finite():
        return money
    unit = Decimal(1).scaleb(-places_of(like))
    nearest = exact.quantize(unit, ROUND_HALF_UP)
    return money if exact == nearest else Money(nearest, money.currency)


def places_of(like: Money | None) -> int:
    """Return to how many decimals the portal rounds that has such a sum."""
    return max(DECIMALS, _decimals(like))


def finest(amounts: Iterable[Money], currency: str | None = None) -> Money | None:
    """Return the one with the most decimals, for `like`; of all or of those in this currency.

    One with more than the portal stores was not rounded by it.
    """
    own = [one for one in amounts if currency in {None, one.currency} and _decimals(one) <= STORED]
    return max(own, key=_decimals, default=None)


def may_be(exact: Money, total: Money, sums: Iterable[Money]) -> bool:
    """Return whether the portal, which has these sums, may make `total` of an exact one.

    An administrator may have set no decimals at all: as few as none of the sums has more of.
    """
    finest_of_all = finest(sums, total.currency)
    fewest = max(0, _decimals(finest_of_all))
    units = (Decimal(1).scaleb(-places) for places in range(fewest, places_of(total) + 1))
    return any(exact.amount.quantize(unit, ROUND_HALF_UP) == total.amount for unit in units)


def _decimals(money: Money | None) -> int:
    exponent = money.amount.normalize().as_tuple().exponent if money is not None else 0
    return -exponent if isinstance(exponent, int) else 0
