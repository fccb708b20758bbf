"""Find what stands beside a number and may make another amount of it: "100 thousand", "100 XYZ"."""

from __future__ import annotations

import re
import unicodedata

from b24app.domain.statement import money_words, words
from b24app.domain.statement.folding import GLUING, folded

EDGE, GAP = "\n", "\x1d"
"""An edge stands where a number of a payment was taken out, a gap where a date was."""

COUNTED = "*"
"""A doubt that no currency takes away: thousands, cents, hours."""

SIGN = money_words.CURRENCY_SIGN.pattern
BEFORE = re.compile(rf"(?:(?P<word>[^\W\d_]+)\.?|(?P<sign>{SIGN}))[ :(\[]{{0,3}}$")
AFTER = re.compile(rf"[ ,)\]([]{{0,3}}(?:(?P<word>[^\W\d_]+)(?P<dot>\.)?|(?P<sign>{SIGN}))")
CODE = re.compile(r"[A-Z]{3,4}")
TIMES = re.compile(r"[kKmMtTkкКтТ]([A-Z]{3}|$)")
TIMES_BEFORE = re.compile(r"(?:\d[ ]?[xх×*@][ ]?|[~≈<>≤≥±\[{÷])$")
TIMES_AFTER = re.compile(r"[ ]?[xх×*@÷][ ]?\d")
TABLE = re.compile("[\u2500-\u259f|+=<>©®]")
"""Signs that draw a table, or have a meaning of their own."""

REACH = 24
SHORT = 5


def doubts(cell: str, span: tuple[int, int], *, is_cents: bool, has_money: bool) -> frozenset[str]:
    """Return what stands beside the number at `span`: codes and signs, and COUNTED.

    `is_cents`: it has two decimals, so a single letter after it is a word: "100.00 k Smith".
    `has_money`: its currency is there, so that no unknown word is one: "100.00 EUR TAN 1234".
    """
    start, end = span
    before = BEFORE.search(cell[max(0, start - REACH) : start])
    after = AFTER.match(cell, end, end + REACH)
    found = {_doubt(one["word"], one["sign"]) for one in (before, after) if one}
    if has_money:
        found = {one for one in found if one in money_words.CODES or not one.isalpha()}
    if TIMES_BEFORE.search(cell[max(0, start - REACH) : start]) or TIMES_AFTER.match(cell, end):
        found.add(COUNTED)
    # Glued between digits it cuts one number: that is told as unclear.
    is_cut = re.search(r"\d[^\w\s]$", cell[:start][-2:])
    if (not is_cut and _is_sign(cell[:start][-SHORT:], -1)) or _is_sign(cell[end : end + SHORT], 0):
        found.add(COUNTED)
    if after and after["word"]:
        found.add(_left(cell, after))
        found.add(_counted(after["word"], is_cents=is_cents and not _has_sign(cell, after.end())))
        is_short = bool(after["dot"]) and 1 < len(after["word"]) < SHORT
        is_known = money_words.currencies_of(after["word"])
        # "100.00 D. Smith": a name, or a mark and then a name.
        may_be_out = folded(after["word"]) in words.OUT_MARKS
        found.add(COUNTED if (is_short and not is_known) or may_be_out else "")
    if before and before["word"]:
        found.add(_counted(before["word"], is_cents=True))
        is_out = words.as_listed(before["word"]) in words.OUT_CELLS
        is_vague = words.IS_VAGUE.match(folded(before["word"]))
        found.add(COUNTED if is_out or is_vague else "")
    return frozenset(found - {""})


def _is_sign(text: str, at: int) -> bool:
    """Return whether an arrow or another picture is nearest: it may be the bank's minus."""
    seen = "".join(one for one in text if unicodedata.category(one) not in {"Mn", "Zs"})
    if not seen or TABLE.match(seen[at]):
        return False
    return unicodedata.category(seen[at]) in {"So", "Sm"}


def _left(cell: str, after: re.Match[str]) -> str:
    """Return COUNTED for "900.00 balance", not for the first number of "100.00 balance 900.00"."""
    rest = re.split(f"[{EDGE}{GAP}]", cell[after.start("word") : after.end() + REACH])[0]
    said = folded(rest)
    is_other = words.IS_LEFT.match(said) or words.IS_TAX.match(said)
    return COUNTED if is_other and not re.search(r"\d", rest) else ""


def _has_sign(cell: str, at: int) -> bool:
    return bool(money_words.CURRENCY_SIGN.match(cell, at))


def _doubt(word: str | None, sign: str | None) -> str:
    """Return the code or sign that may be a currency, "" if there is none."""
    if sign or not word:
        return sign or ""
    code = word.upper()
    if code in money_words.CODES or {code[:3], code[3:]} <= money_words.CODES:
        return code
    return word if CODE.fullmatch(word) and word not in money_words.NO_CODES else ""


def _counted(word: str, *, is_cents: bool) -> str:
    """Return COUNTED for what multiplies or parts an amount. One letter may be a word."""
    if len(word) == 1 and word.isalpha() and is_cents and not GLUING.match(word):
        return ""
    times = TIMES.match(word)
    if times and times[1] in money_words.CODES and word.upper() not in money_words.CODES:
        return COUNTED
    return COUNTED if money_words.COUNTED.match(folded(word)) else ""
