"""Find the payments that the lines of a bank statement pay.

Only number and amount together are sure. Everything else is told, and left to whoever reads it:
a payment is never taken by two lines, and a line that may mean two payments takes none.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from b24app.domain.card import Money, Payment
from b24app.domain.statement import fitting, lines
from b24app.domain.statement.fitting import Fit
from b24app.domain.statement.lines import Line


class Verdict(StrEnum):
    """What a line says of the payments of a card."""

    SURE = "sure"
    """It names payments, and what they come to."""
    LIKELY = "likely"
    """It names none, and only one payment has this amount."""
    UNCLEAR = "unclear"
    """Its amount or its number can be read in two ways, and one of them fits."""
    DOUBTFUL = "doubtful"
    """It fits, and something speaks against it: a word, a unit, another line that takes it back."""
    DIFFERS = "differs"
    """It names payments, but not what they come to."""
    SEVERAL = "several"
    """It names none, and several payments have this amount."""
    TWICE = "twice"
    """It would pay what another line pays."""
    CURRENCY = "currency"
    PAID = "paid"
    OUTGOING = "outgoing"
    NOTHING = "nothing"


RANKS = (Verdict.LIKELY, Verdict.UNCLEAR, Verdict.DOUBTFUL, Verdict.DIFFERS)
"""What is not sure, by how well it fits."""

OFFERED = frozenset({Verdict.SURE, *RANKS})
"""What a person may choose: each of these payments is offered by one line only."""


@dataclass(frozen=True, slots=True)
class Match:
    """A line with the payments that it is about. `other` is another line that is about them."""

    number: int
    text: str
    verdict: Verdict
    payments: tuple[Payment, ...] = ()
    other: int = 0

    @property
    def offered(self) -> tuple[Payment, ...]:
        """Return the payments that can be chosen of this line."""
        return self.payments if self.verdict in OFFERED else ()


def match(text: str, payments: Sequence[Payment]) -> list[Match]:
    """Return every line of a statement that is not blank, with what it says of these payments."""
    # An id is not on any bill: in a statement the same digits mean something else.
    numbered = [one for one in payments if one.is_numbered]
    read = lines.read(text, [one.number for one in numbered])
    by_number = _by_number(numbered)
    keys = Counter(lines.key_of(one.number) for one in numbered)
    named = _undone(
        [_by_name(line, [by_number[one] for one in sorted(line.named)], keys) for line in read]
    )
    taken: dict[int, int] = {}
    for one in named:
        if one is not None and one.verdict is Verdict.SURE and not _ids(one) & taken.keys():
            taken |= dict.fromkeys(_ids(one), one.number)
    open_ones = [one for one in payments if one.is_waiting and one.sum.amount > 0]
    found = [
        one or _by_amount(line, open_ones, taken) for line, one in zip(read, named, strict=True)
    ]
    return _each_once(found, taken)


def _by_number(payments: Iterable[Payment]) -> Mapping[str, Payment]:
    """Return the payments by number; of two with the same one the one that waits for money."""
    return {one.number: one for one in sorted(payments, key=lambda one: not one.is_paid)}


def _undone(named: Sequence[Match | None]) -> list[Match | None]:
    """Take what is sure from lines about payments that other lines tell to have gone back."""
    gone = {
        each.id: one.number
        for one in named
        if one and one.verdict is Verdict.OUTGOING
        for each in one.payments
    }
    return [
        replace(
            one, verdict=Verdict.DOUBTFUL, other=min(gone[each] for each in _ids(one) & gone.keys())
        )
        if one and one.verdict is Verdict.SURE and _ids(one) & gone.keys()
        else one
        for one in named
    ]


def _by_name(line: Line, named: Sequence[Payment], keys: Mapping[str, int]) -> Match | None:
    """Return what a line says that names payments, None if it names none."""
    if _goes_out(line):
        is_mixed = named and _fit_of_all(line, named) in {Fit.CLEAR, Fit.UNCLEAR, Fit.DOUBTFUL}
        if not is_mixed or any(one.is_paid for one in named) or line.is_outgoing:
            return Match(line.number, line.text, Verdict.OUTGOING, tuple(named))
        # "100.00 fee -1.50" tells of money that came in, "-100.00 900.00" of a balance.
        return Match(line.number, line.text, Verdict.DOUBTFUL, tuple(named))
    if not named:
        return None
    certain = [one for one in named if one.number not in line.doubtful]
    # "5/2 Payment 5/3": a day and a payment, or two payments, whichever the amount says.
    tried = [_of_named(line, some, keys) for some in (named, certain) if some]
    return next((one for one in tried if one.verdict is Verdict.SURE), tried[-1])


def _of_named(line: Line, named: Sequence[Payment], keys: Mapping[str, int]) -> Match:
    unpaid = tuple(one for one in named if not one.is_paid)
    if not unpaid:
        return Match(line.number, line.text, Verdict.PAID, tuple(named))
    if any(one.is_returned for one in unpaid) and _fit_of_all(line, unpaid) is Fit.CLEAR:
        # Nobody waits for it: the line may be older than the money's way back.
        return Match(line.number, line.text, Verdict.DOUBTFUL, unpaid)
    is_doubtful = line.doubtful.issuperset(one.number for one in named)
    is_shared = any(keys[lines.key_of(one.number)] > 1 for one in named)
    fits = {
        Fit.CLEAR: Verdict.UNCLEAR if is_doubtful or is_shared else Verdict.SURE,
        Fit.UNCLEAR: Verdict.UNCLEAR,
        Fit.DOUBTFUL: Verdict.DOUBTFUL,
        Fit.CURRENCY: Verdict.CURRENCY,
        Fit.NONE: Verdict.DIFFERS,
    }
    # With a paid one among them nobody knows what the amount is for.
    fit = _fit_of_all(line, unpaid) if len(unpaid) == len(named) else Fit.NONE
    return Match(line.number, line.text, fits[fit], unpaid)


def _fit_of_all(line: Line, payments: Sequence[Payment]) -> Fit:
    """Return how what payments come to together is found in a line."""
    total = _total(payments)
    return fitting.fit_of(line, total) if total else Fit.NONE


def _total(payments: Sequence[Payment]) -> Money | None:
    first, *others = (payment.sum for payment in payments)
    if any(money.currency != first.currency for money in others):
        return None
    total = sum(others, first)
    return total if total.is_readable and total.amount > 0 else None


def _by_amount(line: Line, payments: Sequence[Payment], taken: Mapping[int, int]) -> Match:
    """Return what a line that names no payment says by its amounts."""
    values = {value for figure in line.figures for value, _decimals in figure.readings}
    fits = {one: fitting.fit_of(line, one.sum) for one in payments if one.sum.amount in values}

    def having(fit: Fit, *, is_taken: bool = False) -> tuple[Payment, ...]:
        return tuple(
            one for one, its in fits.items() if its is fit and (one.id in taken) is is_taken
        )

    ends = [
        (having(Fit.CLEAR), Verdict.LIKELY),
        (having(Fit.UNCLEAR), Verdict.UNCLEAR),
        (having(Fit.DOUBTFUL), Verdict.DOUBTFUL),
        (having(Fit.CLEAR, is_taken=True), Verdict.TWICE),
        (having(Fit.CURRENCY), Verdict.CURRENCY),
    ]
    for found, verdict in ends:
        if len(found) > 1 and verdict in OFFERED:
            return Match(line.number, line.text, Verdict.SEVERAL, found)
        if found:
            other = taken.get(found[0].id, 0)
            return Match(line.number, line.text, verdict, found, other)
    return Match(line.number, line.text, Verdict.NOTHING)


def _each_once(found: Sequence[Match], taken: Mapping[int, int]) -> list[Match]:
    """Leave each payment to the line that surely pays it, else to the one that fits best.

    An amount alone is better than a number with another amount: a part is never marked as paid. The
    line that has the number is told with it.
    """
    holders = dict(taken)
    for verdict in RANKS:
        claims = [
            (one.id, each) for each in found if each.verdict is verdict for one in each.payments
        ]
        counts = Counter(payment_id for payment_id, _each in claims)
        for payment_id, each in claims:
            # Of several that fit equally well nobody knows which.
            holders.setdefault(payment_id, each.number if counts[payment_id] == 1 else 0)
    claimed: dict[int, list[int]] = {}
    for each in found:
        for one in each.offered:
            claimed.setdefault(one.id, []).append(each.number)
    return [_settled(each, holders, claimed) for each in found]


def _settled(each: Match, holders: Mapping[int, int], claimed: Mapping[int, list[int]]) -> Match:
    lines_of = {holders[one.id] for one in each.offered}
    others = (next(_others(claimed[one.id], each.number), 0) for one in each.offered)
    other = each.other or min(filter(None, others), default=0)
    if lines_of <= {each.number}:
        return each if each.verdict is Verdict.SURE else replace(each, other=other)
    holder = next((line for line in sorted(lines_of) if line not in {0, each.number}), 0)
    return replace(each, verdict=Verdict.TWICE, other=holder or other)


def _others(numbers: Iterable[int], own: int) -> Iterator[int]:
    return (one for one in itertools.islice(numbers, 2) if one != own)


def _ids(one: Match) -> set[int]:
    return {payment.id for payment in one.payments}


def _goes_out(line: Line) -> bool:
    """Return whether a line tells of no money that came in."""
    directions = {one.goes for one in line.figures}
    if 1 in directions:
        return False
    return -1 in directions or (line.is_outgoing and bool(line.figures))
