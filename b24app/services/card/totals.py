"""Figures of a card in one currency, and what they are made of (docs/totals.md). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from b24app.domain import UNREADABLE, Money, Payment

ZERO = Decimal(0)
HUNDRED = Decimal(100)


class LineKind(StrEnum):
    """What a line of "How this adds up" is about."""

    PRODUCTS = "products"
    CARD = "card"
    """The card's own amount, typed by a person, because not all of its products were read."""
    DELIVERY = "delivery"
    ELSEWHERE = "elsewhere"
    """Products held by payments in another currency: subtracted. Its name is that currency."""
    RETURNED = "returned"
    """Payments whose money was given back: subtracted, since nobody waits for it."""
    PAYMENTS = "payments"
    """All payments in a currency other than the card's: besides them, only deliveries are known."""
    FREE = "free"
    FREE_DELIVERY = "free_delivery"
    TWICE = "twice"
    """A delivery held by several payments: the excess is subtracted."""
    TOO_MANY = "too_many"
    """More of a product in payments than on the card: the excess is subtracted."""
    BELOW_ZERO = "below_zero"
    """A product with a quantity below zero, which no payment can hold: subtracted."""
    OTHER = "other"
    """Tax that payments leave out, rounding, lines that are no longer on the card."""
    UNSETTLED = "unsettled"
    """Like OTHER, with unbilled deliveries, while not everything in the payments was read."""


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
    """The ends of the bar's solid and hatched parts, in percent of its length."""

    paid_to: Decimal
    waiting_to: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures in one currency. By construction paid + outstanding = amount.

    The amount is the sum of the lines `made_of`, the rest that of `rest_lines`. `stated` is the
    card's own amount if that differs; `is_stated_typed` means that a person typed it.
    """

    currency: str
    made_of: tuple[Line, ...]
    paid_read: Money
    waiting_read: Money
    """Like `paid_read` without payments that could not be read."""
    paid_count: int = 0
    waiting_count: int = 0
    rest_lines: tuple[Line, ...] = ()
    stated: Money | None = None
    is_stated_typed: bool = False
    returned_count: int = 0
    """Payments whose money was given back: neither paid nor waiting."""
    unread: Money | None = None
    """What payments come to that could not be read: nobody can tell. None where all were."""

    @property
    def paid(self) -> Money:
        """Return what is paid. Of a payment that could not be read nobody knows whether it is."""
        return self.paid_read + self.unread if self.unread else self.paid_read

    @property
    def waiting(self) -> Money:
        """Return what unpaid payments come to, with the same reserve."""
        return self.waiting_read + self.unread if self.unread else self.waiting_read

    @property
    def amount(self) -> Money:
        """Return what the client has to pay in all: products and deliveries."""
        return total(self.currency, self.made_of)

    @property
    def returned(self) -> Money:
        """Return what is taken off the amount because it was given back, below zero or zero."""
        return total(self.currency, [one for one in self.made_of if one.kind is LineKind.RETURNED])

    @property
    def outstanding(self) -> Money:
        """Return what is still to be paid, billed or not. Below zero if too much was paid."""
        return self.amount - self.paid

    @property
    def billed(self) -> Money:
        """Return the sum of all payments, without those given back."""
        return self.paid + self.waiting

    @property
    def count(self) -> int:
        """Return the number of payments in this currency, without those given back."""
        return self.paid_count + self.waiting_count

    @property
    def rest(self) -> Money:
        """Return what no payment bills. Below zero if payments come to more than the amount."""
        return self.amount - self.billed

    @property
    def over_billed(self) -> Money | None:
        """Return by how much all payments exceed the amount."""
        return _excess(self.billed, self.amount)

    @property
    def over_paid(self) -> Money | None:
        """Return by how much the paid sum exceeds the amount."""
        return _excess(self.paid, self.amount)

    @property
    def is_rest_free(self) -> bool:
        """Return whether all of the rest can still be billed, with nothing else in it."""
        free = {LineKind.FREE, LineKind.FREE_DELIVERY}
        return all(line.kind in free for line in self.rest_lines)

    @property
    def free_deliveries(self) -> Money | None:
        """Return unbilled deliveries if the rest is only these and free products."""
        lines = [line for line in self.rest_lines if line.kind is LineKind.FREE_DELIVERY]
        return total(self.currency, lines) if lines and self.is_rest_free else None

    @property
    def leaves_deliveries(self) -> bool:
        """Return whether deliveries make the rest another sum than that of its products.

        Tax and rounding do so too, and are no reason to speak of deliveries. What was not read yet
        is taken for one that comes to as much.
        """
        kinds = {line.kind for line in self.rest_lines}
        if kinds & {LineKind.FREE_DELIVERY, LineKind.TWICE}:
            return True
        prices = [line.amount.amount for line in self.made_of if line.kind is LineKind.DELIVERY]
        least = min((price for price in prices if price > 0), default=None)
        return least is not None and any(
            line.kind is LineKind.UNSETTLED and abs(line.amount.amount) >= least
            for line in self.rest_lines
        )

    @property
    def is_typed(self) -> bool:
        """Return whether the amount was typed by a person, because nothing better was read."""
        return bool(self.made_of) and self.made_of[0].kind is LineKind.CARD

    @property
    def are_deliveries_unstated(self) -> bool:
        """Return whether the card's own amount is this one without deliveries."""
        unstated = {LineKind.DELIVERY, LineKind.ELSEWHERE, LineKind.RETURNED}
        stated = [line for line in self.made_of if line.kind not in unstated]
        return self.stated == total(self.currency, stated)

    @property
    def is_unsettled(self) -> bool:
        """Return whether reading all payments' lines would explain more of the rest."""
        return any(line.kind is LineKind.UNSETTLED for line in self.rest_lines)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to bill and nothing was billed."""
        return not (self.count or self.returned_count) and all(
            line.amount.amount == 0 for line in self.made_of
        )

    @property
    def is_nothing(self) -> bool:
        """Return whether there is no payment and no amount."""
        return not (self.count or self.returned_count or self.amount.amount)

    @property
    def bar(self) -> Bar | None:
        """Return the bar of three parts, None if there is nothing to draw."""
        if not self.amount.amount.is_finite() or not self.billed.amount.is_finite():
            return None
        whole = max(self.amount.amount, self.billed.amount)
        if whole <= 0:
            return None
        return Bar(_share(self.paid.amount, whole), _share(self.billed.amount, whole))

    @property
    def percents(self) -> tuple[int, int, int] | None:
        """Return the percentages that are paid, waiting, and not billed; together 100.

        None if they would mean nothing: no amount, or too much billed.
        """
        parts = [self.paid.amount, self.waiting.amount, self.rest.amount]
        if not all(part.is_finite() for part in parts):
            return None
        if self.amount.amount <= 0 or min(parts) < 0:
            return None
        return _percents(parts, self.amount.amount)


def total(currency: str, lines: Sequence[Line]) -> Money:
    """Return the sum of lines, which are all in this currency."""
    return sum((line.amount for line in lines), Money(ZERO, currency))


def sum_of(payments: Iterable[Payment], currency: str) -> Money:
    """Return what payments come to, which are all in this currency."""
    return sum((payment.sum for payment in payments), Money(ZERO, currency))


def given_back(back: Money, rest: Money, count: int) -> Line:
    """Return the line that takes off what was given back, as far as nothing else asks for it.

    `rest` is the amount minus the other payments: what was billed anew is due like anything else.
    """
    is_known = back.is_readable and rest.is_readable
    taken_off = max(ZERO, min(back.amount, rest.amount)) if is_known else UNREADABLE
    back = Money(taken_off, rest.currency)
    return Line(LineKind.RETURNED, -back, quantity=Decimal(count))


def _excess(money: Money, ceiling: Money) -> Money | None:
    """Return the excess. Where products come to less than zero, nothing is not too much."""
    return money - ceiling if money.amount > 0 and money.amount > ceiling.amount else None


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return min(HUNDRED, max(ZERO, part * HUNDRED / whole))


def _percents(parts: Sequence[Decimal], whole: Decimal) -> tuple[int, int, int]:
    """Return whole percentages that add up to 100: anything there is at least 1, 100 is all."""
    shares = [part * HUNDRED / whole for part in parts]
    found = [max(int(share), 1 if part else 0) for share, part in zip(shares, parts, strict=True)]
    while sum(found) != 100:
        step = 1 if sum(found) < 100 else -1
        misses = [(share - percent) * step for share, percent in zip(shares, found, strict=True)]
        may = [step > 0 or percent > 1 for percent in found]
        worst = max((i for i in range(3) if may[i] and parts[i]), key=lambda i: misses[i])
        found[worst] += step
    return found[0], found[1], found[2]
