"""A card in one currency with an order in another: each number has that of its own place."""

from __future__ import annotations

import re

import pytest

from b24app.simulator.control_somebody import do_order
from tests.web.test_unread_rows import loaded

MOVED = 8066
"""A deal in US dollars whose order is in euros: two street lights at 600 each, billed whole."""

AMOUNT = re.compile(r'<data value="([\d.]+)">([^<]*)</data>')


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.fixture
def payment(stage):
    [payment] = stage.portal.crm.payments_of(2, MOVED)
    return payment


@pytest.fixture
def tab(stage):
    """The card's tab, with one more street light that no payment bills."""
    [row] = stage.portal.crm.rows_of(2, MOVED)
    do_order(stage.portal, {"do": "set_row_quantity", "id": str(row.id), "quantity": "3"})
    return stage.tab(entity_id=MOVED)


def line_of(text, name="Street light"):
    """The table row that names a product."""
    rows = (part.split("</tr>")[0] for part in text.split("<tr")[1:])
    return next(row for row in rows if name in row)


def test_a_row_has_one_currency_wherever_it_is_shown(tab, payment):
    texts = {
        "payment": tab.answer.text + loaded(tab),
        "allocation": tab.get("/payments/allocation").text,
        "new payment": tab.get("/payments/new").text,
        "add items": tab.get(f"/payments/{payment.id}/items").text,
    }

    for place, text in texts.items():
        amounts = AMOUNT.findall(line_of(text))
        assert amounts, place
        assert {shown[0] for _, shown in amounts} == {"$"}, (place, amounts)
        assert ("600.00", "$600.00") in amounts, place


def test_a_payment_keeps_the_currency_of_its_order(tab, payment):
    text = tab.answer.text + loaded(tab)

    assert f'id="amount-{payment.id}"><data value="1200.00">€1,200.00</data>' in text


def test_items_and_amount_in_two_currencies_are_said_and_not_compared(tab):
    text = tab.answer.text + loaded(tab)

    assert "Item prices are those of the card, in US dollars. This payment is in euros" in text
    assert "do not add up" not in text


def test_no_dialog_adds_in_another_currency_than_its_rows(tab, payment):
    for path in ("/payments/new", f"/payments/{payment.id}/items"):
        assert 'data-currency="USD"' in tab.get(path).text
