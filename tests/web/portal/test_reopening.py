"""A portal that was shut out: whoever opens the app there has it asked at once."""

from __future__ import annotations

import pytest

from b24app.services.lifecycle.reopening import LEASE_SECONDS
from b24app.storage import leases, portals
from tests.support.cut_off import cut_once
from tests.support.lifecycle import portal_of, report, stay_silent, waiting
from tests.support.stage import ADMIN, DEAL, MANAGER, PORTAL, Tab, token_in


@pytest.fixture
def shut(stage):
    """The installed stage, shut out: the portal was silent and somebody reported the end."""
    client = stage.adapter.clients.pop(PORTAL)
    report(stage, clean="1")
    stay_silent(stage)
    assert portal_of(stage).state == "closed"
    stage.started.clear()
    stage.back = lambda: stage.adapter.clients.__setitem__(PORTAL, client)
    return stage


def opened(stage, user_id=MANAGER, **other):
    fields = stage.post_fields(user_id, DEAL, {"ID": "8061"}) | other
    stage.adapter.sent.clear()
    return stage.frame("/placement", fields)


@pytest.mark.parametrize("user_id", [ADMIN, MANAGER])
def test_whoever_the_portal_confirms_opens_it_for_all(shut, user_id):
    shut.back()

    answer = opened(shut, user_id)

    assert answer.status_code == 200
    assert portal_of(shut).state == "active"
    assert Tab(shut, token_in(answer)).show().status_code == 200


def test_a_connection_that_is_cut_afterwards_keeps_nobody_out(shut, monkeypatch):
    shut.back()
    left = cut_once(monkeypatch, leases, "release")

    answer = opened(shut)

    assert left == [0]
    assert answer.status_code == 200


def test_the_applications_own_page_does_so_too(shut):
    shut.back()

    assert shut.frame("/", shut.post_fields(MANAGER)).status_code == 200
    assert portal_of(shut).state == "active"


def test_the_report_stands_contradicted_and_is_looked_at_again_later(shut):
    shut.back()
    opened(shut)

    (wait,) = waiting(shut)
    assert wait.total_seconds() == 3600 - 15 * 60


def test_a_silent_portal_is_said_so_and_stays_shut_out(shut):
    answer = opened(shut)

    assert answer.status_code == 503
    assert "Your Bitrix24 is closed at the moment" in answer.text
    assert portal_of(shut).state == "closed"


def test_a_silent_portal_is_not_asked_by_everybody(shut):
    answers = [opened(shut).status_code for _ in range(3)]
    asked = len(shut.adapter.sent)
    shut.advance(LEASE_SECONDS)
    opened(shut)

    assert answers == [503, 503, 503]
    assert asked == 0
    assert len(shut.adapter.sent) > 0


def test_who_opens_has_it_asked_with_the_stored_pairs_as_well_once_a_minute(shut):
    shut.advance(60)
    shut.back()
    shut.portal.faults.add("batch", "silent", times=2)

    assert opened(shut).status_code == 503
    assert len(shut.started) == 2
    shut.work_off()

    assert portal_of(shut).state == "active"


@pytest.mark.parametrize("is_invented", [True, False])
def test_a_token_that_proves_nothing_opens_nothing(shut, is_invented):
    shut.back()
    other = shut.portal.issue_tokens_for(shut.portal.other_application, MANAGER).access_token

    answer = opened(shut, AUTH_ID="0" * 32 if is_invented else other, REFRESH_ID="1" * 32)

    assert answer.status_code == 401
    assert portal_of(shut).state == "closed"


def test_forged_posts_keep_nobody_from_being_confirmed(shut):
    shut.back()
    for number in range(3):
        opened(shut, AUTH_ID=f"{number}" * 32, APPLICATION_TOKEN="x")

    assert opened(shut).status_code == 200


def test_strangers_who_wait_for_a_silent_portal_hold_up_strangers_only(shut):
    opened(shut, APPLICATION_TOKEN="x")
    shut.back()

    assert opened(shut, APPLICATION_TOKEN="x").status_code == 503
    assert opened(shut).status_code == 200


def test_a_portal_that_moved_while_it_was_shut_out_is_found(shut):
    from werkzeug.test import Client

    from b24app.simulator.portal import create_portal

    shut.portal.move("new.example:8024")
    shut.adapter.clients["new.example:8024"] = Client(create_portal(shut.portal))

    fields = shut.post_fields(MANAGER, DEAL, {"ID": "8061"})
    answer = shut.frame("/placement", fields, DOMAIN="new.example:8024")

    assert answer.status_code == 200
    assert portal_of(shut).client_endpoint == "http://new.example:8024/rest/"
    assert Tab(shut, token_in(answer)).show().status_code == 200


def test_a_session_from_before_opens_nothing(stage):
    tab = stage.tab()
    with stage.deps.db.transaction() as session:
        portals.close(session, stage.portal.member_id, stage.deps.clock())

    assert tab.show().status_code == 403
    assert portal_of(stage).state == "closed"
