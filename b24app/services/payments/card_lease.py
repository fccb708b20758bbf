"""Allow one write at a time on a card, across all processes.

The portal saves an order whole and locks nothing: whatever one write has added is deleted by
another one of the same order that was under way, and a payment that was just paid by its deletion
(quirk 104). Nor does it compare: what is free is read first and billed second, so several people
would bill the same, and an edit would overwrite another one that was made after the line was read.
So every write is alone (decisions 56); but it waits for its turn, since payments are often changed
in a row.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from b24app.errors import CardBusyError, DatabaseAwayError
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import ACTION_SECONDS
from b24app.storage import leases

log = logging.getLogger(__name__)

LEASE_SECONDS = 2 * ACTION_SECONDS
"""Longer than any action: how long the card stays locked after a process died in the middle.

The portal may still carry out what that process had sent, so the lease must not end with it.
"""

PAUSE_SECONDS, TURN_SECONDS = 0.1, 6.0
"""Some changes of an ordinary length; what is left of an action is enough for one more."""


@contextmanager
def alone(card: CardSession, what: str = "create", *, patience: float = 0.0) -> Iterator[None]:
    """Lock the card for `what`: "create" is every write of a payment, "begin" a creation alone.

    Raises CardBusyError where somebody else holds it, and still does after `patience` seconds.
    """
    ref = card.ref
    lease = leases.Key(card.member_id, f"{what}:{ref.entity_type_id}:{ref.entity_id}")
    owner = secrets.token_hex(16)
    end = card.deps.monotonic() + patience
    while not _is_taken(card, lease, owner):
        if card.deps.monotonic() >= end:
            raise CardBusyError("another change of this card is under way")
        card.deps.sleep(PAUSE_SECONDS)
    try:
        yield
    finally:
        _release(card, lease, owner)


def in_turn(card: CardSession) -> AbstractContextManager[None]:
    """Lock the card for a change, which waits for those before. Raises CardBusyError."""
    return alone(card, patience=TURN_SECONDS)


@contextmanager
def creating(card: CardSession) -> Iterator[None]:
    """Lock the card for a creation, which waits for changes before it and for no other creation.

    Who creates while somebody else does is to see that payment first. Raises CardBusyError.
    """
    with alone(card, "begin"), in_turn(card):
        yield


def _is_taken(card: CardSession, lease: leases.Key, owner: str) -> bool:
    with card.db.transaction() as session:
        return leases.try_take(session, lease, owner, card.clock(), LEASE_SECONDS)


def _release(card: CardSession, lease: leases.Key, owner: str) -> None:
    """Give the lease back. Never fails: what was done under it is told all the same.

    Without our database the lease ends by itself.
    """
    try:
        with card.db.transaction() as session:
            leases.release(session, lease, owner)
    except DatabaseAwayError as error:
        log.warning("%s was not given back: %s", lease.name, error)
