"""Part the lines of a statement into cells, and find what its columns are."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from b24app.domain.statement import words
from b24app.domain.statement.figures import EITHER
from b24app.domain.statement.folding import folded

WORD = re.compile(r"[^\W\d_]+")
COMMA = re.compile(r"(?<=\S),(?=[^\s\d])|(?<=[^\s\d]),(?=\S)")
FEWEST = 3
"""A table has at least a day, a text and an amount."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a line. `roles` say what its columns are; `is_heads`: it says so itself.

    `is_odd`: it has not as many cells as the heads, so nobody knows which column is which.
    """

    cells: Sequence[str]
    roles: Mapping[int, str] = field(default_factory=dict)
    is_heads: bool = False
    is_odd: bool = False


def rows(lines: Sequence[str]) -> Iterator[Row]:
    """Yield the cells of each line. Heads count until others come."""
    separator = _separator(lines)
    parted = [_cells(line, separator) if separator else [line] for line in lines]
    columns = [_columns(cells) for cells in parted]
    heads: Row | None = None
    width = 0
    for at, (line, whole, roles) in enumerate(zip(lines, parted, columns, strict=True)):
        if roles:
            heads = Row(whole, is_heads=True, roles=roles)
            below = itertools.takewhile(
                lambda one: not one[1], zip(parted[at + 1 :], columns[at + 1 :], strict=True)
            )
            width = _width(whole, [cells for cells, _roles in below])
            yield heads
        elif heads and len(whole) == width:
            yield Row(whole, heads.roles)
        else:
            cells = _comma_cells(line) if separator == "," else whole
            yield Row(cells, is_odd=heads is not None and len(cells) > 1)


def _width(heads: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """Return how many cells the rows below these heads have: an empty one may close each line.

    Where only some are longer, a separator in a text has moved what stands behind it.
    """
    if not heads[-1].strip() and all(len(cells) != len(heads) for cells in below):
        return len(heads) - 1
    table = [cells for cells in below if len(cells) > 1]
    are_longer = all(len(cells) == len(heads) + 1 and not cells[-1].strip() for cells in table)
    return len(heads) + 1 if table and are_longer else len(heads)


def _columns(cells: Sequence[str]) -> Mapping[int, str]:
    """Return what the columns are, if these cells are their heads."""
    if len(cells) < FEWEST or any(char.isdigit() for cell in cells for char in cell):
        return {}
    found = {at: _role(cell) for at, cell in enumerate(cells)}
    return {at: role for at, role in found.items() if role}


def _role(head: str) -> str:
    said = [words.as_listed(word) for word in WORD.findall(head)]
    pairs = {f"{one} {other}" for one, other in itertools.pairwise(said)}
    # "In" and "out" say it alone only: "amount in EUR" does not.
    alone = set(said) if len(said) == 1 else set(said) - {"in", "out"}
    plain = folded(head)
    found = [
        role
        for role, known in words.COLUMNS.items()
        if known & (alone | pairs) or (role in words.ENDINGS and words.ENDINGS[role].search(plain))
    ]
    if words.SUM not in found and words.BALANCE not in found and words.IS_ACCOUNT.search(plain):
        return ""
    strong = [one for one in found if one not in {words.SUM, words.CURRENCY}]
    if len(strong) == 1:
        return strong[0]
    # "Debit/Credit" says nothing; "Debit/Credit amount" has amounts at least.
    return next((one for one in found if one in {words.SUM, words.CURRENCY}), "")


def _separator(lines: Sequence[str]) -> str:
    """Return what parts lines into cells, "" if nothing does."""
    half = max(1.0, len(lines) / 2)
    for separator in "\t;|":
        if sum(separator in one for one in lines) >= half:
            return separator
    if sum(len(COMMA.findall(one)) >= FEWEST - 1 for one in lines) >= half:
        return ","
    heads = [len(_cells(one, ",")) for one in lines if _columns(_cells(one, ","))]
    most = max(heads, default=0)
    return "," if most and sum(one.count(",") >= most - 1 for one in lines) >= half else ""


def _comma_cells(line: str) -> list[str]:
    """Part at commas. One between digits outside of quotes may be of a number."""
    parts = line.split('"')
    parts[::2] = [re.sub(r"(?<=\d),(?=\d)", EITHER, one) for one in parts[::2]]
    return _cells('"'.join(parts), ",")


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [line])
    except csv.Error:
        # A sign that ends a line for it, or a cell that is too long.
        return line.split(separator)
