"""Tell the time by the database's clock where it has one of its own.

Leases, claims and what is due are compared by every machine with what another one wrote. Machines
whose clocks are five minutes apart would take the same lease twice, or wait for one for hours. So
each transaction on PostgreSQL brings the server's time along, in the message that begins it, and a
machine that is apart from it goes by the server's. SQLite serves one machine: its own clock counts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

log = logging.getLogger(__name__)

NEGLIGIBLE = timedelta(seconds=1)
"""A machine so close keeps its own time, which does not jump by the milliseconds of an answer."""

WORTH_TELLING = timedelta(seconds=10)
"""As far apart as `doctor` calls a failure."""

Clock = Callable[[], datetime]


def machine_clock() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


class ServerClock:
    """What is known of the database's clock, by all threads of a process. Answers aware UTC.

    Until the first transaction, and without a server, it is the machine's clock.
    """

    def __init__(self, machine: Clock) -> None:
        self.machine = machine
        self._ahead = timedelta()
        self._is_told = False

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self.machine() - self._ahead

    def hear(self, asked_at: datetime, server: datetime) -> None:
        """Compare the clocks: the server said its time after `asked_at`, by our clock, until now.

        An answer that took long says little and is not believed.
        """
        now = self.machine()
        taken = now - asked_at
        if not timedelta() <= taken <= NEGLIGIBLE:
            return
        ahead = asked_at + taken / 2 - server
        self._ahead = ahead if abs(ahead) > NEGLIGIBLE else timedelta()
        is_far = abs(ahead) > WORTH_TELLING
        if is_far and not self._is_told:
            seconds = ahead.total_seconds()
            log.warning("this machine's clock is %+.0f s from the database's: set it", seconds)
        self._is_told = is_far
