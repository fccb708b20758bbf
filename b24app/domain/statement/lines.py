"""Take the lines of a statement apart: cells, numbers of payments, dates, and what is left."""

from __future__ import annotations

import csv
import itertools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from b24app.domain.statement import figures, words
from b24app.domain.statement.figures import EITHER, Figure

EDGE = "\n"
"""Stands where a date or a number was taken out: nothing reaches over it."""

ALIKE = str.maketrans({
    "№": "#", "−": "-", "–": "-", "—": "-", "‒": "-", "﹣": "-", "⁄": "/", "∕": "/",
    "’": "'", "‘": "'", "´": "'", "`": "'", "\u202f": "'", "\u2009": "'",
    "٬": "'", "٫": ",", "\u00a0": " ", EITHER: " ", EDGE: " ", "\r": " ",
})  # fmt: skip
NARROW = re.compile(r"(?<!\d)'|'(?!\d)")

DATE = re.compile(
    r"(?<![\w/-])(?<!\d[.,])(?:"
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}"
    r"|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})"
    r"|(?:19|20)\d{2}[01]\d[0-3]\d"
    r"|\d{1,2}\.\d{1,2}\.(?!\d)"
    r")(?:T[\d:.]+Z?)?(?![\d/])(?!-\d)"
)
TIME = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])")

WORD = re.compile(r"[^\W\d_]+")
CODE = re.compile(r"(?<!\w)[A-Z]{3}(?!\w)")


@dataclass(frozen=True, slots=True)
class Line:
    """What is in a line of a statement. `number` counts from 1; `named` are payments' numbers.

    `doubtful` are those of them that may be a day and a month. `currencies` are all that it names.
    """

    number: int
    text: str
    named: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    figures: tuple[Figure, ...] = ()
    currencies: frozenset[str] = frozenset()
    is_outgoing: bool = False


class Numbers:
    """Finds payments by their numbers: 5/2, №5/2, No. 5/2, 5 / 2; 15/2 and 5/21 are others."""

    MARK = (
        r"(?:payment|invoice|zahlung|rechnung|paiement|facture|pago|factura|pagamento|fattura"
        r"|оплат\w*|плат[её]ж\w*|сч[её]т\w*|рахун\w*|#|no|nr|num|n)[.:]?\s?#?\s?"
    )

    def __init__(self, numbers: Sequence[str]) -> None:
        self._known: Mapping[str, str] = {_key(one): one for one in numbers if _key(one)}
        forms = sorted(self._known, key=len, reverse=True)
        alternatives = "|".join(re.escape(one).replace("/", r"\s?/\s?") for one in forms)
        self._pattern = re.compile(
            rf"(?:(?<!\w)(?P<mark>{self.MARK})|(?<![\w/])(?<!\d[.-])(?<!/\s))"
            rf"(?P<number>{alternatives})(?!\w)(?!\s?/\s?\w)(?![.-]\d)",
            re.IGNORECASE,
        )

    def take(self, cell: str, seen: Callable[[str, bool], None]) -> str:
        """Return the cell with an edge in place of each number; `seen` gets it, and if in doubt."""
        if not self._known:
            return cell

        def taken(found: re.Match[str]) -> str:
            number, is_marked = self._known.get(_key(found["number"]), ""), bool(found["mark"])
            if not number or (not is_marked and number.isdigit() and len(number) < 6):
                return found[0]
            is_first = not cell[: found.start()].strip()
            seen(number, is_first and not is_marked and _is_day_and_month(found["number"]))
            return EDGE

        return self._pattern.sub(taken, cell)


def read(text: str, numbers: Sequence[str]) -> list[Line]:
    """Take a statement apart. Blank lines count, and are left out."""
    known = Numbers(numbers)
    rows = [(at, one) for at, one in enumerate(text.splitlines(), 1) if one.strip()]
    plain = {at: normal(one) for at, one in rows}
    split = _splitter(list(plain.values()))
    columns: Mapping[int, str] = {}
    inherited: frozenset[str] = frozenset()
    lines = []
    for at, raw in rows:
        cells = split(plain[at])
        heads = _columns(cells)
        columns = heads or columns
        line = _line(Line(at, raw.strip()), cells, known, {} if heads else columns)
        if not line.figures:
            inherited |= line.currencies
        lines.append(line)
    return [replace(one, currencies=one.currencies or inherited) for one in lines]


def normal(line: str) -> str:
    """Return a line with plain digits, blanks, dashes and slashes."""
    text = unicodedata.normalize("NFKC", line.translate(ALIKE)).translate(ALIKE)
    digits = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
    return NARROW.sub(" ", digits)


def _line(line: Line, cells: Sequence[str], known: Numbers, columns: Mapping[int, str]) -> Line:
    named: dict[str, bool] = {}

    def seen(number: str, is_doubtful: bool) -> None:
        named[number] = named.get(number, True) and is_doubtful

    dated = [DATE.subn(EDGE, known.take(cell, seen)) for cell in cells]
    # Where a line has a date, what looks like another one is none.
    is_dated = any(count for _rest, count in dated)
    found = [
        _turned(figure, columns.get(at, ""))
        for at, (rest, _count) in enumerate(dated)
        if columns.get(at) != words.BALANCE
        for figure in _figures(rest, is_dated=is_dated)
    ]
    codes = {one for cell in cells for one in CODE.findall(cell)} & words.CODES
    money = (figure.currencies or frozenset() for figure in found)
    return replace(
        line,
        named=frozenset(named),
        doubtful=frozenset(one for one, doubt in named.items() if doubt and not is_dated),
        figures=tuple(found),
        currencies=frozenset(codes - words.ALSO_WORDS).union(*money),
        is_outgoing=_says_out(cells),
    )


def _says_out(cells: Sequence[str]) -> bool:
    said = {word.casefold() for cell in cells for word in WORD.findall(cell)}
    whole = {cell.strip().casefold() for cell in cells}
    return bool(words.WENT_OUT & said or words.OUT_CELLS & whole)


def _figures(cell: str, *, is_dated: bool) -> list[Figure]:
    first, *others = TIME.sub(EDGE, cell).split(EDGE)
    later = (one for piece in others for one in figures.read(piece, is_dated, is_start=False))
    return [*figures.read(first, is_dated), *later]


def _turned(figure: Figure, role: str) -> Figure:
    """Return what stands in a column of debits or credits as money that went out or came in."""
    if role == words.DEBIT:
        return replace(figure, goes=-1)
    return replace(figure, goes=1) if role == words.CREDIT and figure.goes == 0 else figure


def _columns(cells: Sequence[str]) -> Mapping[int, str]:
    """Return what the columns of amounts are, if these cells are the heads of columns."""
    if len(cells) < 3 or any(char.isdigit() for cell in cells for char in cell):
        return {}
    found = {at: _roles(cell) for at, cell in enumerate(cells)}
    return {at: roles[0] for at, roles in found.items() if len(roles) == 1}


def _roles(head: str) -> list[str]:
    said = [word.casefold() for word in WORD.findall(head)]
    pairs = {f"{one} {other}" for one, other in itertools.pairwise(said)}
    # "In" and "out" say it alone only: "amount in EUR" does not.
    alone = set(said) if len(said) == 1 else set(said) - {"in", "out"}
    return [role for role, known in words.COLUMNS.items() if known & (alone | pairs)]


def _splitter(lines: Sequence[str]) -> Callable[[str], list[str]]:
    """Return what parts a line into cells; without a separator the line is one cell."""
    half = len(lines) / 2
    for separator in "\t;|":
        if sum(separator in one for one in lines) >= max(1, half):
            return lambda line, by=separator: _cells(line, by)  # type: ignore[misc]
    commas = re.compile(r"(?<=\S),(?=[^\s\d])|(?<=[^\s\d]),(?=\S)")
    if sum(len(commas.findall(one)) >= 2 for one in lines) >= max(1, half):
        return _comma_cells
    return lambda line: [line]


def _comma_cells(line: str) -> list[str]:
    """Part at commas. One between digits outside of quotes may be of a number."""
    parts = line.split('"')
    parts[::2] = [re.sub(r"(?<=\d),(?=\d)", EITHER, one) for one in parts[::2]]
    return _cells('"'.join(parts), ",")


def _cells(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [line])


def _key(number: str) -> str:
    """Return a number as it is compared: without blanks around a slash."""
    return re.sub(r"\s*/\s*", "/", normal(number)).strip().casefold()


def _is_day_and_month(number: str) -> bool:
    first, _slash, second = _key(number).partition("/")
    if not (first.isdigit() and second.isdigit()) or len(first) > 2 or len(second) > 2:
        return False
    low, high = sorted((int(first), int(second)))
    return 0 < low <= 12 and high <= 31
