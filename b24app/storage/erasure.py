"""Erasing a portal from every table, the ones a later version adds included."""

from __future__ import annotations

from sqlalchemy import Table, delete, update
from sqlalchemy.orm import Session

from .models import Activity, Base, FailedProof, Lease, Portal, PortalSettings

KEPT_WITHOUT_CLEANING = {Activity.__tablename__, PortalSettings.__tablename__}
NAMED_BY_TEXT = (Lease.name, FailedProof.name)
"""Columns of other names in which a member_id may stand."""


def erase(session: Session, member_id: str, *, keep_settings: bool) -> None:
    """Delete every row that names the portal; also fine for one that is gone already.

    `keep_settings` (`CLEAN=0`): settings stay, and the activity log without names. What rows
    say of user ids, cards and payments stays in both.
    """
    session.flush()
    # First the portal, with all that refers to it: a request under way that would add a row waits
    # here and is then refused, instead of leaving a token behind.
    session.execute(delete(Portal).where(Portal.member_id == member_id))
    for table in _naming_tables(keep_settings=keep_settings):
        session.execute(delete(table).where(table.c.member_id == member_id))
    for name in NAMED_BY_TEXT:
        session.execute(
            delete(name.class_).where(name.contains(member_id, autoescape=True)),
            execution_options={"synchronize_session": False},
        )
    if keep_settings:
        session.execute(
            update(Activity).where(Activity.member_id == member_id).values(user_name="")
        )
    session.expunge_all()


def _naming_tables(*, keep_settings: bool) -> list[Table]:
    kept = KEPT_WITHOUT_CLEANING if keep_settings else set()
    return [
        table
        for table in Base.metadata.sorted_tables
        if "member_id" in table.c and table.name not in kept
    ]
