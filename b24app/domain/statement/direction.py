"""Find which amounts surely came in: those with a sign, a mark or a column that says so.

Words say it in more languages and ways than any list has, so none is asked. An amount without a
sign came in only where its column has a minus before what went out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from b24app.domain.statement import words
from b24app.domain.statement.table import FEWEST, Row

if TYPE_CHECKING:
    from b24app.domain.statement.lines import Line

MONEY = re.compile(r"\D{0,5}(?=.*[1-9])\d[\d .,']*[.,]\d{2}\D{0,5}")
DAY_OR_HOUR = re.compile(r"[0-3]?\d\.[0-5]\d(?:\.(?:\d{4}|\d{2}))?")


def told(rows: Sequence[Row], lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines of these rows; what surely came in has `is_in`."""
    tables = itertools.accumulate(int(row.is_heads) for row in rows)
    whole = zip(tables, rows, lines, strict=True)
    for _number, group in itertools.groupby(whole, key=lambda one: one[0]):
        table = [(row, line) for _table, row, line in group]
        column = _signed_column(table)
        for row, line in table:
            # Beside an amount in a column of its own nobody knows which of both came.
            is_alone = _money_at(row) == (set() if row.roles else {column})
            its = column if is_alone else -1
            figures = (
                replace(figure, is_in=figure.goes > 0 or figure.column == its)
                for figure in line.figures
            )
            yield replace(line, figures=tuple(figures))


def _signed_column(table: Sequence[tuple[Row, Line]]) -> int:
    """Return the only column that has amounts, if it tells what went out by its sign, else -1."""
    columns = {at for row, _line in table for at in row.roles if row.roles[at] == words.SUM}
    if not any(row.is_heads for row, _line in table):
        columns = {at for row, _line in table for at in _money_at(row)}
    if len(columns) != 1:
        return -1
    (column,) = columns
    figures = (figure for _row, line in table for figure in line.figures)
    is_signed = any(figure.column == column and figure.goes < 0 for figure in figures)
    return column if is_signed else -1


def _money_at(row: Row) -> set[int]:
    """Return the columns that have nothing but an amount, and no head that is known."""
    if len(row.cells) < FEWEST or row.is_odd:
        return set()
    cells = {at: cell.strip() for at, cell in enumerate(row.cells) if at not in row.roles}
    return {
        at
        for at, cell in cells.items()
        if MONEY.fullmatch(cell) and not DAY_OR_HOUR.fullmatch(cell)
    }
