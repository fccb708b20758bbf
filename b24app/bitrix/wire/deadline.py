"""Limit how long one request may still take, over all its attempts and pauses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from b24app.errors import NoConnectionError

CONNECT_SECONDS = 3.05
"""Just above three seconds, the time after which TCP sends a lost packet again."""


_end_of_all: ContextVar[float | None] = ContextVar("end_of_all", default=None)


@contextmanager
def all_within(seconds: float, monotonic: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Limit the time of all calls to portals and the authorization server together."""
    token = _end_of_all.set(monotonic() + seconds)
    try:
        yield
    finally:
        _end_of_all.reset(token)


class Deadline:
    """Counts down from its creation. `monotonic` answers seconds and never goes back.

    Within `all_within` it ends no later than that.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds
        end_of_all = _end_of_all.get()
        if end_of_all is not None:
            self._end = min(self._end, end_of_all)

    def remaining(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self._end - self._monotonic())

    def timeout(self) -> tuple[float, float]:
        """Return (connect, read) seconds for one attempt.

        Raises NoConnectionError when the time is used up: nothing of this attempt was sent.
        """
        left = self.remaining()
        if left <= 0:
            raise NoConnectionError("no time left to ask the portal", code="deadline")
        return min(CONNECT_SECONDS, left), left

    def at_most(self, seconds: float) -> Deadline:
        """Return the earlier of this deadline and `seconds` from now."""
        return Deadline(min(seconds, self.remaining()), self._monotonic)
