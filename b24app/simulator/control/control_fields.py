"""Fields of the control plane: read as what an action needs, or ValueError with words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.state import PortalState

Fields = Mapping[str, str]
Answer = dict[str, object]
OK: Answer = {"ok": True}
# Ten years: longer than any token lives, and far from where a clock overflows.
LONGEST_SECONDS = 315_360_000.0
_TRUE, _FALSE = (
    frozenset({"1", "y", "yes", "true", "on"}),
    frozenset({"0", "n", "no", "false", "off"}),
)


def user_field(state: PortalState, fields: Fields) -> User:
    """Return the user named by the field `user`."""
    user = state.users.get(int_field(fields, "user"))
    if user is None:
        known = ", ".join(str(user_id) for user_id in state.users)
        raise ValueError(f"user is one of {known}, not {fields['user']}")
    return user


def int_field(fields: Fields, name: str, least: int = 1, default: str = "") -> int:
    """Return a whole number from a field."""
    text = fields.get(name, default).strip()
    # Twelve digits are more than anything counted here, and less than what PHP would cut.
    if not text.isdecimal() or len(text) > 12 or int(text) < least:
        raise ValueError(f"{name} is a whole number from {least}, not {text!r}")
    return int(text)


def seconds_field(fields: Fields, name: str, default: float | None = None) -> float:
    """Return a number, at least 0; empty gives the default, if there is one."""
    text = fields.get(name, "").strip()
    if not text and default is not None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= LONGEST_SECONDS:
        raise ValueError(f"{name} is a number from 0 to {LONGEST_SECONDS:.0f}, not {text!r}")
    return number


def quantity_field(fields: Fields, name: str = "quantity") -> Decimal:
    """Return a quantity above 0; fractions are allowed, as in Bitrix24's own screens."""
    text = fields.get(name, "").strip()
    try:
        quantity = Decimal(text)
    except InvalidOperation:
        quantity = Decimal(0)
    if not 0 < quantity < Decimal(10) ** 9:
        raise ValueError(f"{name} is a number above 0, not {text!r}")
    return quantity


def flag_field(fields: Fields, name: str, default: str = "") -> bool:
    """Read yes or no in any usual form."""
    text = fields.get(name, default)
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"{name} is yes or no, not {text!r}")


def names_field(fields: Fields, name: str) -> list[str]:
    """Split a comma-separated list."""
    return [part.strip() for part in fields.get(name, "").split(",") if part.strip()]
