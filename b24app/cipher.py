"""Encryption of tokens at rest and of what has to travel through a browser unread. Lowest layer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class DecryptionError(Exception):
    """The text was not encrypted with any of the present keys, or is too old."""


class Cipher:
    """Fernet with rotating keys: the first key encrypts, all keys decrypt (`TOKEN_KEYS`).

    `has_old_keys`: there are others behind the first, so one may still be needed.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = Fernet(keys[0])
        self._mark_key = hashlib.sha256(b"mark" + keys[0].encode()).digest()
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self.has_old_keys = len(keys) > 1

    def encrypt(self, text: str) -> str:
        """Return `text` encrypted, as URL-safe text."""
        return self.encrypt_bytes(text.encode())

    def encrypt_bytes(self, content: bytes) -> str:
        """Return `content` encrypted, as URL-safe text."""
        return self._fernet.encrypt(content).decode()

    def decrypt(self, encrypted: str) -> str:
        """Return the plain text. Raises DecryptionError."""
        return self.decrypt_bytes(encrypted).decode()

    def decrypt_bytes(self, encrypted: str) -> bytes:
        """Return the plain content. Raises DecryptionError."""
        try:
            return self._fernet.decrypt(encrypted.encode())
        except InvalidToken:
            raise DecryptionError("encrypted with an unknown key or damaged") from None

    def is_newest(self, encrypted: str) -> bool:
        """Return whether `encrypted` was made with the first key."""
        try:
            self._newest.decrypt(encrypted.encode())
        except InvalidToken:
            return False
        return True

    def rotate(self, encrypted: str) -> str:
        """Return the same content encrypted with the first key. Raises DecryptionError."""
        try:
            return self._fernet.rotate(encrypted.encode()).decode()
        except InvalidToken:
            raise DecryptionError("encrypted with an unknown key or damaged") from None

    def mark(self, text: str) -> str:
        """Return 64 hex digits that stand for `text`: the same ones while the first key stays.

        Without the key nobody finds the text, not even by trying all there are.
        """
        return hmac.new(self._mark_key, text.encode(), hashlib.sha256).hexdigest()
