"""A portal's settings as its administrators saved them; meaning and defaults are the services'."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import PortalSettings
from .upsert import put


def load(session: Session, member_id: str) -> dict[str, Any]:
    """Return what was saved, an empty dict where nothing ever was."""
    query = select(PortalSettings.data).where(PortalSettings.member_id == member_id)
    return dict(session.scalar(query) or {})


def save(
    session: Session,
    member_id: str,
    data: dict[str, Any],
    *,
    updated_by: int | None,
    now: datetime,
) -> None:
    """Replace all settings. User ids are welcome in `data`, names are not."""
    put(
        session,
        PortalSettings,
        member_id=member_id,
        data=data,
        updated_at=now,
        updated_by=updated_by,
    )
