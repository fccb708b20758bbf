"""The door for events: who is believed, what is answered, and that nobody waits for a portal."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from b24app.domain import EntityRef
from b24app.services.auth.throttle import A_MINUTE
from b24app.services.lifecycle.worker import start_thread
from b24app.storage import cached_lists, card_marks, failed_proofs, refusals
from b24app.storage.models import Job
from tests.support.events import event_form, jobs_of, post


def failures(stage, name):
    with stage.deps.db.reading() as session:
        return failed_proofs.count(session, f"events:{name}", stage.deps.clock())


def test_an_event_is_answered_before_anybody_is_asked(stage):
    answer = post(stage, "ONAPPUNINSTALL", {"CLEAN": "1", "LANGUAGE_ID": "en"})

    assert answer.status_code == 200
    assert answer.json == {"status": "accepted"}
    assert stage.http_calls == []
    assert jobs_of(stage) == [("uninstall_probe", False)]
    assert len(stage.started) == 2


UNNEEDED = (
    "ts", "event_handler_id", "data", "data[VERSION]", "data[LANGUAGE_ID]", "auth[access_token]",
    "auth[expires]", "auth[expires_in]", "auth[scope]", "auth[status]", "auth[user_id]",
    "auth[domain]", "auth[client_endpoint]", "auth[server_endpoint]", "auth", "auth[scope][x]",
)  # fmt: skip
ODD = (
    "", " ", "crm placement", "-1", "9" * 5000, "²", "a\nb", "токен", "\x00", "<b>", "[]", "%00",
    "'; drop",
)  # fmt: skip


@pytest.mark.parametrize("event", ["ONAPPUNINSTALL", "ONAPPINSTALL", "ONAPPUPDATE", "ONAPPPAYMENT"])
def test_no_field_that_nobody_needs_loses_a_genuine_event(stage, event):
    """A portal sends an event once."""
    for name in UNNEEDED:
        for value in ODD:
            form = event_form(stage, event, {"CLEAN": "1"}) | {name: value}

            assert stage.client.post("/events", data=form).status_code == 200, (name, value)

    stage.work_off()


def test_the_same_event_twice_is_one_piece_of_work(stage):
    answers = [post(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 200]
    assert [one.json["status"] for one in answers] == ["accepted", "repeated"]
    assert len(jobs_of(stage)) == 1


def test_an_event_of_an_unknown_portal_is_refused(stage):
    answer = post(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}, member_id="f" * 32)

    assert answer.status_code == 403
    assert jobs_of(stage) == []
    assert failures(stage, "unknown") == 1


@pytest.mark.parametrize("token", ["0123456789abcdef0123456789abcdef", "токен", ""])
@pytest.mark.parametrize("event", ["ONAPPUNINSTALL", "ONAPPINSTALL", "ONAPPUPDATE", "ONOTHER"])
def test_an_event_with_another_application_token_is_refused(stage, caplog, event, token):
    caplog.set_level(logging.DEBUG)

    answer = post(stage, event, application_token=token)

    assert answer.status_code == 403
    assert jobs_of(stage) == []
    assert not token or token not in caplog.text
    assert stage.portal.installation.application_token not in caplog.text


def test_a_wrong_token_beside_a_payment_event_is_refused(stage):
    assert post(stage, "ONAPPPAYMENT", application_token="0" * 32).status_code == 403


def test_a_payment_event_without_a_token_is_taken_as_an_occasion_to_ask(stage):
    assert post(stage, "ONAPPPAYMENT", application_token="").status_code == 200

    assert jobs_of(stage) == [("subscription", False)]
    assert failures(stage, stage.portal.member_id) == 1


def test_an_unknown_event_is_answered_and_logged_once(stage, caplog):
    caplog.set_level(logging.INFO, "b24app.services.lifecycle.events")

    answer = post(stage, "ONIMBOTMESSAGEADD")

    assert answer.status_code == 200
    assert answer.json == {"status": "ignored"}
    assert [record.message for record in caplog.records] == [
        f"event ONIMBOTMESSAGEADD of {stage.portal.member_id} is not one of ours"
    ]
    assert jobs_of(stage) == []
    assert stage.started == []


@pytest.mark.parametrize("event", ["ONAPPTEST", "ONAPPMETHODCONFIRM", "ONSUBSCRIPTIONRENEW"])
@pytest.mark.parametrize("data", [{}, {"QUERY": "x", "METHOD": "crm.item.list", "CONFIRMED": "1"}])
def test_the_other_events_of_an_application_are_taken(stage, event, data):
    assert post(stage, event, data).status_code == 200
    assert post(stage, event, data, application_token="0" * 32).status_code == 403


def test_a_renewed_subscription_is_asked_about_like_a_paid_one(stage):
    post(stage, "ONSUBSCRIPTIONRENEW")

    assert jobs_of(stage) == [("subscription", False)]


def an_hour_ago(stage):
    return stage.deps.clock() - timedelta(hours=1)


def test_a_confirmed_method_is_tried_again_at_once(stage):
    member_id, card = stage.portal.member_id, EntityRef(2, 8061)
    with stage.deps.db.transaction() as session:
        refusals.refuse(session, member_id, 7, card, stage.deps.clock())
        cached_lists.save(session, member_id, "grant_refused", {}, stage.deps.clock())

    post(stage, "ONAPPMETHODCONFIRM", {"METHOD": "crm.item.list", "CONFIRMED": "0"})
    with stage.deps.db.reading() as session:
        assert card_marks.read(session, member_id, 7, card, an_hour_ago(stage)).is_refused
    post(stage, "ONAPPMETHODCONFIRM", {"METHOD": "crm.item.list", "CONFIRMED": "1"})

    with stage.deps.db.reading() as session:
        assert not card_marks.read(session, member_id, 7, card, an_hour_ago(stage)).is_refused
        assert cached_lists.load(session, member_id, "grant_refused") is None


def test_what_a_portal_says_of_a_method_is_not_written_into_the_log_as_it_came(stage, caplog):
    caplog.set_level(logging.INFO)

    post(stage, "ONAPPMETHODCONFIRM", {"METHOD": "a\nforged line", "CONFIRMED": "1"})

    assert "forged" not in caplog.text


@pytest.mark.parametrize(
    "broken",
    [{"event": None}, {"event": "a b"}, {"auth[member_id]": None}, {"auth[member_id]": "x" * 65}],
)
def test_a_malformed_event_is_refused(stage, broken):
    form = event_form(stage, "ONAPPUNINSTALL") | broken

    answer = stage.client.post(
        "/events", data={name: text for name, text in form.items() if text is not None}
    )

    assert answer.status_code == 400
    assert jobs_of(stage) == []


def test_guessing_the_token_of_a_portal_ends_after_many_failures(stage):
    with stage.deps.db.transaction() as session:
        for _ in range(A_MINUTE - 1):
            failed_proofs.add(session, f"events:{stage.portal.member_id}", stage.deps.clock())
    guess = {"event": "ONAPPUNINSTALL", "application_token": "0" * 32}

    assert post(stage, **guess).status_code == 403
    assert post(stage, **guess).status_code == 429


def test_the_portal_itself_is_heard_however_often_somebody_guessed(stage):
    with stage.deps.db.transaction() as session:
        for _ in range(A_MINUTE + 1):
            failed_proofs.add(session, f"events:{stage.portal.member_id}", stage.deps.clock())

    assert post(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}).status_code == 200


def test_tokens_of_an_event_lie_sealed_until_they_are_used(stage):
    token = stage.portal.issue_tokens(1)
    post(
        stage,
        "ONAPPUPDATE",
        {"VERSION": "2"},
        application_token="c917d38f6bdb84e9d9e0bfe9d585be73",
        refresh_token=token.refresh_token,
    )

    with stage.deps.db.reading() as session:
        payload = session.scalars(select(Job)).one().payload_sealed
    assert token.refresh_token not in payload
    assert "c917d38f" not in payload


def test_events_are_only_posted(client):
    assert client.get("/events").status_code == 405


def test_a_thread_of_the_process_works_the_event_off(stage):
    background = stage.app.extensions["b24app"].background
    for crew in background._crews:
        crew._start = start_thread

    post(stage, "ONAPPPAYMENT")

    for thread in threading.enumerate():
        if thread.name == "event-work":
            thread.join(timeout=30)
    assert jobs_of(stage) == [("subscription", True)]
