"""Discounts, taxes, fractions and decimals: what did not change is billed, what did is refused."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.simulator.portal_state.records import DEAL, Card
from tests.support import odd_cards

ODD = 8301
ADD = "crm.item.payment.add"
CHANGED = "has changed what is left to bill. Check the new amount."
KINDS = {
    "euro": ("EUR", "24.33", "4"),
    "two and a half": ("EUR", "118.45", "2.5"),
    "less than one more": ("EUR", "10.01", "3.333"),
    "three decimals": ("KWD", "1.234", "7"),
    "no decimals": ("JPY", "1500", "3"),
    "a part of a yen": ("JPY", "1499.5", "3"),
    "many decimals": ("EUR", "33.333333333", "3"),
}
TAXES = {"no tax": (None, True), "in it": (Decimal(19), True), "on top": (Decimal("7.7"), False)}


@pytest.fixture(params=list(KINDS.values()), ids=list(KINDS))
def kind(request):
    return request.param


@pytest.fixture(params=list(TAXES.values()), ids=list(TAXES))
def stage(writing_stage, kind, request):
    currency, price, quantity = kind
    crm = writing_stage.portal.crm
    crm.add_card(Card(DEAL, ODD, "Odd", odd_cards.CREATED, Decimal(1), currency, "EXECUTING"))
    rows = [odd_cards.add_row(crm, crm.cards[DEAL, ODD], "Lamp", price, quantity)]
    rows.append(odd_cards.add_row(crm, crm.cards[DEAL, ODD], "Discount", f"-{price}", "1"))
    rows.append(odd_cards.add_row(crm, crm.cards[DEAL, ODD], "Bit", "7.77", "0.333"))
    for row in rows[:2]:
        row.tax_rate, row.is_tax_included = request.param
    return writing_stage


def new(tab):
    """All that *New payment* shows, as it comes."""
    text = tab.get("/payments/new").text
    told = dict(re.findall(r'name="(price-\d+|currency)" value="([^"]*)"', text))
    rows = re.findall(r'name="row" value="(\d+)"', text)
    whole = {f"quantity-{row}": _quantity(text, row) for row in rows}
    return "/payments", {"row": rows, **told, **whole}


def _quantity(text, row):
    [field] = re.findall(rf'<input[^>]*name="quantity-{row}"[^>]*>', text)
    return re.findall(r' value="(\d+)"', field)[0]


def rest(tab):
    text = tab.get("/payments/rest").text
    return "/payments/rest", dict(re.findall(r'name="(shown|currency|rows)" value="([^"]*)"', text))


WAYS = pytest.mark.parametrize("way", [new, rest], ids=["new", "rest"])


@WAYS
def test_what_did_not_change_is_billed(stage, way):
    tab = stage.tab(entity_id=ODD)
    path, fields = way(tab)

    answer = tab.post(path, fields)

    assert answer.status_code == 200, tab.said
    assert len(stage.portal.crm.payments_of(2, ODD)) == 1


@WAYS
@pytest.mark.parametrize("more", ["0.001", "-0.001"])
def test_what_did_change_is_not(stage, way, more):
    tab = stage.tab(entity_id=ODD)
    path, fields = way(tab)
    lamp = stage.portal.crm.rows_of(2, ODD)[0]
    # Of a price with tax on top the portal rounds what is billed.
    lamp.price += Decimal(more) * (1 if lamp.is_tax_included else 20)

    answer = tab.post(path, fields)

    assert (answer.status_code, CHANGED in tab.said) == (409, True), tab.said
    assert stage.asked(ADD) == []


@WAYS
def test_nor_what_comes_to_the_same_sum(stage, way):
    """One dearer by what another one is cheaper: nobody has agreed to either."""
    lamp, discount, _ = stage.portal.crm.rows_of(2, ODD)
    lamp.quantity = Decimal(1)
    lamp.price *= 2
    tab = stage.tab(entity_id=ODD)
    path, fields = way(tab)
    lamp.price += Decimal(1)
    discount.price -= Decimal(1)

    answer = tab.post(path, fields)

    assert (answer.status_code, CHANGED in tab.said) == (409, True), tab.said


def test_a_page_of_the_version_before_is_compared_by_its_amount(stage):
    tab = stage.tab(entity_id=ODD)
    path, fields = rest(tab)
    del fields["rows"]

    assert tab.post(path, fields).status_code == 200, tab.said
