"""Work that follows an answer: done at once, later at its time, or by the next housekeeping."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Start = Callable[[Callable[[], None]], object]
Cancel = Callable[[], object]
Later = Callable[[float, Callable[[], None]], Cancel]

LEAST_PAUSE = 1.0
"""Seconds before looking again: a clock that is a little behind the database's must not spin."""

LONGEST_PAUSE = 24 * 3600.0


def start_thread(work: Callable[[], None]) -> None:
    """Run `work` beside the requests; it does not keep the process from ending."""
    threading.Thread(target=work, name="event-work", daemon=True).start()


def start_timer(seconds: float, work: Callable[[], None]) -> Cancel:
    """Run `work` after `seconds`, unless what is returned is called before."""
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()
    return timer.cancel


class Background:
    """One worker a process, started when there is something to do and gone when there is not.

    `next_in` tells in how many seconds the next work is due: then the worker comes back by itself,
    so that a probe after ten minutes does not wait for the hourly housekeeping. Nothing is lost
    with the process: the work is in the database, and another process or housekeeping takes it
    over.
    """

    def __init__(
        self,
        work: Callable[[], object],
        start: Start = start_thread,
        *,
        next_in: Callable[[], float | None] = lambda: None,
        later: Later = start_timer,
    ) -> None:
        self._work = work
        self._start = start
        self._next_in = next_in
        self._later = later
        self._lock = threading.Lock()
        self._is_wanted = self._is_running = False
        self._cancel: Cancel | None = None

    def kick(self) -> None:
        """Have the work done soon. Returns at once."""
        with self._lock:
            self._is_wanted = True
            if self._is_running:
                return
            self._is_running = True
        self._start(self._run)

    def _run(self) -> None:
        while self._take():
            try:
                self._work()
                self._come_back()
            except Exception:
                # The thread's end is nobody's request: whatever went wrong is told here or nowhere.
                log.exception("background work failed")

    def _take(self) -> bool:
        """Whether something was asked for since the last time; if not, the worker is gone."""
        with self._lock:
            self._is_running = self._is_wanted
            self._is_wanted = False
            return self._is_running

    def _come_back(self) -> None:
        """Have one timer for what is due next, instead of the one there was."""
        seconds = self._next_in()
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        if seconds is not None:
            pause = min(max(seconds, LEAST_PAUSE), LONGEST_PAUSE)
            self._cancel = self._later(pause, self.kick)
