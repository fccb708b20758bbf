"""Access tokens (one hour), refresh tokens (180 days, rotated) and authorization codes (30 s)."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from b24app.simulator.portal_state.clock import Clock

ACCESS_SECONDS = 3600
CODE_SECONDS = 30
REFRESH_DAYS = 180
_ALPHABET = string.ascii_lowercase + string.digits


@dataclass
class Token:
    """One pair. `client_id` is None for a webhook; `install_number` 0 means before any install."""

    access_token: str
    refresh_token: str
    user_id: int
    client_id: str | None
    scope: tuple[str, ...]
    install_number: int
    expires_at: datetime
    refresh_expires_at: datetime
    is_refresh_used: bool = False


@dataclass
class AuthorizationCode:
    """A code of the full OAuth flow, good for one exchange within 30 seconds."""

    code: str
    user_id: int
    client_id: str
    expires_at: datetime
    is_used: bool = False


def random_key() -> str:
    """Return 32 lower-case letters and digits, the shape of the portal's tokens and codes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(32))


class TokenStore:
    """All tokens of one portal. Not thread-safe by itself: callers hold the portal's lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_access: dict[str, Token] = {}
        self._by_refresh: dict[str, Token] = {}
        self._codes: dict[str, AuthorizationCode] = {}

    def issue(
        self, user_id: int, client_id: str | None, scope: tuple[str, ...], install_number: int
    ) -> Token:
        """Make and keep a new pair."""
        now = self._clock.now()
        token = Token(
            access_token=random_key(),
            refresh_token=random_key(),
            user_id=user_id,
            client_id=client_id,
            scope=scope,
            install_number=install_number,
            expires_at=now + timedelta(seconds=ACCESS_SECONDS),
            refresh_expires_at=now + timedelta(days=REFRESH_DAYS),
        )
        self._by_access[token.access_token] = token
        self._by_refresh[token.refresh_token] = token
        return token

    def by_access(self, access_token: str) -> Token | None:
        """Return the pair of an access token, expired or not; None when it was never issued."""
        return self._by_access.get(access_token)

    def by_refresh(self, refresh_token: str) -> Token | None:
        """Return the pair whose refresh token was not used, too old or not; None for any other."""
        token = self._by_refresh.get(refresh_token)
        return None if token is None or token.is_refresh_used else token

    def by_any_refresh(self, refresh_token: str) -> Token | None:
        """Return the pair of a refresh token, used, expired or not; None if never issued."""
        return self._by_refresh.get(refresh_token)

    def rotate(self, token: Token, scope: tuple[str, ...]) -> Token:
        """Use up a refresh token and return the new pair; the old access token lives on."""
        token.is_refresh_used = True
        return self.issue(token.user_id, token.client_id, scope, token.install_number)

    def expire_access(self) -> int:
        """Let every access token expire now; return how many were alive."""
        now = self._clock.now()
        alive = [token for token in self._by_access.values() if token.expires_at > now]
        for token in alive:
            token.expires_at = now
        return len(alive)

    def set_scope(self, client_id: str, scope: tuple[str, ...]) -> None:
        """Give all tokens of an application another scope."""
        for token in self._by_access.values():
            if token.client_id == client_id:
                token.scope = scope

    def issue_code(self, user_id: int, client_id: str) -> AuthorizationCode:
        """Make a code for the redirect of /oauth/authorize/."""
        expires_at = self._clock.now() + timedelta(seconds=CODE_SECONDS)
        code = AuthorizationCode(random_key(), user_id, client_id, expires_at)
        self._codes[code.code] = code
        return code

    def use_code(self, text: str, client_id: str) -> AuthorizationCode | None:
        """Use a code up and return it, too old or not; None for a used, unknown or foreign one."""
        code = self._codes.get(text)
        if code is None or code.is_used or code.client_id != client_id:
            return None
        code.is_used = True
        return code
