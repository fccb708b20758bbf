"""Write log lines beside the requests they are about: one thread, a bounded queue, none unseen."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_WAITING = 256
"""Each may hold an answer of the portal, which counts against the room for answers meanwhile."""

PATIENCE_SECONDS, CLOSE_SECONDS = 2.0, 10.0
LINGER_SECONDS = 0.05
"""How long the first line waits, with those that follow it: about as long as the request it is of
still works. At once, this thread and the request's would only take turns, at the cost of both."""


class Writer(Generic[T]):
    """Hands things to `write` in their order, in a thread that starts with the first of them.

    It does so `linger` seconds after the first of them came. Where the queue is full, the caller
    waits until there is a place: a slow disk slows requests down. One that never answers must not
    stop them, so after `patience` seconds the thing is given up; `lost` is told how many were. Make
    it after the process was forked: threads stay behind.
    """

    def __init__(
        self,
        write: Callable[[T], None],
        lost: Callable[[int], None],
        *,
        most: int = MOST_WAITING,
        patience: float = PATIENCE_SECONDS,
        linger: float = LINGER_SECONDS,
    ) -> None:
        self._write = write
        self._lost = lost
        self._most = most
        self._patience = patience
        self._linger = linger
        self._hurry = threading.Event()
        self._changed = threading.Condition()
        self._waiting: deque[T] = deque()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def add(self, thing: T) -> None:
        """Let a thing be written soon; after `close`, and without a thread, at once and here."""
        with self._changed:
            if not self._may_add():
                self._hurry.set()
            has_place = self._changed.wait_for(self._may_add, self._patience)
            is_closed = self._is_closed
            is_here = is_closed or (has_place and not self._can_start())
            if has_place and not is_here:
                if not self._waiting:
                    self._changed.notify_all()
                self._waiting.append(thing)
        if is_here:
            self._one(thing)
        elif not has_place:
            self._lost(1)

    def _may_add(self) -> bool:
        return self._is_closed or len(self._waiting) < self._most

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait until all has been written, no longer than `seconds`. A second call does nothing."""
        end = time.monotonic() + seconds
        with self._changed:
            if self._is_closed:
                return
            self._is_closed = True
            self._hurry.set()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(max(0.0, end - time.monotonic()))
        if left := len(self._waiting):
            self._lost(left)

    def _can_start(self) -> bool:
        """Start the thread if there is none. Return whether there is one now."""
        if self._thread is None:
            # Daemon: a disk that never answers must not keep the process from ending.
            thread = threading.Thread(target=self._run, name="rest-log", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                # The machine has no room for one more. The next thing tries again.
                return False
            self._thread = thread
        return True

    def _run(self) -> None:
        while self._has_some():
            self._hurry.wait(self._linger)
            self._hurry.clear()
            self._write_waiting()

    def _has_some(self) -> bool:
        """Wait for the next thing. Return False where none will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            return bool(self._waiting)

    def _write_waiting(self) -> None:
        while self._waiting:
            self._one(self._waiting[0])
            with self._changed:
                # Only now: what is being written counts as waiting, for `close` and for the bound.
                self._waiting.popleft()
                self._changed.notify_all()

    def _one(self, thing: T) -> None:
        try:
            self._write(thing)
        except Exception as error:  # noqa: BLE001  One odd line must not be the thread's last.
            # By its name: its text may repeat what must not be in a log.
            log.warning("a line of the log could not be made: %s", type(error).__name__)
            self._lost(1)
