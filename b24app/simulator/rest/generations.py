"""How rows look on servers of different generations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from b24app.simulator.portal_state.switches import NEW, OLDEST

from ..php import to_upper_snake


def old_value(value: object) -> object:
    """Return a value as old servers took it from the database: numbers are strings."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return str(value) if isinstance(value, int) else value


def row_for(generation: str, row: Mapping[str, object]) -> dict[str, object]:
    """Return a payment or delivery row: strings on old servers, UPPER_CASE keys on the oldest."""
    if generation == NEW:
        return dict(row)
    strings = {key: old_value(value) for key, value in row.items()}
    if generation == OLDEST:
        return {to_upper_snake(key): value for key, value in strings.items()}
    return strings


def money_for(generation: str, row: Mapping[str, object]) -> dict[str, object]:
    """Return a card or product row, whose money alone is a string on old servers."""
    if generation == NEW:
        return dict(row)
    return {
        key: old_value(value) if isinstance(value, Decimal) else value for key, value in row.items()
    }


def yes_no(value: bool) -> str:
    """Return the portal's "Y" or "N"."""
    return "Y" if value else "N"
