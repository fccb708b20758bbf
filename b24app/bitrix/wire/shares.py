"""Limit what one portal may hold of this process at once, so that no portal slows another.

A request that waits for a portal holds a thread of the server, and threads are few. So it takes a
place first, and keeps it until it ends. Nobody has a fixed number of places. A quarter is kept for
newcomers: the first place of a portal that holds none. Of the rest a portal may hold twice as many
as it leaves free, so half of all places while it is alone, and less while others hold some too.

Two groups never touch what is kept for newcomers, and share a quarter of all places each:

- slow portals, one of whose answers took longer than `SLOW_SECONDS` or is taking so long just now:
  what holds a thread for seconds must not hold many;
- unvouched requests: strangers can send as many posts in a portal's name as they like.

A request that finds no place waits briefly in a short queue, for which some threads are set apart,
and is then refused before anything was sent. All of it is in memory, for this process alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from b24app import meters
from b24app.bitrix.wire.visits import visit
from b24app.errors import AppError, AuthorizationServerCrowdedError, PortalCrowdedError

log = logging.getLogger(__name__)

THREADS = 128
"""For a server that did not say how many it has."""

WAITING_PART = 8
"""One thread of so many is set apart for those who wait for a place."""

PART = 4
"""One place of so many is kept for newcomers; so many belong to each group."""

TIMES_WHAT_IS_FREE = 2
SLOW_SECONDS = 3.0
SLOW_KEPT_SECONDS = 60.0
"""How long after its last slow answer a portal counts as slow."""

SILENT_COUNT = 3
"""A portal that was slow this often within that time is not asked twice for one read."""

PATIENCE_SECONDS = 2.0
REMEMBERED_PORTALS = 1000


@dataclass(frozen=True, slots=True)
class Share:
    """The account against which a place counts: a portal's, by member_id.

    `is_vouched`: by something that only people of this portal have, or by an earlier proof.
    """

    portal: str
    is_vouched: bool = True


STRANGERS = Share("", is_vouched=False)
"""People who have proven nothing and name no known portal."""


@dataclass(eq=False, slots=True)
class _Place:
    share: Share


@dataclass(slots=True)
class _Slowness:
    """How often a portal was slow lately, and until when that counts."""

    count: int
    until: float


def portal_crowded() -> PortalCrowdedError:
    """Return the error of a call to a portal for which there was no place."""
    return PortalCrowdedError("this portal holds its whole share of the process", code="crowded")


def authorization_crowded() -> AuthorizationServerCrowdedError:
    """Return the error of an exchange for which there was no place."""
    message = "too many requests wait for the authorization server"
    return AuthorizationServerCrowdedError(message, code="crowded")


class Shares:
    """The places of one process before one kind of server. Used from many threads.

    `refusal` makes the error if there is no place. `server` is how the refusals are counted.
    `monotonic` answers seconds.
    """

    def __init__(
        self,
        refusal: Callable[[], AppError] = portal_crowded,
        *,
        server: str = "portal",
        threads: int = THREADS,
        patience: float = PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._refusal = refusal
        self._meter = meters.CROWDED.labels(server)
        self._patience = patience
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._held: list[_Place] = []
        self._waiting: list[str] = []
        self._asked: dict[object, tuple[str, float]] = {}
        self._slow_lately: dict[str, _Slowness] = {}
        self._refused: Counter[str] = Counter()
        self._told_at = float("-inf")
        self.refused = 0
        """How many were refused since the process started."""
        self.resize(threads)

    def resize(self, threads: int) -> None:
        """Say how many requests this process can carry at once."""
        with self._changed:
            self._queue = max(1, threads // WAITING_PART)
            self._places = max(2, threads - self._queue)
            self._changed.notify_all()

    @contextmanager
    def place(self, share: Share, seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
        """Hold a place; wait for one no longer than `seconds`. Raises the refusal."""
        held = self._take(share, min(seconds, self._patience))
        try:
            yield
        finally:
            self._give_back([held])

    @contextmanager
    def kept_place(self, share: Share, seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
        """Hold a place like `place`, but for the whole visit: what was let in is served to its end.

        Refusing the second call of a request would leave a person with half an answer, or with a
        write that was not read back.
        """
        with visit() as present:
            key = (id(self), share.portal)
            if key not in present.portals:
                present.places.enter_context(self.place(share, seconds))
                present.portals.add(key)
                present.places.callback(present.portals.discard, key)
            yield

    @contextmanager
    def helpers(self, share: Share, wanted: int) -> Iterator[int]:
        """Hold up to `wanted` more places, for parallel calls. Never waits; 0 if it is full.

        With none, the caller makes the calls one after the other.
        """
        held: list[_Place] = []
        with self._changed:
            while len(held) < wanted and self._may_hold(share):
                held.append(self._hold(share))
        try:
            yield len(held)
        finally:
            self._give_back(held)

    @contextmanager
    def asking(self, share: Share) -> Iterator[None]:
        """Note how long the server takes for one exchange."""
        started = self._monotonic()
        mark = object()
        with self._changed:
            self._asked[mark] = (share.portal, started)
        try:
            yield
        finally:
            now = self._monotonic()
            with self._changed:
                del self._asked[mark]
                if now - started > SLOW_SECONDS:
                    self._remember_slow(share.portal, now)

    def is_slow(self, portal: str) -> bool:
        """Return whether this portal's answers took, or now take, longer than most can wait."""
        with self._changed:
            return self._is_slow(portal)

    def is_silent(self, portal: str) -> bool:
        """Return whether this portal was slow repeatedly, so that asking again does not help."""
        with self._changed:
            found = self._slow_lately.get(portal)
            return found is not None and self._counts(found) and found.count >= SILENT_COUNT

    def _take(self, share: Share, seconds: float) -> _Place:
        with self._changed:
            # Those who already wait come first.
            if share.portal not in self._waiting and self._may_hold(share):
                return self._hold(share)
            if self._may_wait(share) and self._wait(share, seconds):
                return self._hold(share)
            self._note_refused(share.portal)
        raise self._refusal()

    def _wait(self, share: Share, seconds: float) -> bool:
        """Wait until a place may be held; False where the time is over."""
        self._waiting.append(share.portal)
        try:
            return self._changed.wait_for(lambda: self._may_hold(share), seconds)
        finally:
            self._waiting.remove(share.portal)

    def _may_wait(self, share: Share) -> bool:
        mine = self._waiting.count(share.portal)
        return len(self._waiting) < self._queue and mine < max(1, self._queue // 2)

    def _may_hold(self, share: Share) -> bool:
        mine = [place for place in self._held if place.share.portal == share.portal]
        free = self._places - len(self._held)
        is_slow = self._is_slow(share.portal)
        if share.is_vouched and not is_slow and not mine:
            return free > 0
        if len(mine) >= TIMES_WHAT_IS_FREE * (free - self._places // PART):
            return False
        return (share.is_vouched or self._fits(_unvouched(mine), _unvouched(self._held))) and (
            not is_slow or self._fits(mine, self._held_by_slow())
        )

    def _fits(self, mine: Sequence[_Place], group: Sequence[_Place]) -> bool:
        """Return whether a group's part has room; a member may hold no more than is left of it."""
        return len(mine) < max(2, self._places // PART) - len(group)

    def _held_by_slow(self) -> list[_Place]:
        slow = self._slow()
        return [place for place in self._held if place.share.portal in slow]

    def _is_slow(self, portal: str) -> bool:
        return portal in self._slow()

    def _slow(self) -> set[str]:
        now = self._monotonic()
        lately = {
            portal for portal, slowness in self._slow_lately.items() if self._counts(slowness)
        }
        return lately.union(
            portal for portal, started in self._asked.values() if now - started > SLOW_SECONDS
        )

    def _counts(self, slowness: _Slowness) -> bool:
        return slowness.until > self._monotonic()

    def _remember_slow(self, portal: str, now: float) -> None:
        if len(self._slow_lately) >= REMEMBERED_PORTALS:
            kept = self._slow_lately.items()
            self._slow_lately = {other: found for other, found in kept if self._counts(found)}
        found = self._slow_lately.get(portal)
        before = found.count if found is not None and self._counts(found) else 0
        self._slow_lately[portal] = _Slowness(before + 1, now + SLOW_KEPT_SECONDS)

    def _hold(self, share: Share) -> _Place:
        held = _Place(share)
        self._held.append(held)
        return held

    def _give_back(self, places: Sequence[_Place]) -> None:
        with self._changed:
            for place in places:
                self._held.remove(place)
            self._changed.notify_all()

    def _note_refused(self, portal: str) -> None:
        """Count, and tell the operator once a minute instead of once a request."""
        self.refused += 1
        self._meter.inc()
        self._refused[portal] += 1
        now = self._monotonic()
        if now - self._told_at >= SLOW_KEPT_SECONDS:
            self._told_at = now
            for name, count in self._refused.items():
                log.warning("%s holds its whole share: %s requests refused", name or "?", count)
            self._refused.clear()


def _unvouched(places: Sequence[_Place]) -> list[_Place]:
    return [place for place in places if not place.share.is_vouched]
