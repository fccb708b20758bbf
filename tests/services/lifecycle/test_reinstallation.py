"""One installation after another: what was asked to be erased is, and nothing of the new one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from b24app.domain import EntityRef
from b24app.errors import UnknownPortalError
from b24app.services.lifecycle import rebinding
from b24app.storage import activity, portals, settings, user_tokens
from b24app.storage.models import Job
from tests.support.app_page import bound_codes
from tests.support.events import event_form
from tests.support.lifecycle import as_installed, live_on, portal_of, waiting
from tests.support.stage import ADMIN, DEAL, MANAGER

KEPT = {"retention_days": 90}
SECOND, HOUR = 1, 3600


def lines(stage):
    with stage.database.reading() as session:
        found = activity.page(session, stage.portal.member_id)
    return [(line.action, bool(line.user_name)) for line in found]


def settings_of(stage):
    with stage.database.reading() as session:
        return settings.load(session, stage.portal.member_id)


def choose(stage, data):
    with stage.database.transaction() as session:
        settings.save(
            session, stage.portal.member_id, data, updated_by=ADMIN, now=stage.deps.clock()
        )


def note(stage, action):
    with stage.database.transaction() as session:
        record = activity.Record(
            stage.portal.member_id, stage.deps.clock(), 7, "Ada", EntityRef(2, 1), action, "done"
        )
        activity.append(session, record)


def uninstall(stage, *, clean):
    """What the portal does; the event waits in its queue."""
    form = event_form(stage, "ONAPPUNINSTALL", {"CLEAN": str(int(clean))})
    stage.portal.uninstall(clean)
    stage.portal.events.pending.clear()
    return form


def deliver(stage, form):
    return stage.client.post("/events", data=form).status_code


@pytest.fixture(params=["at once", "while it installs", "before the wizard", "after the wizard"])
def again(stage, request):
    """Uninstall and install anew: the event comes and is worked off sooner or later."""

    def again(*, clean, **install):
        form = uninstall(stage, clean=clean)
        if request.param == "after the wizard":
            stage.advance(SECOND)
            stage.install(**install)
            stage.advance(SECOND)
            assert deliver(stage, form) == 200
        else:
            assert deliver(stage, form) == 200
            if request.param == "at once":
                stage.work_off()
            stage.advance(SECOND)
            if request.param == "before the wizard":
                stage.portal.install_app()
                stage.work_off()
            stage.install(**install)
        stage.work_off()

    return again


def test_data_that_was_to_be_deleted_is_not_found_in_the_new_installation(stage, again):
    live_on(stage)

    again(clean=True)

    assert settings_of(stage) == {}
    assert lines(stage) == []
    assert portal_of(stage).state == "active"


def test_data_that_was_to_be_kept_is_found_without_names(stage, again):
    live_on(stage)

    again(clean=False)

    assert settings_of(stage) == KEPT
    assert lines(stage) == [("pay", False)]
    assert portal_of(stage).state == "active"


@pytest.mark.parametrize("clean", [True, False])
def test_the_new_installation_works_whatever_comes_late(stage, again, clean):
    live_on(stage)
    again(clean=clean)

    for seconds in (60, 600, HOUR, 24 * HOUR, 72 * HOUR):
        stage.advance(seconds)
        stage.run_housekeeping()

    tab = stage.tab()
    assert tab.post("/payments/1037/pay").status_code in {200, 409}
    assert portal_of(stage).state == "active"
    rebinding.bind_events(stage.deps, stage.portal.member_id)
    assert waiting(stage) == []


def test_tokens_and_openings_of_the_old_installation_are_gone(stage, again):
    tab = live_on(stage)

    again(clean=False)

    assert tab.show().status_code in {401, 403}
    with stage.database.reading() as session:
        own = user_tokens.find(session, stage.deps.cipher, stage.portal.member_id, MANAGER)
    assert own is None


def test_tabs_that_settings_asked_for_which_are_gone_are_unbound(stage):
    choose(stage, {"tabs": {"contacts": True}})
    form = uninstall(stage, clean=True)
    stage.install()
    assert "CRM_CONTACT_DETAIL_TAB" in bound_codes(stage)

    deliver(stage, form)
    stage.work_off()
    stage.advance(60)
    stage.run_housekeeping()

    assert "CRM_CONTACT_DETAIL_TAB" not in bound_codes(stage)
    assert DEAL in bound_codes(stage)


def test_what_the_new_installation_wrote_survives_a_late_report(stage):
    live_on(stage)
    form = uninstall(stage, clean=True)
    stage.install()
    note(stage, "unpay")
    choose(stage, {"retention_days": 30})

    deliver(stage, form)
    stage.work_off()

    assert settings_of(stage) == {"retention_days": 30}
    assert lines(stage) == [("unpay", True)]


def test_names_of_the_new_installation_survive_a_late_report(stage):
    live_on(stage)
    form = uninstall(stage, clean=False)
    stage.install()
    note(stage, "unpay")

    deliver(stage, form)
    stage.work_off()

    assert lines(stage) == [("unpay", True), ("pay", False)]


def test_a_late_report_counts_once(stage):
    form = uninstall(stage, clean=False)
    stage.install()
    deliver(stage, form)
    stage.work_off()
    live_on(stage)

    assert deliver(stage, form | {"data[CLEAN]": "1", "ts": "1"}) == 403
    stage.work_off()

    assert settings_of(stage) == KEPT
    assert lines(stage) == [("pay", True)]


def test_a_report_that_comes_three_days_later_is_none(stage):
    live_on(stage)
    form = uninstall(stage, clean=True)
    stage.install()
    stage.advance(72 * HOUR)

    assert deliver(stage, form) == 403
    stage.work_off()

    assert settings_of(stage) == KEPT


def test_a_portal_whose_token_is_always_the_same_reports_late_as_well(stage):
    """Where none is stored it is computed from what does not change (quirk 75)."""
    live_on(stage)
    token = stage.portal.installation.application_token
    form = uninstall(stage, clean=True)
    stage.portal.install_app()
    stage.portal.installation.application_token = token
    stage.install()

    assert deliver(stage, form) == 200
    stage.work_off()

    assert (settings_of(stage), lines(stage)) == ({}, [])
    assert portal_of(stage).state == "active"


# An installer that is run again on a living installation


@pytest.mark.parametrize("is_reported", [True, False])
@pytest.mark.parametrize("is_contradicted", [True, False])
def test_an_insider_cannot_have_data_erased_by_waiting_for_the_installer(
    stage, is_reported, is_contradicted
):
    live_on(stage)
    if is_reported:
        deliver(stage, event_form(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}))
        if is_contradicted:
            stage.work_off()
    stage.portal.installation.is_finished = False

    stage.install()
    stage.work_off()
    stage.advance(25 * HOUR)
    stage.run_housekeeping()

    assert settings_of(stage) == KEPT
    assert lines(stage) == [("pay", True)]
    assert waiting(stage) == []


def test_an_update_that_lost_the_handlers_of_events_is_no_new_installation(stage):
    live_on(stage)
    name = portal_of(stage).installation_id
    stage.portal.installation.event_handlers.clear()

    stage.install()

    assert portal_of(stage).installation_id == name
    assert lines(stage) == [("pay", True)]


def test_a_wizard_that_was_left_and_opened_again_is_one_installation(bare_stage):
    stage = bare_stage
    stage.portal.install_app()
    stage.begin_install()
    name = portal_of(stage).installation_id

    stage.install()

    assert portal_of(stage).installation_id == name
    assert portal_of(stage).former_until is None


@pytest.mark.parametrize("is_silent", [True, False])
def test_where_the_portal_does_not_say_what_is_bound_the_token_tells(stage, is_silent):
    live_on(stage)
    form = uninstall(stage, clean=True)
    deliver(stage, form)
    stage.portal.install_app()
    if is_silent:
        stage.portal.faults.add("event.get", "denied", times=1)

    stage.install()
    stage.work_off()

    assert (settings_of(stage), lines(stage)) == ({}, [])
    assert portal_of(stage).state == "active"


def test_a_first_installation_asks_nothing_about_bindings(bare_stage):
    stage = bare_stage
    stage.portal.install_app()

    stage.begin_install()

    assert stage.asked("event.get") == []
    assert stage.asked("placement.get") == []


# Rows


def test_rows_name_the_installation_they_are_of(stage_on_each_database):
    stage = stage_on_each_database
    live_on(stage)
    name = portal_of(stage).installation_id
    with stage.database.reading() as session:
        (line,) = activity.page(session, stage.portal.member_id)
    assert line.installation_id == name

    stage.portal.installation = None
    stage.install()
    note(stage, "unpay")

    assert portal_of(stage).installation_id != name
    with stage.database.reading() as session:
        found = activity.page(session, stage.portal.member_id)
    assert [one.installation_id for one in found] == [portal_of(stage).installation_id, name]
    assert portal_of(stage).former_until == stage.deps.clock() + timedelta(hours=72)


def test_another_portal_is_untouched_by_all_of_it(stage, again):
    other = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    with as_installed(stage, other) as session:
        settings.save(session, other, KEPT, updated_by=1, now=stage.deps.clock())
        record = activity.Record(
            other, stage.deps.clock(), 7, "Ada", EntityRef(2, 1), "pay", "done"
        )
        activity.append(session, record)

    again(clean=True)

    with stage.database.reading() as session:
        assert settings.load(session, other) == KEPT
        assert [one.user_name for one in activity.page(session, other)] == ["Ada"]


def test_work_for_a_portal_that_is_gone_is_done_with(stage):
    deliver(stage, event_form(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}))
    with stage.database.transaction() as session:
        portals.erase(session, stage.portal.member_id, keep_settings=False)
        with pytest.raises(UnknownPortalError):
            portals.activate(session, stage.portal.member_id, stage.deps.clock())

    stage.work_off()

    with stage.database.reading() as session:
        assert session.scalars(select(Job)).all() == []
