"""Add up the shown linked cards, in each currency. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from b24app.domain import Money


@dataclass(frozen=True, slots=True)
class Sum:
    """Amount and paid in one currency, of one card or of several together."""

    amount: Money
    paid: Money

    @property
    def currency(self) -> str:
        """Return the currency of both."""
        return self.amount.currency

    @property
    def outstanding(self) -> Money:
        """Return what is still to be paid."""
        return self.amount - self.paid


def together(sums: Iterable[Sum]) -> tuple[Sum, ...]:
    """Add up by currency, in the given order.

    A currency with nothing in it is left out, unless it is the only one.
    """
    found: dict[str, Sum] = {}
    for total in sums:
        so_far = found.get(total.currency)
        found[total.currency] = total if so_far is None else _added(so_far, total)
    all_of_them = tuple(found.values())
    return tuple(total for total in all_of_them if not _is_nothing(total)) or all_of_them[:1]


def _added(one: Sum, other: Sum) -> Sum:
    return Sum(one.amount + other.amount, one.paid + other.paid)


def _is_nothing(total: Sum) -> bool:
    return total.amount.amount == 0 and total.paid.amount == 0
