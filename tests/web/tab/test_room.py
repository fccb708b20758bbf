"""How much can be marked as paid until it is too much is on the page only where it is known."""

from __future__ import annotations

import re
from decimal import Decimal

from b24app.simulator.control.control_somebody import do_order
from b24app.simulator.portal_state import sale


def room(stage):
    found = re.findall(r'data-room="([^"]*)"', stage.tab().answer.text)
    return Decimal(found[0]) if found else None


def test_it_is_what_the_order_costs_less_what_is_paid(stage):
    before = room(stage)
    assert before == Decimal("11410.00")

    # What was given back is not paid, and still a part of the order.
    paid = stage.portal.crm.payments[1037]
    sale.give_back(paid)
    assert room(stage) == before + paid.sum


def test_of_several_orders_or_currencies_nobody_knows(stage):
    stage.portal.crm.payments[1038].currency = "USD"
    assert room(stage) is None

    stage.portal.crm.payments[1038].currency = "EUR"
    do_order(stage.portal, {"do": "second", "entityId": "8061"})
    assert room(stage) is None
