"""What follows from ONAPPINSTALL, ONAPPUPDATE and ONAPPPAYMENT, between the app and a portal."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select

from b24app.services.lifecycle import rebinding
from b24app.services.lifecycle.tasks import PAUSES
from b24app.storage import portals
from b24app.storage.models import FailedProof, Job, Portal
from tests.support.events import jobs_of, post
from tests.support.lifecycle import exchanges, grant_of, portal_of, stored_token
from tests.support.stage import ADMIN, MANAGER

FORGED = "c917d38f6bdb84e9d9e0bfe9d585be73"


def close_portal(stage):
    with stage.database.transaction() as session:
        portals.close(session, stage.portal.member_id, stage.deps.clock())


# ONAPPINSTALL


def test_the_end_of_the_wizard_reaches_the_portal_and_comes_back_as_an_event(stage):
    assert stage.deliver() == [200]
    stage.work_off()

    assert jobs_of(stage) == []
    assert portal_of(stage).state == "active"
    assert exchanges(stage) == []


def test_an_installation_event_finishes_what_the_wizard_left_open(bare_stage):
    stage = bare_stage
    stage.portal.install_app()
    stage.begin_install()
    assert portal_of(stage).state == "installing"

    post(stage, "ONAPPINSTALL", {"VERSION": "1"})
    stage.work_off()

    assert portal_of(stage).state == "active"


def test_an_installation_event_does_not_open_a_portal_that_was_shut_out(stage):
    close_portal(stage)

    assert post(stage, "ONAPPINSTALL", {"VERSION": "1"}).status_code == 200
    stage.work_off()

    assert portal_of(stage).state == "closed"


def test_an_event_with_proven_tokens_installs_a_portal_nobody_told_us_about(bare_stage):
    stage = bare_stage
    stage.portal.install_app()
    token = stage.portal.issue_tokens(ADMIN)
    auth = {"refresh_token": token.refresh_token, "server_endpoint": stage.portal.server_endpoint}

    assert post(stage, "ONAPPINSTALL", {"VERSION": "1"}, **auth).status_code == 200
    stage.work_off()

    assert portal_of(stage).state == "active"
    assert portal_of(stage).client_endpoint == stage.portal.client_endpoint
    assert portal_of(stage).grant_user_id == ADMIN
    assert stored_token(stage) == stage.portal.installation.application_token
    assert len(stage.portal.installation.placements) == 2
    assert len(stage.portal.installation.event_handlers) == 4


@pytest.mark.parametrize(
    ("user_id", "change"),
    [
        (MANAGER, {}),
        (ADMIN, {"member_id": "d" * 32}),
        (ADMIN, {"refresh_token": "0" * 32}),
        (ADMIN, {"server_endpoint": "https://oauth.attacker.example/rest/"}),
    ],
    ids=["no administrator", "another portal", "no token of ours", "a server of theirs"],
)
def test_an_unproven_installation_event_leaves_no_portal(bare_stage, user_id, change):
    stage = bare_stage
    stage.portal.install_app()
    token = stage.portal.issue_tokens(user_id)

    post(stage, "ONAPPINSTALL", **({"refresh_token": token.refresh_token} | change))
    stage.work_off()

    with stage.database.reading() as session:
        assert session.scalars(select(Portal)).all() == []
    assert not any("attacker" in url for url in stage.adapter.sent)


def test_a_token_of_another_application_proves_nothing(bare_stage):
    stage = bare_stage
    stage.portal.install_app()
    foreign = stage.portal.issue_tokens_for(stage.portal.other_application, ADMIN)

    post(stage, "ONAPPINSTALL", refresh_token=foreign.refresh_token)
    stage.work_off()

    assert portal_of(stage) is None


def test_an_installation_that_proves_itself_opens_a_portal_that_was_shut_out(stage):
    close_portal(stage)
    stage.portal.install_app()
    token = stage.portal.issue_tokens(ADMIN)

    post(stage, "ONAPPINSTALL", refresh_token=token.refresh_token)
    stage.work_off()
    stage.advance(3600)
    stage.run_housekeeping()

    assert portal_of(stage).state == "active"
    assert stored_token(stage) == stage.portal.installation.application_token


# ONAPPUPDATE


def test_an_update_is_proven_by_its_tokens_and_brings_a_new_application_token(stage):
    before = stored_token(stage)
    stage.portal.update_app()

    assert stage.deliver() == [200, 200]
    stage.work_off()

    assert stored_token(stage) == stage.portal.installation.application_token != before
    assert portal_of(stage).installed_version == "2"
    assert {one.event for one in stage.portal.installation.event_handlers} == set(
        stage.deps.manifest.events
    )
    assert len(stage.portal.installation.placements) == 2


def test_the_pair_of_an_update_becomes_the_grant_of_its_administrator(stage):
    before = grant_of(stage)
    stage.portal.update_app()
    stage.deliver()
    stage.work_off()

    assert grant_of(stage).refresh_token != before.refresh_token
    assert stage.portal.tokens.by_refresh(grant_of(stage).refresh_token).user_id == ADMIN
    rebinding.bind_events(stage.deps, stage.portal.member_id)


def test_the_pair_of_somebody_else_does_not_become_the_grant(stage):
    before = grant_of(stage)
    token = stage.portal.issue_tokens(MANAGER)
    post(
        stage,
        "ONAPPUPDATE",
        {"VERSION": "2"},
        application_token=FORGED,
        refresh_token=token.refresh_token,
    )
    stage.work_off()

    assert grant_of(stage) == before


@pytest.mark.parametrize("kind", ["foreign", "invented"])
def test_an_unproven_update_changes_nothing(stage, caplog, kind):
    caplog.set_level(logging.INFO)
    foreign = stage.portal.issue_tokens_for(stage.portal.other_application, ADMIN)
    token = foreign.refresh_token if kind == "foreign" else "1" * 32
    before = (stored_token(stage), grant_of(stage), portal_of(stage).installed_version)

    post(stage, "ONAPPUPDATE", {"VERSION": "9"}, application_token=FORGED, refresh_token=token)
    stage.work_off()

    assert (stored_token(stage), grant_of(stage), portal_of(stage).installed_version) == before
    assert "event ONAPPUPDATE" in caplog.text
    assert token not in caplog.text
    assert FORGED not in caplog.text
    with stage.database.reading() as session:
        counted = session.scalars(select(FailedProof.name)).all()
    assert {"event", "events"} <= {name.partition(":")[0] for name in counted}


def test_a_forged_update_does_not_stand_in_for_the_genuine_one(stage):
    stage.portal.update_app()
    body = next(one for one in stage.portal.events.pending if one.event == "ONAPPUPDATE").body
    post(
        stage,
        "ONAPPUPDATE",
        {key: str(value) for key, value in body["data"].items()},
        application_token=FORGED,
        refresh_token="1" * 32,
    )
    stage.deliver()
    stage.work_off()

    assert stored_token(stage) == stage.portal.installation.application_token


def test_a_silent_authorization_server_only_delays_an_update(stage):
    stage.deliver()
    stage.work_off()
    stage.portal.update_app()
    stage.portal.faults.add("oauth/token", "error_500")
    stage.deliver()
    stage.work_off()
    assert stored_token(stage) != stage.portal.installation.application_token

    stage.advance(PAUSES[0].total_seconds())
    stage.run_housekeeping()

    assert stored_token(stage) == stage.portal.installation.application_token


def test_work_that_never_succeeds_is_given_up(stage):
    stage.portal.switches.is_closed = True
    post(stage, "ONAPPUPDATE", {"VERSION": "2"})
    stage.work_off()

    for pause in PAUSES:
        stage.advance(pause.total_seconds())
        stage.run_housekeeping()

    with stage.database.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == "rebind")).one()
    assert job.run_at is None
    assert job.tried_at == stage.deps.clock()


# ONAPPPAYMENT


def test_the_subscription_is_what_the_authorization_server_says(stage):
    stage.deliver()
    stage.work_off()
    stage.portal.set_payment_expired(True)
    stage.portal.set_payment_expired(False)

    assert stage.deliver() == [200]
    stage.work_off()

    assert portal_of(stage).status == "S"
    assert portal_of(stage).scopes == stage.deps.manifest.scopes


def test_a_payment_event_is_not_believed_about_the_status(stage):
    post(stage, "ONAPPPAYMENT", {"STATUS": "L", "PAYMENT_EXPIRED": "N"})
    stage.work_off()

    assert portal_of(stage).status == stage.portal.installation.status == "F"


def test_asking_for_the_subscription_survives_an_expired_grant(stage):
    stage.portal.tokens.expire_access()
    post(stage, "ONAPPPAYMENT")
    stage.work_off()

    assert jobs_of(stage) == [("subscription", True)]
    assert len(exchanges(stage)) == 1
    assert grant_of(stage).access_token in stage.portal.tokens._by_access


def test_a_moved_portal_is_found_again_by_a_payment_event(stage):
    stage.portal.move("portal.moved.example:8024")

    post(stage, "ONAPPPAYMENT")
    stage.work_off()

    assert portal_of(stage).client_endpoint == "http://portal.moved.example:8024/rest/"
