"""Signs what the login cookie remembers: the state that was sent along, and for which portal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

LIFETIME_SECONDS = 10 * 60


class LoginStates:
    """Started logins; every process with the same SECRET_KEY reads them."""

    def __init__(self, secret_key: str, clock: Callable[[], datetime]) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock().timestamp())

        self._serializer = URLSafeTimedSerializer(secret_key, salt="login", signer=Signer)

    def sign(self, state: str, member_id: str) -> str:
        """Return the cookie's value."""
        return str(self._serializer.dumps([state, member_id]))

    def read(self, value: str) -> tuple[str, str]:
        """Return state and member_id. Raises itsdangerous.BadData: forged, too old or missing."""
        state, member_id = self._serializer.loads(value, max_age=LIFETIME_SECONDS)
        return str(state), str(member_id)
