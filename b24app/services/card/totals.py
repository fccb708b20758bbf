"""The strip's figures in one currency, and what they are made of (docs/totals.md). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from b24app.domain import Money

ZERO = Decimal(0)
HUNDRED = Decimal(100)


class LineKind(StrEnum):
    """What a line of "How this adds up" is about."""

    PRODUCTS = "products"
    CARD = "card"
    """The card's own amount, typed by somebody, because its products were not all read."""
    DELIVERY = "delivery"
    ELSEWHERE = "elsewhere"
    """Products that payments in another currency hold: taken off. Its name is that currency."""
    PAYMENTS = "payments"
    """All payments of a currency that is not the card's: only deliveries are known beside them."""
    FREE = "free"
    FREE_DELIVERY = "free_delivery"
    TWICE = "twice"
    """A delivery that several payments hold: what is too much is taken off."""
    TOO_MANY = "too_many"
    """More of a product in payments than in the card: likewise."""
    OTHER = "other"
    """Tax that payments leave out, rounding, lines that are no longer in the card."""
    UNSETTLED = "unsettled"
    """As OTHER, and deliveries not billed, while what payments hold was not all read."""


@dataclass(frozen=True, slots=True)
class Line:
    """An amount with its reason. `quantity`: of products, payments or pieces, by kind."""

    kind: LineKind
    amount: Money
    name: str = ""
    number: str = ""
    quantity: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Bar:
    """Where the solid and the hatched part of the bar end, in percent of its length."""

    paid_to: Decimal
    waiting_to: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures in one currency. By construction paid + outstanding = amount.

    `made_of` are the lines that the amount is the sum of, `rest_lines` those of the rest. `stated`
    is what the card itself says, where that is another amount; `is_stated_typed` that somebody
    typed it.
    """

    currency: str
    made_of: tuple[Line, ...]
    paid: Money
    waiting: Money
    paid_count: int = 0
    waiting_count: int = 0
    rest_lines: tuple[Line, ...] = ()
    stated: Money | None = None
    is_stated_typed: bool = False

    @property
    def amount(self) -> Money:
        """What the client is to pay in all: products and deliveries."""
        return total(self.currency, self.made_of)

    @property
    def outstanding(self) -> Money:
        """What is still to be paid, billed or not. Below zero where too much was paid."""
        return self.amount - self.paid

    @property
    def billed(self) -> Money:
        """The sum of all payments."""
        return self.paid + self.waiting

    @property
    def count(self) -> int:
        """How many payments there are in this currency."""
        return self.paid_count + self.waiting_count

    @property
    def rest(self) -> Money:
        """What no payment bills. Below zero where payments come to more than the amount."""
        return self.amount - self.billed

    @property
    def over_billed(self) -> Money | None:
        """By how much payments come to more than there is to pay."""
        return _excess(self.billed, self.amount)

    @property
    def over_paid(self) -> Money | None:
        """By how much more was paid than there is to pay."""
        return _excess(self.paid, self.amount)

    @property
    def is_rest_free(self) -> bool:
        """Whether all of the rest can still be billed: nothing in it needs another name."""
        free = {LineKind.FREE, LineKind.FREE_DELIVERY}
        return all(line.kind in free for line in self.rest_lines)

    @property
    def free_deliveries(self) -> Money | None:
        """Deliveries that no payment bills, where the rest is just these and free products."""
        lines = [line for line in self.rest_lines if line.kind is LineKind.FREE_DELIVERY]
        return total(self.currency, lines) if lines and self.is_rest_free else None

    @property
    def is_typed(self) -> bool:
        """Whether the amount is what somebody typed, because nothing better was read."""
        return bool(self.made_of) and self.made_of[0].kind is LineKind.CARD

    @property
    def are_deliveries_unstated(self) -> bool:
        """Whether the card's own amount is this one without the deliveries."""
        unstated = {LineKind.DELIVERY, LineKind.ELSEWHERE}
        stated = [line for line in self.made_of if line.kind not in unstated]
        return self.stated == total(self.currency, stated)

    @property
    def is_unsettled(self) -> bool:
        """Whether reading what all payments hold would name more of the rest."""
        return any(line.kind is LineKind.UNSETTLED for line in self.rest_lines)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to bill and nothing was billed."""
        return not self.count and all(line.amount.amount == 0 for line in self.made_of)

    @property
    def bar(self) -> Bar | None:
        """The bar of three parts, None where there is nothing to be drawn."""
        if not self.amount.amount.is_finite() or not self.billed.amount.is_finite():
            return None
        whole = max(self.amount.amount, self.billed.amount)
        if whole <= 0:
            return None
        return Bar(_share(self.paid.amount, whole), _share(self.billed.amount, whole))

    @property
    def percents(self) -> tuple[int, int, int] | None:
        """Percent of the amount that is paid, waits, and is not billed; together 100.

        None where they would say nothing: no amount, or too much billed.
        """
        parts = [self.paid.amount, self.waiting.amount, self.rest.amount]
        if not all(part.is_finite() for part in parts):
            return None
        if self.amount.amount <= 0 or min(parts) < 0:
            return None
        return _percents(parts, self.amount.amount)


def total(currency: str, lines: Sequence[Line]) -> Money:
    """The sum of lines, which are all in this currency."""
    return sum((line.amount for line in lines), Money(ZERO, currency))


def _excess(money: Money, ceiling: Money) -> Money | None:
    return money - ceiling if money.amount > ceiling.amount else None


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return min(HUNDRED, max(ZERO, part * HUNDRED / whole))


def _percents(parts: Sequence[Decimal], whole: Decimal) -> tuple[int, int, int]:
    """Whole percents that add up to 100: what is there is at least 1, and 100 means all."""
    shares = [part * HUNDRED / whole for part in parts]
    found = [max(int(share), 1 if part else 0) for share, part in zip(shares, parts, strict=True)]
    while sum(found) != 100:
        step = 1 if sum(found) < 100 else -1
        misses = [(share - one) * step for share, one in zip(shares, found, strict=True)]
        may = [step > 0 or one > 1 for one in found]
        worst = max((i for i in range(3) if may[i] and parts[i]), key=lambda i: misses[i])
        found[worst] += step
    return found[0], found[1], found[2]
