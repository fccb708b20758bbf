"""Write rows as a CSV file for a spreadsheet, in which no cell is ever read as a formula.

Names, titles and numbers come from people. A spreadsheet calculates what begins with `=`, `+`, `-`
or `@`, full-width too, and readers differ in the separator at which they split a line. So such a
character gets an apostrophe wherever a cell could begin.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from flask import Response

Cell = str | int | Decimal
"""A number is written in plain digits with a point; an unreadable one is empty."""

BOM = "\ufeff"
ROWS_AT_ONCE = 200

SIGNS = (
    "=+\\-@"
    "\uff1d\uff0b\uff0d\uff20"  # Full width.
    "\ufe66\ufe62\ufe63\ufe6b\ufb29"  # Small, and the Hebrew plus.
    "\u207c\u208c\u207a\u208a\u207b\u208b"  # Raised and lowered.
    "\u2a75\u2a76"  # Two and three in one.
)
CELL_START = re.compile(rf"(?<!\w)(?=[{SIGNS}])")
LINE_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def answer(rows: Iterable[Iterable[Cell]], name: str) -> Response:
    """Send rows as a file of this name for the page to save."""
    response = Response(pieces(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def pieces(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Yield the file in pieces: it may be long, and a worker's memory is limited."""
    yield BOM
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_written(cell) for cell in row])
        if number % ROWS_AT_ONCE == 0:
            yield _drained(buffer)
    yield _drained(buffer)


def _written(cell: Cell) -> str:
    if isinstance(cell, str):
        return harmless(cell)
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def shortest(number: Decimal) -> Decimal:
    """Return a number without noughts at its end, so that 1, 1.0 and 1.000 are written alike."""
    return number.normalize() if number.is_finite() else number


def harmless(cell: str) -> str:
    """Return a cell in one line, with an apostrophe before each possible start of a formula."""
    return CELL_START.sub("'", one_line(cell))


def one_line(text: str) -> str:
    """Return a text without anything that ends a line or a cell."""
    return LINE_BREAKING.sub(" ", text)


def _drained(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
