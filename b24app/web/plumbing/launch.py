"""Sign and check the session token that htmx sends with every request. No cookies in frames."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import request
from itsdangerous import BadData, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from b24app.domain import EntityRef
from b24app.errors import SessionExpiredError, SessionForgedError, SessionMissingError
from b24app.services.auth.card_session import SessionClaims
from b24app.services.auth.launches import SESSION_SECONDS

BEARER = "bearer"
RENEWABLE_SECONDS = 7 * 24 * 3600
"""How long after signing a token may still be exchanged for a new one, with a fresh AUTH_ID."""

NONCE_BYTES = 9
"""Twelve characters; a signature of them is a new one."""

CLOCKS_DIFFER = 60
"""Seconds by which the clock of who signed may be ahead: another machine's, or ours before it was
set. The library refuses a token of the next second."""


class SessionTokens:
    """Session tokens of one process; every process with the same SECRET_KEY reads them."""

    def __init__(self, secret_key: str, clock: Callable[[], datetime]) -> None:
        def serializer(ahead: int) -> URLSafeTimedSerializer:
            class Signer(TimestampSigner):
                def get_timestamp(self) -> int:
                    return int(clock().timestamp()) + ahead

            return URLSafeTimedSerializer(secret_key, salt="session", signer=Signer)

        self._serializer = serializer(0)
        self._reader = serializer(CLOCKS_DIFFER)
        self._renewer = serializer(RENEWABLE_SECONDS)

    def sign(self, ticket: SessionClaims) -> str:
        """Return URL-safe, dotted text. Its holder can read the content, but not change it.

        It is another one each time, also within a second, so that answers which hold it can be
        packed (`packing.py`).
        """
        payload = [
            ticket.launch_id,
            ticket.member_id,
            ticket.ref.entity_type_id,
            ticket.ref.entity_id,
            ticket.language,
            ticket.sealed,
            ticket.is_grouped,
            ticket.is_vouched,
            ticket.told,
            secrets.token_urlsafe(NONCE_BYTES),
        ]
        return str(self._serializer.dumps(payload))

    def read(self, token: str) -> SessionClaims:
        """Return the ticket. Raises SessionExpiredError, SessionForgedError."""
        return self._read(self._reader, token, SESSION_SECONDS + CLOCKS_DIFFER)

    def read_renewable(self, token: str) -> SessionClaims:
        """Return the ticket of a session that is to be renewed. Raises like `read`.

        Where a clock was set back it is of a time to come. The portal confirms who renews it.
        """
        return self._read(self._renewer, token, 2 * RENEWABLE_SECONDS)

    def _read(self, reader: URLSafeTimedSerializer, token: str, max_age: int) -> SessionClaims:
        try:
            payload: Any = reader.loads(token, max_age=max_age)
        except SignatureExpired:
            raise SessionExpiredError("the session token is too old") from None
        except BadData:
            raise SessionForgedError("the session token was not signed here") from None
        launch_id, member_id, entity_type_id, entity_id, language, sealed, *more = payload
        ref = EntityRef(entity_type_id, entity_id)
        # A token signed before the last of these existed has fewer. What follows them says nothing.
        return SessionClaims(launch_id, member_id, ref, language, sealed, *more[:3])


def bearer_token() -> str:
    """Return the token of the current request. Raises SessionMissingError."""
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != BEARER or not token or len(header) > 8192:
        raise SessionMissingError("no session token")
    return token.strip()
