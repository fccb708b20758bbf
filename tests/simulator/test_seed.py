"""The seed's figures: what a person can add up by hand adds up."""

from decimal import Decimal

import pytest

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.records import DEAL, INVOICE
from b24app.simulator.portal_state.sale import DELIVERY, free_quantity


def products(crm, *card):
    return sum((row.price * row.quantity for row in crm.rows_of(*card)), Decimal(0))


def deliveries(crm, *card):
    return sum((shipment.price for shipment in crm.shipments_of(*card)), Decimal(0))


def test_the_demo_deal_adds_up():
    crm = CrmData()
    seed.fill(crm)
    demo = (DEAL, seed.DEMO_DEAL)
    payments = crm.payments_of(*demo)
    billed = {item.entity_id for one in payments for item in crm.items_of(one.id, DELIVERY)}
    free = sum((free_quantity(crm, row) * row.price for row in crm.rows_of(*demo)), Decimal(0))

    assert (products(crm, *demo), deliveries(crm, *demo)) == (18100, 300)
    assert sum(one.sum for one in payments if one.is_paid) == 6990
    assert sum(one.sum for one in payments if not one.is_paid) == 9938
    assert billed == {shipment.id for shipment in crm.shipments_of(*demo)}
    assert free == 1472
    assert crm.cards[demo].opportunity == 6990 + 9938 + 1472


@pytest.mark.parametrize("payments", [1, 4, 21, 500])
def test_an_amount_that_nobody_typed_is_that_of_products_and_deliveries(payments):
    crm = CrmData()
    seed.fill(crm, payments)

    for kind in (DEAL, INVOICE):
        for card in crm.cards_of(kind):
            if not card.is_manual_opportunity:
                of = (kind, card.id)
                assert card.opportunity == products(crm, *of) + deliveries(crm, *of), card.id
