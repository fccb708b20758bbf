"""A portal's life as our database has it, and what an insider or a silent portal does to it."""

from __future__ import annotations

from contextlib import contextmanager

from sqlalchemy import Table, select

from b24app.storage import portals, settings
from b24app.storage.models import Base, Job
from tests.storage import setting
from tests.support.events import post

MINUTE, HOUR = 60, 3600
SOON = (MINUTE, 4 * MINUTE, 10 * MINUTE)
"""From one question to the next, until a silent portal is shut out."""


def portal_of(stage):
    with stage.database.reading() as session:
        return portals.find(session, stage.portal.member_id)


def tables_naming(stage, member_id):
    """Names of the tables in which a row names the portal, in whatever column."""
    found = set()
    with stage.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            assert isinstance(table, Table)
            rows = session.execute(select(table)).all()
            if any(member_id in str(value) for row in rows for value in row):
                found.add(table.name)
    return found


@contextmanager
def as_installed(stage, member_id):
    """A transaction that writes of a portal; of another one, only settings and log stay."""
    now = stage.deps.clock()
    with stage.database.transaction() as session:
        is_there = portals.find(session, member_id) is not None
        portal = portals.claim(session, setting.grant_of(member_id, now), now)
        yield session
        if not is_there:
            session.delete(portal)


def live_on(stage):
    """A portal that was used: openings, a paid payment in the activity log, saved settings."""
    tab = stage.tab()
    assert tab.post("/payments/1038/pay").status_code == 200
    with stage.database.transaction() as session:
        data = {"retention_days": 90}
        settings.save(session, stage.portal.member_id, data, updated_by=1, now=stage.deps.clock())
    return tab


def report(stage, clean="1"):
    """The event as an insider can forge it: with the right token, while the app is installed."""
    assert post(stage, "ONAPPUNINSTALL", {"CLEAN": clean}).status_code == 200
    stage.work_off()


def waiting(stage):
    with stage.database.reading() as session:
        query = select(Job.run_at).where(Job.kind == "uninstall_probe", Job.run_at.is_not(None))
        return [moment - stage.deps.clock() for moment in session.scalars(query)]


def stay_silent(stage):
    """Let the time pass in which a silent portal is asked again before it is shut out."""
    for seconds in SOON:
        stage.advance(seconds)
        stage.run_housekeeping()


def stored_token(stage):
    with stage.database.reading() as session:
        return portals.application_token(session, stage.deps.cipher, stage.portal.member_id)


def grant_of(stage):
    with stage.database.reading() as session:
        return portals.grant_tokens(session, stage.deps.cipher, stage.portal.member_id)


def exchanges(stage):
    return [one for one in stage.portal.recorder.requests if one.path == "/oauth/token/"]
