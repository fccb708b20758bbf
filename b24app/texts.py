"""Text that came from a portal or a browser, made safe to keep, to send and to show. Pure.

JSON can carry half of a surrogate pair, which no encoding writes, and NUL, which PostgreSQL does
not keep. Neither may keep a payment off the page or out of the activity log. Signs that turn what
follows from right to left are taken out too: in a number or a currency they would show an amount as
another one. Names in such scripts are turned without them.
"""

from __future__ import annotations

import re
import unicodedata

DROPPED = "\x00\u202a-\u202e\u2066-\u2069"
UNSAFE = re.compile(f"[{DROPPED}\ud800-\udfff]")
"""Python joins whole pairs, so a surrogate it still holds stands alone."""

CONTROL = re.compile(r"[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""Signs that steer a machine and show nothing; those that part words are white space."""

UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
"""The kinds of signs that leave the paper white."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def safe(text: str) -> str:
    """Return `text` without NUL and turning signs, with U+FFFD for half of a surrogate pair."""
    return UNSAFE.sub(_replaced, text)


def one_line(text: str) -> str:
    """Return what a person typed or pasted in one line: no line breaks, no control characters."""
    return " ".join(CONTROL.sub("", safe(text)).split())


def is_seen(text: str) -> bool:
    """Return whether there is a sign to see: not only white space and signs without a width."""
    return any(unicodedata.category(sign) not in UNSEEN for sign in text)


def shortened(text: str, most: int) -> str:
    """Return `text`, cut with an ellipsis where it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}{ELLIPSIS}"


def _replaced(found: re.Match[str]) -> str:
    return REPLACEMENT if "\ud800" <= found[0] <= "\udfff" else ""
