"""Items and deliveries of a payment. Source: REST contract e.7, e.8, e.10, e.11."""

from __future__ import annotations

import pytest

from b24app.simulator.control.control_somebody import do_order

OPEN, PAID = 1038, 1037
EXIT_SIGN, CABLE = 17610, 17611


def items(caller, payment_id=OPEN):
    return caller.result("crm.item.payment.product.list", paymentId=payment_id)


def total(caller, payment_id=OPEN):
    return caller.result("crm.item.payment.get", id=payment_id)["sum"]


def payment_of(caller, deal_id, index=0):
    rows = caller.result("crm.item.payment.list", entityId=deal_id, entityTypeId=2)
    return rows[index]["id"]


def test_adding_a_row_adds_its_price_to_the_sum(manager):
    made = manager.result(
        "crm.item.payment.product.add", paymentId=OPEN, rowId=EXIT_SIGN, quantity=3
    )

    assert {"id": made, "paymentId": OPEN, "quantity": 3, "rowId": EXIT_SIGN} in items(manager)
    assert total(manager) == 2258 + 3 * 118


def test_fractions_are_cut_silently(manager):
    made = manager.result(
        "crm.item.payment.product.add", paymentId=OPEN, rowId=EXIT_SIGN, quantity=2.5
    )

    assert next(row for row in items(manager) if row["id"] == made)["quantity"] == 2


@pytest.mark.parametrize("quantity", [0, 0.5, "0.9", -1])
def test_nothing_is_no_quantity(manager, quantity):
    answer = manager.error(
        "crm.item.payment.product.add", paymentId=999_999, rowId=EXIT_SIGN, quantity=quantity
    )

    assert answer == (400, "0", "Product quantity must be greater than zero.")


def test_adding_a_row_again_answers_null_and_saves_nothing(manager):
    row_id = items(manager)[0]["rowId"]
    manager.result("crm.item.payment.product.delete", id=items(manager)[0]["id"])
    manager.result("crm.item.payment.product.add", paymentId=OPEN, rowId=row_id, quantity=1)
    before = items(manager)

    again = manager("crm.item.payment.product.add", paymentId=OPEN, rowId=row_id, quantity=1)

    assert again[0] == 200
    assert again[1]["result"] is None
    assert items(manager) == before


def test_a_fully_billed_row_is_not_found(manager):
    billed = items(manager, PAID)[0]["rowId"]

    answer = manager.error("crm.item.payment.product.add", paymentId=OPEN, rowId=billed, quantity=1)

    assert answer == (400, "0", "Product was not found.")


def test_more_than_the_free_quantity_is_insufficient_stock(manager):
    answer = manager.error(
        "crm.item.payment.product.add", paymentId=OPEN, rowId=EXIT_SIGN, quantity=11
    )

    assert answer == (400, "0", "Insufficient product stock.")


def test_a_row_of_another_deal_is_not_found(manager, state):
    foreign = state.crm.rows_of(2, 8063)[0].id

    answer = manager.error(
        "crm.item.payment.product.add", paymentId=OPEN, rowId=foreign, quantity=1
    )

    assert answer == (400, "0", "Product was not found.")


def test_set_quantity_frees_the_rest(manager):
    item = items(manager)[0]

    assert manager.result("crm.item.payment.product.setQuantity", id=item["id"], quantity=5)

    assert items(manager)[0]["quantity"] == 5
    available = manager.result(
        "crm.item.productrow.getAvailableForPayment", ownerType="D", ownerId=8061
    )["productRows"]
    assert {row["id"]: row["quantity"] for row in available}[item["rowId"]] == 15


def test_the_ceiling_of_set_quantity_is_the_basket(manager, state):
    item = items(manager)[0]
    state.crm.product_rows[item["rowId"]].quantity += 5

    answer = manager.error("crm.item.payment.product.setQuantity", id=item["id"], quantity=21)

    assert answer == (400, "0", "Insufficient product stock.")


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("product.add", {"paymentId": PAID, "rowId": EXIT_SIGN, "quantity": 1}),
        ("product.setQuantity", {"quantity": 1}),
        ("product.delete", {}),
        ("delivery.add", {"paymentId": PAID, "deliveryId": 4074}),
    ],
)
def test_a_paid_payment_refuses_edits_like_missing_rights(admin, method, params):
    params = params if "paymentId" in params else {"id": items(admin, PAID)[0]["id"], **params}

    assert admin.error(f"crm.item.payment.{method}", **params) == (
        403,
        "ACCESS_DENIED",
        "Access denied",
    )


def test_an_item_of_the_other_kind_is_unknown(manager):
    [link] = manager.result("crm.item.payment.delivery.list", paymentId=1039)

    answer = manager.error("crm.item.payment.product.delete", id=link["id"])

    assert answer == (400, "0", "Payable item has not been found")


def test_an_item_without_its_row_has_an_entity_id(manager):
    rows = items(manager, payment_of(manager, 8064))

    assert [set(row) for row in rows] == [
        {"id", "paymentId", "quantity", "rowId"},
        {"id", "paymentId", "quantity", "rowId"},
        {"id", "paymentId", "entityId", "quantity"},
    ]


def test_fractional_quantities_of_the_portals_own_screens_are_shown(manager):
    assert items(manager, payment_of(manager, 8064))[0]["quantity"] == 2.5


def test_the_sum_leaves_tax_out_when_prices_are_without_tax(manager):
    # 2.5 m at 16.00, 2 rails at 119.00 with 19 % tax, an orphan of 2 at 33.50.
    assert total(manager, payment_of(manager, 8064)) == 40 + 2 * 100 + 67


def test_filter_and_order_of_items(manager):
    rows = manager.result(
        "crm.item.payment.product.list",
        paymentId=1039,
        filter={">=quantity": 10},
        order={"quantity": "desc"},
    )

    assert [row["quantity"] for row in rows] == [12, 10]


def test_two_items_on_one_basket_row_collapse_into_the_later(manager, state):
    first = state.crm.items_of(OPEN, "product")[0]
    twin = type(first)(9001, OPEN, "product", first.entity_id, first.quantity + 1)
    state.crm.items[twin.id] = twin

    shown = [row for row in items(manager) if row["quantity"] >= first.quantity]

    assert [row["id"] for row in shown] == [9001]


def test_adding_a_delivery_is_idempotent_per_payment(manager):
    first = manager.result("crm.item.payment.delivery.add", paymentId=OPEN, deliveryId=4074)

    again = manager.result("crm.item.payment.delivery.add", paymentId=OPEN, deliveryId=4074)

    assert again == first
    assert total(manager) == 2258 + 180


def test_one_document_may_be_in_two_payments(manager):
    manager.result("crm.item.payment.delivery.add", paymentId=OPEN, deliveryId=4074)

    for payment_id in (OPEN, 1039):
        links = manager.result("crm.item.payment.delivery.list", paymentId=payment_id)
        assert [link["deliveryId"] for link in links] == [4074]


def test_a_delivery_of_another_order_is_refused_by_add_and_taken_by_set(manager, state):
    foreign = state.crm.shipments_of(2, 8062)[0].id
    [link] = manager.result("crm.item.payment.delivery.list", paymentId=1039)

    assert manager.error("crm.item.payment.delivery.add", paymentId=OPEN, deliveryId=foreign) == (
        400,
        "0",
        "Shipment was not found",
    )
    assert manager.result(
        "crm.item.payment.delivery.setDelivery", id=link["id"], deliveryId=foreign
    )
    assert total(manager, 1039) == 7500


def test_deleting_a_delivery_lowers_the_sum(manager):
    [link] = manager.result("crm.item.payment.delivery.list", paymentId=1039)

    assert manager.result("crm.item.payment.delivery.delete", id=link["id"]) is True
    assert total(manager, 1039) == 7500


def test_delivery_rows_name_the_service_and_links_the_document(manager):
    rows = manager.result("crm.item.delivery.list", entityId=8061, entityTypeId=2)

    assert [(row["id"], row["deliveryId"], row["deducted"]) for row in rows] == [
        (4073, 228, "Y"),
        (4074, 229, "N"),
    ]
    assert manager.result("crm.item.delivery.get", id=4073) == rows[0]


def test_a_client_cannot_filter_on_not_delivery_id(manager):
    rows = manager.result(
        "crm.item.delivery.list", entityId=8061, entityTypeId=2, filter={"!deliveryId": 228}
    )

    assert len(rows) == 2


def test_a_missing_delivery_is_named(manager):
    answer = manager.error("crm.item.delivery.get", id=1)

    assert answer == (400, "0", "Delivery has not been found")


def test_available_rows_are_what_is_not_billed(manager):
    rows = manager.result(
        "crm.item.productrow.getAvailableForPayment", ownerType="D", ownerId=8061
    )["productRows"]

    assert [(row["id"], row["quantity"]) for row in rows] == [(EXIT_SIGN, 10), (CABLE, 8)]
    assert "storeId" not in rows[0]


@pytest.mark.parametrize(
    ("owner", "error"),
    [
        (("D", 8065), ("0", "This method does not support multiple orders.")),
        (("D", 1), ("OWNER_NOT_FOUND", "Owner was not found")),
    ],
)
def test_available_rows_are_refused(manager, owner, error):
    answer = manager.error(
        "crm.item.productrow.getAvailableForPayment", ownerType=owner[0], ownerId=owner[1]
    )

    assert answer == (400, *error)


def test_product_rows_come_fifty_a_page(manager):
    conditions = {"=ownerType": "D", "=ownerId": 8069}
    _, first = manager("crm.item.productrow.list", filter=conditions)
    _, second = manager("crm.item.productrow.list", filter=conditions, start=50)
    _, uncounted = manager("crm.item.productrow.list", filter=conditions, start=-1)

    assert (len(first["result"]["productRows"]), first["total"], first["next"]) == (50, 60, 50)
    assert (len(second["result"]["productRows"]), second["total"]) == (10, 60)
    assert "next" not in second
    assert "total" not in uncounted


@pytest.mark.parametrize(("order", "rows"), [({"id": "asc"}, 60), ({}, 50)])
def test_pages_of_product_rows_fit_together_in_an_order_only(manager, order, rows):
    """Source: php crm/lib/controller/item/productrow.php; quirk 98."""
    asked = {"filter": {"=ownerType": "D", "=ownerId": 8069}, "order": order}
    pages = [manager.result("crm.item.productrow.list", **asked, start=at) for at in (0, 50)]

    assert len({row["id"] for page in pages for row in page["productRows"]}) == rows


def test_rows_without_a_filter_lack_the_owner(manager):
    answer = manager.error("crm.item.productrow.list")

    assert answer == (400, "REQUIRED_ARG_MISSING", "Argument '=ownerType' is required")


@pytest.mark.parametrize("missing", ["=ownerType", "=ownerId"])
def test_product_rows_want_the_literal_owner_keys(manager, missing):
    conditions = {"=ownerType": "D", "=ownerId": 8061}
    conditions[missing[1:]] = conditions.pop(missing)

    answer = manager.error("crm.item.productrow.list", filter=conditions)

    assert answer == (400, "REQUIRED_ARG_MISSING", f"Argument '{missing}' is required")


def test_product_rows_refuse_lists_as_values(manager):
    conditions = {"=ownerType": "D", "=ownerId": 8061, ">price": {"a": 1}}

    answer = manager.error("crm.item.productrow.list", filter=conditions)

    text = "Value for filter key '>PRICE' should be either string or number"
    assert answer == (400, "INVALID_ARG_VALUE", text)


CANCELED_DEAL = 8068


def test_a_canceled_order_saves_a_quantity_while_the_sum_stays(manager):
    payment_id = payment_of(manager, CANCELED_DEAL)
    item = items(manager, payment_id)[0]["id"]

    assert manager.result("crm.item.payment.product.setQuantity", id=item, quantity=4) is True

    assert items(manager, payment_id)[0]["quantity"] == 4
    assert total(manager, payment_id) == 300


def test_a_canceled_order_lets_items_go_while_the_sum_stays(manager):
    payment_id = payment_of(manager, CANCELED_DEAL)
    item = items(manager, payment_id)[0]

    assert manager.result("crm.item.payment.product.delete", id=item["id"]) is True
    added = {"paymentId": payment_id, "rowId": item["rowId"], "quantity": 2}
    assert manager.result("crm.item.payment.product.add", **added)

    assert total(manager, payment_id) == 300


def test_the_sum_follows_again_once_the_order_is_reopened(state, manager):
    payment_id = payment_of(manager, CANCELED_DEAL)
    item = items(manager, payment_id)[0]["id"]
    do_order(state, {"do": "reopen", "entityId": str(CANCELED_DEAL)})

    manager.result("crm.item.payment.product.setQuantity", id=item, quantity=4)

    assert total(manager, payment_id) == 120
