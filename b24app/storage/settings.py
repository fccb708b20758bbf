"""Store a portal's settings as saved; their meaning and defaults are in services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from b24app.errors import UnknownPortalError

from .models import PortalSettings
from .upsert import installation_of, put

_SETTINGS = PortalSettings.__table__.c
_LOAD = select(_SETTINGS.data).where(_SETTINGS.member_id == bindparam("member_id"))


@dataclass(frozen=True, slots=True)
class Saved:
    """When the settings were saved last, and by whom."""

    at: datetime
    user_id: int | None


def last_saved(session: Session, member_id: str) -> Saved | None:
    """Return when and by whom; None where nothing ever was."""
    query = select(PortalSettings.updated_at, PortalSettings.updated_by).where(
        PortalSettings.member_id == member_id
    )
    row = session.execute(query).one_or_none()
    return None if row is None else Saved(*row)


def load(session: Session, member_id: str) -> dict[str, Any]:
    """Return what was saved, an empty dict where nothing ever was."""
    return dict(session.scalar(_LOAD, {"member_id": member_id}) or {})


def save(
    session: Session,
    member_id: str,
    data: dict[str, Any],
    *,
    updated_by: int | None,
    now: datetime,
) -> None:
    """Replace all settings. `data` may hold user ids, but no names. Raises UnknownPortalError."""
    installation = installation_of(session, member_id)
    if not installation:
        raise UnknownPortalError("the portal is not installed any more")
    put(
        session,
        PortalSettings,
        member_id=member_id,
        installation_id=installation,
        data=data,
        updated_at=now,
        updated_by=updated_by,
    )
