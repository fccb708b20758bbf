"""What is asked for: the request, and the act that a person wants."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from b24app.services.actions import Action


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """Which request asks for a write: its key, what it asks for, and its id in the log.

    `is_undo`: it takes back another one.
    """

    key: str
    fingerprint: str
    request_id: str
    is_undo: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person wants. `name` is the activity log's word, such as "pay".

    `is_repeatable`: running it twice has the effect of once, also at the portal.
    """

    action: Action
    name: str
    payment_id: int | None = None
    is_repeatable: bool = True


def fingerprint(*parts: str) -> str:
    """Identify the body of a request: the same key with another one is refused."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
