"""Money given back: no field tells, but the list can be filtered by the one that does."""

from __future__ import annotations

DEAL = {"entityId": 8061, "entityTypeId": 2}
PAID, UNPAID = 1037, 1038
LIST = "crm.item.payment.list"


def given_back(caller):
    rows = caller.result(LIST, **DEAL, filter={"paid": "N", "@isReturn": ["Y", "P"]})
    return [row["id"] for row in rows]


def refund(portal, payment_id):
    return portal.post("/_control/payment", data={"do": "refund", "id": payment_id})


def test_only_a_filter_tells_what_was_given_back(manager, portal):
    before = manager.result("crm.item.payment.get", id=PAID)
    assert given_back(manager) == []

    assert refund(portal, PAID).status_code == 200

    assert given_back(manager) == [PAID]
    # `paid` alone has changed: who paid it, and when, stays as after `unpay`.
    assert manager.result("crm.item.payment.get", id=PAID) == {**before, "paid": "N"}


def test_a_mark_ends_it(manager, portal):
    refund(portal, PAID)

    manager.result("crm.item.payment.pay", id=PAID)
    manager.result("crm.item.payment.unpay", id=PAID)

    assert given_back(manager) == []


def test_what_is_unpaid_has_nothing_to_give_back(manager, portal):
    assert refund(portal, UNPAID).status_code == 400
    manager.result("crm.item.payment.unpay", id=PAID)
    assert given_back(manager) == []
