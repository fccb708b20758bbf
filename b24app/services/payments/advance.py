"""Find the whole quantities nearest to an advance, a share or an amount (decisions 47)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from b24app.domain import Money, ProductRow, typed_number
from b24app.errors import InputCode, InputError
from b24app.services.card.billable import Billable
from b24app.services.card.rounding import rounded
from b24app.services.payments.nearest_sums import Counts, Part, nearest
from b24app.services.payments.quantities import RowQuantity, comes_to_nothing

HUNDRED = Decimal(100)


class Unit(StrEnum):
    """What the number of an advance counts."""

    SHARE = "share"
    """Percent of what no payment bills yet."""
    AMOUNT = "amount"
    """Money in the card's currency."""


class State(StrEnum):
    """The result of an advance, which chooses its words."""

    EXACT = "exact"
    NEAREST = "nearest"
    TOO_MUCH = "too_much"
    TOO_LITTLE = "too_little"
    NO_NUMBER = "no_number"
    EITHER = "either"
    """What was typed can be read as two amounts."""
    NOTHING_LEFT = "nothing_left"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Quantities that can be billed, and the distance of their sum from the requested one."""

    wanted: tuple[RowQuantity, ...]
    sum: Money
    """What the portal will ask for: it rounds the sum of a payment once."""
    off: Money
    """Above zero if it is more than requested."""
    share: Decimal
    """In percent of what is left."""


@dataclass(frozen=True, slots=True)
class Advance:
    """A computed advance. The first of `proposals` is the nearest."""

    state: State
    left: Money
    asked: Money | None = None
    share: Decimal = Decimal(0)
    """What was requested, in percent of what is left."""
    proposals: tuple[Proposal, ...] = ()
    is_approximate: bool = False
    unread: int = 0
    """Rows that are left out because their prices are unreadable."""
    readings: tuple[Money, ...] = ()
    """What was typed may be each of these amounts, the greater first."""
    repairs: tuple[str, ...] = ()
    """What to type instead for each of them."""


def unit_of(text: str) -> Unit:
    """Read what the number counts. Raises InputError."""
    try:
        return Unit(text)
    except ValueError:
        raise InputError("no unit of an advance", code=InputCode.NUMBER, field="unit") from None


def work_out(billable: Billable, text: str, unit: Unit, digits: int) -> Advance:
    """Find the quantities for the typed number. `digits` are those of the card's currency."""
    rows = [row for row in billable.rows if row.price.is_readable]
    exact = sum((row.sum for row in rows), Money(Decimal(0), billable.currency))
    left = rounded(exact, billable.like)
    unread = len(billable.rows) - len(rows)
    if left.amount <= 0:
        return Advance(State.NOTHING_LEFT, left, unread=unread)
    numbers = _numbers(text, unit, digits)
    if not numbers:
        return Advance(State.NO_NUMBER, left, unread=unread)
    if len(numbers) > 1:
        readings = tuple(Money(_rounded(one, digits), left.currency) for one in numbers)
        repairs = tuple(_unmistakable(one, digits) for one in numbers)
        return Advance(State.EITHER, left, unread=unread, readings=readings, repairs=repairs)
    [number] = numbers
    amount = left.amount * number / HUNDRED if unit is Unit.SHARE else number
    asked = Money(_rounded(amount, digits), left.currency)
    if amount > left.amount:
        return Advance(State.TOO_MUCH, left, asked, unread=unread)
    # The portal's cents may be finer than those of the currency.
    asked = left if amount == left.amount else asked
    proposals, is_approximate = _proposals(rows, left, asked, digits, billable.like)
    if asked.amount <= 0 or not proposals:
        return Advance(State.TOO_LITTLE, left, asked, unread=unread)
    state = State.NEAREST if proposals[0].off.amount else State.EXACT
    share = _share(asked, left)
    return Advance(state, left, asked, share, proposals, is_approximate, unread)


def _numbers(text: str, unit: Unit, digits: int) -> tuple[Decimal, ...]:
    """Return what was typed: nothing, one number, or two where only the person can know.

    No share is in the thousands, and no amount of a currency without cents has a fraction.
    """
    found = typed_number.readings(text)
    if len(found) < 2:
        return found
    if unit is Unit.SHARE:
        return found[1:]
    return found if digits else found[:1]


def _unmistakable(number: Decimal, digits: int) -> str:
    """Return how to type an amount so that it can be read in one way only: no three decimals."""
    places = 0 if number == number.to_integral_value() else digits if digits != 3 else 4
    return f"{_rounded(number, places):f}"


def _proposals(
    rows: Sequence[ProductRow], left: Money, asked: Money, digits: int, like: Money | None
) -> tuple[tuple[Proposal, ...], bool]:
    """Return what can be billed, the nearest first; of two equally near sums the lower."""
    if asked.amount <= 0:
        return (), False
    # Rows that cost nothing are not part of an advance.
    rows = [row for row in rows if row.price.amount]
    scale = 10 ** max(digits, *(_decimals(row.price.amount) for row in rows))
    parts = [Part(abs(int(row.price.amount * scale)), int(row.quantity)) for row in rows]
    # Start with all rows that lower the sum: leaving one out makes the sum larger.
    lowered = sum(part.unit * part.most for part, row in _lowering(parts, rows))
    found = nearest(parts, int(asked.amount * scale) + lowered)
    sums = [counts for counts in (found.below, found.above) if counts is not None]
    proposals = (_proposal(rows, counts, left, asked, like) for counts in sums)
    kept = [proposal for proposal in proposals if proposal is not None]
    kept.sort(key=lambda proposal: (abs(proposal.off.amount), proposal.off.amount))
    # Prices far below a cent: what differs may be the same to the portal.
    different = {proposal.sum: proposal for proposal in reversed(kept)}
    return tuple(reversed(different.values())), found.is_approximate


def _lowering(
    parts: Iterable[Part], rows: Iterable[ProductRow]
) -> Iterable[tuple[Part, ProductRow]]:
    return (pair for pair in zip(parts, rows, strict=True) if pair[1].price.amount < 0)


def _proposal(
    rows: Sequence[ProductRow], counts: Counts, left: Money, asked: Money, like: Money | None
) -> Proposal | None:
    """Return the proposal, or None if its sum is zero, so that it could not be created."""
    wanted = []
    lines = []
    for row, count in zip(rows, counts, strict=True):
        quantity = count if row.price.amount > 0 else int(row.quantity) - count
        if quantity:
            wanted.append(RowQuantity(row.id, quantity))
            lines.append(row.price.amount * quantity)
    if comes_to_nothing(lines, like):
        return None
    money = rounded(Money(sum(lines, Decimal(0)), left.currency), like)
    return Proposal(tuple(wanted), money, money - asked, _share(money, left))


def _share(part: Money, whole: Money) -> Decimal:
    return _rounded(part.amount * HUNDRED / whole.amount, 1)


def _rounded(amount: Decimal, digits: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _decimals(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
