"""Prices that come to fractions of a cent: every place says what the portal makes of them.

It adds the lines of a payment up and rounds once, half a cent to a cent (crm
lib/controller/item/payment/base.php `recalculatePaymentSum`, sale lib/payment.php).
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.simulator.portal_state import sale
from b24app.simulator.portal_state.records import DEAL as DEAL_TYPE
from b24app.simulator.portal_state.records import Card
from tests.support import odd_cards

SHOWN = re.compile(r'name="shown" value="([^"]*)"')
AMOUNT = re.compile(r'<dt>Amount</dt><dd><data value="([^"]*)"')
CARD = 8300
ROWS = (("0.335", "1"), ("0.335", "1"), ("10.005", "3"))
"""Rounded one by one they come to 30.70; together to 30.685, and so to 30.69."""


@pytest.fixture
def tab(stage):
    amount = Decimal("30.70")
    deal = Card(DEAL_TYPE, CARD, "Cents", odd_cards.CREATED, amount, "EUR", "EXECUTING")
    stage.portal.crm.add_card(deal)
    for number, (price, quantity) in enumerate(ROWS):
        odd_cards.add_row(stage.portal.crm, deal, f"Part {number}", price, quantity)
    return stage.tab(entity_id=CARD)


def test_what_the_rest_comes_to_is_what_the_payment_asks_for_then(stage, tab):
    assert 'id="rest-sum">' in tab.answer.text
    assert tab.answer.text.split('id="rest-sum">')[1].startswith('<data value="30.69">€30.69')
    assert "30.685" not in tab.answer.text
    question = tab.get("/payments/rest").text
    assert "30.685" not in question

    tab.post("/payments/rest", {"shown": SHOWN.findall(question)[0]})

    assert tab.answer.status_code == 200, tab.said
    (payment,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)
    assert payment.sum == Decimal("30.69")


def test_the_lines_of_a_payment_explain_its_rounded_sum(stage, tab):
    tab.post("/payments/rest", {"shown": "30.69"})
    (payment,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)

    details = tab.get("/payments/details", ids=payment.id, rows=3).text

    assert "30.69" in details
    assert "€0.005" not in details
    assert "rounding" not in details


@pytest.mark.parametrize("shown", ["30.70", "30.68", "30.7", "31"])
def test_another_rest_than_was_shown_is_not_billed(stage, tab, shown):
    tab.post("/payments/rest", {"shown": shown})

    assert tab.answer.status_code == 409
    assert stage.portal.crm.payments_of(DEAL_TYPE, CARD) == []


DINARS = (("0.001", "4"), ("5.555", "1"))
"""They come to 5.559 dinars, of which the portal makes 5.56, as it does for every currency."""


@pytest.fixture
def dinars(stage):
    """The tab of a deal in Tunisian dinars that is billed whole."""
    deal = Card(DEAL_TYPE, CARD, "Fils", odd_cards.CREATED, Decimal("5.56"), "TND", "EXECUTING")
    stage.portal.crm.add_card(deal)
    for number, (price, quantity) in enumerate(DINARS):
        odd_cards.add_row(stage.portal.crm, deal, f"Part {number}", price, quantity)
    tab = stage.tab(entity_id=CARD)
    tab.post("/payments/rest", {"shown": SHOWN.findall(tab.get("/payments/rest").text)[0]})
    assert tab.answer.status_code == 200, tab.said
    return tab


def test_a_sum_that_stays_by_rounding_alone_is_no_canceled_order(stage, dinars):
    (payment,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)
    tiny = stage.portal.crm.items_of(payment.id, sale.PRODUCT)[0]

    dinars.delete(f"/payments/{payment.id}/items/{tiny.id}")

    assert dinars.answer.status_code == 200, dinars.said
    assert payment.sum == Decimal("5.56")
    assert len(stage.portal.crm.items_of(payment.id, sale.PRODUCT)) == 1


SCREW = Decimal("0.35")


@pytest.fixture
def screws(stage, monkeypatch):
    """The tab of a deal with a payment of 1,000 screws, on a portal without decimals."""
    monkeypatch.setattr(sale, "SMALLEST", Decimal(1))
    deal = Card(DEAL_TYPE, CARD, "Screws", odd_cards.CREATED, 700 * SCREW, "TRY", "EXECUTING")
    stage.portal.crm.add_card(deal)
    odd_cards.add_row(stage.portal.crm, deal, "Screw", str(SCREW), "1100")
    tab = stage.tab(entity_id=CARD)
    row = max(stage.portal.crm.product_rows)
    tab.post("/payments", {"row": row, f"quantity-{row}": 1000})
    assert tab.answer.status_code == 200, tab.said
    return tab


def test_a_portal_without_decimals_has_no_canceled_order(stage, screws):
    (payment,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)
    (line,) = stage.portal.crm.items_of(payment.id, sale.PRODUCT)

    screws.post(f"/payments/{payment.id}/items/{line.id}", {"quantity": 1001, "shown": "1000"})

    assert screws.answer.status_code == 200, screws.said
    assert (payment.sum, line.quantity) == (350, 1001)
    assert "canceled" not in screws.show().text


def test_a_payment_that_a_portal_without_decimals_rounds_away_is_no_canceled_order(stage, screws):
    row = max(stage.portal.crm.product_rows)

    screws.post("/payments", {"row": row, f"quantity-{row}": 1})

    assert screws.answer.status_code == 422
    assert "canceled" not in screws.said + screws.show().text
    assert len(stage.portal.crm.payments_of(DEAL_TYPE, CARD)) == 1


def test_where_another_sum_has_cents_a_whole_one_stays_for_another_reason(stage, screws):
    (payment,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)
    (line,) = stage.portal.crm.items_of(payment.id, sale.PRODUCT)
    order = stage.portal.crm.orders[payment.order_id]
    other = sale.add_payment(stage.portal.crm, order, stage.portal.crm.pay_systems[6])
    other.sum = Decimal("17.20")
    order.is_canceled = True

    screws.post(f"/payments/{payment.id}/items/{line.id}", {"quantity": 1001, "shown": "1000"})

    assert screws.answer.status_code != 200
    assert "canceled" in screws.said


def test_dinars_that_were_rounded_are_neither_tax_nor_billed_too_much(stage, dinars):
    (payment,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)

    assert "do not add up" not in dinars.get("/payments/details", ids=payment.id, rows=2).text
    assert "Over-billed" not in dinars.show().text


def test_a_portal_that_rounds_to_fils_is_compared_to_fils(stage, dinars):
    (payment,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)
    payment.sum = Decimal("5.559")

    assert "do not add up" not in dinars.get("/payments/details", ids=payment.id, rows=2).text
    assert AMOUNT.findall(dinars.show().text) == ["5.559"]
    assert "Over-billed" not in dinars.show().text


def test_a_portal_that_rounds_to_fils_bills_the_rest_to_fils(stage, dinars):
    (payment,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)
    payment.sum = Decimal("5.559")
    deal = stage.portal.card(DEAL_TYPE, CARD)
    odd_cards.add_row(stage.portal.crm, deal, "Part 3", "1.115", "3")

    assert SHOWN.findall(dinars.get("/payments/rest").text) == ["3.345"]
    dialog = dinars.get("/payments/new").text
    assert '<data value="3.345">' in dialog
    assert '"places": 3' in dialog
    asked = {"currency": "TND", "chosen": "1x1.115", "places": "3"}
    assert '<data value="1.115">' in dinars.get("/payments/sums", **asked).text
    advance = dinars.get("/payments/advance", number="33", unit="share").text
    assert '<data value="1.115">' in advance


def test_a_portal_that_rounds_to_fils_bills_less_than_half_a_cent(stage, dinars, monkeypatch):
    monkeypatch.setattr(sale, "SMALLEST", Decimal("0.001"))
    (first,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)
    first.sum = Decimal("5.559")
    deal = stage.portal.card(DEAL_TYPE, CARD)
    odd_cards.add_row(stage.portal.crm, deal, "Pin", "0.004", "2")
    row = max(stage.portal.crm.product_rows)
    assert " disabled" not in foot_of(dinars.get("/payments/new").text)

    dinars.post("/payments", {"row": row, f"quantity-{row}": 1})
    assert dinars.answer.status_code == 200, dinars.said
    (shown,) = SHOWN.findall(dinars.get("/payments/rest").text)
    dinars.post("/payments/rest", {"shown": shown})
    assert dinars.answer.status_code == 200, dinars.said

    sums = [one.sum for one in stage.portal.crm.payments_of(DEAL_TYPE, CARD)]
    assert sorted(sums) == [Decimal("0.004"), Decimal("0.004"), Decimal("5.559")]


def foot_of(dialog):
    return dialog.split('class="dialog__foot"')[1]


@pytest.mark.parametrize("places", ["", "0", "1", "12", "x"])
def test_another_number_of_decimals_is_refused(tab, places):
    tab.get("/payments/sums", currency="EUR", chosen="1x1", places=places)

    assert tab.answer.status_code == 422


def test_a_sum_that_no_portal_stores_changes_no_figure(stage, dinars):
    """A program wrote it, with the error of a binary fraction."""
    (payment,) = stage.portal.crm.payments_of(DEAL_TYPE, CARD)
    payment.sum = Decimal("5.5590000001")

    assert AMOUNT.findall(dinars.show().text) == ["5.560"]
