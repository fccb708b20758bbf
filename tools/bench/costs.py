"""What requests cost the app, tried by turns: whatever slows the machine slows each alike."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from tools.bench.portal import Portal
from tools.bench.report import FigureError, percentile
from tools.bench.views import first_screen, own_seconds
from tools.bench.workers import cpu_seconds, cpu_since, living
from tools.stage import DEMO_CARD, Stage
from tools.visitor import Frame, Visitor

SETTLED_SECONDS = 0.1
"""After so long what a request left to be written beside it is written: it counts as well."""

STATE = re.compile(r'data-payment-id="(\d+)" data-paid="([YN])"')


@dataclass(frozen=True)
class Work:
    """Something that is asked of the app of a stage."""

    running: Stage
    portal: Portal
    do: Callable[[], object]


@dataclass
class Cost:
    """What it took: own seconds of each try, processor time and calls of all of them."""

    seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0
    calls: int = 0

    @property
    def middle(self) -> float:
        """The median of the own seconds."""
        return percentile(self.seconds, 50)


def by_turns(works: Mapping[str, Work], tries: int) -> dict[str, Cost]:
    """Do each so often, one after the other. Raises FigureError."""
    costs = {name: Cost() for name in works}
    for _ in range(tries):
        for name, work in works.items():
            cost = costs[name]
            before = cpu_seconds(work.running.app_pid)
            cost.seconds.append(own_seconds(work.portal, work.do))
            time.sleep(SETTLED_SECONDS)
            cost.cpu += cpu_since(before, work.running.app_pid)
            cost.calls += len(work.portal.rest_requests())
    return costs


def opened(running: Stage) -> Frame:
    """Open the demo card's tab, until each process has seen it and keeps its connections."""
    frame = Visitor(running.portal_url).open_tab(DEMO_CARD)
    for _ in range(3 * len(living(running.app_pid))):
        first_screen(frame)
    return frame


def opening(frame: Frame) -> Callable[[], object]:
    """Return what opens this card."""
    return partial(first_screen, frame)


def shell(frame: Frame) -> Callable[[], object]:
    """Return what opens its shell anew, as the portal's page does."""
    return partial(frame.session.post, frame.url, data=frame.fields, timeout=60)


def marking(frame: Frame) -> Callable[[], object]:
    """Return what marks one payment as paid and as unpaid by turns."""
    found = [number for number, paid in STATE.findall(first_screen(frame)) if paid == "N"]
    if not found:
        raise FigureError("The card has no unpaid payment to click on.")
    verbs = ["unpay", "pay"]

    def mark() -> None:
        frame.headers["Idempotency-Key"] = secrets.token_hex(16)
        verbs.reverse()
        answer = frame.post(f"/payments/{found[0]}/{verbs[0]}", shown="")
        if not answer.ok:
            raise FigureError(f"{verbs[0]} answered {answer.status_code}.")

    return mark
