"""Decrypt what `Cipher` encrypted; an unreadable text counts as missing."""

from __future__ import annotations

import logging
from datetime import datetime

from b24app.cipher import Cipher, DecryptionError
from b24app.domain import TokenPair

log = logging.getLogger(__name__)


def open_or_none(cipher: Cipher, sealed: str) -> str | None:
    """Return the plain text, or None where no present key opens it.

    If a key was removed from `TOKEN_KEYS` too early, people reopen the tab and see no error page.
    """
    try:
        return cipher.decrypt(sealed)
    except DecryptionError:
        log.warning("a stored secret was sealed with a key that TOKEN_KEYS does not hold")
        return None


def open_pair(
    cipher: Cipher, access_sealed: str, refresh_sealed: str, expires_at: datetime
) -> TokenPair | None:
    """Return the pair, or None. An empty `refresh_sealed` stands for no refresh token."""
    access = open_or_none(cipher, access_sealed)
    refresh = open_or_none(cipher, refresh_sealed) if refresh_sealed else ""
    if access is None or refresh is None:
        return None
    return TokenPair(access, refresh, expires_at)
