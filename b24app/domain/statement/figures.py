"""Read the numbers of a line that may be amounts, with every way in which they can be read.

Banks of all countries write differently, and nobody tells which bank a line is of. So nothing is
guessed: "1,234" is one thousand and more, or one and a bit, and is kept as both. Dates, times,
shares, long numbers and those that touch letters are no amounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from b24app.domain.statement import beside, money_words, numerals, words
from b24app.domain.statement.beside import EDGE, GAP
from b24app.domain.statement.folding import folded

EITHER = "\x1e"
"""A comma of an unquoted CSV line between digits: it parts cells, or thousands."""

MONEY = money_words.KNOWN
RUN = rf"\d+(?:[.,'{EITHER}]\d+|[ ]\d{{3}}(?!\d))*"

LONG_MARKS = "db|dbit|crdt|debit|credit|soll|haben|д[тб]|кт"
MARK = rf"(?i:dr|cr)(?![\w.])|(?:(?i:{LONG_MARKS})|[DCSH借贷貸])(?=\s*(?:$|[-+\d{EDGE}{GAP},;|]))"
"""A mark stands before another number, or at the end: "100.00 D. Smith" has none."""

LAST = rf"[ ]{{1,3}}[+-](?=\s*$|[ ]?(?:{MARK}))"
"""A sign at the end of a cell is that of the number before it, and so is one before its mark."""

END = r"[ ]{0,3}[+-](?=\s*$)"
"""A sign behind the mark."""

FIGURE = re.compile(
    rf"""
    (?P<open>\([ ]?)?
    (?P<sign>[+-][ ]{{0,3}})?
    (?:(?P<before>{MONEY})[ ]?)?
    (?P<sign_too>[+-][ ]{{0,3}})?
    (?P<run>{RUN})
    (?P<dashed>[-=]\d{{2}}(?!\w|[-/.,:=]\d))?
    (?P<tail>[+-](?!\w)|{LAST})?
    (?:[ ]?(?P<after>{MONEY})(?P<tail_too>[+-](?!\w)|{LAST})?
      (?:[ ,]{{0,2}}(?P<small>\d{{1,2}})[ ]?(?:{money_words.SMALLER})\.?(?!\w))?
    )?
    (?P<close>[ ]?\))?
    (?:[ ]?(?P<mark>{MARK})(?P<end>{END})?)?
    """,
    re.VERBOSE,
)

GLUING = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts without blanks: a number may touch their words."""

GLUED_BEFORE = re.compile(
    rf"(?:[^\W{GLUING}]|[/'*\\_-]|\d[.,:]|[#第号號][ ]*|\b(?:no|nr|num|n)\.?[ ]*)$", re.IGNORECASE
)
"""What is before a number that is no amount."""

GLUED_AFTER = re.compile(rf"[^\W{GLUING}]|_|[ ]?%|[/:']\w|[-.,]\w|=\d")

LEADS_TO = re.compile(
    r"(?:[:=]|(?<!\w)(?:amount|sum|total|betrag|summe|montant|somme|importe|suma|importo|kwota|tutar"
    r"|valor|сумм[ауы]|итого|разом|сума|сомасы|金额|金額))\s*$",
    re.IGNORECASE,
)
"""What an amount follows."""

AT = re.compile(r"(?<![^\W\d_])(?:at|um|в|о|à|alle|kl|klo|saat|pukul|jam|godz|luc|ora|ore)\W*$")
AN_HOUR = re.compile(r"([01]?\d|2[0-3])\.[0-5]\d")
DAY_AND_MONTH = re.compile(r"(\d{1,2})\.(\d{2})")
CENTS = re.compile(r"[.,]\d\d$")
CUT_BEFORE = re.compile(rf"(?<!\d)\d{{1,3}}[^\w{EDGE}{GAP}{EITHER}]{{1,3}}$")
CUT_AFTER = re.compile(r"\d{3}(?!\d)")
"""What may be one number, parted by a sign that nobody knows: "1· 234.56"."""

ANOTHER = re.compile(r"[ ]{1,2}\d{1,2}(?!\w|[.,/:'-]\d)")
"""A short number after a number: it may be of it."""

SENTENCE = re.compile(r"(?<=\w{3})[.;]\s")
MOST_DIGITS = 15
BEFORE, BEHIND = ("sign", "before", "sign_too"), ("tail", "after", "tail_too", "mark", "end")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that may be an amount. `readings`: values with their decimals.

    `is_plain`: it has one reading, and stands where an amount does. `is_amount`: it is one for
    sure, though not always which. `is_bare`: only digits, as an account has them. `goes`: -1 out,
    1 in, 0 unsaid. `decides`: its column has the amounts. `doubts`: what stands beside it and may
    make it another amount; a code counts for that of its own currency only.
    """

    readings: tuple[tuple[Decimal, int], ...]
    is_plain: bool = True
    currencies: frozenset[str] | None = None
    goes: int = 0
    is_amount: bool = True
    is_bare: bool = False
    decides: bool = False
    doubts: frozenset[str] = frozenset()

    def may_be(self, amount: Decimal, currency: str) -> bool:
        """Return whether one of the readings is this amount."""
        most = money_words.decimals_of(currency)
        values = {value for value, _decimals in self.readings}
        # "100,000" is no hundred of a currency without decimals.
        is_thousands = most == 0 and amount * 1000 in values
        return not is_thousands and any(
            value == amount and decimals <= most for value, decimals in self.readings
        )

    def is_clear(self, currency: str) -> bool:
        """Return whether there is only one way to read it as an amount of this currency."""
        if not self.is_plain:
            return False
        return len(self.readings) == 1 or money_words.decimals_of(currency) == 0


def read(cell: str, is_dated: bool) -> Iterator[Figure]:
    """Yield what may be amounts in a cell without dates and payment numbers.

    `is_dated`: its line has a date, so 12.03 is none.
    """
    said_from = 0
    for found in FIGURE.finditer(cell):
        if _touches(cell, found):
            continue
        label = folded(cell[said_from : found.start()].rpartition(EDGE)[2].replace(GAP, " "))
        said_from = found.end()
        if words.IS_LEFT.search(label) and _ends_with_left(label):
            continue
        taxed = words.NO_TAX.sub(" ", SENTENCE.split(label)[-1])
        is_other = bool(words.IS_LEFT.search(label) or words.IS_TAX.search(taxed))
        is_day = not _has_money(found) and (
            (not is_dated and _is_day(found["run"]))
            or bool(AN_HOUR.fullmatch(found["run"]) and AT.search(label))
        )
        parts = list(_figures(cell, found, is_dated=is_dated))
        for at, one in enumerate(parts, 1):
            kept = replace(one, is_plain=False, is_amount=False) if is_other or is_day else one
            yield from _dressed(kept, found, is_first=at == 1, is_last=at == len(parts))


def _ends_with_left(label: str) -> bool:
    """Return whether what is left over is named just before the number."""
    last = max(found.end() for found in words.IS_LEFT.finditer(label))
    return not re.search(r"[^\W_]", label[last:])


def _touches(cell: str, found: re.Match[str]) -> bool:
    """Return whether the number belongs to a word, a share, a number of something else."""
    if sum(char.isdigit() for char in found["run"]) > MOST_DIGITS:
        return True
    before = cell[max(0, found.start() - 12) : found.start()]
    return bool(GLUED_BEFORE.search(before) or GLUED_AFTER.match(cell, found.end()))


def _figures(cell: str, found: re.Match[str], *, is_dated: bool) -> Iterator[Figure]:
    """Yield one figure, or one for each part of what is no single number."""
    run = found["run"]
    whole = numerals.parsed(run.replace(EITHER, ","))
    if found["dashed"] or found["small"]:
        yield from _with_small(whole, found)
    elif whole:
        is_joined = EITHER not in run and (
            " " not in run or _is_anchored(cell, found, is_dated=is_dated)
        )
        readings = tuple(dict.fromkeys(whole if is_joined else [*whole, *_parts(run)]))
        stands = _stands_as_amount(cell, found)
        is_cut = (not re.search("[.,]", run) and ANOTHER.match(cell, found.end())) or (
            CUT_AFTER.match(run) and CUT_BEFORE.search(cell[: found.start()][-8:])
        )
        is_bare = run.isdigit() and not _has_money(found)
        is_plain = is_joined and stands and not is_cut
        yield Figure(readings, is_plain, is_amount=stands, is_bare=is_bare)
    else:
        parts = re.split(rf"[ {EITHER}]", run)
        # "100.00 900.00" are two amounts, "100.00 000" and "100.00,00" are nothing that is known.
        is_known = len(parts) > 1 and all(re.search(r"[.,]\d", part) for part in parts)
        for part in parts if len(parts) > 1 else run.split(","):
            readings = tuple(numerals.parsed(part))
            if readings:
                yield Figure(readings, is_known, is_amount=bool(re.search(r"[.,']", part)))


def _with_small(whole: list[tuple[Decimal, int]], found: re.Match[str]) -> Iterator[Figure]:
    """Yield "19 roubles 90 kopecks" as what it comes to, and what "19-90" may mean."""
    cents = found["small"] or found["dashed"][1:]
    more = Decimal(cents) / 100
    readings = tuple(
        (value + more, len(cents.zfill(2).rstrip("0"))) for value, decimals in whole if not decimals
    )
    if readings:
        yield Figure(readings, not found["dashed"], is_amount=not found["dashed"])


def _parts(run: str) -> Iterator[tuple[Decimal, int]]:
    """Yield what a number means from any blank or unquoted comma on, up to any other."""
    breaks = [at for at, char in enumerate(run) if char in f" {EITHER}"]
    for start in (0, *(at + 1 for at in breaks)):
        for end in (*breaks, len(run)):
            if start < end and (start, end) != (0, len(run)):
                yield from numerals.parsed(run[start:end].replace(EITHER, ","))


def _dressed(
    figure: Figure, found: re.Match[str], *, is_first: bool, is_last: bool
) -> Iterator[Figure]:
    """Yield the figure with its currency, its direction and its doubts; nothing of a zero.

    `is_first`, `is_last`: of several in a row, it has what is before them, and behind them.
    """
    readings = tuple(one for one in figure.readings if one[0])
    if not readings:
        return
    ends = [*(BEFORE if is_first else ()), *(BEHIND if is_last else ())]
    said = {one: found[one] or "" for one in [*ends, "open", "close"]}
    money = [money_words.currencies_of(said[one]) for one in ("before", "after") if said.get(one)]
    goes, is_told = _direction(said, is_dash=bool(found.string[: found.start()].strip(" \t")))
    # "2 Cr" is twenty millions in India, where "2.00 Cr" came in.
    is_crores = said.get("mark", "").lower() == "cr" and not CENTS.search(found["run"])
    yield replace(
        figure,
        readings=readings,
        is_plain=figure.is_plain and is_told and not is_crores,
        currencies=frozenset.intersection(*money) if money else None,
        goes=goes,
        doubts=beside.doubts(
            found.string,
            found.span(),
            is_cents=bool(CENTS.search(found["run"])),
            has_money=bool(found["before"] or found["after"]),
        ),
    )


def _direction(said: Mapping[str, str], *, is_dash: bool) -> tuple[int, bool]:
    """Return whether money went in or out, and whether that is certain.

    A dash with blanks on both sides may be a minus, and may part two words: `is_dash`.
    """
    sign, *others = (said.get(name, "") for name in ("sign", "sign_too", "tail", "tail_too", "end"))
    mark = folded(said.get("mark", ""))
    loose = [said.get("end", ""), *(one for one in others if one != one.lstrip())]
    if mark in words.IN_MARKS and "-" in "".join(loose):
        # "100.00 CR -" came in and went out.
        return 0, False
    is_dash = is_dash and sign != sign.strip() == "-"
    if (said.get("open") and said.get("close")) or mark in words.OUT_MARKS:
        return -1, True
    if "-" in "".join(others) or (sign.startswith("-") and not is_dash):
        return -1, True
    if mark in words.IN_MARKS or "+" in f"{sign}{''.join(others)}":
        return 1, True
    return 0, not is_dash


def _around(cell: str, found: re.Match[str]) -> tuple[str, str]:
    """Return what is before and after the number, up to the next edges."""
    start = max(cell.rfind(one, 0, found.start()) for one in (EDGE, GAP)) + 1
    ends = (cell.find(one, found.end()) for one in (EDGE, GAP))
    end = min((one for one in ends if one >= 0), default=len(cell))
    return cell[start : found.start()], cell[found.end() : end]


def _stands_as_amount(cell: str, found: re.Match[str]) -> bool:
    """Return whether this is written as an amount: 100 may count something else."""
    if _has_money(found) or re.search(r"[.,' ]", found["run"]):
        return True
    before, after = _around(cell, found)
    return not re.search(r"\w", before + after) or bool(LEADS_TO.search(before[-24:]))


def _has_money(found: re.Match[str]) -> bool:
    return bool(found["before"] or found["after"] or (found["sign"] or "").strip() == "+")


def _is_day(run: str) -> bool:
    found = DAY_AND_MONTH.fullmatch(run)
    return bool(found and 0 < int(found[1]) <= 31 and 0 < int(found[2]) <= 12)


def _is_anchored(cell: str, found: re.Match[str], *, is_dated: bool) -> bool:
    """Return whether nothing else can be before the number: blanks in it then part thousands.

    "12 500.00 Smith" may begin with a day.
    """
    if found["sign"] or found["before"] or found["open"]:
        return True
    before, _after = _around(cell, found)
    is_first = not cell[: found.start()].strip(" \t") and re.search(
        rf"[\w{EDGE}]", cell[found.end() :]
    )
    if is_first and not is_dated and 0 < int(found["run"].partition(" ")[0]) <= 31:
        return False
    return not before.strip() or bool(LEADS_TO.search(before.rstrip()[-24:]))
