"""Erase a portal from every table, including those that a later version adds."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, delete, func, select, update
from sqlalchemy.orm import Session

from .deletion import delete_where
from .models import Activity, Base, FailedProof, Job, Portal, PortalAddress, PortalSettings

KEPT_WITHOUT_CLEANING = {Activity.__tablename__, PortalSettings.__tablename__}
KEPT_UNTIL_TOLD = {Portal.__tablename__, PortalAddress.__tablename__, Job.__tablename__}
"""By which a report that comes later is known, and what waits for it."""


def erase(session: Session, member_id: str, *, keep_settings: bool) -> None:
    """Delete every row that names the portal; also fine for one that is gone already.

    `keep_settings` (`CLEAN=0`): settings stay, and the activity log without names and notes. What
    rows say of user ids, cards and payments stays in both.
    """
    session.flush()
    # First the portal, with everything that refers to it: a running request that would add a row
    # waits here and is then refused, instead of leaving a token behind.
    session.execute(delete(Portal).where(Portal.member_id == member_id))
    for table in _naming_tables(keep_settings=keep_settings):
        session.execute(delete(table).where(table.c.member_id == member_id))
    # Of events nobody proved; the only rows that are not of one portal.
    delete_where(session, FailedProof, FailedProof.name.contains(member_id, autoescape=True))
    if keep_settings:
        _forget_names(session, Activity.member_id == member_id)
    session.expunge_all()


def erase_people(session: Session, member_id: str) -> None:
    """Delete the tokens and names of a portal that is gone, before it is known what else goes."""
    for table in _naming_tables(keep_settings=True):
        if table.name not in KEPT_UNTIL_TOLD:
            session.execute(delete(table).where(table.c.member_id == member_id))
    session.execute(
        update(Portal)
        .where(Portal.member_id == member_id)
        .values(
            grant_access_sealed=None,
            grant_refresh_sealed=None,
            grant_expires_at=None,
            grant_user_id=None,
        ),
        execution_options={"synchronize_session": False},
    )
    _forget_names(session, Activity.member_id == member_id)
    session.expunge_all()


def erase_former(session: Session, member_id: str, *, keep_settings: bool) -> bool:
    """Delete what earlier installations left behind; nothing of the present one.

    The rest of an earlier installation went with its portal's row. `keep_settings` as in `erase`.
    Return whether settings were deleted.
    """
    name = select(Portal.installation_id).where(Portal.member_id == member_id)
    present = func.coalesce(name.scalar_subquery(), "")
    earlier = (Activity.member_id == member_id, Activity.installation_id != present)
    if keep_settings:
        _forget_names(session, *earlier)
        return False
    delete_where(session, Activity, *earlier)
    settings = (PortalSettings.member_id == member_id, PortalSettings.installation_id != present)
    return delete_where(session, PortalSettings, *settings) > 0


def _forget_names(session: Session, *which: ColumnElement[bool]) -> None:
    session.execute(
        update(Activity).where(*which).values(user_name="", note=""),
        execution_options={"synchronize_session": False},
    )


def _naming_tables(*, keep_settings: bool) -> list[Table]:
    kept = KEPT_WITHOUT_CLEANING if keep_settings else set()
    return [
        table
        for table in Base.metadata.sorted_tables
        if "member_id" in table.c and table.name not in kept
    ]
