"""The header's figures, for each currency on its own (decisions 14). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from b24app.domain import Card, Delivery, Money, Payment, ProductRow

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """The header's figures in one currency.

    `amount` is None where the card's own amount is in another currency; then due, unbilled,
    over-billed and over-paid are None too.
    """

    currency: str
    billed: Money
    paid: Money
    unpaid_count: int
    amount: Money | None = None
    due: Money | None = None
    unbilled: Money | None = None
    over_billed: Money | None = None
    over_paid: Money | None = None

    @property
    def in_unpaid(self) -> Money:
        """What is billed in payments nobody has paid yet."""
        return self.billed - self.paid

    @property
    def percent_paid(self) -> int:
        """Percent of the amount that is paid, rounded: 100 only when really all is paid."""
        if self.amount is None or self.amount.amount <= 0:
            return 0
        if self.paid.amount >= self.amount.amount:
            return 100
        return min(99, round(self.paid.amount * 100 / self.amount.amount))


def totals_of(
    card: Card,
    payments: Iterable[Payment],
    deliveries: Iterable[Delivery],
    free_rows: Iterable[ProductRow] | None,
) -> tuple[Totals, ...]:
    """The header's figures: the card's own currency first, then the others by code."""
    by_currency: dict[str, list[Payment]] = {card.amount.currency: []}
    for payment in payments:
        by_currency.setdefault(payment.sum.currency, []).append(payment)
    own = card.amount.currency
    others = sorted(code for code in by_currency if code != own)
    return tuple(
        _totals_in(code, by_currency[code], card, deliveries, free_rows) for code in [own, *others]
    )


def _totals_in(
    currency: str,
    payments: Sequence[Payment],
    card: Card,
    deliveries: Iterable[Delivery],
    free_rows: Iterable[ProductRow] | None,
) -> Totals:
    billed = Money(sum((p.sum.amount for p in payments), ZERO), currency)
    paid = Money(sum((p.sum.amount for p in payments if p.is_paid), ZERO), currency)
    unpaid_count = sum(1 for p in payments if not p.is_paid)
    if currency != card.amount.currency:
        return Totals(currency, billed, paid, unpaid_count)
    shipping = sum((d.price.amount for d in deliveries if d.price.currency == currency), ZERO)
    ceiling = Money(card.amount.amount + shipping, currency)
    unbilled = None
    if free_rows is not None:
        unbilled = Money(sum((row.sum.amount for row in free_rows), ZERO), currency)
    return Totals(
        currency,
        billed,
        paid,
        unpaid_count,
        amount=card.amount,
        due=Money(max(ZERO, card.amount.amount - paid.amount), currency),
        unbilled=unbilled,
        over_billed=_excess(billed, ceiling),
        over_paid=_excess(paid, ceiling),
    )


def _excess(money: Money, ceiling: Money) -> Money | None:
    return money - ceiling if money.amount > ceiling.amount else None
