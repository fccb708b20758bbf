"""What every use case is given: storage, the two clients, the clock. Made once by the root."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from b24app.bitrix.log.rest_log import RestLog
from b24app.bitrix.oauth.server import AuthorizationServer
from b24app.bitrix.wire.client import BitrixClient, TokenSource
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.portal_api import PortalApi
from b24app.seal import Seal
from b24app.services.manifest import Manifest
from b24app.storage.session import Database

READ_SECONDS = 12.0
"""All calls of one reading request together: the page gives up after 15 seconds."""

WRITE_SECONDS = 8.5
"""A write may take this long; what is left of 15 seconds settles a lost answer."""

SETTLE_SECONDS = 4.0
"""Kept for reading back, whatever the steps before it took."""

ACTION_SECONDS = 14.0
"""All steps of one write together: proof, write and reading back."""

AUTHORIZATION_PART = 4

_action_end: ContextVar[float | None] = ContextVar("action_end", default=None)


@dataclass(frozen=True)
class Deps:
    """The things a use case works with. `clock` answers aware UTC."""

    db: Database
    seal: Seal
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
        """Start counting down the time all calls of one step have together.

        Within `one_action` a step gets no more than what the action has left, and every step but
        the reading back leaves time for that.
        """
        end = _action_end.get()
        if end is not None:
            kept = SETTLE_SECONDS if seconds > SETTLE_SECONDS else 0.0
            seconds = min(seconds, max(0.0, end - kept - self.monotonic()))
        return Deadline(seconds, self.monotonic)

    def api_with(self, tokens: TokenSource) -> PortalApi:
        """Speak to a portal with this token; of its batches nothing is known."""
        return PortalApi(self.client, tokens, self.deadline)

    def carry(self, threads: int) -> None:
        """Say how many requests the server gives this process at once; portals share them.

        The authorization server, for which all portals wait alike, may hold a quarter.
        """
        self.client.shares.resize(threads)
        self.authorization.shares.resize(threads // AUTHORIZATION_PART)

    @contextmanager
    def one_action(self) -> Iterator[None]:
        """Bound the steps of one write: a person waits 15 seconds at most, however many there are.

        A step for which no time is left is not sent and says so (NoConnectionError).
        """
        token = _action_end.set(self.monotonic() + ACTION_SECONDS)
        try:
            yield
        finally:
            _action_end.reset(token)
