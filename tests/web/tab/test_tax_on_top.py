"""Products with a tax on top of the price: a payment leaves it out, and so does what is offered."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.support import odd_cards
from tests.web.tab.test_previews import words

CARD = odd_cards.NOTHING


@pytest.fixture
def stage(writing_stage):
    odd_cards.add_deal(writing_stage.portal.crm, CARD)
    return writing_stage


@pytest.fixture
def row(stage):
    crm = stage.portal.crm
    row = odd_cards.add_row(crm, crm.cards[2, CARD], "Mounting rail", "119", "5")
    row.tax_rate, row.is_tax_included = Decimal(19), False
    return row


def created(stage):
    (payment,) = stage.portal.crm.payments_of(2, CARD)
    return payment.sum


@pytest.mark.usefixtures("row")
def test_what_is_left_is_billed_for_the_amount_that_was_offered(stage):
    tab = stage.tab(entity_id=CARD)
    strip, dialog = words(tab.answer.text), words(tab.get("/payments/rest").text)

    assert "Bill the rest €500.00" in strip
    assert "Amount €595.00" in strip
    assert "Not billed, 1 product €500.00" in strip
    assert "Tax, rounding, or lines that are no longer in the card €95.00" in strip
    assert "Mounting rail €100.00 5 pcs €500.00" in dialog

    assert tab.post("/payments/rest", {"shown": "500"}).status_code == 200
    assert created(stage) == 500


def test_an_advance_is_billed_for_the_amount_that_was_worked_out(stage, row):
    tab = stage.tab(entity_id=CARD)

    share = words(tab.get("/payments/advance", number="20", unit="share").text)
    amount = tab.get("/payments/advance", number="119", unit="amount").text
    form = tab.get("/payments/new").text

    assert "Exactly €100.00 ." in share
    assert "€119.00 cannot be reached" in words(amount)
    assert f"{row.id}x1" in re.findall(r'data-fills="([^"]+)"', amount)
    assert "€100.00" in form
    assert "€119.00" not in form
    fields = {"row": row.id, f"quantity-{row.id}": 1}
    assert tab.post("/payments", fields).status_code == 200
    assert created(stage) == 100


def test_what_is_added_is_offered_at_the_price_it_adds(stage, row):
    tab = stage.tab(entity_id=CARD)
    assert tab.post("/payments", {"row": row.id, f"quantity-{row.id}": 1}).status_code == 200
    (payment,) = stage.portal.crm.payments_of(2, CARD)

    offered = words(tab.get(f"/payments/{payment.id}/items").text)

    assert "€400.00" in offered
    assert "€476.00" not in offered
    fields = {"row": row.id, f"quantity-{row.id}": 4}
    assert tab.post(f"/payments/{payment.id}/items", fields).status_code == 200
    assert created(stage) == 500


def test_a_tax_that_is_in_the_price_changes_nothing(stage, row):
    row.is_tax_included = True
    tab = stage.tab(entity_id=CARD)

    assert "Bill the rest €595.00" in words(tab.answer.text)
    assert tab.post("/payments/rest", {"shown": "595"}).status_code == 200
    assert created(stage) == 595
