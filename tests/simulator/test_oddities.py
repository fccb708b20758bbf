"""Answers that are no error and yet odd: what a portal prints with other settings of PHP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from b24app.simulator.php import Raw, to_json

LISTS: dict[str, dict[str, Any]] = {
    "crm.item.payment.list": {"entityId": 8061, "entityTypeId": 2},
    "crm.item.delivery.list": {"entityId": 8061, "entityTypeId": 2},
    "crm.item.payment.product.list": {"paymentId": 1039},
    "crm.item.payment.delivery.list": {"paymentId": 1039},
    "placement.list": {},
    "scope": {},
}
WRAPPED: dict[str, dict[str, Any]] = {
    "crm.item.productrow.list": {"filter": {"=ownerType": "D", "=ownerId": 8069}},
    "crm.item.productrow.getAvailableForPayment": {"ownerType": "D", "ownerId": 8061},
}


@pytest.fixture
def control(portal):
    def post(action, **fields):
        return portal.post(f"/_control/{action}", data=fields)

    return post


def text_of(caller, method, /, **params):
    return caller.answer(method, params).get_data(as_text=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("24.33"), "24.329999999999998"),
        (Decimal("0.1"), "0.10000000000000001"),
        (Decimal("0.5"), "0.5"),
        (Decimal(5), "5"),
        (Decimal("0.0000005"), "4.9999999999999998e-7"),
        (1e25, "1.0000000000000001e+25"),
        (1e22, "1.0e+22"),
    ],
)
def test_seventeen_digits_are_printed_as_php_does(value, text):
    assert to_json(value, 17) == text


def test_raw_text_is_printed_as_it_is_and_nothing_else():
    assert to_json({"a": Raw('"\\ud83d"'), "b": "1e27", "c": Raw("1e27")}) == (
        '{"a":"\\ud83d","b":"1e27","c":1e27}'
    )


def test_numbers_with_all_their_digits(control, manager, state):
    state.crm.payments[1038].sum = Decimal("24.33")
    control("switch", name="has_17_digits", value="yes")

    method = "crm.item.payment.list"
    assert '"sum":24.329999999999998' in text_of(manager, method, **LISTS[method])
    batch = text_of(manager, "batch", cmd={"one": "crm.item.payment.get?id=1038"})
    assert '"sum":24.329999999999998' in batch


def test_what_is_free_is_a_difference_of_floats(manager, state):
    row = next(one for one in state.crm.rows_of(2, 8061) if one.basket_id is not None)
    row.quantity = Decimal("4.1")
    [item] = [one for one in state.crm.items.values() if one.entity_id == row.basket_id]
    item.quantity = Decimal("0.1")

    method = "crm.item.productrow.getAvailableForPayment"
    found = manager.result(method, ownerType="D", ownerId=8061)

    [free] = [one["quantity"] for one in found["productRows"] if one["id"] == row.id]
    assert repr(free) == "3.9999999999999996"


@pytest.mark.parametrize("method", LISTS)
def test_a_list_with_holes_is_an_object(control, manager, method):
    rows = manager.result(method, **LISTS[method])
    control("switch", name="has_list_holes", value="yes")

    holed = manager.result(method, **LISTS[method])

    assert list(holed) == [str(3 + 2 * number) for number in range(len(rows))]
    assert list(holed.values()) == rows


@pytest.mark.parametrize("method", WRAPPED)
def test_a_list_with_holes_inside_of_its_wrapper(control, manager, method):
    control("switch", name="has_list_holes", value="yes")

    assert "3" in manager.result(method, **WRAPPED[method])["productRows"]


@pytest.mark.parametrize(("totals", "told"), [("all", 60), ("at_most_50", 50), ("none", None)])
def test_totals_are_told_as_asked(control, manager, totals, told):
    control("switch", name="totals", value=totals)

    _, body = manager("crm.item.productrow.list", **WRAPPED["crm.item.productrow.list"])

    assert body.get("total") == told
    assert body["next"] == 50


def test_an_odd_value_stands_where_it_is_asked_for(control, manager):
    control("odd_value", method="crm.item.payment.list", field="sum", text="1e27", row=2)
    rows = manager.result("crm.item.payment.list", **LISTS["crm.item.payment.list"])
    assert [row["sum"] == 1e27 for row in rows] == [False, True, False, False]

    control("odd_value", method="crm.item.payment.list", field="*", text="null", row=1)
    control("odd_value", method="crm.item.get", field="TITLE", text='"\\ud83d"')
    assert manager.result("crm.item.payment.list", **LISTS["crm.item.payment.list"])[0] is None
    assert manager.result("crm.item.get", entityTypeId=2, id=8061)["item"]["title"] == "\ud83d"
    assert manager.result("crm.item.payment.get", id=1038)["sum"] != 1e27

    control("odd_value")
    assert "title" in manager.result("crm.item.get", entityTypeId=2, id=8061)["item"]


@pytest.mark.parametrize(
    "fields",
    [
        {"method": "no.such", "field": "sum", "text": "1"},
        {"method": "crm.item.get", "field": "", "text": "1"},
        {"method": "crm.item.get", "field": "id", "text": ""},
        {"method": "crm.item.get", "field": "id", "text": "1", "row": "x"},
    ],
)
def test_an_odd_value_without_its_place_is_refused(control, fields):
    assert control("odd_value", **fields).status_code == 400


def test_a_whole_answer_can_be_odd(control, manager):
    method = "crm.item.payment.list"
    control("odd_value", method=method, field="*", text='{"payments": 5}', row=0)

    assert manager.result(method, **LISTS[method]) == {"payments": 5}


def test_a_list_of_payments_can_ignore_its_filter(control, manager):
    control("switch", name="ignores_filters", value="yes")

    listed = manager.result(
        "crm.item.payment.list", filter={"id": 1038}, **LISTS["crm.item.payment.list"]
    )

    assert len(listed) == 4


def test_a_batch_can_go_on_after_an_error(control, manager):
    wrong, right = "crm.item.payment.pay", "profile"
    assert manager.batch(halt=1, wrong=wrong, right=right)["result"] == []

    control("switch", name="ignores_halt", value="yes")

    assert set(manager.batch(halt=1, wrong=wrong, right=right)["result"]) == {"right"}


def test_references_can_stay_what_they_are(control, manager, state):
    control("switch", name="resolves_references", value="no")

    manager.batch(who="profile", get="crm.item.payment.get?id=$result[who][ID]")

    assert state.recorder.commands()[-1].params == {"id": "$result[who][ID]"}


def test_an_authorization_server_can_tell_something_else(oauth, state):
    state.switches.token_fields = {"member_id": "0" * 32, "user_id": None}
    token = state.issue_tokens(7)

    told = oauth.get(
        "/oauth/token/",
        query_string={
            "grant_type": "refresh_token",
            "client_id": state.application.client_id,
            "client_secret": state.application.client_secret,
            "refresh_token": token.refresh_token,
        },
    ).get_json()

    assert told["member_id"] == "0" * 32
    assert "user_id" not in told


def test_a_line_of_what_an_application_bills_first_names_no_row(control, manager):
    control("switch", name="links_rows", value="no")
    owner = {"ownerType": "D", "ownerId": 8061}
    free = manager.result("crm.item.productrow.getAvailableForPayment", **owner)["productRows"]
    row = next(row for row in free if not row["xmlId"])

    made = manager.result(
        "crm.item.payment.product.add", paymentId=1038, rowId=row["id"], quantity=1
    )

    lines = manager.result("crm.item.payment.product.list", paymentId=1038)
    (line,) = [line for line in lines if line["id"] == made]
    assert sorted(line) == ["entityId", "id", "paymentId", "quantity"]
    after = manager.result("crm.item.productrow.getAvailableForPayment", **owner)["productRows"]
    left = {row["id"]: row["quantity"] for row in after}
    assert left.get(row["id"], 0) == row["quantity"] - 1
