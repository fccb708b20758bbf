"""Read a number that a person typed, with every way in which it can be read.

People group and part digits by the habits of their country, not by the language of the page, and
paste what a bank or a table wrote. So nothing is guessed: "1.234" is a thousand and more, or one
and a bit, and both are returned.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from b24app.domain.statement import numerals

MOST_CHARACTERS = 60
TYPED = re.compile(r"([+-]?)(\d{1,30}(?:[.,' ]\d{1,30})*)", re.ASCII)
ONE_KIND = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2009\u202f", " "),
        **dict.fromkeys("\u2019\u02bc\u066c", "'"),
        **dict.fromkeys("\u060c\uff0c", ","),
        "\uff0e": ".",
        **dict.fromkeys("\u2212\ufe63\uff0d", "-"),
        "\uff0b": "+",
        **dict.fromkeys("\u200e\u200f\u061c\u2066\u2067\u2068\u2069", ""),
    }
)
DECIMAL_FOR_SURE = "\u066b"


def readings(text: str) -> tuple[Decimal, ...]:
    """Return what a typed number may mean: nothing, one value, or two, the greater first."""
    if len(text) > MOST_CHARACTERS:
        return ()
    is_parted = DECIMAL_FOR_SURE in text
    plain = text.translate(ONE_KIND).replace(DECIMAL_FOR_SURE, ".").strip()
    found = TYPED.fullmatch("".join(map(_in_ascii, plain)))
    if found is None:
        return ()
    sign, run = found.groups()
    if run.isdigit():
        values = [Decimal(run)]
    else:
        values = [value for value, _decimals in numerals.parsed(run)]
    if is_parted:
        values = values[-1:] if _has_point(run) else []
    return tuple(-value if sign == "-" else value for value in dict.fromkeys(values))


def _has_point(run: str) -> bool:
    """Return whether the only point parts the fraction."""
    return run.count(".") == 1 and not set(run.rpartition(".")[2]) - set("0123456789")


def _in_ascii(char: str) -> str:
    """Return a digit of any script as one of ours, anything else as it is."""
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)
