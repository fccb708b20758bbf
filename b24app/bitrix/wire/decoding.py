"""Read wire values whatever the portal's age. Pure.

New portals send JSON numbers and camelCase keys, old ones strings from the database, the oldest
UPPER_CASE keys (quirk 12). Numbers were parsed from their text, so a float never occurs. Messages
name the method and the field, never the value: values can be personal.

One odd value is odd in its own place: an amount becomes UNREADABLE, a row without a usable id is
named in `domain.Listing.unread`, and the rest of the answer is read as ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import TypeVar

from b24app import texts
from b24app.domain import MAX_ID, UNREADABLE, Listing
from b24app.errors import BareRefusalError, UnexpectedAnswerError

R = TypeVar("R")

REFUSED = "refused"
"""Our code for `false` and `null` instead of the documented success (quirk 1)."""

MAX_ROWS = 1_500
"""Of one list: no card has more, and what nobody can look through is not worth the memory."""

MAX_TEXT = 1_000
"""Names of a portal are at most 255 characters long."""

MAX_ADDRESS = 4_096
MAX_COUNT = 10**6
"""More rows than this no card has; a count beyond it says nothing."""

WHOLE = re.compile(r"\s*-?\d{1,18}\s*\Z")
NUMBER = re.compile(r"\s*[+-]?(\d{1,40}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,3})?\s*\Z", re.ASCII)
"""What PHP takes for a number. Decimal reads more: `1_0`, `NaN` and the digits of every script."""

DIGITS = Context(prec=15)
"""What a double holds of a number that JSON wrote without a point."""

MOST = 18
"""Digits before the point. The portal's own columns have 16."""

LEAST = -25
"""The last place after the point that is worth a line of a table."""

QUANTITY = Decimal("0.0001")
"""Four decimals are what the portal stores of a quantity."""

MAX_KEPT_NAME = 40
"""Letters of a field's name that is kept in the form in which names are compared."""

MAX_KEPT_NAMES = 1_000
"""Letters of all names of an object that are kept together."""

YES, NO = frozenset({"Y", "1", "TRUE"}), frozenset({"N", "0", "FALSE"})


class Record:
    """One object of an answer. Keys are compared without case and underscores.

    `entityTypeId`, `ENTITY_TYPE_ID` and `entitytypeid` are the same field.
    """

    def __init__(self, method: str, value: object) -> None:
        if not isinstance(value, dict | Mapping):
            raise unexpected(method, "not an object")
        self.method = method
        self._fields = dict(zip(_plain_names(value), value.values(), strict=True))

    def get(self, name: str) -> object:
        """Return the field, or None where it is missing."""
        return self._fields.get(_plain(name))

    def id(self, name: str = "id") -> int:
        """Return a positive whole number. Raises UnexpectedAnswerError."""
        number = self.id_or_none(name)
        if number is None:
            raise unexpected(self.method, f"{name} is not an id")
        return number

    def id_or_none(self, name: str = "id") -> int | None:
        """Return a positive whole number; None for zero, a missing field and what is no id."""
        number = whole(self.get(name))
        return number if number is not None and 0 < number <= MAX_ID else None

    def number(self, name: str, default: Decimal = UNREADABLE) -> Decimal:
        """Return the number as it was written; UNREADABLE for what is none, or too long to show.

        `default` is for a field that is empty or missing.
        """
        value = self.get(name)
        return default if value is None or value == "" else decimal(value)

    def quantity(self, name: str, default: Decimal = UNREADABLE) -> Decimal:
        """Return a number with at most the four decimals that the portal stores of quantities."""
        number = self.number(name, default)
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or exponent >= -4:
            return number
        return number.quantize(QUANTITY, ROUND_HALF_UP).normalize() + 0

    def text(self, name: str, most: int = MAX_TEXT) -> str:
        """Return text; a number as its digits; "" where the field is missing or something else."""
        value = self.get(name)
        if isinstance(value, str):
            return texts.shortened(value, most)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(value)
        return ""

    def name(self, field: str, otherwise: str) -> str:
        """Return text that people go by, or `otherwise` where there is nothing of it to see."""
        text = self.text(field)
        return text if texts.is_seen(text) else otherwise

    def exact(self, name: str, most: int = MAX_ADDRESS) -> str:
        """Return text that means nothing when it is cut, as tokens and addresses: "" if longer."""
        text = self.text(name, most + 1)
        return text if len(text) <= most else ""

    def flag(self, name: str) -> bool:
        """Return a "Y"/"N" or true/false field. Raises UnexpectedAnswerError for anything else."""
        value = self.flag_or_none(name)
        if value is None:
            raise unexpected(self.method, f"{name} is neither yes nor no")
        return value

    def flag_or_none(self, name: str) -> bool | None:
        """Return a "Y"/"N" or true/false field, and its digit; None for anything else."""
        value = self.get(name)
        text = str(value).upper() if isinstance(value, str | int) else ""
        return True if text in YES else False if text in NO else None

    def time(self, name: str) -> datetime | None:
        """Return a moment with its own offset; None where the field is empty or names none."""
        value = self.get(name)
        if not isinstance(value, str):
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        return None if moment.tzinfo is None else moment


def rows(method: str, value: object, read: Callable[[Record], R]) -> Listing[R]:
    """Read a list of objects. Refusals of old portals raise BareRefusalError.

    Rows past the first 1,500 are among the unread ones. A row that comes twice counts once.
    """
    refuse_false(method, value)
    listed = entries(method, value)
    found: list[R] = []
    unread: list[int | None] = [None] * max(0, len(listed) - MAX_ROWS)
    once = _without_repetitions(method, listed[:MAX_ROWS])
    for row in once:
        if row is None:
            unread.append(None)
            continue
        try:
            found.append(read(row))
        except UnexpectedAnswerError:
            unread.append(row.id_or_none())
    return Listing.of(found, unread, len(listed[:MAX_ROWS]) - len(once))


def entries(method: str, value: object) -> list[object]:
    """Return the entries of a list. Raises UnexpectedAnswerError.

    PHP prints a list with holes as an object with number keys, in the order of the list.
    """
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping) and all(_is_index(key) for key in value):
        return list(value.values())
    raise unexpected(method, "not a list")


def _without_repetitions(method: str, listed: list[object]) -> list[Record | None]:
    """Drop a row that says the same as an earlier one of its id: it would be added up twice.

    None stands in the place of what is no row at all.
    """
    known: dict[int, object] = {}
    kept: list[Record | None] = []
    for entry in listed:
        row = Record(method, entry) if is_object(entry) else None
        key = row.id_or_none() if row is not None else None
        if key is None or known.setdefault(key, entry) is entry or known[key] != entry:
            kept.append(row)
    return kept


def record(method: str, value: object) -> Record:
    """Read one object. Refusals of old portals raise BareRefusalError."""
    refuse_false(method, value)
    return Record(method, value)


def refuse_false(method: str, value: object) -> None:
    """Raise BareRefusalError for `false` or `null`: how old portals say no (quirks 1 and 3)."""
    if value is None or value is False:
        raise BareRefusalError(
            f"{method}: refused without an error", code=REFUSED, method=method, http_status=200
        )


def is_object(value: object) -> bool:
    """Return whether this is an object with names, and not a list."""
    # A dict first: it is answered at once, and an answer holds no other.
    return isinstance(value, dict | Mapping)


def whole(value: object) -> int | None:
    """Return an int from an int, an integral Decimal or digits, else None. True is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return int(value) if value.isascii() and WHOLE.match(value) else None
    if isinstance(value, Decimal):
        return int(value) if _is_showable(value) and value == value.to_integral_value() else None
    return None


def count(value: object) -> int | None:
    """Return a number of rows, None for what cannot be one."""
    number = whole(value)
    return number if number is not None and 0 <= number <= MAX_COUNT else None


def decimal(value: object) -> Decimal:
    """Return the number written in a JSON number or string, else UNREADABLE.

    A string is exact. A JSON number was a double, also where it has no point.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return UNREADABLE
    if isinstance(value, str) and not NUMBER.match(value):
        return UNREADABLE
    number = Decimal(value)
    if isinstance(value, int):
        number = DIGITS.plus(number)
    # No negative zero: nobody owes it.
    return number + 0 if _is_showable(number) else UNREADABLE


def unexpected(method: str, what: str) -> UnexpectedAnswerError:
    """Return the error for an answer that is not what the documentation promises."""
    return UnexpectedAnswerError(f"{method}: {what}", code="unexpected_answer", method=method)


def _is_showable(number: Decimal) -> bool:
    if not number.is_finite():
        return False
    exponent = number.as_tuple().exponent
    low = exponent if isinstance(exponent, int) else 0
    return low >= LEAST and number.adjusted() < MOST


def _is_index(key: object) -> bool:
    text = str(key)
    return text.isascii() and text.isdigit()


def _plain(name: str) -> str:
    # A page of 20 payments asks 5,000 times for some 60 names. A portal may send any other.
    return _kept_plain(name) if len(name) <= MAX_KEPT_NAME else _made_plain(name)


def _made_plain(name: str) -> str:
    return name.replace("_", "").lower()


_kept_plain = lru_cache(maxsize=1024)(_made_plain)


def _plain_names(value: Mapping[object, object]) -> Iterable[str]:
    """Return the names of an object in the form in which they are compared.

    All rows of a list have the same ones: they are made once, unless they are uncommonly long.
    """
    names = tuple(map(str, value))
    return _kept_names(names) if sum(map(len, names)) <= MAX_KEPT_NAMES else map(_plain, names)


@lru_cache(maxsize=128)
def _kept_names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_plain, names))
