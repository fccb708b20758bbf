"""Uninstalling: a dead installation is erased, a living one contradicts, silence shuts out."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from b24app.domain import EntityRef
from b24app.services.lifecycle.uninstall import UninstallReport, merged
from b24app.storage import activity, settings
from b24app.storage.models import Portal
from tests.support.events import post
from tests.support.lifecycle import (
    HOUR,
    MINUTE,
    SOON,
    as_installed,
    live_on,
    portal_of,
    report,
    tables_naming,
    waiting,
)
from tests.support.stage import ADMIN, DEAL, MANAGER, PORTAL

PROBE = "app.info"


def uninstall(stage, *, clean=True):
    stage.portal.uninstall(clean)
    stage.deliver()
    stage.work_off()


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
    with stage.database.reading() as session:
        assert [one.user_name for one in activity.page(session, stage.portal.member_id)] != [""]

    uninstall(stage, clean=False)

    assert tables_naming(stage, stage.portal.member_id) == {"activity", "portal_settings"}
    with stage.database.reading() as session:
        lines = activity.page(session, stage.portal.member_id)
    assert [(one.user_name, one.action) for one in lines] == [("", "pay")]


def test_a_reinstallation_finds_the_settings_that_were_kept(stage):
    live_on(stage)
    uninstall(stage, clean=False)

    stage.install()

    with stage.database.reading() as session:
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


@pytest.fixture
def of_old(stage):
    """A portal that posts no application_token to frames, whose ONAPPINSTALL was lost."""
    live_on(stage)
    with stage.database.transaction() as session:
        session.execute(update(Portal).values(application_token_sealed=None))
    return stage


def test_an_uninstallation_is_looked_into_where_no_token_was_ever_told(of_old):
    of_old.portal.uninstall(clean=True)
    post(of_old, "ONAPPUNINSTALL", {"CLEAN": "1"}, application_token="1" * 32)
    of_old.work_off()
    of_old.advance(HOUR)
    of_old.run_housekeeping()

    assert tables_naming(of_old, of_old.portal.member_id) == set()


def test_what_nothing_can_check_harms_no_living_portal_and_is_not_kept(of_old):
    before = probes(of_old)

    post(of_old, "ONAPPUNINSTALL", {"CLEAN": "1"}, application_token="1" * 32)
    of_old.work_off()

    assert probes(of_old) == before + 1
    assert waiting(of_old) == []
    assert portal_of(of_old).state == "active"
    of_old.open(MANAGER).show()


@pytest.mark.parametrize("told", ["", "1" * 32])
def test_an_uninstallation_without_the_token_that_is_known_asks_nobody(stage, told):
    live_on(stage)
    before = probes(stage)

    answer = post(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}, application_token=told)
    stage.work_off()

    assert answer.status_code == 403
    assert probes(stage) == before


# Alive


def test_a_living_grant_contradicts_the_event(stage, caplog):
    caplog.set_level(logging.WARNING)
    tab = live_on(stage)
    before = tables_naming(stage, stage.portal.member_id)

    report(stage)

    assert portal_of(stage).state == "active"
    assert before <= tables_naming(stage, stage.portal.member_id)
    assert tab.show().status_code == 200
    assert (
        f"uninstall of {stage.portal.member_id} refused: the app is still installed" in caplog.text
    )


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
def test_no_answer_is_asked_again_soon_then_shuts_out_and_is_asked_every_hour(stage, silence):
    tab = live_on(stage)
    stage.portal.faults.add(PROBE, silence, times=100)
    report(stage)

    for seconds in SOON:
        assert portal_of(stage).state == "active"
        assert [wait.total_seconds() for wait in waiting(stage)] == [seconds]
        stage.advance(seconds)
        stage.run_housekeeping()

    assert portal_of(stage).state == "closed"
    assert tab.show().status_code == 403
    assert [wait.total_seconds() for wait in waiting(stage)] == [HOUR]
    stage.forget_calls()
    stage.portal.faults.clear()
    stage.advance(HOUR)
    stage.run_housekeeping()
    assert probes(stage) == 1
    assert portal_of(stage).state == "active"


@pytest.mark.parametrize("answers_after", range(len(SOON)))
def test_seconds_of_silence_lock_nobody_out(stage, answers_after):
    tab = live_on(stage)
    stage.portal.faults.add(PROBE, "close_before", times=2 + 2 * answers_after)
    report(stage)

    for seconds in SOON:
        assert portal_of(stage).state == "active"
        stage.advance(seconds)
        stage.run_housekeeping()

    assert portal_of(stage).state == "active"
    assert tab.show().status_code == 200


def test_an_insider_who_reports_again_and_again_gains_nothing(stage):
    """Neither sooner shut out, nor sooner erased, nor later."""
    live_on(stage)
    del stage.adapter.clients[PORTAL]
    for minute in range(14):
        report(stage)
        assert portal_of(stage).state == "active"
        stage.advance(MINUTE)
        assert minute < 14

    stage.advance(MINUTE)
    stage.run_housekeeping()
    assert portal_of(stage).state == "closed"
    for _ in range(71):
        report(stage)
        stage.advance(HOUR)
        stage.run_housekeeping()
    assert portal_of(stage) is not None
    stage.advance(HOUR)
    stage.run_housekeeping()
    assert portal_of(stage) is None


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


def test_silence_counts_from_the_last_sign_of_life(stage):
    live_on(stage)
    report(stage)
    stage.advance(10 * MINUTE)
    client = stage.adapter.clients.pop(PORTAL)
    stage.run_housekeeping()

    for _ in range(71):
        stage.advance(HOUR)
        stage.run_housekeeping()
    assert portal_of(stage).state == "closed"
    stage.adapter.clients[PORTAL] = client
    stage.advance(HOUR)
    stage.run_housekeeping()

    assert portal_of(stage).state == "active"


def test_a_busy_portal_is_asked_again_without_shutting_anybody_out(stage):
    stage.portal.faults.add(PROBE, "busy", times=100)

    report(stage)

    assert portal_of(stage).state == "active"
    assert [wait.total_seconds() for wait in waiting(stage)] == [MINUTE]


def test_a_portal_that_is_busy_for_days_is_not_erased(stage):
    stage.portal.faults.add(PROBE, "busy", times=10_000)
    report(stage)

    for _ in range(80):
        stage.advance(HOUR)
        stage.run_housekeeping()

    assert portal_of(stage).state == "active"


def test_a_card_of_the_portal_beside_it_is_left_alone(stage):
    live_on(stage)
    other = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    with as_installed(stage, other) as session:
        settings.save(session, other, {"tabs": {}}, updated_by=1, now=stage.deps.clock())
        activity.append(
            session,
            activity.Record(
                other, stage.deps.clock(), ADMIN, "Ada", EntityRef(2, 1), "pay", "done"
            ),
        )

    uninstall(stage)

    assert tables_naming(stage, other) == {"activity", "portal_settings"}


@pytest.mark.parametrize(("older", "newer"), [(True, False), (False, True)])
def test_of_two_reports_the_one_that_asks_for_everything_to_be_erased_counts(older, newer):
    first = UninstallReport(datetime(2026, 3, 1, tzinfo=UTC), older)
    second = UninstallReport(datetime(2026, 3, 2, tzinfo=UTC), newer)

    both = UninstallReport.of(merged(first.payload, second.payload))

    assert both == replace(first, is_clean=True)


def test_silence_after_a_report_that_nothing_proves_shuts_nobody_out(stage):
    """Anybody can send one while the portal's application_token is not known here."""
    tab = live_on(stage)
    with stage.database.transaction() as session:
        session.execute(update(Portal).values(application_token_sealed=None))
    stage.portal.faults.add(PROBE, "close_before", times=100)
    report(stage)
    assert waiting(stage)

    for seconds in SOON:
        stage.advance(seconds)
        stage.run_housekeeping()

    assert portal_of(stage).state == "active"
    stage.portal.faults.clear()
    assert tab.show().status_code == 200
