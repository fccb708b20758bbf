"""The control plane: exactly the routes that tests, demos and benchmarks rely on."""

from __future__ import annotations

import pytest

from b24app.simulator.portal_state.state import MEMBER_ID


@pytest.fixture
def control(portal):
    def post(action, **fields):
        return portal.post(f"/_control/{action}", data=fields)

    return post


@pytest.mark.parametrize("user_id", [1, 7, 9, 12])
def test_a_token_of_every_user(control, portal, user_id):
    answer = control("token", user=user_id).get_json()

    assert set(answer) == {"access_token", "refresh_token", "member_id", "domain"}
    assert (answer["member_id"], answer["domain"]) == (MEMBER_ID, "localhost:8024")
    profile = portal.post("/rest/profile", json={"auth": answer["access_token"]}).get_json()
    assert profile["result"]["ID"] == str(user_id)


def test_a_token_before_any_installation_is_for_the_started_client(control, portal, state):
    state.uninstall(clean=True)

    token = control("token", user=7).get_json()["access_token"]

    answer = portal.post("/rest/app.info", json={"auth": token})
    assert answer.get_json()["result"]["INSTALLED"] is False
    assert answer.headers["X-Bitrix-Rest-Application"] == state.application.client_id


def test_expire_ends_all_access_tokens(control, manager, reader):
    assert control("expire").get_json()["expired"] == 2

    assert manager.error("profile")[1] == reader.error("profile")[1] == "expired_token"


@pytest.mark.parametrize("payments", [1, 3, 4, 37, 500])
def test_the_seed_has_the_asked_number_of_payments(control, manager, payments):
    control("seed", payments=payments)

    rows = manager.result("crm.item.payment.list", entityId=8061, entityTypeId=2)
    assert len(rows) == payments


@pytest.mark.parametrize("payments", ["0", "501", "many", "-1"])
def test_an_impossible_seed_is_refused(control, payments):
    assert control("seed", payments=payments).status_code == 400


def test_other_cards_keep_their_ids_whatever_the_seed(control, manager):
    before = manager.result("crm.item.payment.list", entityId=512, entityTypeId=31)

    control("seed", payments=200)

    assert manager.result("crm.item.payment.list", entityId=512, entityTypeId=31) == before


def test_reset_returns_to_the_seed(control, manager, state):
    manager.result("crm.item.payment.delete", id=1038)
    control("clock", seconds=99)
    control("generation", value="oldest")

    control("reset")

    assert 1038 in state.crm.payments
    assert state.installation is None
    assert state.switches.generation == "new"


def test_the_record_names_requests_commands_users_and_parameters_but_no_token(portal, manager):
    manager.batch(one="crm.item.payment.get?id=1038", two="profile")

    text = portal.get("/_control/record").get_data(as_text=True)
    [request] = portal.get("/_control/record").get_json()["requests"]

    assert manager.token.access_token not in text
    assert (request["path"], request["user"], request["status"]) == ("/rest/batch", 7, 200)
    one, two = request["commands"]
    assert (one["method"], one["key"], one["params"]) == (
        "crm.item.payment.get",
        "one",
        {"id": "1038"},
    )
    assert two["user"] == 7
    assert request["started"] <= one["started"] <= one["finished"] <= request["finished"]


def test_a_refused_command_is_recorded_with_its_code(portal, reader):
    reader("crm.item.payment.pay", id=1038)

    [request] = portal.get("/_control/record").get_json()["requests"]

    assert request["commands"][0]["outcome"] == "ACCESS_DENIED"


def test_json_bodies_are_taken_too(portal, state):
    portal.post("/_control/latency", json={"request_ms": 150, "command_ms": 30, "write_ms": 600})

    switches = state.switches
    assert (switches.request_ms, switches.command_ms, switches.write_ms) == (150, 30, 600)


@pytest.mark.parametrize(
    ("action", "fields", "words"),
    [
        ("token", {"user": "99"}, "user is one of 1, 7, 9, 12, 15, 20, not 99"),
        ("seed", {"payments": "many"}, "payments is a whole number from 1, not 'many'"),
        ("clock", {"seconds": "1e300"}, "seconds is a number from 0 to 315360000, not '1e300'"),
        ("clock", {}, "seconds is a number from 0 to 315360000, not ''"),
        ("limits", {"drain": "nan"}, "drain is a number from 0 to 315360000, not 'nan'"),
        ("switch", {"name": "is_cloud", "value": "x"}, "value is yes or no, not 'x'"),
        ("fault", {"method": "crm.odd", "kind": "busy"},
         "method is a REST method of this portal, not 'crm.odd'"),
        ("operating", {"seconds": "5"}, "method is a REST method of this portal, not ''"),
        ("payment", {"do": "pay", "id": "1"}, "No such payment: 1"),
        ("payment", {"do": "set_quantity", "id": "1"}, "No such item of a payment: 1"),
        ("payment", {"do": "add", "entityId": "9999"}, "No such card: 9999 of type 2"),
        ("payment", {"do": "set_pay_system", "id": "1038", "paySystemId": "99"},
         "No such payment system: 99"),
        ("order", {"do": "delete_row", "id": "1"}, "No such product row: 1"),
        ("order", {"do": "set_row_quantity", "id": "17601", "quantity": "x"},
         "quantity is a number above 0, not 'x'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["data", "json"])
def test_a_field_that_does_not_fit_is_refused_with_words(portal, action, fields, words, encoding):
    answer = portal.post(f"/_control/{action}", **{encoding: fields})

    assert (answer.status_code, answer.get_json()) == (400, {"error": words})


@pytest.mark.parametrize("body", ["[1]", "{oops"])
def test_a_body_that_is_no_json_object_is_refused(portal, body):
    answer = portal.post("/_control/latency", data=body, content_type="application/json")

    assert (answer.status_code, answer.get_json()) == (
        400,
        {"error": "the body is not a JSON object"},
    )


def test_json_may_have_lists_flags_and_nothing(portal, state):
    portal.post("/_control/scopes", json={"scope": ["crm", "placement"]})
    portal.post("/_control/switch", json={"name": "is_cloud", "value": False})
    state.faults.add("profile", "busy")
    portal.post("/_control/fault", json={"method": None})

    assert state.installation.scope == ("crm", "placement")
    assert state.switches.is_cloud is False
    assert state.faults.faults == []


@pytest.mark.parametrize(
    "method", ["*", "batch", "oauth/token", "oauth/app.info", "frame/refreshAuth"]
)
def test_a_fault_may_hit_more_than_a_method(control, state, method):
    assert control("fault", method=method, kind="busy").status_code == 200

    assert state.faults.faults[0].method == method.lower()


def test_the_page_says_why_a_form_was_refused(portal):
    headers = {"Accept": "text/html"}
    answer = portal.post("/_control/seed", data={"payments": "501"}, headers=headers)

    assert answer.status_code == 303
    page = portal.get(answer.headers["Location"]).get_data(as_text=True)
    assert 'role="alert"' in page
    assert "payments must be 1 to 500, not 501" in page


def test_an_unknown_action_names_the_known_ones(control):
    answer = control("odd")

    assert answer.status_code == 404
    assert "events/deliver" in answer.get_json()["error"]


def test_the_page_is_for_people(portal):
    page = portal.get("/_control")

    assert page.status_code == 200
    assert "lost_html" in page.get_data(as_text=True)


def test_a_form_of_the_page_comes_back_to_it(portal):
    answer = portal.post("/_control/clock", data={"seconds": 5}, headers={"Accept": "text/html"})

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/_control/?said=clock")


@pytest.mark.parametrize(
    ("fields", "paid", "payer"),
    [({"do": "pay"}, "Y", 1), ({"do": "pay_online"}, "Y", None), ({"do": "unpay"}, "N", None)],
)
def test_somebody_else_pays(control, manager, fields, paid, payer):
    control("payment", id=1038, **fields)

    row = manager.result("crm.item.payment.get", id=1038)
    assert (row["paid"], row["empPaidId"]) == (paid, payer)


def test_somebody_else_adds_and_deletes(control, manager):
    made = control("payment", do="add", entityId=8061).get_json()["id"]
    control("payment", do="delete", id=1038)

    rows = manager.result("crm.item.payment.list", entityId=8061, entityTypeId=2)
    assert [row["id"] for row in rows] == [1036, 1037, 1039, made]


def test_somebody_else_changes_an_item(control, manager, state):
    item = state.crm.items_of(1038, "product")[0]

    control("payment", do="set_quantity", id=item.id, quantity="2.5")

    [row, _] = manager.result("crm.item.payment.product.list", paymentId=1038)
    assert row["quantity"] == 2.5


def test_somebody_else_deletes_a_product_row(control, manager, state):
    row_id = state.crm.rows_of(2, 8061)[4].id

    control("order", do="delete_row", id=row_id)

    rows = manager.result("crm.item.payment.product.list", paymentId=1038)
    assert "entityId" in rows[0]


def test_a_second_order_makes_available_rows_impossible(control, manager):
    control("order", do="second", entityId=8061)

    answer = manager.error(
        "crm.item.productrow.getAvailableForPayment", ownerType="D", ownerId=8061
    )
    assert answer[2] == "This method does not support multiple orders."


def test_rights_can_be_taken(control, manager):
    control("rights", user=7, area="deal", level="none")

    assert manager.error("crm.item.payment.list", entityId=8061, entityTypeId=2)[0] == 403


def test_the_application_can_be_closed_to_a_user(control, manager):
    control("access", user=7, allowed="0")
    assert manager.error("profile")[1] == "user_access_error"

    control("access", user=7, allowed="1")
    assert manager("profile")[0] == 200


def test_install_and_uninstall_without_a_browser(control, state):
    control("uninstall", clean="1")
    before = state.installation
    control("install", finished="0")
    after = state.installation

    assert before is None
    assert after.is_finished is False


@pytest.mark.parametrize("name", ["is_cloud", "has_rest_plan", "is_closed", "works_with_orders"])
def test_switches_are_set_by_name(control, state, name):
    before = getattr(state.switches, name)

    control("switch", name=name, value=str(int(not before)))

    assert getattr(state.switches, name) is not before


@pytest.mark.parametrize("deed", ["complete", "postpone", "delete"])
def test_somebody_else_changes_an_activity(control, state, deed):
    before = state.crm.activities[999].deadline

    assert control("activity", do=deed, id=999).status_code == 200

    after = state.crm.activities.get(999)
    if deed == "delete":
        assert after is None
    elif deed == "complete":
        assert after.is_completed
    else:
        assert after.deadline > before


def test_an_activity_that_cannot_be_changed_is_told(control):
    assert "do is one of" in control("activity", do="forget", id=999).get_json()["error"]
    assert "No such activity" in control("activity", do="delete", id=1).get_json()["error"]


def test_a_client_is_closed_to_somebody_and_opened_again(control, state, manager):
    assert control("hide_client", user=7, entityId=301).get_json() == {"hidden": [[3, 301]]}
    assert manager.error("crm.item.get", entityTypeId=3, id=301)[1] == "ACCESS_DENIED"

    control("hide_client", user=7, entityId=301, hidden="0")

    assert state.users[7].hidden_cards == set()
    assert control("hide_client", user=7, entityTypeId=2, entityId=8061).status_code == 400


def test_placements_are_taken_away_and_given_back(control, state):
    control("missing_placements", codes="CRM_*_LIST_MENU, REST_APP_URI")
    assert state.switches.lacks_placement("CRM_SMART_INVOICE_LIST_MENU")

    control("missing_placements", codes="")

    assert not state.switches.lacks_placement("REST_APP_URI")
