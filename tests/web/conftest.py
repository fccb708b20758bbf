"""One stage for many tests of writes: its books and what we remember are put back in between."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.faults import FaultPlan
from b24app.simulator.portal_state.people import make_users
from b24app.simulator.portal_state.switches import Switches
from b24app.storage.models import Base, Portal
from tests.stage import Stage
from tests.web.login import Browser

KEPT = frozenset({"portals", "user_tokens", "portal_settings"})


@pytest.fixture(scope="module")
def module_stage(sqlite_databases, tmp_path_factory):
    folder = tmp_path_factory.mktemp("writes")
    stage = Stage(sqlite_databases.clean(folder), folder / "rest-log")
    stage.install()
    yield stage
    stage.close()


@pytest.fixture
def writing_stage(module_stage):
    """The installed stage as it is at the start, without installing it for every test."""
    put_back(module_stage)
    return module_stage


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


@pytest.fixture
def browser(stage):
    """A browser of its own at our https address, as the cookie demands."""
    return Browser(stage)
