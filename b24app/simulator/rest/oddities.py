"""Answers that are no error and yet odd: lists with holes, short totals, values out of order."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.simulator.portal_state.switches import OddValue, Switches

from ..php import Raw
from .call import PAGE_ROWS, Page

_WRAPPERS = frozenset({"items", "productRows", "types", "logMessages", "badges"})
_FIRST, _STEP = 3, 2


def oddly(switches: Switches, method: str, page: Page) -> Page:
    """Return a page as a portal with these switches answers it."""
    value = page.value
    for odd in switches.odd_values:
        if odd.method == method:
            value = _with_odd_value(value, odd)
    if switches.has_list_holes:
        value = _with_holes(value)
    total = page.total
    if switches.totals == "none":
        total = None
    elif switches.totals == "at_most_50" and total is not None:
        total = min(total, PAGE_ROWS)
    return Page(value, total, page.next)


def _with_holes(value: object) -> object:
    """Print as PHP does after rows were taken out of a list: its keys are 3, 5, 7 ..."""
    if isinstance(value, list):
        return {_FIRST + _STEP * number: row for number, row in enumerate(value)}
    if isinstance(value, Mapping) and _WRAPPERS & value.keys():
        return {key: _with_holes(inner) for key, inner in value.items()}
    return value


def _with_odd_value(value: object, odd: OddValue) -> object:
    if odd.row == 0:
        return Raw(odd.text)
    if isinstance(value, Mapping) and _WRAPPERS & value.keys():
        return {key: _with_odd_value(inner, odd) for key, inner in value.items()}
    if isinstance(value, Mapping) and isinstance(value.get("item"), Mapping):
        return {**value, "item": _odd_row(value["item"], odd)}
    if isinstance(value, list):
        return [
            _odd_row(row, odd) if odd.row in {None, number} else row
            for number, row in enumerate(value, start=1)
        ]
    return _odd_row(value, odd)


def _odd_row(row: object, odd: OddValue) -> object:
    if odd.field == "*" or not isinstance(row, Mapping):
        return Raw(odd.text)
    return {
        key: Raw(odd.text) if _plain(str(key)) == _plain(odd.field) else inner
        for key, inner in row.items()
    }


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
