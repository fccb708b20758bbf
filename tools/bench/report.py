"""What was measured, as a table: aligned for a terminal, or as Markdown for docs/benchmarks.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from tools.stage import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
ENDS = {name: f"<!-- {name}: %s -->" for name in ("begin", "end")}


class FigureError(Exception):
    """A figure could not be had. The text says which, and why."""


@dataclass(frozen=True)
class Table:
    """Rows of texts below their heads. `note` says what cannot be seen in them."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def __post_init__(self) -> None:
        if not self.rows or any(len(row) != len(self.heads) for row in self.rows):
            raise FigureError(f"{self.title}: not every row has a figure below every head.")

    def text(self) -> str:
        """Aligned: words at the left of their column, figures at the right."""
        columns = []
        for at, cells in enumerate(zip(self.heads, *self.rows, strict=True)):
            width = max(map(len, cells))
            flush = str.ljust if self._has_words(at) else str.rjust
            columns.append([flush(cell, width) for cell in cells])
        body = ["  " + "  ".join(line).rstrip() for line in zip(*columns, strict=True)]
        note = [f"  {self.note}"] if self.note else []
        return "\n".join([self.title, *body, *note])

    def _has_words(self, at: int) -> bool:
        return at == 0 or not all(row[at][:1].isdigit() for row in self.rows if row[at])

    def markdown(self) -> str:
        """The same for a page, which aligns it by itself."""
        dashes = ["---" if self._has_words(at) else "---:" for at in range(len(self.heads))]
        lines = [f"| {' | '.join(line)} |" for line in (self.heads, dashes, *self.rows)]
        return "\n\n".join(
            part for part in (f"**{self.title}**", "\n".join(lines), self.note) if part
        )


def write(part: str, text: str, page: Path = PAGE) -> None:
    """Put a part's tables between its marks in the page. Raises FigureError without marks."""
    begin, end = (ENDS[name] % part for name in ("begin", "end"))
    before = page.read_text(encoding="utf-8")
    pattern = re.compile(f"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})", re.DOTALL)
    after, count = pattern.subn(lambda _: f"\n{text}\n\n", before)
    if count != 1:
        raise FigureError(f"{page.name} must hold {begin} and {end} once.")
    page.write_text(after, encoding="utf-8")


def percentile(seconds: Sequence[float], percent: int) -> float:
    """The time that so many percent did not exceed. Raises FigureError for fewer than two."""
    if len(seconds) < 2:
        raise FigureError(f"{len(seconds)} times are too few for a percentile.")
    return quantiles(seconds, n=100, method="inclusive")[percent - 1]


def ms(seconds: float) -> str:
    """Milliseconds, as a table has them."""
    return f"{seconds * 1000:.0f} ms"


def times(ratio: float) -> str:
    """A ratio, as a table has it."""
    return f"{ratio:.2f} x"


def kilobytes(count: float) -> str:
    """Bytes in thousands, as a table has them."""
    return f"{count / 1000:.1f} kB"
