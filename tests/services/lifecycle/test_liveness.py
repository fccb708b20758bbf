"""Whether the app is still installed: what each stored pair tells, and what no pair can tell."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import Client
from werkzeug.wrappers import Response

from b24app.errors import (
    AppUninstalledError,
    AuthorizationServerError,
    MaybeUninstalledError,
    MethodMissingError,
    NotInstalledError,
    PlanWithoutRestError,
    PortalBusyError,
    PortalClosedError,
    PortalSilentError,
    ScopeMissingError,
    SubscriptionEndedError,
    UserBlockedError,
)
from b24app.services.lifecycle import liveness
from b24app.services.lifecycle.liveness import Heard, Verdict, verdict_of
from b24app.storage import portals, user_tokens
from b24app.storage.models import Activity
from tests.support.lifecycle import HOUR, portal_of, report, stay_silent
from tests.support.stage import ADMIN, DEAL, MANAGER, PORTAL, READER

OTHERS = (MANAGER, READER)


def probe(stage):
    return liveness.probe(stage.deps, stage.portal.member_id)


def pairs_of(stage, user_id):
    tokens = stage.portal.tokens
    return [one for one in tokens._by_refresh.values() if one.user_id == user_id]


def lose_pairs(stage, *users, is_known=False):
    """What a new password does. `is_known`: the portal still knows the access token, as expired."""
    for user_id in users:
        for pair in pairs_of(stage, user_id):
            pair.is_refresh_used = True
            if is_known:
                pair.expires_at = stage.portal.clock.now()
            else:
                stage.portal.tokens._by_access.pop(pair.access_token, None)


def drop_grant(stage):
    with stage.database.transaction() as session:
        portals.drop_grant_tokens(session, stage.portal.member_id)


LOSSES = {
    "found out before": drop_grant,
    "the portal calls it expired": lambda stage: lose_pairs(stage, ADMIN, is_known=True),
    "nobody knows it": lambda stage: lose_pairs(stage, ADMIN),
}


@pytest.fixture(params=LOSSES)
def lost(stage, request):
    """The grant's owner has a new password, and the app lives on."""

    def lose():
        LOSSES[request.param](stage)

    return lose


def test_the_pair_of_a_colleague_shows_that_the_app_lives(stage, lost):
    tab = stage.tab(MANAGER)
    lost()

    report(stage, clean="1")

    assert portal_of(stage).state == "active"
    assert tab.show().status_code == 200


def test_a_lost_grant_alone_never_erases_at_once(stage, lost):
    stage.tab(MANAGER).post("/payments/1038/pay")
    with stage.database.transaction() as session:
        user_tokens.forget(session, stage.portal.member_id, MANAGER)
    lost()

    report(stage, clean="1")
    assert portal_of(stage).state == "active"
    stay_silent(stage)

    assert portal_of(stage).state == "closed"
    with stage.database.reading() as session:
        assert len(session.scalars(select(Activity)).all()) == 1


def test_a_lost_grant_and_72_hours_of_silence_erase(stage, lost):
    lost()
    report(stage, clean="1")

    for _ in range(72):
        stage.advance(HOUR)
        stage.run_housekeeping()

    assert portal_of(stage) is None


@pytest.mark.parametrize("is_known", [True, False])
def test_pairs_of_several_people_that_are_all_refused_are_an_app_that_is_gone(stage, is_known):
    for user_id in OTHERS:
        stage.tab(user_id)
    lose_pairs(stage, ADMIN, *OTHERS, is_known=is_known)

    assert probe(stage) is Verdict.DEAD


def test_one_of_them_that_cannot_be_read_leaves_it_open(stage):
    for user_id in OTHERS:
        stage.tab(user_id)
    lose_pairs(stage, ADMIN, *OTHERS)
    with stage.database.transaction() as session:
        portals.find(session, stage.portal.member_id).grant_access_sealed = "sealed otherwise"

    assert probe(stage) is Verdict.SILENT


def test_more_people_than_are_asked_at_a_time_leave_it_open_until_they_were(stage, monkeypatch):
    monkeypatch.setattr(liveness, "WITNESSES", 1)
    for user_id in OTHERS:
        stage.tab(user_id)
    lose_pairs(stage, ADMIN, *OTHERS)

    assert probe(stage) is Verdict.SILENT
    assert probe(stage) is Verdict.SILENT
    with stage.database.reading() as session:
        assert user_tokens.newest(session, stage.portal.member_id, 10) == []


def test_a_grant_that_no_key_opens_is_no_reason_to_erase(stage):
    with stage.database.transaction() as session:
        portals.find(session, stage.portal.member_id).grant_access_sealed = "sealed otherwise"

    report(stage)
    stay_silent(stage)

    assert portal_of(stage).state == "closed"


def test_a_grant_whose_owner_was_dismissed_contradicts_the_event(stage):
    stage.portal.users[ADMIN].is_active = False

    report(stage)

    assert portal_of(stage).state == "active"


def test_an_uninstallation_is_heard_through_any_pair(stage):
    stage.tab(MANAGER)
    drop_grant(stage)
    stage.portal.uninstall(clean=True)

    assert probe(stage) is Verdict.DEAD


def test_an_uninstallation_is_heard_through_an_expired_pair(stage):
    stage.portal.tokens.expire_access()
    stage.portal.uninstall(clean=True)

    assert probe(stage) is Verdict.DEAD


def test_an_authorization_server_that_does_not_answer_is_silence(stage):
    stage.portal.tokens.expire_access()
    stage.portal.faults.add("oauth/token", "error_500", times=10)

    report(stage)
    stay_silent(stage)

    assert portal_of(stage).state == "closed"


def test_where_the_grant_cannot_be_renewed_a_colleague_may_need_no_renewal(stage):
    lose_pairs(stage, ADMIN, is_known=True)
    stage.tab(MANAGER)
    stage.portal.faults.add("oauth/token", "error_500", times=10)

    assert probe(stage) is Verdict.ALIVE


@pytest.mark.parametrize("switch", ["has_rest_plan", "is_overloaded"])
@pytest.mark.parametrize(("is_there", "verdict"), [(True, Verdict.ALIVE), (False, Verdict.DEAD)])
def test_what_a_portal_says_before_it_looks_for_the_app_is_asked_elsewhere(
    stage, switch, is_there, verdict
):
    """Plan and overload are refused before the application is looked for (rest-contract a.6)."""
    setattr(stage.portal.switches, switch, switch == "is_overloaded")
    if not is_there:
        stage.portal.uninstall(clean=True)
        stage.portal.tokens.expire_access()

    assert probe(stage) is verdict


def test_a_portal_that_moved_is_alive_where_the_authorization_server_says_so(stage):
    from b24app.simulator.portal import create_portal

    stage.portal.move("new.example:8024")
    moved = Client(create_portal(stage.portal))
    stage.adapter.clients |= {PORTAL: moved, "new.example:8024": moved}

    assert probe(stage) is Verdict.ALIVE


@pytest.mark.parametrize(("is_there", "verdict"), [(True, Verdict.ALIVE), (False, Verdict.DEAD)])
def test_a_portal_that_sends_everybody_to_a_page_of_its_own_is_asked_for_elsewhere(
    stage, monkeypatch, is_there, verdict
):
    """Closed, it says nothing; seventy-two hours of silence would erase its data."""
    if not is_there:
        stage.portal.uninstall(clean=True)
    monkeypatch.setitem(stage.adapter.clients, PORTAL, Client(Response("", 302, {"Location": "/"})))

    assert probe(stage) is verdict


def test_the_authorization_server_speaks_of_this_portal_only(stage):
    stage.portal.switches.is_overloaded = True
    stage.portal.member_id = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    member_id = "a223c6b3710f85df22e9377d6c4f7553"

    assert liveness.probe(stage.deps, member_id) is Verdict.SILENT


def test_a_portal_that_is_not_there_is_no_verdict(stage):
    assert liveness.probe(stage.deps, "f" * 32) is Verdict.SILENT


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (AppUninstalledError(code="APPLICATION_NOT_FOUND"), Verdict.DEAD),
        (MaybeUninstalledError(), Verdict.SILENT),
        (NotInstalledError(), Verdict.DEAD),
        (AuthorizationServerError(code="invalid_client"), Heard.UNCLEAR),
        (PortalSilentError(), Verdict.SILENT),
        (PortalClosedError(), Verdict.SILENT),
        (MethodMissingError(), Verdict.SILENT),
        (PlanWithoutRestError(), Verdict.SILENT),
        (PortalBusyError(code="refreshing"), Verdict.BUSY),
        (PortalBusyError(), Verdict.BUSY),
        (UserBlockedError(), Verdict.ALIVE),
        (ScopeMissingError(), Verdict.ALIVE),
        (SubscriptionEndedError(), Verdict.ALIVE),
    ],
)
def test_what_an_error_says_about_the_installation(error, verdict):
    assert verdict_of(error) is verdict


def test_a_probe_reads_no_data_of_anybody(stage):
    stage.tab(MANAGER)
    drop_grant(stage)
    stage.forget_calls()

    probe(stage)

    assert {one.method for one in stage.portal.recorder.commands()} == {"app.info"}


def test_the_tokens_of_people_are_used_at_the_stored_address_only(stage):
    stage.tab(MANAGER)
    drop_grant(stage)
    stage.adapter.sent.clear()

    probe(stage)

    assert all(url.startswith(f"http://{PORTAL}/rest/") for url in stage.adapter.sent)


def test_a_post_with_the_insiders_own_pair_is_what_saves_the_portal(stage):
    """He needs the application token, and whoever has read it has opened the app."""
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    drop_grant(stage)
    report(stage)
    stay_silent(stage)
    assert portal_of(stage).state == "closed"

    assert stage.frame("/placement", fields).status_code == 200
    assert portal_of(stage).state == "active"
