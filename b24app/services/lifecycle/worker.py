"""Do work after an answer: at once, later at its time, or by the next housekeeping."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from b24app.errors import DatabaseAwayError

log = logging.getLogger(__name__)

Start = Callable[[Callable[[], None]], object]
Cancel = Callable[[], object]
Later = Callable[[float, Callable[[], None]], Cancel]

LEAST_PAUSE = 1.0
"""Seconds before looking again, so that a clock a little behind the database's does not spin."""

LONGEST_PAUSE = 24 * 3600.0
TROUBLE_PAUSE = 30.0
"""Seconds before looking again after something other than the work failed, such as a database."""
SILENCE = 600.0
"""Seconds between two lines about the same database, which is looked for every half a minute."""


def start_thread(work: Callable[[], None]) -> None:
    """Run `work` in a thread that does not keep the process from ending."""
    threading.Thread(target=work, name="event-work", daemon=True).start()


def start_timer(seconds: float, work: Callable[[], None]) -> Cancel:
    """Run `work` after `seconds`, unless the returned function is called before."""
    timer = threading.Timer(seconds, work)
    timer.daemon = True
    timer.start()
    return timer.cancel


@dataclass(frozen=True)
class Lane:
    """One line of work and how many workers it may have.

    `work` does one piece and returns False if there was none. It calls its argument after it has
    taken a piece and before it does it.
    """

    work: Callable[[Callable[[], None]], bool]
    threads: int = 1


class Background:
    """A few workers per process, started when there is something to do, ended when there is not.

    `next_in` tells in how many seconds the next work is due: then they start by themselves, so that
    a probe after ten minutes does not wait for the hourly housekeeping. If the process ends,
    nothing is lost: the work is in the database, and another process or housekeeping takes it over.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        start: Start = start_thread,
        *,
        next_in: Callable[[], float | None] = lambda: None,
        later: Later = start_timer,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._next_in = next_in
        self._later = later
        self._troubles = _Troubles(monotonic)
        self._crews = [_Crew(lane, start, self._come_back, self._troubles) for lane in lanes]
        self._lock = threading.Lock()
        self._cancel: Cancel | None = None

    def kick(self) -> None:
        """Start the work soon. Returns at once."""
        for crew in self._crews:
            crew.kick()

    def _come_back(self, *, is_in_trouble: bool) -> None:
        """Set the timer for what is due next, replacing the previous one."""
        with self._lock:
            seconds = TROUBLE_PAUSE if is_in_trouble else self._seconds()
            if self._cancel is not None:
                self._cancel()
                self._cancel = None
            if seconds is not None:
                pause = min(max(seconds, LEAST_PAUSE), LONGEST_PAUSE)
                self._cancel = self._later(pause, self.kick)

    def _seconds(self) -> float | None:
        try:
            seconds = self._next_in()
        except DatabaseAwayError as error:
            self._troubles.tell(self, error)
            return TROUBLE_PAUSE
        except Exception:
            # Nobody may come by before the hourly housekeeping.
            log.exception("it cannot be seen when the next work is due")
            return TROUBLE_PAUSE
        # Somebody has to come back, too, to see that what failed before is well again.
        return TROUBLE_PAUSE if self._troubles.end(self) else seconds


class _Troubles:
    """Which parts of the work find the database away. Told once, then sparingly, and its end."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._parts: set[object] = set()
        self._silent_until = 0.0

    def tell(self, part: object, error: DatabaseAwayError) -> None:
        """Say what is wrong and what to do, unless that was just said."""
        now = self._monotonic()
        with self._lock:
            if self._parts and now < self._silent_until:
                self._parts.add(part)
                return
            self._parts.add(part)
            self._silent_until = now + SILENCE
        log.error(
            "background work waits, nothing is lost: %s; `flask --app app doctor` says what to do",
            error,
        )

    def end(self, part: object) -> bool:
        """Take down that the database served this part. Return whether another still waits."""
        with self._lock:
            if part in self._parts:
                self._parts.remove(part)
                if not self._parts:
                    log.warning("background work goes on: the database can be used again")
            return bool(self._parts)


class _Crew:
    """The workers of one lane."""

    def __init__(
        self, lane: Lane, start: Start, on_end: Callable[..., None], troubles: _Troubles
    ) -> None:
        self._lane = lane
        self._start = start
        self._on_end = on_end
        self._troubles = troubles
        self._lock = threading.Lock()
        self._running = 0
        self._is_wanted = False

    def kick(self) -> None:
        """Start a worker, or make a running one look again if there are enough."""
        with self._lock:
            self._is_wanted = self._running >= self._lane.threads
            if self._is_wanted:
                return
            self._running += 1
        self._start_one()

    def _run(self) -> None:
        is_in_trouble = False
        while True:
            try:
                is_done = self._lane.work(self._help)
            except DatabaseAwayError as error:
                self._troubles.tell(self, error)
                is_in_trouble = True
            except Exception:
                # No request waits for this thread: errors are reported here or nowhere.
                log.exception("background work failed")
                is_in_trouble = True
            else:
                self._troubles.end(self)
                if is_done:
                    continue
            if self._is_over():
                break
        try:
            self._on_end(is_in_trouble=is_in_trouble)
        except Exception:
            log.exception("background work failed")

    def _help(self) -> None:
        """Let another worker take the next piece while this one is busy."""
        with self._lock:
            if self._running >= self._lane.threads:
                return
            self._running += 1
        self._start_one()

    def _start_one(self) -> None:
        try:
            self._start(self._run)
        except RuntimeError:
            # No thread is available now. The work stays in the database, and the request goes on.
            log.exception("background work could not be started")
            with self._lock:
                self._running -= 1

    def _is_over(self) -> bool:
        """Return whether this worker may end: nothing was requested since it last looked."""
        with self._lock:
            if self._is_wanted:
                self._is_wanted = False
                return False
            self._running -= 1
            return True
