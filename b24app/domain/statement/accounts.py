"""Shorten account numbers before a line is kept: whoever sees the card needs none of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from b24app.texts import ELLIPSIS

_WRITTEN = """
    AD24 AE23 AL28 AO25 AT20 AZ28 BA20 BE16 BF28 BG22 BH22 BI27 BJ28 BR29 BY28 CF27 CG27 CH21 CI28
    CM27 CR22 CV25 CY28 CZ24 DE22 DJ27 DK18 DO28 DZ26 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GA27 GB22
    GE22 GI23 GL18 GQ27 GR27 GT28 GW25 HN28 HR21 HU28 IE22 IL23 IQ23 IR26 IS26 IT27 JO30 KM27 KW30
    KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MA28 MC27 MD24 ME22 MG27 MK19 ML28 MN20 MR27 MT31 MU30
    MZ25 NE28 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19
    SK24 SM27 SN28 SO23 ST25 SV28 TD27 TG28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"""

LENGTHS: Mapping[str, int] = {one[:2]: int(one[2:]) for one in _WRITTEN.split()}
"""Characters of each country's IBAN, without blanks (ISO 13616, and those in use beside it).

Without them one line in ninety would lose what follows: it ends in a right number, too. RF is no
country: references of creditors (ISO 11649) have the same check, and tell what is paid.
"""

START = re.compile(rf"(?ai:(?:{'|'.join(LENGTHS)})\d\d)")
BLANKS = " \u00a0\u202f\u200b\u2060-."
"""What people put between the groups."""

GAP = re.compile(f"[{re.escape(BLANKS)}]+")
GROUP = 4
"""So many characters stand together where an IBAN is printed in groups (ISO 13616)."""

SHOWN = 4
"""So many characters stay at both ends: enough to know an account again."""


def shortened(text: str) -> str:
    """Return a line with each IBAN as its first and last characters: `DE89…3000`.

    Its check digits have to be right, so other numbers stay as they are. Banks glue it to what
    stands beside it, too: `IBANDE89…`, `?31DE89…`, `…3000BIC`.
    """
    kept, at = [], 0
    for found in START.finditer(text):
        if found.start() < at:
            continue
        if end := _end(text, found.start()):
            number = GAP.sub("", text[found.start() : end])
            kept += [text[at : found.start()], number[:SHOWN], ELLIPSIS, number[-SHOWN:]]
            at = end
    return "".join((*kept, text[at:]))


def _end(text: str, start: int) -> int:
    """Return where the IBAN ends that begins here; 0 if none does."""
    number, length = "", LENGTHS[text[start : start + 2].upper()]
    for at in range(start, len(text)):
        char = text[at]
        if char in BLANKS:
            continue
        if not (char.isascii() and char.isalnum()):
            return 0
        number += char.upper()
        if len(number) == length:
            return at + 1 if _stands_alone(text, start, at + 1) and _is_right(number) else 0
    return 0


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether it is a number by itself, or one glued to others that cannot be its own.

    Glued, it has to be written as IBANs are: in one piece or in groups of four. Words with figures
    behind them would otherwise be taken for one, now and then.
    """
    is_glued_before = text[start - 1 : start].isalnum()
    is_glued_behind = text[end : end + 1].isalnum()
    if is_glued_behind and not (text[end - 1].isdecimal() and text[end].isalpha()):
        return False
    if not (is_glued_before or is_glued_behind):
        return True
    *groups, last = GAP.split(text[start:end])
    return all(len(group) == GROUP for group in groups) and (not groups or len(last) <= GROUP)


def _is_right(number: str) -> bool:
    """Check it: moved round and with letters as numbers, it leaves 1 when divided by 97."""
    return int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 == 1
