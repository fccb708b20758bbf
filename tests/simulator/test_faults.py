"""Faults on demand: what was executed, and what the caller sees."""

from __future__ import annotations

import pytest

from b24app.simulator.portal_state.faults import KINDS, ConnectionCutError, SilentServerError

PAY = {"id": 1038}


@pytest.fixture
def plan(portal):
    def add(kind, method="crm.item.payment.pay", **options):
        answer = portal.post("/_control/fault", data={"method": method, "kind": kind, **options})
        assert answer.status_code == 200

    return add


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("busy", 503, "QUERY_LIMIT_EXCEEDED"),
        ("operation_limit", 429, "OPERATION_TIME_LIMIT"),
        ("denied", 403, "ACCESS_DENIED"),
        ("expired_token", 401, "expired_token"),
        ("error_500", 500, "INTERNAL_SERVER_ERROR"),
        ("portal_deleted", 403, "PORTAL_DELETED"),
    ],
)
def test_answered_faults_execute_nothing_and_happen_once(manager, state, plan, kind, status, code):
    plan(kind)

    assert manager.error("crm.item.payment.pay", **PAY)[:2] == (status, code)
    assert not state.crm.payments[1038].is_paid
    assert manager.result("crm.item.payment.pay", **PAY) is True


@pytest.mark.parametrize(("kind", "result"), [("false", False), ("null", None)])
def test_quiet_faults_answer_200(manager, state, plan, kind, result):
    plan(kind)

    assert manager.result("crm.item.payment.pay", **PAY) is result
    assert not state.crm.payments[1038].is_paid


@pytest.mark.parametrize(("kind", "result"), [("done_false", False), ("done_null", None)])
def test_a_result_may_deny_what_was_done(manager, state, plan, kind, result):
    plan(kind)

    assert manager.result("crm.item.payment.pay", **PAY) is result
    assert state.crm.payments[1038].is_paid


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("done_thrown", 400, "0"),
        ("done_argument", 400, "100"),
        ("wrong_encoding", 200, "WRONG_ENCODING"),
    ],
)
def test_an_error_may_follow_what_was_done(manager, state, plan, kind, status, code):
    plan(kind)

    answer = manager.answer("crm.item.payment.pay", PAY)

    assert (answer.status_code, answer.json["error"]) == (status, code)
    assert state.crm.payments[1038].is_paid


@pytest.mark.parametrize(
    ("kind", "status", "executed"),
    [("html", 502, False), ("redirect", 302, False), ("lost_html", 504, True)],
)
def test_broken_answers(manager, state, plan, kind, status, executed):
    plan(kind)

    answer = manager.answer("crm.item.payment.pay", PAY)

    assert answer.status_code == status
    assert not answer.is_json
    assert state.crm.payments[1038].is_paid is executed


@pytest.mark.parametrize(
    ("kind", "error", "executed"),
    [
        ("close_before", ConnectionCutError, False),
        ("lost", ConnectionCutError, True),
        ("silent", SilentServerError, False),
        ("lost_silent", SilentServerError, True),
    ],
)
def test_broken_connections_are_raised_in_process(manager, state, plan, kind, error, executed):
    plan(kind)

    with pytest.raises(error):
        manager.answer("crm.item.payment.pay", PAY)

    assert state.crm.payments[1038].is_paid is executed


def test_a_slow_answer_comes_after_its_seconds(manager, plan, slept):
    plan("slow", seconds="12")

    assert manager.result("crm.item.payment.pay", **PAY) is True
    assert slept == [12]


def test_a_cut_body_is_no_json(manager, state, plan):
    plan("invalid_json")

    answer = manager.answer("crm.item.payment.pay", PAY)

    assert answer.data.startswith(b'{"result":true')
    assert not answer.data.endswith(b"}")
    assert state.crm.payments[1038].is_paid


def test_a_huge_body_hides_the_answer_in_white_space(manager, plan):
    plan("huge")

    answer = manager.answer("crm.item.payment.pay", PAY)

    assert len(answer.data) > 20_000_000
    assert answer.get_json()["result"] is True


def test_a_trickle_waits_after_every_byte(manager, plan, slept):
    plan("trickle")

    answer = manager.answer("crm.item.payment.pay", PAY)

    assert len(answer.data) == len(slept)


def test_a_fault_hits_its_command_inside_a_batch(manager, plan):
    plan("busy", times=2)

    answer = manager.batch(
        one="crm.item.payment.pay?id=1038", two="crm.item.payment.pay?id=1039", who="profile"
    )

    errors = {key: error["error"] for key, error in answer["result_error"].items()}
    assert errors == dict.fromkeys(("one", "two"), "QUERY_LIMIT_EXCEEDED")
    assert set(answer["result"]) == {"who"}


def test_a_lost_batch_has_run_up_to_the_command_that_hit(manager, state, plan):
    plan("lost", method="crm.item.payment.unpay")
    cmd = {
        "a": "crm.item.payment.pay?id=1038",
        "b": "crm.item.payment.unpay?id=1037",
        "c": "crm.item.payment.pay?id=1039",
    }

    with pytest.raises(ConnectionCutError):
        manager.answer("batch", {"cmd": cmd})

    paid = [state.crm.payments[number].is_paid for number in (1037, 1038, 1039)]
    assert paid == [False, True, False]


def test_an_expired_token_in_a_batch_runs_nothing(manager, state, plan):
    plan("expired_token", method="crm.item.payment.unpay")
    cmd = {"a": "crm.item.payment.pay?id=1038", "b": "crm.item.payment.unpay?id=1037"}

    assert manager.error("batch", cmd=cmd)[1] == "expired_token"
    assert not state.crm.payments[1038].is_paid


@pytest.mark.parametrize("kind", ["busy", "error_500"])
def test_a_fault_of_batch_itself_runs_nothing(manager, state, plan, kind):
    plan(kind, method="batch")

    status, _ = manager("batch", cmd={"a": "crm.item.payment.pay?id=1038"})

    assert status >= 500
    assert not state.crm.payments[1038].is_paid


def test_a_lost_batch_as_a_whole_has_run_completely(manager, state, plan):
    plan("lost", method="batch")

    with pytest.raises(ConnectionCutError):
        manager.answer("batch", {"cmd": {"a": "crm.item.payment.pay?id=1038"}})

    assert state.crm.payments[1038].is_paid


def test_batch_not_allowed_leaves_single_calls_alone(manager, plan):
    plan("batch_not_allowed")

    assert manager.result("crm.item.payment.pay", **PAY) is True
    answer = manager.batch(pay="crm.item.payment.pay?id=1038")
    assert answer["result_error"]["pay"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_batch_not_allowed_of_batch_itself_refuses_all_of_it(manager, state, plan):
    plan("batch_not_allowed", method="batch")

    _, answer = manager("batch", cmd={"pay": "crm.item.payment.pay?id=1038"})

    assert answer["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert not state.crm.payments[1038].is_paid


def test_an_unknown_kind_is_refused_with_the_list(portal):
    answer = portal.post("/_control/fault", data={"method": "profile", "kind": "odd"})

    assert answer.status_code == 400
    assert all(kind in answer.get_json()["error"] for kind in KINDS)


def test_the_authorization_server_fails_on_demand(oauth, state, plan):
    plan("lost", method="oauth/token")
    token = state.issue_tokens(1)
    query = {
        "grant_type": "refresh_token",
        "client_id": state.application.client_id,
        "client_secret": state.application.client_secret,
        "refresh_token": token.refresh_token,
    }

    with pytest.raises(ConnectionCutError):
        oauth.get("/oauth/token/", query_string=query)

    # The rotation happened: the state of the refresh token was unknown to the caller, now it is.
    assert oauth.get("/oauth/token/", query_string=query).get_json() == {"error": "invalid_grant"}


def test_a_redirect_names_the_method_at_the_new_host(manager, plan):
    plan("redirect")

    answer = manager.answer("crm.item.payment.pay", PAY)

    path = "/rest/crm.item.payment.pay"
    assert answer.headers["Location"] == f"http://renamed.portal.example{path}"


def test_a_fault_spares_the_calls_before_it(manager, plan):
    plan("denied", after=2)

    answers = [manager("crm.item.payment.pay", **PAY)[0] for _ in range(4)]

    assert answers == [200, 200, 403, 200]


def test_a_deed_happens_once_and_before_the_method_runs(manager, state):
    seen = []
    state.faults.before(
        "crm.item.payment.pay", lambda: seen.append(state.crm.payments[1038].is_paid), after=1
    )

    for method in ("unpay", "pay", "unpay", "pay", "pay"):
        manager(f"crm.item.payment.{method}", **PAY)

    assert seen == [False]


def test_a_deed_may_call_the_method_it_comes_before(manager, state):
    state.faults.before("crm.item.payment.pay", lambda: manager("crm.item.payment.pay", **PAY))

    assert manager.result("crm.item.payment.pay", **PAY) is True
    assert [one.method for one in state.recorder.commands()] == ["crm.item.payment.pay"] * 2


def test_nothing_is_planned_any_more_after_a_clearing(manager, state):
    seen = []
    state.faults.before("crm.item.payment.pay", lambda: seen.append(1))
    state.faults.add("crm.item.payment.pay", "denied")

    state.faults.clear()

    assert manager.result("crm.item.payment.pay", **PAY) is True
    assert seen == []
