"""Read digits with separators: none, one value, or two where it is not clear."""

from __future__ import annotations

import re
from decimal import Decimal


def parsed(run: str) -> list[tuple[Decimal, int]]:
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
