"""A card in one currency with an order in another: each number has that of its own place."""

from __future__ import annotations

import re

import pytest

from b24app.simulator import sale
from b24app.simulator.control_somebody import do_order, do_payment
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


def figures(text):
    return dict(re.findall(r'<dt>([^<]+)</dt><dd><data value="[^"]+">([^<]+)<', text))


def test_the_strip_leaves_the_other_currency_out_and_says_so(tab):
    text = tab.answer.text

    assert figures(text) == {"Amount": "$600.00", "Paid": "$0.00", "Outstanding": "$600.00"}
    assert "This deal is in US dollars." in text
    said = re.sub(r"<[^>]+>", "", text)
    assert "1 payment is in euros: €1,200.00, of which €0.00 is paid." in said


def test_what_is_to_be_paid_in_one_other_currency_is_what_the_strip_shows(stage):
    text = stage.tab(entity_id=MOVED).answer.text

    assert figures(text) == {"Amount": "€1,200.00", "Paid": "€0.00", "Outstanding": "€1,200.00"}
    assert "This deal is in US dollars, but what there is to pay is in euros." in text


def test_payments_are_listed_under_the_name_of_their_currency(stage, tab, payment):
    assert 'class="cur"' not in tab.answer.text, "one currency needs no head"
    sale.open_order(stage.portal.crm, (2, MOVED), "USD")
    for _ in range(2):
        do_payment(stage.portal, {"do": "add", "entityId": str(MOVED)})

    text = tab.show(sort="amount-down").text

    order = re.findall(r'class="cur" id="cur-\d"><h2>([^<]+)<|data-payment-id="(\d+)"', text)
    first, second = sorted(stage.portal.crm.payments, reverse=True)[:2]
    named = [name or number for name, number in order]
    assert named == ["US dollars", str(first), str(second), "Euros", str(payment.id)]


def test_a_write_shows_the_sums_of_its_currency_anew(stage, tab, payment):
    sale.open_order(stage.portal.crm, (2, MOVED), "USD")
    do_payment(stage.portal, {"do": "add", "entityId": str(MOVED)})
    tab.show()

    answer = tab.post(f"/payments/{payment.id}/pay")

    heads = re.findall(r'<div class="cur" id="cur-\d" hx-swap-oob="true">(.*?)</div>', answer.text)
    assert len(heads) == 2
    assert "Paid €1,200.00, waiting €0.00" in re.sub(r"<[^>]+>", "", " ".join(heads))


def test_no_dialog_adds_in_another_currency_than_its_rows(tab, payment):
    for path in ("/payments/new", f"/payments/{payment.id}/items"):
        assert 'data-currency="USD"' in tab.get(path).text
