"""Find the portal that has an address: for logins outside the frame, which know no more of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from .deletion import delete_where
from .models import PortalAddress
from .upsert import put


def portal_at(session: Session, endpoints: Sequence[str]) -> str | None:
    """Return the member_id of who has one of these REST bases; the newest if two claim it."""
    query = select(PortalAddress.member_id).where(PortalAddress.client_endpoint.in_(endpoints))
    return session.scalars(query.order_by(PortalAddress.noted_at.desc()).limit(1)).first()


def note(session: Session, member_id: str, client_endpoint: str, now: datetime) -> None:
    """Remember that the portal is at this address."""
    put(
        session,
        PortalAddress,
        client_endpoint=client_endpoint,
        member_id=member_id,
        noted_at=now,
    )


def forget(session: Session, member_id: str, client_endpoint: str) -> None:
    """Forget that the portal is there: it has moved."""
    which = (
        PortalAddress.client_endpoint == client_endpoint,
        PortalAddress.member_id == member_id,
    )
    delete_where(session, PortalAddress, *which)
