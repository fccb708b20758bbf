"""Uninstalling: a dead grant erases, a living one contradicts, silence shuts out and waits."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import Table, select

from b24app.domain import EntityRef
from b24app.errors import (
    AppUninstalledError,
    AuthorizationServerError,
    NotInstalledError,
    PlanWithoutRestError,
    PortalBusyError,
    PortalSilentError,
    SubscriptionEndedError,
    UserBlockedError,
)
from b24app.services.uninstall import Verdict, verdict_of
from b24app.storage import activity, portals, settings
from b24app.storage.models import Base, Job
from tests.stage import ADMIN, DEAL, MANAGER, PORTAL
from tests.web.test_events import post

MINUTE, HOUR = 60, 3600
PROBE = "app.info"


def portal_of(stage):
    with stage.deps.db.reading() as session:
        return portals.find(session, stage.portal.member_id)


def tables_naming(stage, member_id):
    """Names of the tables in which a row names the portal, in whatever column."""
    found = set()
    with stage.deps.db.reading() as session:
        for table in Base.metadata.sorted_tables:
            assert isinstance(table, Table)
            rows = session.execute(select(table)).all()
            if any(member_id in str(value) for row in rows for value in row):
                found.add(table.name)
    return found


def live_on(stage):
    """A portal that was used: openings, a paid payment in the activity log, saved settings."""
    tab = stage.tab()
    assert tab.post("/payments/1038/pay").status_code == 200
    with stage.deps.db.transaction() as session:
        data = {"retention_days": 90}
        settings.save(session, stage.portal.member_id, data, updated_by=1, now=stage.deps.clock())
    return tab


def report(stage, clean="1"):
    """The event as an insider can forge it: with the right token, while the app is installed."""
    assert post(stage, "ONAPPUNINSTALL", {"CLEAN": clean}).status_code == 200
    stage.work_off()


def uninstall(stage, *, clean=True):
    stage.portal.uninstall(clean)
    stage.deliver()
    stage.work_off()


def waiting(stage):
    with stage.deps.db.reading() as session:
        query = select(Job.run_at).where(Job.kind == "uninstall_probe", Job.done_at.is_(None))
        return [moment - stage.deps.clock() for moment in session.scalars(query)]


def probes(stage):
    return len(stage.asked(PROBE))


# Dead


def test_an_uninstallation_with_its_data_leaves_no_row_that_names_the_portal(
    stage_on_each_database,
):
    stage = stage_on_each_database
    live_on(stage)

    uninstall(stage, clean=True)

    assert tables_naming(stage, stage.portal.member_id) == set()


def test_an_uninstallation_without_its_data_leaves_settings_and_nameless_activity(
    stage_on_each_database,
):
    stage = stage_on_each_database
    live_on(stage)
    with stage.deps.db.reading() as session:
        assert [one.user_name for one in activity.page(session, stage.portal.member_id)] != [""]

    uninstall(stage, clean=False)

    assert tables_naming(stage, stage.portal.member_id) == {"activity", "portal_settings"}
    with stage.deps.db.reading() as session:
        lines = activity.page(session, stage.portal.member_id)
    assert [(one.user_name, one.action) for one in lines] == [("", "pay")]


def test_a_reinstallation_finds_the_settings_that_were_kept(stage):
    live_on(stage)
    uninstall(stage, clean=False)

    stage.install()

    with stage.deps.db.reading() as session:
        assert settings.load(session, stage.portal.member_id) == {"retention_days": 90}
    assert portal_of(stage).state == "active"


def test_sessions_of_an_erased_portal_open_nothing(stage):
    tab = live_on(stage)
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})

    uninstall(stage)

    assert tab.show().status_code == 403
    assert stage.frame("/placement", fields).status_code == 403


def test_a_grant_that_expired_is_refused_a_new_one_after_the_uninstallation(stage):
    stage.portal.tokens.expire_access()

    uninstall(stage)

    assert portal_of(stage) is None


def test_a_grant_the_authorization_server_refused_before_counts_as_dead(stage):
    with stage.deps.db.transaction() as session:
        portals.drop_grant_tokens(session, stage.portal.member_id)

    report(stage)

    assert portal_of(stage) is None


def test_a_grant_that_no_key_opens_is_no_reason_to_erase(stage):
    with stage.deps.db.transaction() as session:
        portals.find(session, stage.portal.member_id).grant_access_sealed = "sealed otherwise"

    report(stage)

    assert portal_of(stage).state == "closed"


# Alive


def test_a_living_grant_contradicts_the_event(stage, caplog):
    caplog.set_level(logging.WARNING)
    tab = live_on(stage)
    before = tables_naming(stage, stage.portal.member_id)

    report(stage)

    assert portal_of(stage).state == "active"
    assert before <= tables_naming(stage, stage.portal.member_id)
    assert tab.show().status_code == 200
    assert f"uninstall of {stage.portal.member_id} refused: its grant still works" in caplog.text


def test_a_contradicted_event_is_probed_again_three_times_and_then_forgotten(stage):
    report(stage)
    stage.forget_calls()

    for seconds in (10 * MINUTE, 50 * MINUTE, 23 * HOUR):
        stage.run_housekeeping()
        before = probes(stage)
        stage.advance(seconds)
        stage.run_housekeeping()
        assert probes(stage) == before + 1

    assert probes(stage) == 3
    assert waiting(stage) == []
    assert portal_of(stage).state == "active"


def test_the_process_that_took_the_event_probes_again_in_time_without_housekeeping(stage):
    report(stage)
    stage.forget_calls()

    for seconds in (10 * MINUTE, 50 * MINUTE, 23 * HOUR):
        before = probes(stage)
        stage.advance(seconds - 1)
        stage.ring()
        assert probes(stage) == before
        stage.advance(1)
        stage.ring()
        assert probes(stage) == before + 1

    assert stage.waiting == []


def test_a_timer_beside_housekeeping_probes_nothing_twice(stage):
    report(stage)
    stage.forget_calls()
    stage.advance(10 * MINUTE)

    stage.run_housekeeping()
    stage.ring()

    assert probes(stage) == 1
    assert len(stage.waiting) == 1


def test_an_uninstallation_that_shows_late_is_found_by_a_later_probe(stage):
    report(stage, clean="1")
    stage.portal.installation = None
    stage.advance(10 * MINUTE)

    stage.run_housekeeping()

    assert tables_naming(stage, stage.portal.member_id) == set()


def test_housekeeping_that_comes_late_probes_once_for_all_it_missed(stage):
    report(stage)
    stage.forget_calls()
    stage.advance(2 * HOUR)

    stage.run_housekeeping()

    assert probes(stage) == 1
    assert [wait.total_seconds() for wait in waiting(stage)] == [22 * HOUR]


def test_a_reinstallation_ends_the_suspicion(stage):
    report(stage)
    assert len(waiting(stage)) == 1

    stage.portal.installation = None
    stage.install()

    assert waiting(stage) == []


# No answer


@pytest.mark.parametrize("silence", ["close_before", "html", "portal_deleted"])
def test_no_answer_shuts_the_portal_out_and_is_asked_again_every_hour(stage, silence):
    tab = live_on(stage)
    stage.portal.faults.add(PROBE, silence, times=100)

    report(stage)

    assert portal_of(stage).state == "closed"
    assert tab.show().status_code == 403
    stage.forget_calls()
    assert [wait.total_seconds() for wait in waiting(stage)] == [HOUR]
    stage.portal.faults.clear()
    stage.advance(HOUR)
    stage.run_housekeeping()
    assert probes(stage) == 1
    assert portal_of(stage).state == "active"


def test_72_hours_of_silence_end_in_erasing(stage):
    live_on(stage)
    del stage.adapter.clients[PORTAL]
    report(stage)

    for _ in range(71):
        stage.advance(HOUR)
        stage.run_housekeeping()
    assert portal_of(stage).state == "closed"
    stage.advance(HOUR)
    stage.run_housekeeping()

    assert tables_naming(stage, stage.portal.member_id) == set()


def test_an_authorization_server_that_does_not_answer_is_silence(stage):
    stage.portal.tokens.expire_access()
    stage.portal.faults.add("oauth/token", "error_500", times=10)

    report(stage)

    assert portal_of(stage).state == "closed"


def test_a_busy_portal_is_asked_again_without_shutting_anybody_out(stage):
    stage.portal.faults.add(PROBE, "busy", times=100)

    report(stage)

    assert portal_of(stage).state == "active"
    assert [wait.total_seconds() for wait in waiting(stage)] == [MINUTE]


def test_a_portal_that_moved_is_alive_where_the_authorization_server_says_so(stage):
    del stage.adapter.clients[PORTAL]
    stage.portal.move("new.example:8024")
    from werkzeug.test import Client

    from b24app.simulator.portal import create_portal

    moved = Client(create_portal(stage.portal))
    stage.adapter.clients |= {PORTAL: moved, "new.example:8024": moved}

    report(stage)

    assert portal_of(stage).state == "active"


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (AppUninstalledError(code="APPLICATION_NOT_FOUND"), Verdict.DEAD),
        (
            AppUninstalledError(code="ERROR_OAUTH", description="Application not installed"),
            Verdict.DEAD,
        ),
        (AppUninstalledError(code="ERROR_OAUTH", description="Unknown failure"), Verdict.SILENT),
        (NotInstalledError(), Verdict.DEAD),
        (AuthorizationServerError(code="invalid_client"), Verdict.SILENT),
        (PortalSilentError(), Verdict.SILENT),
        (PortalSilentError(code="refreshing"), Verdict.BUSY),
        (PortalBusyError(), Verdict.BUSY),
        (UserBlockedError(), Verdict.ALIVE),
        (SubscriptionEndedError(), Verdict.ALIVE),
        (PlanWithoutRestError(), Verdict.ALIVE),
    ],
)
def test_what_an_error_says_about_the_installation(error, verdict):
    assert verdict_of(error) is verdict


def test_a_card_of_the_portal_beside_it_is_left_alone(stage):
    live_on(stage)
    other = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    with stage.deps.db.transaction() as session:
        settings.save(session, other, {"tabs": {}}, updated_by=1, now=stage.deps.clock())
        activity.append(
            session,
            activity.Record(
                other, stage.deps.clock(), ADMIN, "Ada", EntityRef(2, 1), "pay", "done"
            ),
        )

    uninstall(stage)

    assert tables_naming(stage, other) == {"activity", "portal_settings"}
