"""Bundle what every use case needs: storage, the two clients, the clock. Made once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from b24app.bitrix.log.rest_log import RestLog
from b24app.bitrix.oauth.server import AuthorizationServer
from b24app.bitrix.wire.client import BitrixClient, TokenSource
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.portal_api import PortalApi
from b24app.cipher import Cipher
from b24app.errors import DatabaseAwayError
from b24app.services.manifest import Manifest
from b24app.storage import leases
from b24app.storage.session import Database

log = logging.getLogger(__name__)

READ_SECONDS = 12.0
"""For all calls of one reading request: the page gives up after 15 seconds."""

WRITE_SECONDS = 8.5
"""For a write; the remainder of 15 seconds is for reading back after a lost answer."""

PART_SECONDS = 5.0
"""How long the writes of one request should take, where there are more (quirk 105)."""

SETTLE_SECONDS = 4.0
"""Reserved for reading back, whatever the earlier steps took."""

ACTION_SECONDS = 14.0
"""For all steps of one write: proof, write and reading back."""

STEP_SECONDS = 27.0
"""For all steps of one request of the installer: the proxy gives up after 30 seconds."""

AUTHORIZATION_PART = 4

STORE_PAUSES = (0.05, 0.3, 1.0)
STORE_SECONDS = 2.0
"""A database that takes longer to refuse is away: the person has waited for the portal, too."""

T = TypeVar("T")

_action_end: ContextVar[float | None] = ContextVar("action_end", default=None)
_patience_end: ContextVar[float | None] = ContextVar("patience_end", default=None)


@dataclass(frozen=True)
class Deps:
    """The things a use case works with. `clock` answers aware UTC."""

    db: Database
    cipher: Cipher
    client: BitrixClient
    authorization: AuthorizationServer
    rest_log: RestLog
    manifest: Manifest
    app_url: str
    client_id: str
    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    trust_local_portals: bool = False

    def deadline(self, seconds: float = READ_SECONDS) -> Deadline:
        """Start the deadline for all calls of one step.

        Within `one_action`, a step gets no more than what the action has left, and every step
        except reading back leaves time for it. Within `patiently` it gets all that is left.
        """
        patience = _patience_end.get()
        if patience is not None:
            return Deadline(max(0.0, patience - self.monotonic()), self.monotonic)
        end = _action_end.get()
        if end is not None:
            kept = SETTLE_SECONDS if seconds > SETTLE_SECONDS else 0.0
            seconds = min(seconds, max(0.0, end - kept - self.monotonic()))
        return Deadline(seconds, self.monotonic)

    def api_with(self, tokens: TokenSource) -> PortalApi:
        """Return the API of a portal with this token; nothing is known of its batches."""
        return PortalApi(self.client, tokens, self.deadline)

    def carry(self, threads: int) -> None:
        """Set how many requests this process serves at once; portals share them.

        The authorization server, which all portals need, may hold a quarter.
        """
        self.client.shares.resize(threads)
        self.authorization.shares.resize(threads // AUTHORIZATION_PART)

    def store(self, work: Callable[[bool], T]) -> T:
        """Do work on our database whose loss no later try makes good: a server has acted on it.

        A connection that breaks just now, as in a restart, is tried again for a moment; `work` is
        told whether it is. Raises DatabaseAwayError.
        """
        end = self.monotonic() + STORE_SECONDS
        is_again = False
        for pause in STORE_PAUSES:
            try:
                return work(is_again)
            except DatabaseAwayError:
                if self.monotonic() > end:
                    raise
                is_again = True
                self.sleep(pause)
        return work(is_again)

    def give_back(self, lease: leases.Key, owner: str) -> None:
        """Give a lease back. Never fails: what was done under it counts, and it ends by itself."""
        try:
            with self.db.of(lease.member_id).transaction() as session:
                leases.release(session, lease, owner)
        except DatabaseAwayError as error:
            log.warning("%s was not given back: %s", lease.name, error)

    @contextmanager
    def one_action(self) -> Iterator[None]:
        """Limit the time of all steps of one write: a person waits 15 seconds at most.

        A step with no time left is not sent and raises NoConnectionError.
        """
        token = _action_end.set(self.monotonic() + ACTION_SECONDS)
        try:
            yield
        finally:
            _action_end.reset(token)

    @contextmanager
    def patiently(self, seconds: float = STEP_SECONDS) -> Iterator[None]:
        """Let each step of a request take all that is left of its time, as in the installer.

        A slow answer is better than none where nobody can go on without it, and what was given up
        may have been done all the same.
        """
        token = _patience_end.set(self.monotonic() + seconds)
        try:
            yield
        finally:
            _patience_end.reset(token)
