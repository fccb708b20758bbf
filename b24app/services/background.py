"""Work that follows an answer: done in this process at once, or by the next housekeeping."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Start = Callable[[Callable[[], None]], object]


def start_thread(work: Callable[[], None]) -> None:
    """Run `work` beside the requests; it does not keep the process from ending."""
    threading.Thread(target=work, name="event-work", daemon=True).start()


class Background:
    """One worker a process, started when there is something to do and gone when there is not.

    Nothing is lost with it: the work is in the database, and another process or housekeeping
    takes it over.
    """

    def __init__(self, work: Callable[[], object], start: Start = start_thread) -> None:
        self._work = work
        self._start = start
        self._lock = threading.Lock()
        self._is_wanted = self._is_running = False

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
            except Exception:
                # The thread's end is nobody's request: whatever went wrong is told here or nowhere.
                log.exception("background work failed")

    def _take(self) -> bool:
        """Whether something was asked for since the last time; if not, the worker is gone."""
        with self._lock:
            self._is_running = self._is_wanted
            self._is_wanted = False
            return self._is_running
