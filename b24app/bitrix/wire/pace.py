"""Remember how long a portal takes for a command, so that a batch ends before nobody waits for it.

The portal runs the commands of a batch one after another, and a write takes far longer than a read:
in the documentation's examples 50 to 160 ms for a list of payments or lines, and 380 to 930 ms for
a write of a payment (quirk 105). What is kept is in memory, for this process alone.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from b24app.bitrix.command import Command

REMEMBERED_PORTALS = 1000
READS_FOR_A_WRITE = 8.0
"""How many reads a write is taken to last, where none was seen yet."""

READS_FOR_A_REQUEST = 2
"""The way there and back counts as so many reads."""


MOST_SECONDS = 2.5
"""Longer is no pace but trouble, which is soon over."""

OF_PAYMENTS = "crm.item.payment."
"""The methods whose writes save a whole order (quirk 104), which is what takes so long."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many commands a request has: reads, writes of payments, and other writes."""

    reads: int
    writes: int
    others: int

    @classmethod
    def of(cls, commands: Collection[Command[Any]]) -> Load:
        """Count the commands of a request."""
        writes = [command for command in commands if command.is_write]
        of_payments = sum(command.method.startswith(OF_PAYMENTS) for command in writes)
        reads, others = len(commands) - len(writes), len(writes) - of_payments
        return cls(reads, of_payments, others)


@dataclass(slots=True)
class _Known:
    read: float | None = None
    write: float | None = None


class Pace:
    """The pace of each portal. Used from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}

    def note(self, portal: str, seconds: float, load: Load) -> None:
        """Note how long a portal took for a request that it has answered."""
        if load.others:
            return
        with self._lock:
            known = self._known.pop(portal, None) or _Known()
            # The last one stands for what was heard last.
            self._known[portal] = known
            while len(self._known) > REMEMBERED_PORTALS:
                del self._known[next(iter(self._known))]
            if not load.writes:
                known.read = _between(known.read, seconds / (load.reads + READS_FOR_A_REQUEST))
                return
            for_reads = (known.read or 0.0) * (load.reads + READS_FOR_A_REQUEST)
            of_one = max(0.0, seconds - for_reads) / load.writes
            known.write = min(_between(known.write, of_one), MOST_SECONDS)

    def seconds_of_write(self, portal: str) -> float:
        """Return how long a write is likely to take; 0 where nothing is known."""
        with self._lock:
            known = self._known.get(portal, _Known())
            of_one = known.write
            if of_one is None:
                of_one = (known.read or 0.0) * READS_FOR_A_WRITE
            return min(of_one, MOST_SECONDS)


def _between(before: float | None, now: float) -> float:
    """Believe at once that it is slower, and bit by bit that it is faster."""
    return now if before is None or now > before else (before + now) / 2
