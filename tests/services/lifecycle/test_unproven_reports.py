"""Reports that the app was uninstalled, from somebody who knows a `member_id` and no token."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from b24app.services.auth import throttle
from b24app.services.lifecycle.uninstall import (
    FOR_THE_GENUINE_ONE,
    PACE,
    UninstallReport,
    merged,
)
from b24app.storage.models import Portal
from tests.support.events import event_form, post
from tests.support.lifecycle import (
    grant_of,
    live_on,
    portal_of,
    stored_token,
    tables_naming,
    waiting,
)
from tests.support.stage import ADMIN, DEAL, MANAGER, PORTAL, Tab, token_in

KEPT = {"activity", "portal_settings"}
TOKEN = "7" * 32


def forget_token(stage):
    """As of a portal that posts none to frames and whose ONAPPINSTALL was lost."""
    with stage.database.transaction() as session:
        session.execute(update(Portal).values(application_token_sealed=None))


def forge_update(stage):
    """Have a token awaited: this event waits until its pair has been tried."""
    form = {"application_token": TOKEN, "refresh_token": "1" * 32}
    assert post(stage, "ONAPPUPDATE", **form).status_code == 200


WAYS_IN = {"no token is known": forget_token, "an update is awaited": forge_update}


@pytest.fixture(params=WAYS_IN)
def known_by_name(request, stage):
    """A portal about whose end somebody who knows nothing but its name may report."""
    live_on(stage)
    WAYS_IN[request.param](stage)
    return stage


def report(stage, clean="1"):
    return post(stage, "ONAPPUNINSTALL", {"CLEAN": clean}, application_token=TOKEN).status_code


def uninstall(stage, *, clean):
    """What the portal does; the event waits in its queue."""
    form = event_form(stage, "ONAPPUNINSTALL", {"CLEAN": str(int(clean))})
    stage.portal.uninstall(clean)
    stage.portal.events.pending.clear()
    return form


def deliver(stage, form):
    assert stage.client.post("/events", data=form).status_code == 200


def rest(stage):
    stage.work_off()
    stage.advance(FOR_THE_GENUINE_ONE.total_seconds())
    stage.run_housekeeping()


def left(stage):
    return tables_naming(stage, stage.portal.member_id)


@pytest.mark.parametrize("is_before", [True, False])
def test_nobody_who_knows_no_token_has_deleted_what_was_to_be_kept(known_by_name, is_before):
    genuine = uninstall(known_by_name, clean=False)
    order = [lambda: report(known_by_name), lambda: deliver(known_by_name, genuine)]

    for post_one in order if is_before else reversed(order):
        post_one()
        if is_before:
            # Whether the portal was asked in between or not.
            known_by_name.work_off()
    rest(known_by_name)

    assert left(known_by_name) == KEPT


def test_what_was_to_be_deleted_is_where_the_token_is_known(stage):
    live_on(stage)
    forge_update(stage)
    genuine = uninstall(stage, clean=True)

    assert report(stage, clean="0") == 200
    stage.work_off()
    deliver(stage, genuine)
    stage.advance(PACE.total_seconds())
    stage.work_off()

    assert left(stage) == set()


def test_a_portal_that_falls_silent_after_it_was_found_gone_is_not_kept(known_by_name):
    uninstall(known_by_name, clean=True)
    report(known_by_name)
    known_by_name.work_off()
    # Tokens and names have gone at once.
    assert left(known_by_name) <= {*KEPT, "portals", "portal_addresses", "jobs", "failed_proofs"}
    assert grant_of(known_by_name) is None
    assert portal_of(known_by_name) is not None

    del known_by_name.adapter.clients[PORTAL]
    rest(known_by_name)

    assert left(known_by_name) == set()


@pytest.mark.parametrize("way_in", WAYS_IN)
def test_what_a_former_installation_left_goes_by_no_report_that_cannot_be_checked(stage, way_in):
    live_on(stage)
    uninstall(stage, clean=False)
    stage.install()
    WAYS_IN[way_in](stage)

    assert report(stage) == 200
    rest(stage)

    assert left(stage) >= KEPT


def test_reports_that_cannot_be_checked_use_up_no_limit(known_by_name, monkeypatch):
    monkeypatch.setattr(throttle, "A_MINUTE", 2)
    for _ in range(4):
        report(known_by_name)
    genuine = uninstall(known_by_name, clean=True)

    deliver(known_by_name, genuine)
    rest(known_by_name)

    assert left(known_by_name) == set()


def open_with(stage, user_id, application_token):
    fields = stage.post_fields(user_id, DEAL, {"ID": "8061"})
    answer = stage.frame("/placement", {**fields, "APPLICATION_TOKEN": application_token})
    Tab(stage, token_in(answer)).show()
    return stored_token(stage)


def test_a_token_that_is_missing_is_learned_from_an_administrators_opening(stage):
    known = stored_token(stage)
    assert open_with(stage, ADMIN, TOKEN) == known
    forget_token(stage)

    assert open_with(stage, MANAGER, TOKEN) is None
    assert open_with(stage, ADMIN, "") is None
    assert open_with(stage, ADMIN, known) == known
    assert report(stage) == 403


def test_a_report_that_the_portal_has_contradicted_gives_way_to_a_newer_one():
    first = UninstallReport(
        datetime(2026, 3, 1, tzinfo=UTC),
        is_clean=True,
        contradicted_at=datetime(2026, 3, 1, 1, tzinfo=UTC),
    )
    second = UninstallReport(datetime(2026, 3, 2, tzinfo=UTC), is_clean=False)

    assert UninstallReport.of(merged(first.payload, second.payload)) == second


def test_no_token_is_no_proof_where_none_is_known(stage):
    """Nothing equals nothing, and says nothing about who sent it."""
    live_on(stage)
    forget_token(stage)

    answer = post(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}, application_token="")

    assert answer.status_code == 403
    assert not waiting(stage)
