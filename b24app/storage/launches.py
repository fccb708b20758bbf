"""Store proven openings of a tab: the user, the card, and what the portal listed for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from b24app.domain import EntityRef, PortalUser
from b24app.errors import UnprovenError

from .deletion import delete_some
from .models import Launch

MOST_SHOWN = 5_000
"""Payments beside those listed last that an opening remembers, the newest: each request reads them,
and a portal may list others at every refresh."""

_LAUNCHES = Launch.__table__.c
_IS_LAUNCH = (
    _LAUNCHES.member_id == bindparam("of_member"),
    _LAUNCHES.launch_id == bindparam("of_launch"),
)
_SHOWN = select(_LAUNCHES.shown).where(*_IS_LAUNCH)
_NOTE = (
    update(cast("Table", Launch.__table__))
    .where(*_IS_LAUNCH)
    .values({name: bindparam(name) for name in ("listed", "listed_at", "shown")})
)


def find(session: Session, member_id: str, launch_id: str) -> Launch | None:
    """Return the launch, or None if nobody was proven for it.

    Its age does not count: the session token that names it ends sooner (`SESSION_SECONDS`).
    """
    return session.get(Launch, (member_id, launch_id))


def save(
    session: Session,
    *,
    launch_id: str,
    member_id: str,
    user: PortalUser,
    ref: EntityRef,
    expires_at: datetime,
) -> Launch:
    """Keep a proof; a second proof of the same launch renews it and keeps what was listed.

    Raises UnprovenError where the id belongs to an opening by somebody else or on another card,
    UnknownPortalError at the latest when the transaction ends.
    """
    launch = find(session, member_id, launch_id)
    if launch is None:
        launch = Launch(
            member_id=member_id,
            launch_id=launch_id,
            user_id=user.id,
            entity_type_id=ref.entity_type_id,
            entity_id=ref.entity_id,
        )
        session.add(launch)
    elif _identity(launch) != (user.id, ref):
        raise UnprovenError("the launch belongs to another opening")
    launch.is_admin = user.is_admin
    launch.user_name = user.name
    launch.time_zone = user.time_zone
    launch.expires_at = expires_at
    return launch


def note_listed(
    session: Session, member_id: str, launch_id: str, payment_ids: Iterable[int], now: datetime
) -> None:
    """Remember which payments the portal listed for this launch. An unknown one is no error."""
    key = {"of_member": member_id, "of_launch": launch_id}
    row = session.execute(_SHOWN, key).one_or_none()
    if row is None:
        return
    listed = list(payment_ids)
    others = sorted({*(row.shown or ())}.difference(listed))
    shown = sorted({*listed, *others[-MOST_SHOWN:]})
    session.execute(_NOTE, {**key, "listed": listed, "listed_at": now, "shown": shown})


def take_over(session: Session, old: Launch, launch_id: str) -> None:
    """Copy what an earlier opening by the same user on the same card was shown."""
    launch = find(session, old.member_id, launch_id)
    if launch is None or _identity(launch) != _identity(old):
        raise UnprovenError("the launch belongs to another opening")
    launch.listed, launch.listed_at, launch.shown = old.listed, old.listed_at, old.shown


def delete_expired(session: Session, now: datetime) -> int:
    """Delete launches that are over. Returns how many."""
    return delete_some(session, Launch, Launch.expires_at <= now)


def _identity(launch: Launch) -> tuple[int, EntityRef]:
    return launch.user_id, EntityRef(launch.entity_type_id, launch.entity_id)
