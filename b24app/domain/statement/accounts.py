"""Shorten account numbers before a line is kept: whoever sees the card needs none of them."""

from __future__ import annotations

import re

from b24app.texts import ELLIPSIS

SHORTEST, LONGEST = 15, 34
"""Characters of an IBAN, without blanks (ISO 13616)."""

# RF is no country: references of creditors (ISO 11649) have the same check, and tell what is paid.
START = re.compile(r"(?<![^\W_])(?!RF)[A-Z]{2}\d{2}(?=[ \u00a0]?[A-Z0-9])", re.IGNORECASE)
BLANKS = " \u00a0"
SHOWN = 4
"""So many characters stay at both ends: enough to know an account again."""


def shortened(text: str) -> str:
    """Return a line with each IBAN as its first and last characters: `DE89…3000`.

    Its check digits have to be right, so other numbers stay as they are.
    """
    kept, at = [], 0
    for found in START.finditer(text):
        if found.start() < at:
            continue
        if end := _end(text, found.start()):
            number = _without_blanks(text[found.start() : end])
            kept += [text[at : found.start()], number[:SHOWN], ELLIPSIS, number[-SHOWN:]]
            at = end
    return "".join((*kept, text[at:]))


def _end(text: str, start: int) -> int:
    """Return where the IBAN ends that begins here; 0 if none does."""
    number, longest = "", 0
    for at in range(start, len(text)):
        char = text[at]
        if char in BLANKS:
            continue
        if not (char.isascii() and char.isalnum()) or len(number) == LONGEST:
            break
        number += char.upper()
        is_at_edge = at + 1 == len(text) or not text[at + 1].isalnum()
        if len(number) >= SHORTEST and is_at_edge and _is_right(number):
            longest = at + 1
    return longest


def _is_right(number: str) -> bool:
    """Check it: moved round and with letters as numbers, it leaves 1 when divided by 97."""
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 == 1


def _without_blanks(text: str) -> str:
    return "".join(char for char in text if char not in BLANKS)
