"""Encrypt the content of the login cookie: the state, and the address it was sent to."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from b24app.cipher import Cipher, DecryptionError
from b24app.errors import UnprovenError
from b24app.services.admin.oauth_login import LIFETIME_SECONDS

PURPOSE = "login"


class LoginStates:
    """Started logins; only processes with the same keys can read them."""

    def __init__(self, cipher: Cipher, clock: Callable[[], datetime]) -> None:
        self._cipher = cipher
        self._clock = clock

    def close(self, state: str, host: str) -> str:
        """Return the cookie's value."""
        content = [PURPOSE, state, host, int(self._clock().timestamp())]
        return self._cipher.encrypt(json.dumps(content))

    def open(self, value: str) -> tuple[str, str]:
        """Return state and host. Raises UnprovenError: forged, too old or missing."""
        try:
            purpose, state, host, started = json.loads(self._cipher.decrypt(value))
        except (DecryptionError, ValueError, TypeError):
            raise UnprovenError("no login was started in this browser") from None
        if purpose != PURPOSE or self._clock().timestamp() - started > LIFETIME_SECONDS:
            raise UnprovenError("the login was started too long ago")
        return state, host
