"""The portal's clock: real time that can be advanced, or a stopped time for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

# The portal prints dates in its server's time zone, not in the reader's.
SERVER_ZONE = timezone(timedelta(hours=2))


class Clock:
    """Aware UTC time. `advance` moves it; a clock made with `start` stands still between moves."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the portal's present time, aware, in UTC."""
        return (self._start or datetime.now(UTC)) + self._offset

    def timestamp(self) -> float:
        """Return the present time as Unix seconds."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Move the clock forward (tokens expire, the rate bucket drains, codes die)."""
        self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Forget every `advance`."""
        self._offset = timedelta()


def iso(moment: datetime | None) -> str | None:
    """Print a moment as the portal does: ISO 8601 with the server's offset, whole seconds."""
    if moment is None:
        return None
    return moment.astimezone(SERVER_ZONE).isoformat(timespec="seconds")
