"""Name rows in a message: at most five, so that it is easy to read (decisions 45)."""

from __future__ import annotations

from collections.abc import Sequence

NAMED = 5
NAME_LENGTH = 60


def few(names: Sequence[str]) -> dict[str, str]:
    """Return the values of a message that names rows: at most five, and how many more."""
    shown = [name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…" for name in names]
    more = len(shown) - NAMED
    values = {"names": ", ".join(shown[:NAMED])}
    return {**values, "more": str(more)} if more > 0 else values


def times(name: str, quantity: object) -> str:
    """Say how many of it; no line begins with the number alone."""
    return f"{name} \N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}{quantity}"
