"""Tell a portal's installations apart, and what may still be reported about the previous one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from b24app.cipher import Cipher
from b24app.domain import TokenResponse

from . import addresses, portals
from .erasure import erase_former
from .sealed import open_or_none

__all__ = ["FORMER_KEPT", "begin_next", "erase_former", "former_token", "is_former_open", "settle"]

FORMER_KEPT = timedelta(hours=72)
"""How long an event may still report the end of a replaced installation."""


def begin_next(session: Session, grant: TokenResponse, now: datetime) -> None:
    """Make way for another installation of a portal: only settings and activity stay, as former.

    An event may report the end of the former one until `FORMER_KEPT` has passed.
    """
    former = portals.lock(session, grant.member_id)
    token = None if former is None else former.application_token_sealed
    if former is not None:
        addresses.forget(session, former.member_id, former.client_endpoint)
        session.delete(former)
        session.flush()
    portal = portals.claim(session, grant, now)
    portal.former_token_sealed = token
    portal.former_until = now + FORMER_KEPT
    session.flush()


def is_former_open(session: Session, member_id: str, now: datetime) -> bool:
    """Return whether an event may still report the end of the installation before this one."""
    portal = portals.find(session, member_id)
    return portal is not None and portal.former_until is not None and portal.former_until > now


def former_token(session: Session, cipher: Cipher, member_id: str, now: datetime) -> str | None:
    """Return the token that such an event carries; None where none is expected or known."""
    portal = portals.find(session, member_id)
    if portal is None or portal.former_token_sealed is None:
        return None
    if not is_former_open(session, member_id, now):
        return None
    return open_or_none(cipher, portal.former_token_sealed)


def settle(session: Session, member_id: str) -> None:
    """Stop expecting an event about the former installation."""
    portal = portals.lock(session, member_id)
    if portal is not None:
        portal.former_token_sealed = None
        portal.former_until = None
