"""Reads wire values whatever the portal's age. Pure.

New portals send JSON numbers and camelCase keys, old ones strings from the database, the oldest
UPPER_CASE keys (quirk 12). Numbers were parsed from their text, so a float never occurs. Messages
name the method and the field, never the value: values can be personal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from b24app.errors import RightsRefusedError, UnexpectedAnswerError

R = TypeVar("R")

REFUSED = "refused"
"""Our code for `false` and `null` instead of the documented success (quirk 1)."""

WHOLE = re.compile(r"\s*-?\d{1,18}\s*\Z")
MAX_EXPONENT = 40
"""Beyond this no amount is real, and printing it could fill the memory."""


class Record:
    """One object of an answer. Keys are compared without case and underscores.

    `entityTypeId`, `ENTITY_TYPE_ID` and `entitytypeid` are the same field.
    """

    def __init__(self, method: str, value: object) -> None:
        if not isinstance(value, Mapping):
            raise unexpected(method, "not an object")
        self.method = method
        self._fields = {_plain(str(key)): field for key, field in value.items()}

    def get(self, name: str) -> object:
        """Return the field, or None where it is missing."""
        return self._fields.get(_plain(name))

    def id(self, name: str = "id") -> int:
        """Return a positive whole number. Raises UnexpectedAnswerError."""
        number = whole(self.get(name))
        if number is None or number <= 0:
            raise unexpected(self.method, f"{name} is not an id")
        return number

    def id_or_none(self, name: str) -> int | None:
        """Return a positive whole number; None for null, zero, an empty or missing field."""
        number = whole(self.get(name))
        return number if number is not None and number > 0 else None

    def decimal(self, name: str, default: Decimal | None = None) -> Decimal:
        """Return the exact number. Raises UnexpectedAnswerError unless there is a `default`."""
        value = self.get(name)
        if value is None or value == "":
            if default is not None:
                return default
            raise unexpected(self.method, f"{name} is missing")
        number = decimal(value)
        if number is None:
            raise unexpected(self.method, f"{name} is not a number")
        return number

    def text(self, name: str) -> str:
        """Return text; a number as its digits; "" where the field is missing or something else."""
        value = self.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(value)
        return ""

    def flag(self, name: str) -> bool:
        """Return a "Y"/"N" or true/false field. Raises UnexpectedAnswerError for anything else."""
        value = self.get(name)
        if isinstance(value, bool):
            return value
        if value in ("Y", "N"):
            return value == "Y"
        raise unexpected(self.method, f"{name} is neither yes nor no")

    def time(self, name: str) -> datetime | None:
        """Return aware UTC; None where the field is empty or names no moment with its offset."""
        value = self.get(name)
        if not isinstance(value, str):
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        return None if moment.tzinfo is None else moment.astimezone(UTC)


def rows(method: str, value: object, read: Callable[[Record], R]) -> tuple[R, ...]:
    """Read a list of objects. Refusals of old portals raise RightsRefusedError."""
    refuse_false(method, value)
    if not isinstance(value, list):
        raise unexpected(method, "not a list")
    return tuple(read(Record(method, row)) for row in value)


def record(method: str, value: object) -> Record:
    """Read one object. Refusals of old portals raise RightsRefusedError."""
    refuse_false(method, value)
    return Record(method, value)


def refuse_false(method: str, value: object) -> None:
    """Raise RightsRefusedError for `false` or `null`: how old portals say no (quirks 1 and 3)."""
    if value is None or value is False:
        raise RightsRefusedError(
            f"{method}: refused without an error", code=REFUSED, method=method, http_status=200
        )


def whole(value: object) -> int | None:
    """Return an int from an int, an integral Decimal or digits, else None. True is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return int(value) if value.isascii() and WHOLE.match(value) else None
    if isinstance(value, Decimal):
        return int(value) if _is_printable(value) and value == value.to_integral_value() else None
    return None


def decimal(value: object) -> Decimal | None:
    """Return the exact number written in a JSON number or string, else None."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if _is_printable(number) else None


def unexpected(method: str, what: str) -> UnexpectedAnswerError:
    """Return the error for an answer that is not what the documentation promises."""
    return UnexpectedAnswerError(f"{method}: {what}", code="unexpected_answer", method=method)


def _is_printable(number: Decimal) -> bool:
    if not number.is_finite():
        return False
    exponent = number.as_tuple().exponent
    low = exponent if isinstance(exponent, int) else 0
    return low >= -MAX_EXPONENT and number.adjusted() <= MAX_EXPONENT


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
