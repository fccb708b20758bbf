"""Limit the memory that portals' answers may take in this process at once.

An answer is at most two megabytes, yet what it becomes can take ten times as much, and many come at
the same time. So the reader of a larger one takes room for what it will become, and keeps it as
long as that is in use. Nobody may hold more than half of what the others leave: a portal alone has
half of all room, and the next one always finds some.
"""

from __future__ import annotations

import re
import threading

CAPACITY = 80 * 1024 * 1024
FREE = 16 * 1024
"""Answers of this size are not counted: all threads of a process together hold few megabytes."""

BYTES_FOR_A_BYTE = 3
"""The bytes as they came, the text they are decoded to, and the texts in it."""

BYTES_FOR_A_WIDE_BYTE = 9
"""One emoji makes every letter of its text four bytes long."""

WIDE = re.compile(rb"[\xf0-\xf7]|\\u[dD][89abAB]")

BYTES_FOR_A_VALUE = 150
"""A number that is no int, in an object of its own in a list: the most that JSON can make of it."""

PATIENCE_SECONDS = 2.0


class Held:
    """Room held by one answer. It is given back with the last that refers to it."""

    def __init__(self, room: Room, owner: str) -> None:
        self._room = room
        self._owner = owner
        self._read = 0
        self._values = 0
        self._factor = BYTES_FOR_A_BYTE
        self._taken = 0

    def grow(self, chunk: bytes, seconds: float) -> bool:
        """Take room for one more piece of the answer; False where there is none in time.

        Signs inside of texts count as values: rather too much than too little.
        """
        self._values += chunk.count(b",") + chunk.count(b"[") + chunk.count(b"{")
        self._read += len(chunk)
        if WIDE.search(chunk):
            self._factor = BYTES_FOR_A_WIDE_BYTE
        if self._read <= FREE:
            return True
        more = self._factor * self._read + BYTES_FOR_A_VALUE * self._values - self._taken
        if not self._room.take(self._owner, more, seconds):
            return False
        self._taken += more
        return True

    def __del__(self) -> None:
        if self._taken:
            self._room.give_back(self._owner, self._taken)


class Room:
    """The room of one process. Used from many threads."""

    def __init__(self, capacity: int = CAPACITY, patience: float = PATIENCE_SECONDS) -> None:
        self._capacity = capacity
        self._patience = patience
        # Re-entrant: an answer may be given up in any thread, at any moment.
        self._changed = threading.Condition(threading.RLock())
        self._mine: dict[str, int] = {}
        self._all = 0

    def hold(self, owner: str) -> Held:
        """Begin to hold room for an answer. `owner` names whose it is."""
        return Held(self, owner)

    def take(self, owner: str, size: int, seconds: float) -> bool:
        """Take room; wait for it no longer than `seconds`."""
        with self._changed:
            is_there = self._changed.wait_for(
                lambda: self._may_take(owner, size), min(seconds, self._patience)
            )
            if is_there:
                self._mine[owner] = self._mine.get(owner, 0) + size
                self._all += size
            return is_there

    def give_back(self, owner: str, size: int) -> None:
        """Give room back."""
        with self._changed:
            self._all -= size
            left = self._mine.pop(owner) - size
            if left:
                self._mine[owner] = left
            self._changed.notify_all()

    @property
    def held(self) -> int:
        """Return how many bytes are held by all."""
        return self._all

    def _may_take(self, owner: str, size: int) -> bool:
        mine = self._mine.get(owner, 0)
        others = self._all - mine
        return mine + size <= (self._capacity - others) // 2


ROOM = Room()
"""That of this process."""
