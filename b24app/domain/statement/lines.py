"""Take the lines of a statement apart: cells, numbers of payments, dates, and what is left."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from b24app.domain.statement import figures, money_words, swift, table, words
from b24app.domain.statement.beside import COUNTED, EDGE, GAP
from b24app.domain.statement.figures import EITHER, GLUING, Figure
from b24app.domain.statement.folding import folded
from b24app.domain.statement.table import WORD, Row

ALIKE = str.maketrans({
    "№": "#", **dict.fromkeys("−–—‒‐‑―⁃˗➖﹣⁒", "-"),
    **dict.fromkeys("〜〰", "~"), "⁄": "/", "∕": "/",
    "’": "'", "‘": "'", "´": "'", "`": "'", "\u202f": "'", "\u2009": "'",
    "٬": "'", "٫": ",", "\u00a0": " ", EITHER: " ", EDGE: " ", GAP: " ", "\r": " ",
})  # fmt: skip
MINUS = re.compile(r"[▲△▼ー]\s?(?=[¥$€£]?\s?\d)")
LONGEST = 4
REACH = 24
SAID = re.compile(r"\w")
OTHER = "_"
"""Stands for a sign that is none of ours, such as ½: nothing beside it is a number."""

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

AMOUNTS = frozenset({words.CREDIT, words.DEBIT, words.SUM})
CODE = re.compile(r"(?<!\w)(?<!SDN )[A-Z]{3}(?!\w)")
"""What may be the code of a currency; Malaysian companies are "SDN BHD"."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is in a line of a statement. `number` counts from 1; `named` are payments' numbers.

    `doubtful` are those of them that may be a day and a month. `currencies` are all that it names;
    `hints` are what its signs and names of money may mean, wherever they stand; `nations` are the
    currencies of "Canadian dollars". `is_outgoing`: it
    says that money went out, `is_against` that it may have, or never came.
    """

    number: int
    text: str
    named: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    figures: tuple[Figure, ...] = ()
    currencies: frozenset[str] = frozenset()
    hints: frozenset[frozenset[str]] = frozenset()
    nations: frozenset[str] = frozenset()
    is_outgoing: bool = False
    is_against: bool = False


class Numbers:
    """Finds payments by their numbers: 5/2, №5/2, No. 5/2, 5 / 2; 15/2 and 5/21 are others."""

    MARK = (
        r"(?:payment|invoice|zahlung|rechnung|paiement|facture|pago|factura|pagamento|fattura"
        r"|оплат\w*|плат[её]ж\w*|сч[её]т\w*|рахун\w*|#|no|nr|num|n)[.:]?\s?#?\s?"
    )

    def __init__(self, numbers: Sequence[str]) -> None:
        self._known: Mapping[str, str] = {key_of(one): one for one in numbers if key_of(one)}
        forms = sorted(self._known, key=len, reverse=True)
        alternatives = "|".join(re.escape(one).replace("/", r"\s?/\s?") for one in forms)
        self._pattern = re.compile(
            rf"(?:(?<!\w)(?P<mark>{self.MARK})|(?<![^\W{GLUING}])(?<!/)(?<!\d[.-])(?<!/\s))"
            rf"(?P<number>{alternatives})(?![^\W{GLUING}])(?!\s?/\s?\w)(?![.-]\d)",
            re.IGNORECASE,
        )

    def take(self, cell: str, is_dated: bool, seen: Callable[[str, bool], None]) -> str:
        """Return the cell with an edge in place of each number; `seen` gets it, and if in doubt.

        `is_dated`: its line has a date, so 5/3 is none.
        """
        if not self._known:
            return cell

        def taken(found: re.Match[str]) -> str:
            number, is_marked = self._known.get(key_of(found["number"]), ""), bool(found["mark"])
            if not number or (not is_marked and number.isdigit() and len(number) < 6):
                return found[0]
            before = cell[: found.start()]
            is_day = not is_dated and not is_marked and _is_day_and_month(found["number"])
            is_other = _is_of_other_thing(before)
            seen(number, is_other or (is_day and not before.strip()))
            return EDGE

        return self._pattern.sub(taken, cell)


def rows_of(text: str) -> list[str]:
    """Return the lines of a text, blank ones too."""
    return text.splitlines()


def read(text: str, numbers: Sequence[str]) -> list[Line]:
    """Take a statement apart. Blank lines count, and are left out."""
    known = Numbers(numbers)
    numbered = swift.entries((at, one) for at, one in enumerate(rows_of(text), 1) if one.strip())
    parted = table.rows([normal(one) for _at, one in numbered])
    currencies: frozenset[str] = frozenset()
    hints: frozenset[frozenset[str]] = frozenset()
    is_counted = False
    lines = []
    for (at, raw), row in zip(numbered, parted, strict=True):
        line = _line(Line(at, raw.strip()), row, known)
        if not line.figures:
            currencies |= line.currencies
            hints |= line.hints
        if row.is_heads:
            is_counted = any(_counts(row.cells[at]) for at in row.roles if row.roles[at] in AMOUNTS)
        if is_counted:
            counted = (replace(one, doubts=one.doubts | {COUNTED}) for one in line.figures)
            line = replace(line, figures=tuple(counted))
        lines.append(line)
    return [
        replace(one, currencies=one.currencies or currencies, hints=one.hints or hints)
        for one in lines
    ]


def normal(line: str) -> str:
    """Return a line with plain digits, blanks, dashes and slashes, and nothing that is not seen."""
    text = "".join(map(_plain, line.translate(ALIKE)))
    text = unicodedata.normalize("NFC", text).translate(ALIKE)
    digits = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
    return NARROW.sub(" ", MINUS.sub("-", digits))


@functools.lru_cache(4096)
def _plain(char: str) -> str:
    """Return a character as it is read. ½ is not 1/2, and ² is no digit of the number before it."""
    if unicodedata.category(char) == "Cf":
        return ""
    plain = unicodedata.normalize("NFKC", char)
    if unicodedata.category(char) == "Pd":
        return "-"
    if unicodedata.category(char) == "Sc" and plain.isalpha():
        return char
    is_number = any(one.isdigit() for one in plain)
    return OTHER if len(plain) > LONGEST or (is_number and not char.isdecimal()) else plain


def _counts(head: str) -> bool:
    """Return whether the head of a column says that its amounts are thousands, or cents."""
    return any(money_words.PARTS.match(folded(one)) for one in WORD.findall(head) if one[1:])


def _line(line: Line, row: Row, known: Numbers) -> Line:
    named: dict[str, bool] = {}

    def seen(number: str, is_doubtful: bool) -> None:
        named[number] = named.get(number, True) and is_doubtful

    # Where a line has a date, what looks like another one is none.
    is_dated = any(DATE.search(cell) for cell in row.cells)
    dated = [DATE.sub(GAP, known.take(cell, is_dated, seen)) for cell in row.cells]
    found = [
        _placed(figure, row, at)
        for at, rest in enumerate(dated)
        if row.roles.get(at) != words.BALANCE and not _is_of_label(row.cells, at)
        for figure in figures.read(TIME.sub(GAP, rest), is_dated)
    ]
    text = folded(" ".join(row.cells))
    codes = {one for cell in row.cells for one in CODE.findall(cell)}
    return replace(
        line,
        named=frozenset(named),
        doubtful=frozenset(one for one, doubt in named.items() if doubt),
        figures=tuple(found),
        currencies=_currencies(row, codes, found),
        hints=frozenset(
            one for cell in row.cells for one in money_words.named_in(cell, is_head=row.is_heads)
        )
        | {money for cell in row.cells if (money := money_words.currencies_of(cell))}
        | {frozenset({one}) for one in codes & money_words.FIRST_NAMES},
        nations=money_words.of_nations(text),
        is_outgoing=bool(words.WENT_OUT.search(text)) or _has_out_cell(row),
        is_against=bool(words.AGAINST.search(text) or words.WENT_OUT.search(text)),
    )


def _is_of_label(cells: Sequence[str], at: int) -> bool:
    """Return whether the cell before this one says that it has what is left, or a tax."""
    label = folded(cells[at - 1]).strip(" :") if at else ""
    return any(found.fullmatch(label) for found in (words.IS_LEFT, words.IS_TAX))


def _has_out_cell(row: Row) -> bool:
    return any(words.as_listed(cell.strip()) in words.OUT_CELLS for cell in row.cells)


def _stated(cell: str) -> frozenset[str]:
    """Return the currencies that a cell of their column means, at least the one it says."""
    numeric = frozenset(money_words.NUMERIC.get(cell, "").split())
    return numeric or money_words.currencies_of(cell) or frozenset({cell.upper()})


def _currencies(row: Row, codes: Set[str], found: Sequence[Figure]) -> frozenset[str]:
    """Return the currencies of a line: that of its column, else all that it names."""
    stated = [row.cells[at].strip() for at, role in row.roles.items() if role == words.CURRENCY]
    # "Valuta" heads days in German.
    stated = [one for one in stated if one and (one.isalpha() or len(one) <= LONGEST)]
    if stated and not row.is_heads:
        known = (_stated(one) for one in stated)
        return frozenset().union(*known)
    alone = (money_words.currencies_of(cell) for cell in row.cells if cell.strip())
    money = (figure.currencies or frozenset() for figure in found)
    return frozenset((codes & money_words.CODES) - money_words.ALSO_NAMES).union(*money, *alone)


def _placed(figure: Figure, row: Row, at: int) -> Figure:
    """Return a figure as its column has it. Beside a column of amounts it is none for sure."""
    role = row.roles.get(at, "")
    # A dash in the cell before is a minus, or says that the cell is empty.
    if row.is_odd or (not row.roles and at and row.cells[at - 1].strip() == "-"):
        return replace(figure, is_plain=False)
    if role == words.DEBIT:
        return replace(figure, goes=-1)
    if role == words.CREDIT:
        return replace(figure, goes=figure.goes or 1)
    if role == words.SUM:
        return replace(figure, decides=True)
    if AMOUNTS & set(row.roles.values()):
        return replace(figure, goes=0, is_plain=False, is_amount=False)
    return figure


def key_of(number: str) -> str:
    """Return a number as it is compared: without blanks around a slash."""
    return re.sub(r"\s*/\s*", "/", normal(number)).strip().casefold()


def _is_of_other_thing(before: str) -> bool:
    """Return whether what is before a number says that a contract has it, not a payment."""
    said = folded(before[-REACH:])
    return any(not SAID.search(said, found.end()) for found in words.OTHER_THING.finditer(said))


def _is_day_and_month(number: str) -> bool:
    first, _slash, second = key_of(number).partition("/")
    if not (first.isdigit() and second.isdigit()) or len(first) > 2 or len(second) > 2:
        return False
    low, high = sorted((int(first), int(second)))
    return 0 < low <= 12 and high <= 31
