"""Read JSON: bytes in, values that are safe to work with out. Pure.

Bounded before anything is built: how deep, and how many values, since two megabytes of `{}` would
become fifty. Numbers are read from their text and are never floats; texts hold no NUL, no half
of a surrogate pair and nothing that turns the words around it.
"""

from __future__ import annotations

import json
import re
from decimal import Context, Decimal, DecimalException

from b24app import texts
from b24app.domain import UNREADABLE

MAX_DEPTH = 32
"""A batch with its rows is about six deep."""

MAX_VALUES = 100_000
"""A card with 1,000 product rows, listed twice, has some 60,000."""

DOUBLE = Context(prec=15)
"""A double holds 15 significant digits of what was written; the rest is its binary fraction's."""

MOST_DIGITS = 40
"""Longer numbers are no real amounts, and they can keep a computer busy."""

LEAST = -10
"""A double below 10^-10 is what a subtraction left behind: 24.33 - 24.33 is not always 0 there."""

SIGNS = b'",[]{}'
ALL_BUT_SIGNS = bytes(sorted(set(range(256)) - set(SIGNS)))
ESCAPED = re.compile(r"\\u(?:[dD][89a-fA-F]|0000|20(?:2[a-eA-E]|6[6-9]))")
"""How what `texts` replaces stands in JSON. Whole pairs are found too: they cost a look."""

BARE = re.compile(f"[{texts.DROPPED}]")


class JsonError(ValueError):
    """Bytes that are no JSON, or more of it than is ever worth reading."""


def weight(body: bytes) -> int:
    """Return how many values a JSON text has, or more. Raises JsonError where it is too much.

    Costs a few milliseconds a megabyte, and no memory but a copy.
    """
    # A value and its key have four quotation marks at most, but for those inside of texts.
    if body.count(b'"') > 4 * MAX_VALUES:
        raise JsonError("too many texts")
    bare = _without_texts(body)
    values = bare.count(b",") + bare.count(b"[") + bare.count(b"{")
    if values > MAX_VALUES:
        raise JsonError("too many values")
    nesting = bare.replace(b",", b"")
    for _ in range(MAX_DEPTH):
        if not nesting:
            return values
        nesting = nesting.replace(b"[]", b"").replace(b"{}", b"")
    if nesting:
        raise JsonError("too deep, or brackets without their other half")
    return values


def _without_texts(body: bytes) -> bytes:
    """Return the commas and brackets outside of texts.

    Every step is one of bytes, which looks at 20 kB in less than a search for texts needs for one.
    """
    if b"\\" in body:
        # What is left of these signs, taken in pairs from the left, ends no text.
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Two quotation marks side by side can go wherever they stand: what is inside stays inside.
    signs = body.translate(None, ALL_BUT_SIGNS).replace(b'""', b"")
    return b"".join(signs.split(b'"')[::2])


def read(body: bytes) -> object:
    """Return the value of a JSON text. Raises JsonError.

    A number with a point or an exponent is a cleaned Decimal, any other an int; one that nobody
    can read is UNREADABLE. Bytes that are no UTF-8 become U+FFFD.
    """
    weight(body)
    text = body.decode("utf-8-sig", "replace")
    try:
        value = json.loads(
            text,
            parse_float=number,
            parse_int=_whole,
            parse_constant=_no_number,
            strict=False,
        )
    except (ValueError, RecursionError):
        raise JsonError("no JSON") from None
    return _with_safe_texts(value) if _may_be_unsafe(text) else value


def _may_be_unsafe(text: str) -> bool:
    """Return whether `texts` may have something to replace. Most texts are ASCII, without NUL."""
    is_escaped = "\\u" in text and ESCAPED.search(text) is not None
    return is_escaped or "\0" in text or (not text.isascii() and BARE.search(text) is not None)


def number(text: str) -> Decimal:
    """Return a JSON number without the tail of its binary fraction: 24.329999999999998 is 24.33."""
    try:
        exact = Decimal(text)
        if not exact or exact.adjusted() < LEAST:
            return Decimal(0)
        if exact.adjusted() >= MOST_DIGITS:
            return UNREADABLE
        cleaned = DOUBLE.plus(exact)
    except DecimalException:
        return UNREADABLE
    return exact if cleaned == exact else cleaned.normalize()


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= MOST_DIGITS else UNREADABLE


def _no_number(_name: str) -> Decimal:
    """Refuse what PHP and JSON do not know, but other servers write: NaN, Infinity."""
    return UNREADABLE


def _with_safe_texts(value: object) -> object:
    if isinstance(value, str):
        return texts.safe(value)
    if isinstance(value, list):
        return [_with_safe_texts(entry) for entry in value]
    if isinstance(value, dict):
        return {texts.safe(key): _with_safe_texts(entry) for key, entry in value.items()}
    return value
