"""Find the whole quantities nearest to a sum: a bounded knapsack in whole numbers.

Pure, and with bounded work: every request takes a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd, prod

MOST_ROWS = 35
MOST_COMBINATIONS = 100_000
"""Up to this many combinations are tried one by one."""

MOST_SUMS = 2_000_000
"""The most sums kept as bits for each row: 9 MB for the most rows there can be."""

MOST_BITS = 600_000_000
"""The most bits moved in all: about a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Part:
    """The price of one piece of a row, above zero, and how many there are."""

    unit: int
    most: int


Counts = tuple[int, ...]
"""The count of each part."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest sums on both sides of the target, None if there is none on that side.

    `below` may be the target itself; then there is no `above`. With `is_approximate` there may be
    nearer ones: not all combinations were tried.
    """

    below: Counts
    above: Counts | None
    is_approximate: bool = False


def nearest(parts: Sequence[Part], target: int) -> Nearest:
    """Find the combinations whose sums are nearest to `target`, which is not negative."""
    if not parts:
        return Nearest((), None)
    step = gcd(*(part.unit for part in parts))
    goal, beside = divmod(target, step)
    units = [part.unit // step for part in parts]
    # Above the target, one piece of anything is enough.
    limit = goal + max(units)
    useful = [
        Part(unit, min(part.most, limit // unit)) for unit, part in zip(units, parts, strict=True)
    ]
    if len(parts) > MOST_ROWS:
        found = _greedy(useful, goal)
    elif prod(part.most + 1 for part in useful) <= MOST_COMBINATIONS:
        found = _one_by_one(useful, goal, limit)
    elif _is_quick(useful, limit):
        found = _by_bits(useful, goal, limit)
    else:
        found = _greedy(useful, goal)
    is_exact = not beside and total(useful, found.below) == goal
    return Nearest(found.below, None) if is_exact else found


def total(parts: Sequence[Part], counts: Counts) -> int:
    """Return the sum of the counts."""
    return sum(part.unit * count for part, count in zip(parts, counts, strict=True))


def _one_by_one(parts: Sequence[Part], goal: int, limit: int) -> Nearest:
    """Try all combinations: each layer maps a sum to the count of its last part."""
    layers = [{0: 0}]
    for part in parts:
        layer: dict[int, int] = {}
        for count in range(part.most + 1):
            for before in layers[-1]:
                if before + count * part.unit <= limit:
                    layer.setdefault(before + count * part.unit, count)
        layers.append(layer)

    def counts_of(left: int) -> Counts:
        counts = []
        for part, layer in zip(reversed(parts), reversed(layers), strict=False):
            counts.append(layer[left])
            left -= layer[left] * part.unit
        return tuple(reversed(counts))

    above = min((reached for reached in layers[-1] if reached > goal), default=None)
    below = max(reached for reached in layers[-1] if reached <= goal)
    return Nearest(counts_of(below), None if above is None else counts_of(above))


def _is_quick(parts: Sequence[Part], limit: int) -> bool:
    moves = sum(part.most.bit_length() for part in parts)
    return limit <= MOST_SUMS and moves * limit <= MOST_BITS


def _by_bits(parts: Sequence[Part], goal: int, limit: int) -> Nearest:
    """Find every reachable sum: bit n of a number is set if n is reachable."""
    mask = (1 << (limit + 1)) - 1
    layers = [1]
    for part in parts:
        layers.append(_stages(layers[-1], part, mask)[-1])

    def counts_of(left: int) -> Counts:
        counts = []
        for part, before in zip(reversed(parts), reversed(layers[:-1]), strict=True):
            count = _count_in(_stages(before, part, mask), part, left)
            counts.append(count)
            left -= count * part.unit
        return tuple(reversed(counts))

    beyond = layers[-1] >> (goal + 1)
    below = (layers[-1] & ((1 << (goal + 1)) - 1)).bit_length() - 1
    if not beyond:
        return Nearest(counts_of(below), None)
    return Nearest(counts_of(below), counts_of(goal + (beyond & -beyond).bit_length()))


def _stages(reached: int, part: Part, mask: int) -> list[int]:
    """Return the sums reachable before each portion of a part, and after all."""
    stages = [reached]
    for portion in _portions(part.most):
        stages.append(stages[-1] | (stages[-1] << (portion * part.unit) & mask))
    return stages


def _portions(most: int) -> list[int]:
    """Divide a number so that the portions make up every smaller one: 10 into 1, 2, 4 and 3."""
    portions = []
    portion = 1
    while most > 0:
        portions.append(min(portion, most))
        most -= portions[-1]
        portion *= 2
    return portions


def _count_in(stages: Sequence[int], part: Part, left: int) -> int:
    """Return how many of a part are in the sum `left`: as few as the portions allow."""
    count = 0
    for portion, before in zip(reversed(_portions(part.most)), reversed(stages[:-1]), strict=True):
        if not before >> left & 1:
            left -= portion * part.unit
            count += portion
    return count


def _greedy(parts: Sequence[Part], goal: int) -> Nearest:
    """Take the most expensive first, as many as fit; for `above`, add one of the cheapest left."""
    counts = [0] * len(parts)
    left = goal
    for number in sorted(range(len(parts)), key=lambda at: -parts[at].unit):
        counts[number] = min(parts[number].most, left // parts[number].unit)
        left -= counts[number] * parts[number].unit
    below = tuple(counts)
    further = [number for number, part in enumerate(parts) if counts[number] < part.most]
    if not further:
        return Nearest(below, None)
    counts[min(further, key=lambda at: parts[at].unit)] += 1
    return Nearest(below, tuple(counts), is_approximate=True)
