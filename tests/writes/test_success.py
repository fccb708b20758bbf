"""Every write when all goes well: what it costs, what is said and noted, and its repetition."""

from __future__ import annotations

import pytest

from tests.support.acts import (
    ACTS,
    DELETE,
    PAY,
    REASSIGN,
    SMALL,
    UNPAY,
    books,
    forget_listing,
    outcomes,
    payment,
    require_once,
    runs,
    stage_said,
    writes_asked,
)
from tests.support.stage import payments_in
from tests.support.timeline import know_timeline

KEY = "a-key-of-the-page-1"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_is_done_said_noted_and_shown(stage, act):
    tab = stage.tab()

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    assert 'role="alert"' not in answer.text
    assert stage_said(answer)
    assert outcomes(stage) == [(act.name, "done")]
    assert sum(runs(stage).values()) == act.steps
    require_once(stage)
    assert 'id="strip"' in answer.text


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_is_told_as_done_where_the_portal_has_no_number_of_the_payment(stage, act):
    tab = stage.tab()
    for one in stage.portal.crm.payments.values():
        one.account_number = ""

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    assert outcomes(stage) == [(act.name, "done")]


@pytest.mark.parametrize("act", [PAY, UNPAY, REASSIGN], ids=str)
@pytest.mark.parametrize("is_fresh", [True, False])
def test_a_common_write_costs_two_calls_at_most(stage, act, is_fresh):
    tab = stage.tab()
    know_timeline(stage)
    if not is_fresh:
        forget_listing(stage)
    stage.forget_calls()

    act.send(tab, None)

    assert act.done(stage)
    assert len(stage.http_calls) <= 2


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
def test_a_payment_shown_a_moment_ago_is_marked_in_one_call(stage, act):
    tab = stage.tab()
    know_timeline(stage)
    stage.forget_calls()

    act.send(tab, None)

    assert len(stage.http_calls) == 1


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_the_same_key_is_answered_the_same_and_writes_once(stage, act):
    tab = stage.tab()
    first = act.send(tab, KEY)
    asked = len(writes_asked(stage))

    second = act.send(tab, KEY)

    assert second.status_code == first.status_code == 200
    assert stage_said(second) == stage_said(first)
    assert len(writes_asked(stage)) == asked
    assert act.done(stage)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_the_same_key_repeats_a_failure_too(stage, act):
    tab = stage.tab()
    stage.portal.faults.add(act.method, "denied")
    first = act.send(tab, KEY)
    asked, before = len(writes_asked(stage)), books(stage)

    second = act.send(tab, KEY)

    assert (second.status_code, stage_said(second)) == (first.status_code, stage_said(first))
    assert second.status_code >= 400
    assert len(writes_asked(stage)) == asked
    assert books(stage) == before


def test_a_replay_shows_what_is_true_now(stage):
    tab = stage.tab()
    PAY.send(tab, KEY)
    payment(stage, SMALL).is_paid = False

    answer = PAY.send(tab, KEY)

    assert "marked as paid" in stage_said(answer)
    assert payments_in(answer.text)[str(SMALL)] == "N"


@pytest.mark.parametrize("other", [UNPAY, DELETE], ids=str)
def test_a_key_used_for_something_else_is_refused(stage, other):
    tab = stage.tab()
    PAY.send(tab, KEY)
    before = books(stage)

    answer = other.send(tab, KEY)

    assert answer.status_code == 409
    assert "already used for another change" in tab.said
    assert books(stage) == before


def test_a_key_with_another_body_is_refused(stage):
    tab = stage.tab()
    tab.post("/payments/1038/items/1200", {"quantity": 5}, KEY)

    answer = tab.post("/payments/1038/items/1200", {"quantity": 6}, KEY)

    assert answer.status_code == 409
    assert stage.portal.crm.items[1200].quantity == 5


def test_a_key_of_one_card_does_nothing_on_another(stage):
    stage.tab().post("/payments/rest", key=KEY)

    answer = stage.tab(entity_id=8063).post("/payments/rest", key=KEY)

    assert answer.status_code == 409


@pytest.mark.parametrize("key", ["", "short", "x" * 101, "schlüssel-é"])
def test_a_write_without_a_usable_key_is_refused(stage, key):
    tab = stage.tab()
    headers = tab.headers(**({"Idempotency-Key": key.encode().decode("latin-1")} if key else {}))

    answer = stage.client.post(f"/payments/{SMALL}/pay", headers=headers)

    assert answer.status_code == 422
    assert writes_asked(stage) == []


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
def test_what_is_in_the_asked_state_already_is_success_without_a_write(stage, act):
    tab = stage.tab()
    target = payment(stage, SMALL if act is PAY else 1037)
    target.is_paid = act is PAY

    answer = act.send(tab, None)

    assert answer.status_code == 200
    assert "already" in tab.said
    assert runs(stage) == {}
    assert outcomes(stage) == [(act.name, "already")]


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_expired_token_is_refreshed_once_in_the_middle(stage, act):
    tab = stage.tab()
    stage.portal.tokens.expire_access()

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    require_once(stage)
    refreshes = [url for url in stage.adapter.sent if "grant_type=refresh_token" in url]
    assert 1 <= len(refreshes) <= 2, "the person's token, and the grant's for payment systems"
    assert len(set(refreshes)) == len(refreshes)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_token_that_expires_on_the_write_itself_does_no_harm(stage, act):
    tab = stage.tab()
    stage.portal.faults.add(act.method, "expired_token")

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    require_once(stage)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_busy_portal_is_asked_again_because_nothing_ran(stage, act):
    tab = stage.tab()
    stage.portal.faults.add("batch", "busy", times=2)

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    require_once(stage)
