"""The numbers by which a portal names what it has."""

from __future__ import annotations

MAX_ID = 2**53
"""What a browser, and with it our pages, can count up to exactly."""


def number_in(text: str) -> int | None:
    """Return a whole number in plain digits, from 0 to `MAX_ID`; None for anything else."""
    # Python refuses to parse numbers of thousands of digits, so check the length first.
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID))
    return int(text) if is_number and int(text) <= MAX_ID else None
