"""What an attack came to, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tools.attack.people import Waits

WIDTHS = "  {:<38}{:>6}{:>8}{:>8}  {:<34} {:<5}{}"


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
    seconds = [wait.seconds for wait in row.waits.all]
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


def summary(rows: Sequence[Row], failed: Sequence[str]) -> str:
    """The last lines: how much was tried, which promises were not kept, what could not begin."""
    tried = sum(len(row.waits.all) for row in rows)
    broken = [row for row in rows if not row.is_kept]
    lines = [f"\n{tried} requests and tries, {len(rows)} promises, {len(broken)} not kept"]
    lines += [f"  {row.who}: {row.promise}: {row.found or row.waits.outcomes}" for row in broken]
    lines += [f"  {name} did not begin" for name in failed]
    return "\n".join(lines)
