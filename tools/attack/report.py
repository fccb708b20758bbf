"""What an attack came to, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tools.attack.people import Waits

WIDTHS = "  {:<34}{:>6}{:>8}{:>8}  {:<34}{:<6}{}"


@dataclass(frozen=True)
class Row:
    """Who was looked at, what they saw, whether that is what is promised, and the promise."""

    who: str
    waits: Waits
    is_kept: bool
    promise: str
    found: str = ""


OTHERS_SECONDS = 2.0


def undisturbed(others: Waits) -> tuple[bool, str]:
    """Whether people beside an attack were served as if it did not happen, and the promise."""
    is_fine = others.are_served and others.longest <= OTHERS_SECONDS
    return is_fine, f"served in {OTHERS_SECONDS:.0f} s"


def head(name: str, text: str) -> str:
    """The lines above an attack's rows."""
    columns = WIDTHS.format("who", "count", "median", "longest", "outcomes", "kept", "promise")
    return f"\n{name}: {text}\n{columns}"


def line(row: Row) -> str:
    """One row of the table."""
    seconds = [one.seconds for one in row.waits.all]
    middle = f"{median(seconds):.2f} s" if seconds else ""
    longest = f"{row.waits.longest:.2f} s" if seconds else ""
    return WIDTHS.format(
        row.who,
        len(seconds) or "",
        middle,
        longest,
        row.found or row.waits.outcomes,
        "yes" if row.is_kept else "NO",
        row.promise,
    )
