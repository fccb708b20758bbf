"""A card in one currency with an order in another: each number has that of its own place."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.simulator.control.control_somebody import do_order, do_payment
from b24app.simulator.portal_state import sale
from tests.support.loaders import loaded

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
    """Amount, Paid and Outstanding under the name of their currency, in the order of the strip."""
    found = []
    for part in text.split('class="side__name"')[1:]:
        name = part.split(">")[1].split("<")[0]
        three = re.findall(r'<dt>([^<]+)</dt><dd><data value="[^"]+">([^<]+)<', part)
        assert [one for one, _ in three] == ["Amount", "Paid", "Outstanding"]
        found.append((name, *(amount for _, amount in three)))
    return found


def test_a_currency_in_which_nothing_is_left_is_shown_only_once_an_edit_frees_some(stage, payment):
    tab = stage.tab(entity_id=MOVED)
    [item] = stage.portal.crm.items_of(payment.id, "product")
    assert figures(tab.answer.text) == [("Euros", "€1,200.00", "€0.00", "€1,200.00")]
    assert "This deal is in US dollars, its payment is in euros." in tab.answer.text

    tab.post(f"/payments/{payment.id}/items/{item.id}", {"quantity": "1", "shown": "2"})

    assert figures(tab.answer.text) == [
        ("US dollars", "$600.00", "$0.00", "$600.00"),
        ("Euros", "€600.00", "€0.00", "€600.00"),
    ]
    tab.post(f"/payments/{payment.id}/pay")
    assert figures(tab.answer.text) == [
        ("US dollars", "$600.00", "$0.00", "$600.00"),
        ("Euros", "€600.00", "€600.00", "€0.00"),
    ]
    assert figures(tab.show().text) == figures(stage.tab(entity_id=MOVED).answer.text)


def test_how_two_currencies_add_up_is_told_line_by_line(tab):
    text = tab.answer.text

    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    assert "This deal is in US dollars, its payment is in euros." in said
    assert "Products of the deal $1,800.00 Billed in euros instead -$1,200.00" in said
    assert "Euros 1 payment €1,200.00 Amount €1,200.00" in said


def test_an_amount_of_the_deal_that_all_products_come_to_needs_no_word(stage):
    stage.portal.crm.cards[2, MOVED].opportunity = Decimal(1200)

    assert "The deal says" not in stage.tab(entity_id=MOVED).answer.text


def test_payments_are_listed_under_the_name_of_their_currency(stage, tab, payment):
    assert 'class="cur"' not in tab.answer.text, "one currency needs no head"
    sale.open_order(stage.portal.crm, (2, MOVED), "USD")
    for _ in range(2):
        do_payment(stage.portal, {"do": "add", "entityId": str(MOVED)})

    text = tab.show(sort="amount-down").text

    order = re.findall(r'class="cur" id="cur-\d">\s*<h2>([^<]+)<|data-payment-id="(\d+)"', text)
    first, second = sorted(stage.portal.crm.payments, reverse=True)[:2]
    named = [name or number for name, number in order]
    assert named == ["US dollars", str(first), str(second), "Euros", str(payment.id)]


def test_a_write_shows_the_sums_of_its_currency_anew(stage, tab, payment):
    sale.open_order(stage.portal.crm, (2, MOVED), "USD")
    do_payment(stage.portal, {"do": "add", "entityId": str(MOVED)})
    tab.show()

    answer = tab.post(f"/payments/{payment.id}/pay")

    head = re.compile(r'<div class="cur" id="cur-\d" hx-swap-oob="true">(.*?)</div>', re.DOTALL)
    heads = head.findall(answer.text)
    assert len(heads) == 2
    assert "Paid €1,200.00, waiting €0.00" in re.sub(r"<[^>]+>", "", " ".join(heads))


def test_no_dialog_adds_in_another_currency_than_its_rows(tab, payment):
    for path in ("/payments/new", f"/payments/{payment.id}/items"):
        assert 'data-currency="USD"' in tab.get(path).text


def test_the_figures_come_with_what_payments_in_another_currency_hold(stage, payment):
    """Until then nobody knows whether one of them holds a delivery."""
    crm = stage.portal.crm
    sale.add_shipment(crm, crm.orders_of(2, MOVED)[0], (229, "Courier"), Decimal(40))
    tab = stage.tab(entity_id=MOVED)
    assert "unreadable" in tab.answer.text

    details = tab.get("/payments/details", ids=payment.id, rows=1).text

    assert 'id="strip"' in details
    assert "unreadable" not in details


def test_figures_that_are_known_do_not_become_unreadable_by_what_is_read_later(stage, payment):
    """What one answer tells of some payments says nothing of those that it did not read."""
    crm = stage.portal.crm
    order = crm.orders_of(2, MOVED)[0]
    sale.add_shipment(crm, order, (229, "Courier"), Decimal(40))
    other = sale.add_payment(crm, order, crm.pay_systems[6])
    other.sum = other.sum + 5
    tab = stage.tab(entity_id=MOVED)

    one = tab.get("/payments/details", ids=payment.id, rows=1).text
    both = tab.get("/payments/details", ids=f"{payment.id},{other.id}", rows=1).text

    assert 'id="strip"' not in one
    assert 'id="strip"' in both
    assert "unreadable" not in both
