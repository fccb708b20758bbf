"""What a run came to, as text and as the tables of docs/reliability.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from tools.stage import ROOT

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- figures of make fire -->", "<!-- end of the figures -->"
SHOWN = 12


class Row(Protocol):
    """A promise with what was looked at and what is wrong."""

    promise: str
    looked_at: int
    wrong: list[str]


def as_text(figures: Mapping[str, str], rows: Sequence[Row]) -> str:
    """The plain table, and below it what is wrong."""
    lines = [f"{name:<36}{value}" for name, value in figures.items()]
    lines += ["", f"{'':<44}{'looked at':>10}{'wrong':>7}"]
    lines += [f"{row.promise:<44}{row.looked_at:>10}{len(row.wrong):>7}" for row in rows]
    for row in rows:
        if row.wrong:
            lines += ["", f"{row.promise}:", *(f"  {problem}" for problem in row.wrong[:SHOWN])]
    return "\n".join(lines)


def as_tables(figures: Mapping[str, str], rows: Sequence[Row]) -> str:
    """The same for the page."""
    lines = ["| run | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in figures.items()]
    lines += ["", "| must be 0 | looked at | found |", "| --- | --- | --- |"]
    lines += [f"| {row.promise} | {row.looked_at} | {len(row.wrong)} |" for row in rows]
    return "\n".join(lines)


def write(figures: Mapping[str, str], rows: Sequence[Row]) -> None:
    """Put the figures between the marks of the page."""
    text = PAGE.read_text()
    new = f"{BEGIN}\n{as_tables(figures, rows)}\n{END}"
    changed = re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: new, text, flags=re.DOTALL)
    PAGE.write_text(changed)
