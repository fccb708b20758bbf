"""Rate limit (leaky bucket per portal and address) and operating-time limit per method."""

from __future__ import annotations

from dataclasses import dataclass, field

from b24app.simulator.portal_state.clock import Clock

WINDOW_SECONDS = 600
SMALL_CALL_SECONDS = 0.1


@dataclass
class _Bucket:
    level: float = 0.0
    seen_at: float = 0.0


@dataclass
class _Operating:
    seconds: float = 0.0
    reset_at: float = 0.0


@dataclass
class Limits:
    """Both limits, on by default with the figures of the Enterprise plan.

    The bucket drains `drain_per_second` and blocks above `burst`; one HTTP request counts one, a
    batch too. All other plans drain 2 and block above 50. Operating time of a method is summed
    over ten minutes and checked before a call, so the call that crosses the line still completes.
    Calls below 0.1 s are not added.
    """

    clock: Clock
    is_rate_limited: bool = True
    drain_per_second: float = 5.0
    burst: float = 250.0
    is_operating_limited: bool = True
    operating_seconds: float = 480.0
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _operating: dict[str, _Operating] = field(default_factory=dict)

    def take(self, address: str) -> bool:
        """Count one HTTP request of an address; False means QUERY_LIMIT_EXCEEDED."""
        if not self.is_rate_limited:
            return True
        now = self.clock.timestamp()
        bucket = self._buckets.setdefault(address, _Bucket(seen_at=now))
        bucket.level = max(0.0, bucket.level - (now - bucket.seen_at) * self.drain_per_second)
        bucket.seen_at = now
        if bucket.level + 1 > self.burst:
            return False
        bucket.level += 1
        return True

    def may_operate(self, method: str) -> bool:
        """Return whether a method still has operating time left."""
        if not self.is_operating_limited:
            return True
        return self._window(method).seconds < self.operating_seconds

    def add_operating(self, method: str, seconds: float) -> None:
        """Add the time of one finished call."""
        if seconds >= SMALL_CALL_SECONDS:
            self._window(method).seconds += seconds

    def operating(self, method: str) -> dict[str, object]:
        """Return the `time` keys of the limiter; empty when it is not active."""
        if not self.is_operating_limited:
            return {}
        window = self._window(method)
        return {"operating_reset_at": int(window.reset_at), "operating": window.seconds}

    def _window(self, method: str) -> _Operating:
        # One window per method stands for the ten one-minute buckets of the real portal.
        now = self.clock.timestamp()
        window = self._operating.setdefault(method, _Operating(reset_at=now + WINDOW_SECONDS))
        if window.reset_at <= now:
            window.seconds, window.reset_at = 0.0, now + WINDOW_SECONDS
        return window
