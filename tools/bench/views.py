"""What a page's requests do, sent without a browser, and how long the app itself took for it."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Iterable

from tools.bench.portal import Portal
from tools.bench.report import FigureError
from tools.visitor import Frame

GROUP = re.compile(
    r'"pay__load"[^>]*?(?:hx-get="(?P<path>[^"]+)"|hx-post="[^"]+" hx-vals=\'(?P<form>[^\']+)\')'
    r'[^>]*?hx-trigger="(?P<is_at_once>load, )?need"'
)
"""What reads a group of payments; the first one of a new card posts what was read of it."""


def get(frame: Frame, path: str) -> str:
    """Ask for a fragment. Raises FigureError where it is refused."""
    answer = frame.get(path)
    if not answer.ok:
        raise FigureError(f"{path.split('?')[0]} answered {answer.status_code}.")
    return answer.text


def first_screen(frame: Frame) -> str:
    """Do what the page's first requests do until nothing on the first screen waits."""
    page = get(frame, "/payments?first=1")
    for group in GROUP.finditer(page):
        if group["is_at_once"]:
            _read(frame, group)
    return page


def whole_list(frame: Frame) -> None:
    """The same, then what scrolling to the end asks for, one after the other."""
    for group in GROUP.finditer(get(frame, "/payments?first=1")):
        _read(frame, group)


def _read(frame: Frame, group: re.Match[str]) -> None:
    if group["path"]:
        get(frame, html.unescape(group["path"]))
        return
    form = json.loads(html.unescape(group["form"]))
    answer = frame.post("/payments/details", **form)
    if not answer.ok:
        raise FigureError(f"/payments/details answered {answer.status_code}.")


def own_seconds(portal: Portal, work: Callable[[], object]) -> float:
    """Return the seconds during which no call to the portal was running."""
    portal.control("record/clear")
    started = time.perf_counter()
    work()
    whole = time.perf_counter() - started
    return whole - covered(
        (request["started"], request["finished"]) for request in portal.rest_requests()
    )


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Return the length of time in which at least one of the spans was under way."""
    total, end = 0.0, 0.0
    for start, finish in sorted(spans):
        total += max(0.0, finish - max(start, end))
        end = max(end, finish)
    return total
