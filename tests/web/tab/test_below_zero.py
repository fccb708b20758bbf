"""Rows with a quantity below zero, such as goods that came back: no payment can hold them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.simulator.portal_state.records import DEAL, Card
from tests.support import odd_cards
from tests.web.tab.test_previews import words

RETURNS = 8300
NOTE = "Bitrix24 puts nothing with a quantity below zero into a payment, so these are left out: "
ADD_ITEM = "crm.item.payment.product.add"


@pytest.fixture
def stage(writing_stage):
    crm = writing_stage.portal.crm
    card = Card(DEAL, RETURNS, "Came back", odd_cards.CREATED, Decimal(80), "EUR", "EXECUTING")
    crm.add_card(card)
    odd_cards.add_row(crm, card, "Lamp", "25", "4")
    odd_cards.add_row(crm, card, "Came back", "10", "-2")
    return writing_stage


@pytest.fixture
def tab(stage):
    return stage.tab(entity_id=RETURNS)


@pytest.mark.parametrize("path", ["/payments/new", "/payments/rest"])
def test_the_dialogs_name_them_and_do_not_call_it_all(tab, path):
    text = words(tab.get(path).text)

    assert re.search(rf"{NOTE}Came back ×\s.2\.", text), text
    assert "Nothing is left to bill after it" not in text


def test_so_does_the_dialog_that_adds_items(stage, tab):
    tab.post("/payments", chosen(stage, 1))
    made = max(stage.portal.crm.payments)

    assert NOTE in words(tab.get(f"/payments/{made}/items").text)


def test_where_there_are_none_nothing_is_said(stage):
    text = words(stage.tab().get("/payments/rest").text)

    assert "below zero" not in text


def test_the_rest_is_not_called_everything(stage, tab):
    text = tab.get("/payments/rest").text
    told = dict(re.findall(r'name="(shown|currency)" value="([^"]*)"', text))

    answer = tab.post("/payments/rest", told)

    assert answer.status_code == 200
    assert re.search(r"a part is left of: Came back$", tab.said), tab.said
    [made] = stage.portal.crm.payments_of(2, RETURNS)
    assert made.sum == 100


def chosen(stage, quantity):
    lamp, _ = stage.portal.crm.rows_of(2, RETURNS)
    return {"row": lamp.id, f"quantity-{lamp.id}": quantity}


def test_less_of_another_product_makes_up_for_it(stage, tab):
    tab.post("/payments", chosen(stage, 3))

    [made] = stage.portal.crm.payments_of(2, RETURNS)
    assert made.sum == 75
    assert "Over-billed" not in tab.answer.text


@pytest.mark.parametrize("quantity", ["-2", "2", "1"])
def test_who_asks_for_one_all_the_same_is_refused_before_anything_is_sent(stage, tab, quantity):
    _, back = stage.portal.crm.rows_of(2, RETURNS)

    answer = tab.post("/payments", {"row": back.id, f"quantity-{back.id}": quantity})

    assert answer.status_code == 422, tab.said
    assert stage.asked(ADD_ITEM) == []


def test_a_card_of_nothing_else_offers_nothing(stage):
    crm = stage.portal.crm
    lamp, _ = crm.rows_of(2, RETURNS)
    del crm.product_rows[lamp.id]
    tab = stage.tab(entity_id=RETURNS)

    assert NOTE in words(tab.get("/payments/new").text)
    assert tab.post("/payments/rest").status_code in {409, 422}
    assert crm.payments_of(2, RETURNS) == []


IN_NONE = "below zero: in no payment"


def test_allocation_does_not_call_them_billed_too_often(tab):
    text = words(tab.get("/payments/allocation").text)

    assert "too many" not in text
    assert IN_NONE in text


def test_how_this_adds_up_names_them(tab):
    text = words(tab.show().text)

    assert re.search(rf"Came back ×\s.2 \({IN_NONE}\)\s*.€20\.00", text), text
    assert "Tax, rounding" not in text


def test_bill_the_rest_says_why_it_is_another_sum_than_what_is_not_billed(tab):
    text = tab.get("/payments/rest").text
    [why] = re.findall(r'id="why-another".*?</table>', text, re.DOTALL)

    assert re.search(r"Came back ×\s.2 .*€20\.00.*Not billed.*€80\.00", words(why)), words(why)


def test_where_both_are_the_same_it_says_nothing(stage, tab):
    rows = stage.portal.crm.product_rows
    for row in [one for one in rows.values() if one.product_name == "Came back"]:
        del rows[row.id]

    assert "why-another" not in tab.get("/payments/rest").text
