"""One stage for many tests of writes: its books and what we remember are put back in between."""

from __future__ import annotations

from sqlalchemy import delete, update

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.faults import FaultPlan
from b24app.simulator.portal_state.people import make_users
from b24app.simulator.portal_state.switches import Switches
from b24app.storage.models import Base, Portal

KEPT = frozenset({"portals", "user_tokens", "portal_settings"})


def put_back(stage):
    """Bring a stage back to where it was after the installation."""
    portal = stage.portal
    portal.crm, portal.users, portal.switches = CrmData(), make_users(), Switches()
    seed.fill(portal.crm, payments=4)
    portal.faults = FaultPlan()
    with stage.database.transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in KEPT:
                session.execute(delete(table))
        session.execute(update(Portal).values(batch_refused_until=None))
    stage.slept.clear()
    stage.adapter.sent.clear()
    stage.forget_calls()
