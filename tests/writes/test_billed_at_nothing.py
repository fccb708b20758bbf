"""A sum that stays because a row was billed at no price is not that of a canceled order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.simulator.portal_state import sale
from tests.support.acts import DIMMER, payment

ITEM, PAYMENT = 1200, 1038


@pytest.fixture
def stage(writing_stage):
    """The card whose dimmer was a gift when it was billed; it has a price since."""
    crm = writing_stage.portal.crm
    crm.baskets[crm.items[ITEM].entity_id].price = Decimal(0)
    sale.recalculate(crm, crm.payments[PAYMENT])
    return writing_stage


@pytest.mark.parametrize("quantity", [5, 1])
def test_a_quantity_of_it_can_be_changed(stage, quantity):
    tab = stage.tab()

    answer = tab.post(DIMMER, {"quantity": quantity, "shown": "20"})

    assert answer.status_code == 200, tab.said
    assert stage.portal.crm.items[ITEM].quantity == quantity
    assert "Order canceled" not in stage.tab().answer.text


def test_it_can_be_removed(stage):
    tab = stage.tab()

    assert tab.delete(DIMMER).status_code == 200, tab.said
    assert ITEM not in stage.portal.crm.items
    assert "Order canceled" not in stage.tab().answer.text


def test_a_canceled_order_is_told_all_the_same(stage):
    crm = stage.portal.crm
    sale.delete_item(crm, crm.items[ITEM])
    crm.orders[payment(stage, PAYMENT).order_id].is_canceled = True
    other = next(one for one in crm.items_of(PAYMENT, sale.PRODUCT))
    tab = stage.tab()

    shown = {"quantity": int(other.quantity) - 1, "shown": str(other.quantity)}
    tab.post(f"/payments/{PAYMENT}/items/{other.id}", shown)

    assert "Order canceled" in stage.tab().answer.text
