"""Describe what is requested: the request, and the action that a person wants."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from b24app.services.actions import Action, DeedName

OF_NO_CHOICE = frozenset({DeedName.PAY, DeedName.UNPAY, DeedName.DELETE})
"""What a payment and the name of the deed say all of."""


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """The request for a write: its key, what it asks for, and its id in the log.

    `is_undo`: it undoes another one. `note` is what the person wrote to it.
    """

    key: str
    fingerprint: str
    request_id: str
    is_undo: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person wants.

    `is_repeatable`: a second run has no further effect, also at the portal. `is_second`: it is one,
    and nobody knows how far the first one came; `is_in_log`: the activity log says so already.
    """

    action: Action
    name: DeedName
    payment_id: int | None = None
    is_repeatable: bool = True
    is_second: bool = False
    is_in_log: bool = False

    def repeats(self, asked: WriteRequest) -> str:
        """Return what names it where a second run has no further effect, else "".

        Of one that chooses something, only the same choice is the same: another one would be undone
        by the first run.
        """
        if not self.is_repeatable:
            return ""
        choice = "" if self.name in OF_NO_CHOICE else asked.fingerprint
        return f"{self.name}:{self.payment_id}:{choice}"


def fingerprint(*parts: str) -> str:
    """Return a digest of a request's body: the same key with another body is refused."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
