"""Read the numbers of a line that may be amounts, with every way in which they can be read.

Banks of all countries write differently, and nobody tells which bank a line is of. So nothing is
guessed: "1,234" is one thousand and more, or one and a bit, and is kept as both. Dates, times,
shares, long numbers and those that touch letters are no amounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from b24app.domain.statement import words

EITHER = "\x1e"
"""A comma of an unquoted CSV line between digits: it parts cells, or thousands."""

CODES = "|".join(sorted(words.CODES))
NAMES = "|".join(
    re.escape(form)
    for name in sorted(words.NAMES, key=len, reverse=True)
    for form in dict.fromkeys((name, name.upper(), name.capitalize()))
)
SIGNS = "|".join(re.escape(sign) for sign in sorted(words.SIGNS, key=len, reverse=True))
MONEY = rf"(?:(?<![^\W\d_])(?:{CODES}|{NAMES})(?!\w*[^\W\d_])|{SIGNS})"
RUN = rf"\d+(?:[.,'{EITHER}]\d+|[ ]\d{{3}}(?!\d))*"

FIGURE = re.compile(
    rf"""
    (?P<open>\(\s?)?
    (?P<sign>[+-]\s?)?
    (?:(?P<before>{MONEY})\s?)?
    (?P<sign_too>[+-]\s?)?
    (?P<run>{RUN})
    (?P<tail>[+-](?!\w))?
    (?:\s?(?P<after>{MONEY}))?
    (?P<close>\s?\))?
    (?:\s?(?P<mark>DR|CR|Dr|Cr|D|C|S|H)(?!\w))?
    """,
    re.VERBOSE,
)

GLUED_BEFORE = re.compile(r"(?:[\w/'*\\-]|\d[.,:]|#\s*|\b(?:no|nr|num|n)\.?\s*)$", re.IGNORECASE)
"""What is before a number that is no amount."""

GLUED_AFTER = re.compile(r"\w|\s?%|[/:'][\w]|[-.,]\w")

LEADS_TO = re.compile(
    r"(?:[:=]|(?<!\w)(?:amount|sum|total|betrag|summe|montant|somme|importe|suma|importo|kwota|tutar"
    r"|valor|сумм[ауы]|итого|разом|сума|сомасы|金额|金額))\s*$",
    re.IGNORECASE,
)
"""What an amount follows."""

DAY_AND_MONTH = re.compile(r"(\d{1,2})\.(\d{2})")
MOST_DIGITS = 15
OUT_MARKS, IN_MARKS = frozenset({"DR", "Dr", "D", "S"}), frozenset({"CR", "Cr", "C", "H"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that may be an amount. `readings`: values with their decimals.

    `is_plain`: it has one reading, and stands where an amount does. `goes`: -1 out, 1 in, 0 unsaid.
    """

    readings: tuple[tuple[Decimal, int], ...]
    is_plain: bool = True
    currencies: frozenset[str] | None = None
    goes: int = 0

    def may_be(self, amount: Decimal, currency: str) -> bool:
        """Return whether one of the readings is this amount."""
        most = words.decimals_of(currency)
        return any(value == amount and decimals <= most for value, decimals in self.readings)

    def is_clear(self, currency: str) -> bool:
        """Return whether there is only one way to read it as an amount of this currency."""
        if not self.is_plain:
            return False
        return len(self.readings) == 1 or words.decimals_of(currency) == 0


def read(piece: str, is_dated: bool, *, is_start: bool = True) -> Iterator[Figure]:
    """Yield what may be amounts in a piece of text that has no dates and payment numbers.

    `is_dated`: its line has a date, so 12.03 is none. `is_start`: a cell begins with it.
    """
    for found in FIGURE.finditer(piece):
        if not _touches(piece, found):
            may_be_day = not is_dated and _is_day(found["run"]) and not _has_money(found)
            for one in _figures(piece, found):
                kept = replace(one, is_plain=False) if may_be_day else one
                yield from _dressed(kept, found, is_start=is_start)


def _touches(piece: str, found: re.Match[str]) -> bool:
    """Return whether the number belongs to a word, a share, a number of something else."""
    if sum(char.isdigit() for char in found["run"]) > MOST_DIGITS:
        return True
    before = piece[max(0, found.start() - 12) : found.start()]
    return bool(GLUED_BEFORE.search(before) or GLUED_AFTER.match(piece, found.end()))


def _figures(piece: str, found: re.Match[str]) -> Iterator[Figure]:
    """Yield one figure, or one for each part of what is no single number."""
    run = found["run"]
    whole = _parsed(run.replace(EITHER, ","))
    if whole:
        is_joined = EITHER not in run and (" " not in run or _is_anchored(piece, found))
        readings = tuple(dict.fromkeys(whole if is_joined else [*whole, *_parts(run)]))
        yield Figure(readings, is_joined and _stands_as_amount(piece, found))
        return
    parts = re.split(rf"[ {EITHER}]", run)
    for part in parts if len(parts) > 1 else run.split(","):
        readings = tuple(_parsed(part))
        if readings:
            yield Figure(readings, bool(re.search(r"[.,']", part)))


def _parts(run: str) -> Iterator[tuple[Decimal, int]]:
    """Yield what a number means from any blank or unquoted comma on, up to any other."""
    breaks = [at for at, char in enumerate(run) if char in f" {EITHER}"]
    for start in (0, *(at + 1 for at in breaks)):
        for end in (*breaks, len(run)):
            if start < end and (start, end) != (0, len(run)):
                yield from _parsed(run[start:end].replace(EITHER, ","))


def _dressed(figure: Figure, found: re.Match[str], *, is_start: bool) -> Iterator[Figure]:
    """Yield the figure with its currency and its direction; nothing of a zero."""
    readings = tuple(one for one in figure.readings if one[0])
    if not readings:
        return
    money = [words.currencies_of(found[one]) for one in ("before", "after") if found[one]]
    goes, is_told = _direction(found, is_start=is_start)
    yield Figure(
        readings,
        figure.is_plain and is_told,
        frozenset.intersection(*money) if money else None,
        goes,
    )


def _direction(found: re.Match[str], *, is_start: bool) -> tuple[int, bool]:
    """Return whether money went in or out, and whether that is certain.

    A dash with blanks on both sides may be a minus, and may part two words.
    """
    sign, *others = (found[name] or "" for name in ("sign", "sign_too", "tail"))
    is_dash = sign == "- " and not (is_start and not found.string[: found.start()].strip())
    if (found["open"] and found["close"]) or found["mark"] in OUT_MARKS:
        return -1, True
    if "-" in "".join(others) or (sign.startswith("-") and not is_dash):
        return -1, True
    if found["mark"] in IN_MARKS or "+" in f"{sign}{''.join(others)}":
        return 1, True
    return 0, not is_dash


def _stands_as_amount(piece: str, found: re.Match[str]) -> bool:
    """Return whether this is written as an amount: 100 may count something else."""
    if _has_money(found) or re.search(r"[.,' ]", found["run"]):
        return True
    rest = f"{piece[: found.start()]}{piece[found.end() :]}"
    return not re.search(r"\w", rest) or bool(LEADS_TO.search(piece[: found.start()][-24:]))


def _has_money(found: re.Match[str]) -> bool:
    return bool(found["before"] or found["after"] or (found["sign"] or "").strip() == "+")


def _is_day(run: str) -> bool:
    found = DAY_AND_MONTH.fullmatch(run)
    return bool(found and 0 < int(found[1]) <= 31 and 0 < int(found[2]) <= 12)


def _is_anchored(piece: str, found: re.Match[str]) -> bool:
    """Return whether nothing else can be before the number: blanks in it then part thousands."""
    if found["sign"] or found["before"] or found["open"]:
        return True
    before = piece[: found.start()].rstrip()
    return not before or bool(LEADS_TO.search(before[-24:]))


def _parsed(run: str) -> list[tuple[Decimal, int]]:
    """Return the values of digits with separators: none, one, or two where it is not clear."""
    groups, separators = re.split(r"\D", run), re.findall(r"\D", run)
    if not separators:
        return [] if len(run) > 1 and run[0] == "0" else [(Decimal(run), 0)]
    found = []
    if _are_thousands(groups, separators):
        found.append((Decimal("".join(groups)), 0))
    whole, fraction = groups[:-1], groups[-1]
    is_decimal = separators[-1] in ".," and separators[-1] not in separators[:-1]
    if is_decimal and (_are_thousands(whole, separators[:-1]) or _is_one_number(whole)):
        value = Decimal(f"{''.join(whole)}.{fraction}")
        found.append((value, len(fraction.rstrip("0"))))
    return found


def _is_one_number(groups: list[str]) -> bool:
    return len(groups) == 1 and (groups[0] == "0" or not groups[0].startswith("0"))


def _are_thousands(groups: list[str], separators: list[str]) -> bool:
    """Return whether one kind of separator parts groups of three, or of two as in India."""
    if len(groups) < 2 or len(set(separators)) != 1 or groups[0].startswith("0"):
        return False
    first, *middle, last = map(len, groups)
    if last != 3 or first > 3:
        return False
    is_indian = separators[0] == "," and first <= 2 and bool(middle)
    return set(middle) <= {3} or (is_indian and set(middle) == {2})
