"""Two writes on one order at the same moment: the portal locks and compares nothing (quirk 104)."""

from __future__ import annotations

import pytest

SIGNS = 17610
PRODUCT_ADD, DELIVERY_ADD = "crm.item.payment.product.add", "crm.item.payment.delivery.add"
SET_QUANTITY = "crm.item.payment.product.setQuantity"
DEAL = {"entityTypeId": 2, "entityId": 8061}
SMALL, LARGE, FOREIGN = 1038, 1039, 1041
SAVES = [
    ("crm.item.payment.pay", {"id": LARGE}),
    ("crm.item.payment.unpay", {"id": 1037}),
    ("crm.item.payment.delete", {"id": LARGE}),
    ("crm.item.payment.update", {"id": LARGE, "fields": {"paySystemId": 8}}),
    (DELIVERY_ADD, {"paymentId": LARGE, "deliveryId": 4073}),
]


@pytest.fixture
def during(manager, admin, state):
    """Let the administrator call a method while one of the manager runs; answers both results."""

    def run(running, method, params):
        said = []
        state.faults.during(running[0], lambda: said.append(admin.result(method, **params)))
        return manager.result(running[0], **running[1]), said[0]

    return run


@pytest.mark.parametrize("running", SAVES, ids=lambda save: save[0])
def test_a_payment_that_was_added_meanwhile_is_deleted(during, state, running):
    done, made = during(running, "crm.item.payment.add", DEAL)

    assert done
    assert made not in state.crm.payments


def test_a_paid_payment_is_deleted_by_whoever_loaded_it_unpaid(during, state):
    deletion = ("crm.item.payment.delete", {"id": SMALL})

    assert during(deletion, "crm.item.payment.pay", {"id": SMALL}) == (True, True)
    assert SMALL not in state.crm.payments


def test_lines_added_to_the_payment_meanwhile_are_deleted(during, state):
    before = set(state.crm.items)
    added = {"paymentId": LARGE, "rowId": SIGNS, "quantity": 2}

    _, line = during(("crm.item.payment.pay", {"id": LARGE}), PRODUCT_ADD, added)

    assert line not in state.crm.items
    assert set(state.crm.items) == before
    assert state.crm.payments[LARGE].is_paid


def test_a_product_new_to_the_order_vanishes_from_under_another_payment_s_line(during, state):
    added = {"paymentId": SMALL, "rowId": SIGNS, "quantity": 2}

    _, line = during(("crm.item.payment.pay", {"id": LARGE}), PRODUCT_ADD, added)

    assert state.crm.items[line].payment_id == SMALL
    assert state.crm.items[line].entity_id not in state.crm.baskets


def test_a_payment_paid_meanwhile_is_edited_and_stays_paid(during, state):
    line = state.crm.items_of(SMALL, "product")[0]
    edit = (SET_QUANTITY, {"id": line.id, "quantity": 1})
    before = state.crm.payments[SMALL].sum

    assert during(edit, "crm.item.payment.pay", {"id": SMALL}) == (True, True)
    payment = state.crm.payments[SMALL]
    assert payment.is_paid
    assert payment.sum < before


def test_what_was_deleted_meanwhile_does_not_come_back(during, state):
    paying = ("crm.item.payment.pay", {"id": SMALL})

    assert during(paying, "crm.item.payment.delete", {"id": SMALL}) == (True, True)
    assert SMALL not in state.crm.payments
    assert not state.crm.items_of(SMALL, "product")


def test_other_orders_are_left_alone(during, state):
    _, made = during(("crm.item.payment.pay", {"id": FOREIGN}), "crm.item.payment.add", DEAL)

    assert made in state.crm.payments


def test_a_refused_method_saves_nothing(manager, admin, state):
    paid = {"id": 1037}
    made = []
    state.faults.during(
        "crm.item.payment.delete",
        lambda: made.append(admin.result("crm.item.payment.add", **DEAL)),
    )

    assert manager.error("crm.item.payment.delete", **paid)[1] == "SALE_PAYMENT_DELETE_EXIST_PAID"
    assert made[0] in state.crm.payments
