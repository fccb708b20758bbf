"""crm.item.payment.*: what is stored, refused and kept. Source: REST contract e.2 to e.6."""

from __future__ import annotations

import pytest

PAID, ONLINE, UNPAID = 1037, 1036, 1038
ACCOUNT = 12
DEAL = {"entityId": 8061, "entityTypeId": 2}


def payment(caller, payment_id):
    return caller.result("crm.item.payment.get", id=payment_id)


def test_list_names_every_payment_of_the_deal(manager):
    rows = manager.result("crm.item.payment.list", **DEAL)

    assert [row["id"] for row in rows] == [1036, 1037, 1038, 1039]
    assert (
        rows[3].items()
        >= {
            "id": 1039,
            "accountNumber": "3653/4",
            "paid": "N",
            "datePaid": None,
            "empPaidId": None,
            "paySystemId": 7,
            "sum": 7680,
            "currency": "EUR",
            "paySystemName": "Bank transfer",
        }.items()
    )


def test_list_is_not_paged(manager, portal):
    portal.post("/_control/seed", data={"payments": 500})

    _, body = manager("crm.item.payment.list", **DEAL)

    assert len(body["result"]) == 500
    assert "total" not in body
    assert "next" not in body


def test_a_payment_paid_online_names_no_employee(manager):
    assert payment(manager, ONLINE)["paid"] == "Y"
    assert payment(manager, ONLINE)["empPaidId"] is None


@pytest.mark.parametrize(
    ("conditions", "ids"),
    [
        ({"paid": "N"}, [1038, 1039]),
        ({"@id": [1036, 1039]}, [1036, 1039]),
        ({"!@id": [1036, 1039]}, [1037, 1038]),
        ({">=id": 1038}, [1038, 1039]),
        ({">sum": 4940}, [1039]),
        ({"<=sum": "2258"}, [1036, 1038]),
        ({"!=paid": "Y"}, [1038, 1039]),
        ({"%accountNumber": "/3"}, [1038]),
        ({"=%paySystemName": "Bank%"}, [1037, 1039]),
        ({"empPaidId": 7}, [1037]),
        ({">datePaid": "2026-05-01T00:00:00+02:00"}, [1037]),
        ({"orderId": 1}, [1036, 1037, 1038, 1039]),
    ],
)
def test_list_filters_by_documented_prefixes(manager, conditions, ids):
    rows = manager.result("crm.item.payment.list", **DEAL, filter=conditions)

    assert [row["id"] for row in rows] == ids


def test_order_takes_directions_in_any_case(manager):
    rows = manager.result("crm.item.payment.list", **DEAL, order={"paid": "DESC", "sum": "asc"})

    assert [row["id"] for row in rows] == [1036, 1037, 1038, 1039]


@pytest.mark.parametrize(("name", "column"), [("ID", "I_D"), ("PAID", "P_AI_D")])
def test_upper_case_filter_names_are_unknown_fields(manager, name, column):
    answer = manager.error("crm.item.payment.list", **DEAL, filter={name: 1})

    text = f"Unknown field definition `{column}` ({column}) for Payment Entity."
    assert answer == (400, "100", text)


@pytest.mark.parametrize(("value", "shown"), [(None, ""), ("", "")])
def test_explicit_nothing_is_no_array(manager, value, shown):
    answer = manager.error("crm.item.payment.list", **DEAL, filter=value)

    text = f"Invalid value {{{shown}}} to match with parameter {{filter}}. "
    assert answer == (400, "100", text + "Should be value of type array.")


@pytest.mark.parametrize("empty", [[], {}])
def test_empty_arrays_are_taken(manager, empty):
    assert len(manager.result("crm.item.payment.list", **DEAL, filter=empty, order=empty)) == 4


@pytest.mark.parametrize(("value", "shown"), [("deal", "deal"), ([1], "Array"), (True, "1")])
def test_a_value_of_the_wrong_type_is_printed_as_php_does(manager, value, shown):
    answer = manager.error("crm.item.payment.get", id=value)

    text = f"Invalid value {{{shown}}} to match with parameter {{id}}. Should be value of type int."
    assert answer == (400, "100", text)


@pytest.mark.parametrize("value", [1036, "1036", " 1036", "1036.9", 1036.9, "1.036e3"])
def test_an_int_takes_every_numeric_and_cuts_fractions(manager, value):
    assert payment(manager, value)["id"] == 1036


def test_parameter_names_are_case_sensitive_and_method_names_are_not(manager):
    assert manager.error("CRM.Item.Payment.GET", ID=1036) == (
        400,
        "100",
        "Could not find value for parameter {id}",
    )


def test_a_new_payment_is_empty_and_prefers_cash(manager):
    made = manager.result("crm.item.payment.add", **DEAL)

    row = payment(manager, made)
    assert (row["sum"], row["paid"], row["paySystemName"]) == (0, "N", "Cash")


def test_add_takes_a_payment_system(manager):
    made = manager.result("crm.item.payment.add", **DEAL, fields={"paySystemId": 8, "sum": 99})

    assert payment(manager, made)["paySystemId"] == 8
    assert payment(manager, made)["sum"] == 0


@pytest.mark.parametrize("system", [9, 10, 11])
def test_every_payment_system_that_exists_is_taken(manager, system):
    """One that is inactive, of another currency or not for orders, too: nothing looks at it."""
    fields = {"paySystemId": system}

    made = manager.result("crm.item.payment.add", **DEAL, fields=fields)

    assert payment(manager, made)["paySystemId"] == system
    assert manager.result("crm.item.payment.update", id=UNPAID, fields=fields) is True
    assert payment(manager, UNPAID)["paySystemId"] == system


@pytest.mark.parametrize("fields", [{}, {"paySystemId": 999}])
def test_a_payment_that_cannot_be_saved_has_the_id_0_and_leaves_its_order(manager, state, fields):
    if not fields:
        state.crm.pay_systems.clear()

    answer = manager.result("crm.item.payment.add", entityId=8067, entityTypeId=2, fields=fields)

    assert answer == 0
    assert state.crm.payments_of(2, 8067) == []
    assert len(state.crm.orders_of(2, 8067)) == 1


def test_a_payment_from_the_clients_account_takes_its_amount_and_unpay_gives_none_back(
    manager, state
):
    manager.result("crm.item.payment.update", id=UNPAID, fields={"paySystemId": ACCOUNT})
    due = state.crm.payments[UNPAID].sum
    state.crm.accounts["EUR"] = due + 10

    for method in ("pay", "pay", "unpay"):
        assert manager.result(f"crm.item.payment.{method}", id=UNPAID) is True

    assert state.crm.accounts["EUR"] == 10
    assert manager.error("crm.item.payment.pay", id=UNPAID)[:2] == (400, "BX_ERROR")
    assert not state.crm.payments[UNPAID].is_paid


def test_what_was_given_back_to_the_account_is_taken_from_it_when_it_is_marked_again(
    manager, state
):
    state.crm.payments[UNPAID].is_return = "Y"

    assert manager.error("crm.item.payment.pay", id=UNPAID)[:2] == (400, "BX_ERROR")


def test_the_first_payment_of_a_deal_makes_its_order(manager, state):
    deal = {"entityId": 8063, "entityTypeId": 2}
    assert manager.result("crm.item.payment.list", **deal) == []

    manager.result("crm.item.payment.add", **deal)

    assert len(state.crm.orders_of(2, 8063)) == 1


def test_add_is_not_idempotent(manager):
    first = manager.result("crm.item.payment.add", **DEAL)

    assert manager.result("crm.item.payment.add", **DEAL) == first + 1


@pytest.mark.parametrize(
    ("entity_type_id", "entity_id", "text"),
    [
        (1036, 11, "Cannot create payment for this entity."),
        (1, 101, "Cannot create payment for this entity."),
        (9999, 1, "Unknown entity type: 9999."),
        (2, 777, "Entity ID #777 does not exist."),
    ],
)
def test_all_refusals_of_add_carry_403_on_new_servers(admin, entity_type_id, entity_id, text):
    answer = admin.error("crm.item.payment.add", entityTypeId=entity_type_id, entityId=entity_id)

    assert answer == (403, "0", text)


def test_a_plan_without_more_payments_refuses_add(manager, state):
    state.switches.payments_left = 1
    manager.result("crm.item.payment.add", **DEAL)

    answer = manager.error("crm.item.payment.add", **DEAL)

    assert answer == (403, "0", "You cannot create more payments on your current plan.")


def test_smart_process_items_have_no_payments(admin):
    assert admin.result("crm.item.payment.list", entityId=11, entityTypeId=1036) == []


def test_pay_stores_date_and_payer(manager):
    assert manager.result("crm.item.payment.pay", id=UNPAID) is True

    row = payment(manager, UNPAID)
    assert (row["paid"], row["empPaidId"]) == ("Y", 7)
    assert row["datePaid"] == "2026-07-01T11:00:00+02:00"


def test_unpay_keeps_date_and_payer(manager):
    assert manager.result("crm.item.payment.unpay", id=PAID) is True

    row = payment(manager, PAID)
    assert (row["paid"], row["empPaidId"]) == ("N", 7)
    assert row["datePaid"] == "2026-05-14T16:42:00+02:00"


def test_paying_a_paid_payment_changes_nothing(admin):
    assert admin.result("crm.item.payment.pay", id=PAID) is True

    assert payment(admin, PAID)["empPaidId"] == 7


def test_a_payment_of_a_canceled_order_cannot_be_paid(manager):
    [row] = manager.result("crm.item.payment.list", entityId=8068, entityTypeId=2)

    answer = manager.error("crm.item.payment.pay", id=row["id"])

    expected = "Cannot paid a canceled order."
    assert answer == (400, "SALE_ORDER_PAID_ORDER_CANCELED", expected)


def test_a_paid_payment_of_a_canceled_order_cannot_be_unpaid(manager, state):
    [row] = manager.result("crm.item.payment.list", entityId=8068, entityTypeId=2)
    state.crm.payments[row["id"]].is_paid = True

    for method, more in (("unpay", {}), ("update", {"fields": {"paid": "N"}})):
        answer = manager.error(f"crm.item.payment.{method}", id=row["id"], **more)

        assert answer[1] == "SALE_ORDER_PAID_ORDER_CANCELED"


def test_unpaying_what_is_unpaid_is_no_refusal_in_a_canceled_order(manager):
    [row] = manager.result("crm.item.payment.list", entityId=8068, entityTypeId=2)

    assert manager.result("crm.item.payment.unpay", id=row["id"]) is True


def test_update_changes_system_and_name(manager):
    fields = {"paid": "Y", "paySystemId": 6}

    assert manager.result("crm.item.payment.update", id=UNPAID, fields=fields) is True

    row = payment(manager, UNPAID)
    assert (row["paid"], row["paySystemId"], row["paySystemName"]) == ("Y", 6, "Cash")


def test_old_servers_keep_the_name_of_the_previous_system(manager, state):
    state.switches.generation = "old"

    manager.result("crm.item.payment.update", id=UNPAID, fields={"paySystemId": 6})

    assert payment(manager, UNPAID)["paySystemName"] == "Card online"


@pytest.mark.parametrize("fields", [{"PAID": "Y"}, {"sum": 5}])
def test_update_without_a_known_field_is_empty(manager, fields):
    answer = manager.error("crm.item.payment.update", id=UNPAID, fields=fields)

    assert answer == (400, "0", "Empty fields")


def test_update_names_an_unknown_payment_system(manager):
    answer = manager.error("crm.item.payment.update", id=UNPAID, fields={"paySystemId": 999})

    assert answer == (400, "0", "Payment system has not been found")


def test_a_paid_payment_is_not_deleted(manager):
    answer = manager.error("crm.item.payment.delete", id=PAID)

    expected = "Partial payment done. Cancel payment"
    assert answer == (400, "SALE_PAYMENT_DELETE_EXIST_PAID", expected)


def test_delete_frees_the_products_and_says_not_found_the_second_time(manager):
    assert manager.result("crm.item.payment.delete", id=UNPAID) is True

    rows = manager.result(
        "crm.item.productrow.getAvailableForPayment", ownerType="D", ownerId=8061
    )["productRows"]
    assert "Dimmer module D2" in {row["productName"] for row in rows}
    assert manager.error("crm.item.payment.delete", id=UNPAID) == (
        400,
        "0",
        "Payment has not been found",
    )


def test_payments_of_all_orders_are_listed_and_add_uses_the_newest(manager):
    deal = {"entityId": 8065, "entityTypeId": 2}
    numbers = [row["accountNumber"] for row in manager.result("crm.item.payment.list", **deal)]

    made = manager.result("crm.item.payment.add", **deal)

    first, second = (number.split("/")[0] for number in numbers)
    assert payment(manager, made)["accountNumber"] == f"{max(first, second)}/2"


def test_currency_is_the_orders(manager):
    [row] = manager.result("crm.item.payment.list", entityId=8066, entityTypeId=2)
    card = manager.result("crm.item.get", entityTypeId=2, id=8066)["item"]

    assert (row["currency"], card["currencyId"]) == ("EUR", "USD")
