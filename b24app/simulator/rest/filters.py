"""`filter` and `order` of list methods: prefixes, conversion of names, comparison of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from ..errors import InvalidParameterError, PortalError
from ..php import as_array, is_numeric, to_text, to_upper_snake

# Longest first, so that ">=" is not read as ">".
PREFIXES = (
    "!=%", "!%=", "!=", "!@", "!%", ">=", "<=", "=%", "%=", "@", "%", ">", "<", "=", "!",
)  # fmt: skip

Row = TypeVar("Row")
Columns = Mapping[str, Callable[[Row], object]]
UnknownField = Callable[[str], PortalError]


def unknown_in(entity: str) -> UnknownField:
    """Return how the payment and delivery lists report an unknown column (code 100)."""

    def error(column: str) -> PortalError:
        return InvalidParameterError.unknown_field(column, entity)

    return error


def split_key(key: str) -> tuple[str, str]:
    """Split ">=quantity" into its prefix and the name."""
    prefix = next((sign for sign in PREFIXES if key.startswith(sign)), "")
    return prefix, key[len(prefix) :]


def select_rows(
    rows: Iterable[Row],
    conditions: Mapping[str | int, object],
    columns: Columns[Row],
    unknown: UnknownField,
) -> list[Row]:
    """Return the rows that fulfil a filter; `columns` maps UPPER_SNAKE names to values."""
    matches = _matcher(conditions, columns, unknown)
    return [row for row in rows if matches(row)]


def sort_rows(
    rows: list[Row],
    order: Mapping[str | int, object],
    columns: Columns[Row],
    unknown: UnknownField,
) -> list[Row]:
    """Return the rows in the asked order; directions in any case, id ascending by default."""
    for key, direction in reversed(list(order.items() or [("id", "asc")])):
        column = to_upper_snake(str(key))
        if column not in columns:
            raise unknown(column)
        value_of = columns[column]
        rows = sorted(
            rows,
            key=lambda row, value_of=value_of: _sort_key(value_of(row)),  # type: ignore[misc] # a lambda's default has no type of its own
            reverse=to_text(direction).lower() == "desc",
        )
    return rows


def _matcher(
    conditions: Mapping[str | int, object], columns: Columns[Row], unknown: UnknownField
) -> Callable[[Row], bool]:
    tests: list[Callable[[Row], bool]] = []
    is_or = str(conditions.get("logic", "")).upper() == "OR"
    for key, wanted in conditions.items():
        if str(key).lower() == "logic":
            continue
        if isinstance(key, int) or key.isdecimal():
            tests.append(_matcher(as_array(wanted), columns, unknown))
        else:
            tests.append(_test(key, wanted, columns, unknown))
    if is_or:
        return lambda row: any(test(row) for test in tests)
    return lambda row: all(test(row) for test in tests)


def _test(
    key: str, wanted: object, columns: Columns[Row], unknown: UnknownField
) -> Callable[[Row], bool]:
    prefix, column = split_key(to_upper_snake(key))
    if column not in columns:
        raise unknown(column)
    value_of = columns[column]
    return lambda row: compare(prefix, value_of(row), wanted)


def compare(prefix: str, value: object, wanted: object) -> bool:
    """Apply one condition. A list on either side means: any of them."""
    if isinstance(value, list):
        return any(compare(prefix, inner, wanted) for inner in value)
    if prefix.startswith("!"):
        positive = prefix[1:]
        return not compare("" if positive == "=" else positive, value, wanted)
    if prefix in {"", "=", "@"}:
        choices = list(as_array(wanted).values()) if _is_array(wanted) else [wanted]
        return any(_is_equal(value, choice) for choice in choices)
    if prefix in {"%", "=%", "%="}:
        return _is_like(to_text(value), to_text(wanted), contains=prefix == "%")
    return _is_ordered(prefix, value, wanted)


def _is_array(value: object) -> bool:
    return isinstance(value, dict | list)


def _is_equal(value: object, wanted: object) -> bool:
    if isinstance(value, int | Decimal) and is_numeric(wanted):
        return Decimal(value) == Decimal(str(wanted).strip())
    if isinstance(value, datetime):
        return _is_ordered(">=", value, wanted) and _is_ordered("<=", value, wanted)
    return to_text(value) == to_text(wanted)


def _is_like(text: str, pattern: str, *, contains: bool) -> bool:
    wanted = f"%{pattern}%" if contains else pattern
    parts = (re.escape(part) for part in wanted.split("%"))
    return re.fullmatch(".*".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


def _is_ordered(prefix: str, value: object, wanted: object) -> bool:
    if value is None:
        return False
    left, right = _sort_key(value), _sort_key(wanted)
    if isinstance(value, datetime):
        right = _sort_key(_moment(to_text(wanted)))
    elif isinstance(value, int | Decimal):
        right = _sort_key(Decimal(str(wanted).strip()) if is_numeric(wanted) else Decimal(0))
    else:
        right = _sort_key(to_text(wanted))
    if prefix == ">":
        return left > right
    if prefix == "<":
        return left < right
    return left >= right if prefix == ">=" else left <= right


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _sort_key(value: object) -> tuple[int, Decimal, str]:
    """Order nothing before numbers before texts, so that mixed columns never fail."""
    if value is None:
        return (0, Decimal(0), "")
    if isinstance(value, datetime):
        return (1, Decimal(str(value.timestamp())), "")
    if isinstance(value, int | Decimal):
        return (1, Decimal(value), "")
    return (2, Decimal(0), to_text(value).lower())
