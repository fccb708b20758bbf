"""Every event with every proof, of administrators and others: what is kept, and what never is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b24app.services.lifecycle import uninstall
from b24app.services.lifecycle.tasks import PAUSES
from b24app.storage import jobs, portals
from tests.storage.setting import OTHER_MEMBER, install
from tests.support.events import event_form, jobs_of, post
from tests.support.lifecycle import exchanges, grant_of, portal_of, stored_token
from tests.support.stage import ADMIN, MANAGER, NOW, Stage

EVENTS = (
    "ONAPPINSTALL",
    "ONAPPUPDATE",
    "ONAPPPAYMENT",
    "ONAPPUNINSTALL",
    "ONSUBSCRIPTIONRENEW",
    "ONAPPTEST",
    "ONAPPMETHODCONFIRM",
)
WITH_TOKENS = EVENTS[:2]
DATA = {"VERSION": "9", "CLEAN": "1", "METHOD": "crm.item.list", "CONFIRMED": "1"}
FALSE = "c917d38f6bdb84e9d9e0bfe9d585be73"


def pair(stage, user_id):
    return {"refresh_token": stage.portal.issue_tokens(user_id).refresh_token}


def foreign(stage):
    token = stage.portal.issue_tokens_for(stage.portal.other_application, ADMIN)
    return {"refresh_token": token.refresh_token}


def own(user_id, **other):
    """The pair of a user, beside what else the event says."""
    return lambda stage: {**pair(stage, user_id), **other}


def says(**fields):
    return lambda _stage: fields


PROOFS = {
    "none": says(application_token=""),
    "a wrong token": says(application_token=FALSE),
    "the right token": says(),
    "the right token and somebody's pair": own(MANAGER),
    "somebody's pair": own(MANAGER, application_token=FALSE),
    "somebody's pair and no token": own(MANAGER, application_token=""),
    "an invented pair": says(application_token=FALSE, refresh_token="1" * 32),
    "a pair of another application": lambda stage: {"application_token": FALSE, **foreign(stage)},
    "a server of theirs": own(
        ADMIN,
        application_token=FALSE,
        server_endpoint="https://oauth.attacker.example/rest/",
    ),
}


def suspected(stage):
    """A portal that was shut out, with an uninstallation that is not settled."""
    later = stage.deps.clock() + timedelta(hours=1)
    with stage.database.transaction() as session:
        portals.close(session, stage.portal.member_id, stage.deps.clock())
        jobs.put(
            session,
            stage.deps.cipher,
            kind="uninstall_probe",
            member_id=stage.portal.member_id,
            payload={"reported_at": NOW.isoformat(), "is_clean": True},
            run_at=later,
            now=stage.deps.clock(),
        )


def kept(stage):
    """What an event could change."""
    portal = portal_of(stage)
    bound = [one.handler for one in stage.portal.installation.event_handlers]
    tabs = [one.code for one in stage.portal.installation.placements]
    with stage.database.reading() as session:
        report = uninstall.asked(session, stage.deps, stage.portal.member_id)
    return {
        "token": stored_token(stage),
        "grant": grant_of(stage),
        "owner": portal.grant_user_id,
        "version": portal.installed_version,
        "order": (portal.event_ts, portal.told_at),
        "state": portal.state,
        "endpoint": portal.client_endpoint,
        "is suspected": report is not None and report.contradicted_at is None,
        "bound": (bound, tabs),
    }


@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("event", EVENTS)
def test_nobody_but_an_administrator_has_anything_kept_opened_or_called_off(stage, event, proof):
    """And the genuine uninstallation is still accepted afterwards."""
    suspected(stage)
    stage.portal.installation.placements.clear()
    before = kept(stage)

    post(stage, event, DATA, **PROOFS[proof](stage))
    is_believed = proof.startswith("the right token")
    may_bind = event == "ONAPPUPDATE" and is_believed
    if event == "ONAPPUNINSTALL" and is_believed:
        # It is what has the portal probed, and the probe is another test's.
        stage.work_off()
        assert portal_of(stage) is not None
        return
    stage.work_off()
    stage.advance(60)
    stage.run_housekeeping()

    after = kept(stage)
    if may_bind:
        assert after.pop("bound") != before.pop("bound")
    assert after == before
    assert not any("attacker" in url for url in stage.adapter.sent)
    stage.portal.uninstall(clean=True)
    form = event_form(stage, "ONAPPUNINSTALL", DATA, application_token=before["token"])
    assert stage.client.post("/events", data=form).status_code == 200
    stage.work_off()
    assert portal_of(stage) is None


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("proof", ["none", "a wrong token", "an invented pair"])
def test_what_proves_nothing_is_refused_unless_its_pair_may_prove_it(stage, event, proof):
    answer = post(stage, event, DATA, **PROOFS[proof](stage))

    may_prove = event in WITH_TOKENS and "pair" in proof
    is_occasion = event == "ONAPPPAYMENT" and proof == "none"
    assert answer.status_code == (200 if may_prove or is_occasion else 403)


@pytest.mark.parametrize("event", WITH_TOKENS)
def test_an_administrator_is_believed(stage, event):
    suspected(stage)
    stage.portal.installation.placements.clear()
    stage.portal.installation.event_handlers.clear()

    post(stage, event, DATA, application_token=FALSE, **pair(stage, ADMIN))
    stage.work_off()

    after = kept(stage)
    assert after["token"] == FALSE
    assert (after["state"], after["is suspected"]) == ("active", False)
    assert len(after["bound"][0]) == 4
    assert len(after["bound"][1]) == 2


@pytest.mark.parametrize("event", WITH_TOKENS)
def test_an_administrator_of_another_portal_is_nobody_here(stage, event):
    install(stage.database, stage.deps.cipher, stage.deps.clock(), OTHER_MEMBER)
    with stage.database.reading() as session:
        before = portals.application_token(session, stage.deps.cipher, OTHER_MEMBER)

    post(stage, event, DATA, member_id=OTHER_MEMBER, application_token=FALSE, **pair(stage, ADMIN))
    stage.work_off()

    with stage.database.reading() as session:
        portal = portals.find(session, OTHER_MEMBER)
        assert portals.application_token(session, stage.deps.cipher, OTHER_MEMBER) == before
    assert (portal.state, portal.installed_version) == ("installing", "1.0.0")
    assert stored_token(stage) != FALSE


def test_the_pair_of_an_event_is_kept_before_it_is_used(stage):
    """Exchanged once, it is used up: a portal that does not answer must not cost the event."""
    post(stage, "ONAPPUPDATE", DATA, application_token=FALSE, **pair(stage, ADMIN))
    stage.portal.faults.add("batch", "silent", times=2)
    stage.work_off()
    assert stored_token(stage) != FALSE
    assert len(exchanges(stage)) == 1

    stage.advance(PAUSES[0].total_seconds())
    stage.run_housekeeping()

    assert stored_token(stage) == FALSE
    assert len(exchanges(stage)) == 1


def test_an_event_nobody_can_prove_is_given_up_in_the_end(stage):
    post(stage, "ONAPPUPDATE", DATA, application_token=FALSE, **pair(stage, ADMIN))
    stage.portal.faults.add("oauth/token", "error_500", times=100)
    stage.work_off()

    for pause in PAUSES:
        stage.advance(pause.total_seconds())
        stage.run_housekeeping()

    assert jobs_of(stage) == [("event_tokens", True)]


def test_an_update_restores_a_lost_grant_where_its_token_is_the_old_one(stage):
    with stage.database.transaction() as session:
        portals.drop_grant_tokens(session, stage.portal.member_id)
    stage.portal.installation.event_handlers.clear()

    post(stage, "ONAPPUPDATE", DATA, **pair(stage, ADMIN))
    stage.work_off()
    stage.advance(60)
    stage.run_housekeeping()

    assert portal_of(stage).grant_user_id == ADMIN
    assert len(stage.portal.installation.event_handlers) == 4


# Order


def update(stage, number, ts):
    """A genuine update; the portal changes its token with each."""
    token = f"{number:032d}"
    fields = {"application_token": token, **pair(stage, ADMIN)}
    body = {"event": "ONAPPUPDATE", "ts": str(ts), "data[VERSION]": str(number)}
    auth = {"member_id": stage.portal.member_id, **fields}
    answer = stage.client.post(
        "/events", data=body | {f"auth[{name}]": value for name, value in auth.items()}
    )
    assert answer.status_code == 200
    return token


def test_an_older_update_that_waited_does_not_overwrite_the_newer_one(stage):
    stage.portal.faults.add("oauth/token", "error_500")
    update(stage, 1, ts=100)
    stage.work_off()
    stage.advance(10)
    newer = update(stage, 2, ts=200)
    stage.work_off()
    assert stored_token(stage) == newer
    before = kept(stage)

    stage.advance(PAUSES[0].total_seconds())
    stage.run_housekeeping()

    assert kept(stage) == before


def test_an_update_from_before_an_installation_changes_nothing(stage):
    stage.portal.faults.add("oauth/token", "error_500")
    update(stage, 1, ts=2_000_000_000)
    stage.work_off()
    stage.advance(10)
    stage.install()
    before = kept(stage)

    stage.advance(PAUSES[0].total_seconds())
    stage.run_housekeeping()

    assert kept(stage) == before


def test_an_update_after_an_installation_counts_whatever_the_portals_clock_says(stage):
    stage.advance(10)
    token = update(stage, 1, ts=1_466_439_714)
    stage.work_off()

    assert stored_token(stage) == token


def test_a_clock_that_is_years_ahead_does_not_keep_updates_out_for_years(stage):
    update(stage, 1, ts=10**17)
    stage.work_off()
    stage.advance(2 * 24 * 3600)

    token = update(stage, 2, ts=int(stage.deps.clock().timestamp()))
    stage.work_off()

    assert stored_token(stage) == token


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.permutations(range(1, 5)), st.lists(st.booleans(), min_size=4, max_size=4))
def test_of_updates_in_any_order_the_newest_stays(
    sqlite_databases, tmp_path_factory, order, is_silent
):
    """Some wait for a silent authorization server while others pass them."""
    folder = tmp_path_factory.mktemp("order")
    stage = Stage(sqlite_databases.clean(folder), folder / "rest-log")
    stage.install()
    stage.advance(1)
    tokens = {}
    for number, silent in zip(order, is_silent, strict=True):
        if silent:
            stage.portal.faults.add("oauth/token", "error_500")
        tokens[number] = update(stage, number, ts=1000 + number)
        stage.work_off()
        stage.portal.faults.clear()
        stage.advance(5)

    for _ in range(6):
        stage.advance(60)
        stage.run_housekeeping()

    assert stored_token(stage) == tokens[4]
    assert portal_of(stage).installed_version == "4"
    stage.close()
