"""Who may do what, and the three shapes of a refusal. Source: REST contract e.1, quirks 1 to 4."""

from __future__ import annotations

import pytest

DEAL = {"entityId": 8061, "entityTypeId": 2}
WRITES = [
    ("crm.item.payment.add", DEAL),
    ("crm.item.payment.update", {"id": 1038, "fields": {"paid": "Y"}}),
    ("crm.item.payment.delete", {"id": 1038}),
    ("crm.item.payment.pay", {"id": 1038}),
    ("crm.item.payment.unpay", {"id": 1037}),
    ("crm.item.payment.product.add", {"paymentId": 1038, "rowId": 17610, "quantity": 1}),
    ("crm.item.payment.product.setQuantity", {"id": 1200, "quantity": 1}),
    ("crm.item.payment.product.delete", {"id": 1200}),
    ("crm.item.payment.delivery.add", {"paymentId": 1038, "deliveryId": 4074}),
    ("crm.item.payment.delivery.setDelivery", {"id": 1205, "deliveryId": 4073}),
    ("crm.item.payment.delivery.delete", {"id": 1205}),
]
READS = [
    ("crm.item.payment.list", DEAL),
    ("crm.item.payment.get", {"id": 1038}),
    ("crm.item.payment.product.list", {"paymentId": 1038}),
    ("crm.item.payment.delivery.list", {"paymentId": 1039}),
    ("crm.item.delivery.list", DEAL),
    ("crm.item.delivery.get", {"id": 4073}),
]
QUIET_NULL = {
    "crm.item.payment.add",
    "crm.item.payment.product.add",
    "crm.item.payment.delivery.add",
}


@pytest.fixture
def frozen_ids(state):
    """The parametrized ids are an unpaid payment's product item and delivery item."""
    assert state.crm.items[1200].kind == "product"
    assert state.crm.items[1200].payment_id == 1038
    assert state.crm.items[1205].kind == "delivery"
    assert state.crm.items[1205].payment_id == 1039


@pytest.mark.usefixtures("frozen_ids")
@pytest.mark.parametrize(("method", "params"), WRITES)
def test_a_reader_is_refused_every_write(reader, state, method, params):
    assert reader.error(method, **params) == (403, "ACCESS_DENIED", "Access denied")

    state.switches.generation = "old"
    status, code, text = reader.error(method, **params)
    assert (status, code) == (400, 0)
    is_item = ".product." in method or "payment.delivery." in method
    assert text == ("Access denied" if is_item else "Insufficient permissions")

    state.switches.generation = "oldest"
    expected = None if method in QUIET_NULL else False
    assert reader(method, **params)[0] == 200
    assert reader(method, **params)[1]["result"] is expected


@pytest.mark.usefixtures("frozen_ids")
@pytest.mark.parametrize(("method", "params"), WRITES)
def test_a_manager_may_write(manager, method, params):
    assert manager(method, **params)[0] == 200


@pytest.mark.parametrize(("method", "params"), READS)
def test_a_reader_may_read_and_an_outsider_may_not(reader, outsider, method, params):
    assert reader(method, **params)[0] == 200
    assert outsider.error(method, **params) == (403, "ACCESS_DENIED", "Access denied")


@pytest.mark.parametrize(
    ("method", "params", "text"),
    [
        ("crm.item.get", {"entityTypeId": 2, "id": 8061},
         "You don't have permission to view this item."),
        ("crm.item.productrow.list", {"filter": {"=ownerType": "D", "=ownerId": 8061}},
         "Access denied"),
        ("crm.item.productrow.getAvailableForPayment", {"ownerType": "D", "ownerId": 8061},
         "Access denied"),
        ("crm.type.list", {}, "Access denied"),
    ],
)  # fmt: skip
def test_other_reads_refuse_an_outsider_with_400(outsider, method, params, text):
    assert outsider.error(method, **params) == (400, "ACCESS_DENIED", text)


def test_lists_leave_out_what_a_user_may_not_see(outsider, manager):
    assert outsider.result("crm.item.list", entityTypeId=2)["items"] == []
    assert len(manager.result("crm.item.list", entityTypeId=2)["items"]) > 5


def test_visible_payments_may_not_be_payable(manager, state):
    state.users[7].rights["order"] = "none"

    assert len(manager.result("crm.item.payment.list", **DEAL)) == 4
    for method in ("get", "pay", "delete"):
        assert manager.error(f"crm.item.payment.{method}", id=1038)[1] == "ACCESS_DENIED"


def test_items_follow_the_card_or_the_order(manager, state):
    state.users[7].rights["deal"] = "read"
    add = ("crm.item.payment.product.add", {"paymentId": 1038, "rowId": 17610, "quantity": 1})
    assert manager.error(add[0], **add[1])[0] == 403

    state.switches.works_with_orders = True
    assert manager(add[0], **add[1])[0] == 200


def test_an_outsider_can_tell_missing_payments_on_new_servers_only(outsider, state):
    assert outsider.error("crm.item.payment.get", id=1) == (400, "0", "Payment has not been found")

    state.switches.generation = "old"
    assert outsider.error("crm.item.payment.get", id=1) == (400, 0, "Insufficient permissions")


def test_payments_of_a_missing_deal_are_empty_for_full_rights_and_refused_otherwise(admin, reader):
    missing = {"entityId": 1, "entityTypeId": 2}

    assert admin.result("crm.item.payment.list", **missing) == []
    assert reader.error("crm.item.payment.list", **missing)[1] == "ACCESS_DENIED"


def test_the_oldest_server_has_the_check_of_set_delivery_inverted(manager, state):
    state.switches.generation = "oldest"
    unpaid = state.crm.items_of(1039, "delivery")[0].id
    paid = state.crm.items_of(1037, "delivery")[0].id
    method = "crm.item.payment.delivery.setDelivery"

    assert manager.result(method, id=unpaid, deliveryId=4073) is False
    assert manager.result(method, id=paid, deliveryId=4074) is True


def test_old_servers_answer_false_where_new_ones_name_the_reason(manager, state):
    state.switches.generation = "old"

    assert manager.result("crm.item.payment.delete", id=1037) is False
    assert manager.result("crm.item.payment.update", id=1038, fields={"PAID": "Y"}) is False


def test_the_oldest_server_answers_null_or_false_for_business_errors(manager, state):
    state.switches.generation = "oldest"
    add = manager.result("crm.item.payment.product.add", paymentId=1038, rowId=17610, quantity=999)
    item = state.crm.items_of(1038, "product")[0].id

    assert add is None
    method = "crm.item.payment.product.setQuantity"
    assert manager.result(method, id=item, quantity=999) is False


def test_old_servers_send_strings_and_the_oldest_upper_case_keys(manager, state):
    state.switches.generation = "old"
    [old, *_] = manager.result("crm.item.payment.list", **DEAL)
    state.switches.generation = "oldest"
    [oldest, *_] = manager.result("crm.item.payment.list", **DEAL)

    assert (old["id"], old["sum"], old["paySystemId"]) == ("1036", "2050.0000", "8")
    assert (oldest["ID"], oldest["PAY_SYSTEM_NAME"]) == ("1036", "Card online")


def test_codes_are_numbers_before_25_700(manager, state):
    assert manager.error("crm.item.payment.get")[1] == "100"

    state.switches.generation = "old"
    assert manager.error("crm.item.payment.get")[1] == 100
    assert manager.error("salescenter.payment.getPublicUrl", id=1)[1] == 200640400001


@pytest.mark.parametrize("user_id", [7, 9])
def test_the_payment_system_directory_needs_a_crm_administrator(as_user, user_id):
    answer = as_user(user_id).error("sale.paysystem.list")

    assert answer == (403, "ACCESS_DENIED", "Access denied!")


def test_an_extranet_user_may_not_call_employees_methods(as_user):
    answer = as_user(20).error("crm.item.payment.list", **DEAL)

    text = "This action is available only to Intranet users"
    assert answer == (403, "allowed_only_intranet_user", text)
    assert as_user(20).result("profile")["ID"] == "20"


def test_the_public_link_checks_no_rights_on_the_payment(outsider):
    link = outsider.result("salescenter.payment.getPublicUrl", id=1038)["payment"]

    assert link["shortUrl"].startswith("http://localhost:8024/~")
    assert link["qr"].startswith("iVBORw0KGgo")
