"""Work out what can still be billed: the whole part of what no payment bills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from b24app.domain import Money, ProductRow
from b24app.services.card.rounding import places_of, rounded


@dataclass(frozen=True, slots=True)
class Billable:
    """`free` are the rows that no payment bills, including fractions the portal would cut."""

    free: Sequence[ProductRow]
    currency: str
    like: Money | None = None
    """A sum of the portal that shows to how many decimals it rounds."""

    @property
    def rows(self) -> tuple[ProductRow, ...]:
        """Return the rows with the whole part of their quantities (decisions 15).

        At the prices that a payment asks for, which leave out tax on top.
        """
        rows = (
            replace(row, quantity=Decimal(int(row.quantity)), price=row.billed_price)
            for row in self.free
        )
        return tuple(row for row in rows if row.quantity >= 1)

    @property
    def total(self) -> Money:
        """Return what one payment of all of them asks for."""
        exact = sum((row.sum for row in self.rows), Money(Decimal(0), self.currency))
        return rounded(exact, self.like)

    @property
    def places(self) -> int:
        """Return to how many decimals the portal rounds what a payment asks for."""
        return places_of(self.like)

    @property
    def rest(self) -> Money | None:
        """Return the total of Bill the rest; None if there is nothing to ask for."""
        total = self.total
        is_nothing = total.is_readable and total.amount <= 0
        return total if self.rows and not is_nothing else None

    @property
    def fractional(self) -> tuple[ProductRow, ...]:
        """Return the rows of which a fraction stays."""
        return tuple(row for row in self.free if row.is_fractional)
