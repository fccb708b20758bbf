"""Encoding, envelopes, order of checks. Source: REST contract a, quirks 5 to 16."""

from __future__ import annotations

from itertools import pairwise

import pytest

DEAL = {"entityId": 8061, "entityTypeId": 2}


def test_json_form_and_get_mean_the_same(portal, manager):
    auth = manager.token.access_token
    path = "/rest/crm.item.payment.list"
    query = f"entityId=8061&entityTypeId=2&filter[paid]=N&filter[%40id][0]=1038&auth={auth}"

    answers = [
        portal.post(path, json={**DEAL, "filter": {"paid": "N", "@id": [1038]}, "auth": auth}),
        portal.post(path, data=query, content_type="application/x-www-form-urlencoded"),
        portal.get(f"{path}?{query}"),
        portal.post(f"{path}.json?{query}"),
    ]

    ids = [[row["id"] for row in answer.get_json()["result"]] for answer in answers]
    assert ids == [[1038]] * 4


def test_the_body_wins_over_the_query(portal, manager):
    body = {"id": 1037, "auth": manager.token.access_token}

    answer = portal.post("/rest/crm.item.payment.get?id=1036&auth=wrong", json=body)

    assert answer.get_json()["result"]["id"] == 1037


@pytest.mark.parametrize(
    "send",
    [
        lambda token: {"json": {"access_token": token}},
        lambda token: {"headers": {"Authorization": f"Bearer {token}"}},
        lambda token: {"headers": {"Authorization": f"bearer  {token}"}, "json": {"auth": "odd"}},
        lambda token: {"data": {"auth": token}},
        lambda token: {"data": {"auth": token}, "content_type": "multipart/form-data"},
        lambda token: {"json": {"auth": ["odd"], "access_token": token}},
    ],
)
def test_the_token_is_taken_from_three_places(portal, manager, send):
    answer = portal.post("/rest/profile", **send(manager.token.access_token))

    assert answer.get_json()["result"]["ID"] == "7"


def test_a_form_of_several_parts_nests_like_any_form(portal, manager):
    fields = {
        "entityId": "8061",
        "entityTypeId": "2",
        "filter[@id][0]": "1037",
        "filter[@id][]": "1038",
        "auth": manager.token.access_token,
    }

    answer = portal.post(
        "/rest/crm.item.payment.list", data=fields, content_type="multipart/form-data"
    )

    assert [row["id"] for row in answer.get_json()["result"]] == [1037, 1038]


@pytest.mark.parametrize("method", ["profile", "crm.item.nothing"])
def test_a_page_of_another_origin_may_call(portal, method):
    asked = portal.options(f"/rest/{method}", headers={"Origin": "https://app.example"})
    answer = portal.post(f"/rest/{method}", json={})

    assert asked.status_code == 200
    for headers in (asked.headers, answer.headers):
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Access-Control-Allow-Headers"] == "origin, content-type, accept"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_body_that_is_not_json_counts_as_empty(portal):
    answer = portal.post("/rest/profile", data="{oops", content_type="application/json")

    assert (answer.status_code, answer.get_json()["error"]) == (401, "NO_AUTH_FOUND")


def test_an_unknown_method_is_reported_before_the_token(portal):
    answer = portal.post("/rest/crm.item.nothing", json={})

    assert (answer.status_code, answer.get_json()) == (
        404,
        {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"},
    )


def test_time_is_whole_and_processing_zero_on_new_servers(manager, state):
    _, new = manager("profile")
    state.switches.generation = "old"
    _, old = manager("profile")

    assert isinstance(new["time"]["start"], int)
    assert new["time"]["processing"] == 0
    assert isinstance(old["time"]["start"], float)
    assert new["time"]["date_start"] == "2026-07-01T11:00:00+02:00"


def test_operating_is_absent_when_the_limiter_is_off(manager, state):
    assert "operating" in manager("profile")[1]["time"]

    state.limits.is_operating_limited = False
    assert "operating" not in manager("profile")[1]["time"]


def test_strings_are_escaped_as_php_does(manager, state):
    state.card(2, 8061).title = "A/B <i> & 'c' \"d\""

    text = manager.answer("crm.item.get", {"entityTypeId": 2, "id": 8061}).get_data(as_text=True)

    assert "A\\/B \\u003Ci\\u003E \\u0026 \\u0027c\\u0027 \\u0022d\\u0022" in text


def test_whole_sums_have_no_point(manager):
    answer = manager.answer("crm.item.payment.get", {"id": 1037})

    assert '"sum":4940,' in answer.get_data(as_text=True)


def test_empty_objects_are_lists(admin):
    assert admin.result("app.option.get") == []


def test_cloud_answers_name_the_application(manager, state):
    headers = manager.answer("profile", {}).headers
    assert headers["X-Bitrix-Rest-Application"] == state.application.client_id

    state.switches.is_cloud = False
    assert "X-Bitrix-Rest-Application" not in manager.answer("profile", {}).headers


def close(state):
    state.switches.is_closed = True


def overload(state):
    state.switches.is_overloaded = True


def take_plan(state):
    state.switches.has_rest_plan = False


def reinstall(state):
    state.uninstall(clean=False)
    state.install_app()


def expire(state):
    state.tokens.expire_access()


def take_scope(state):
    state.grant_scope(("placement",))


def dismiss(state):
    state.users[7].is_active = False


def invite(state):
    state.users[7].has_signed_in = False


def close_app(state):
    state.switches.denied_app_users.add(7)


def use_up(state):
    state.limits.add_operating("crm.item.payment.list", 10_000)


def end_subscription(state):
    state.set_payment_expired(True)


BREAKS = [
    (close, 403, "PORTAL_DELETED", 500),
    (invite, 401, "ACCESS_DENIED", 401),
    (overload, 401, "OVERLOAD_LIMIT", 503),
    (take_plan, 401, "ACCESS_DENIED", 403),
    (reinstall, 401, "APPLICATION_NOT_FOUND", 401),
    (end_subscription, 401, "PAYMENT_REQUIRED", 401),
    (expire, 401, "expired_token", 401),
    (dismiss, 401, "authorization_error", 401),
    (close_app, 401, "user_access_error", 403),
    (take_scope, 401, "insufficient_scope", 403),
    (use_up, 429, "OPERATION_TIME_LIMIT", 429),
]


@pytest.mark.parametrize(("damage", "status", "code", "old_status"), BREAKS)
def test_each_check_has_its_code(manager, state, damage, status, code, old_status):
    damage(state)

    assert manager.error("crm.item.payment.list", **DEAL)[:2] == (status, code)
    state.switches.generation = "old"
    assert manager.error("crm.item.payment.list", **DEAL)[:2] == (old_status, code)


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(BREAKS)), ids=lambda entry: entry[2])
def test_checks_come_in_the_documented_order(manager, state, earlier, later):
    if later[0] is end_subscription:
        # A removed application cannot be expired as well.
        later = (expire, 401, "expired_token", 401)
    later[0](state)
    earlier[0](state)

    assert manager.error("crm.item.payment.list", **DEAL)[1] == earlier[2]


def test_a_moved_portal_answers_302_without_a_body(manager, state, portal):
    state.move("127.0.0.1:8024")
    body = {"auth": manager.token.access_token}

    old = portal.post("/rest/profile", json=body, headers={"Host": "localhost:8024"})
    new = portal.post("/rest/profile", json=body, headers={"Host": "127.0.0.1:8024"})

    assert (old.status_code, old.data) == (302, b"")
    assert old.headers["Location"] == "http://127.0.0.1:8024/rest/profile"
    assert new.status_code == 200


def test_a_token_of_another_application_works_but_names_it(portal, state):
    token = state.issue_tokens_for(state.other_application, 7).access_token

    answer = portal.post("/rest/app.info", json={"auth": token})

    assert answer.get_json()["result"]["CODE"] == "northwind.other_app"
    assert answer.headers["X-Bitrix-Rest-Application"] == state.other_application.client_id


def test_a_method_may_be_missing_on_a_portal(manager, portal):
    portal.post("/_control/missing", data={"methods": "salescenter.payment.getPublicUrl"})

    assert manager.error("salescenter.payment.getPublicUrl", id=1038)[0] == 404
    assert manager.result("method.get", name="salescenter.payment.getPublicUrl") == {
        "isExisting": False,
        "isAvailable": False,
    }
