"""Keep the places that a request or job was given for a portal until it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Visit:
    """The places taken during the visit are given back at its end. `portals`: for whom."""

    places: ExitStack = field(default_factory=ExitStack)
    portals: set[tuple[int, str]] = field(default_factory=set)


_visit: ContextVar[Visit | None] = ContextVar("visit", default=None)


@contextmanager
def visit() -> Iterator[Visit]:
    """Let places that are kept last until the end of the block; within another visit, of that."""
    around = _visit.get()
    if around is not None:
        yield around
        return
    present = Visit()
    token = _visit.set(present)
    try:
        with present.places:
            yield present
    finally:
        _visit.reset(token)
