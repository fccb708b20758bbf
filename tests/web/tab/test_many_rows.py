"""More product rows than a page of the portal, and than are ever read."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from b24app.simulator.portal_state.records import ProductRow
from tests.support.loaders import loaded
from tests.support.stage import payments_in


@pytest.fixture
def stage(writing_stage):
    return writing_stage


BIG = 8069
GONE, UNREAD = "Item that is no longer in the card", "Product that could not be read just now"


def fill_up(stage, count):
    rows = stage.portal.crm.rows_of(2, BIG)
    for number in range(count - len(rows)):
        row_id = 900_000 + number
        stage.portal.crm.product_rows[row_id] = ProductRow(
            row_id, 2, BIG, row_id, f"Screw {number}", Decimal(1), Decimal(2), sort=10_000 + number
        )
    return stage.portal.crm.rows_of(2, BIG)


@pytest.mark.parametrize("totals", ["all", "at_most_50", "none"])
@pytest.mark.parametrize("count", [60, 101, 160])
@pytest.mark.parametrize("has_list_holes", [False, True])
def test_every_row_is_found_whatever_the_total_says(stage, totals, count, has_list_holes):
    rows = fill_up(stage, count)
    tab = stage.tab(entity_id=BIG)
    chosen = [rows[0].id, rows[-1].id]
    fields = {"row": chosen, **{f"quantity-{one}": 1 for one in chosen}}
    assert tab.post("/payments", fields).status_code == 200
    stage.portal.switches.totals = totals
    stage.portal.switches.has_list_holes = has_list_holes
    stage.forget_calls()

    tab = stage.tab(entity_id=BIG)
    text = tab.answer.text + loaded(tab) + tab.get("/payments/allocation").text

    assert rows[-1].product_name in text
    assert GONE not in text
    assert UNREAD not in text


def test_rows_past_the_last_that_is_read_are_not_called_gone(stage):
    rows = fill_up(stage, 1060)
    tab = stage.tab(entity_id=BIG)
    last = rows[-1]
    assert tab.post("/payments", {"row": last.id, f"quantity-{last.id}": 2}).status_code == 200

    tab = stage.tab(entity_id=BIG)
    details, allocation = loaded(tab), tab.get("/payments/allocation").text

    assert UNREAD in details
    assert UNREAD in allocation
    assert GONE not in details + allocation
    assert "first 1,000 products" in allocation


def list_many(stage, count):
    payments = stage.portal.crm.payments
    first = payments[1039]
    for number in range(count - 4):
        payment_id = 50_000 + number
        payments[payment_id] = replace(first, id=payment_id, account_number=f"3653/{number + 9}")


def test_no_page_has_more_than_500_payments_and_every_figure_counts_all(stage):
    list_many(stage, 620)

    text = stage.tab().answer.text

    assert len(payments_in(text)) == 500
    assert "120 more payments are not shown here" in text
    assert re.search(r'id="count-all">620<', text)


def test_a_list_longer_than_any_is_read_as_far_as_it_may_be(stage):
    list_many(stage, 1_800)

    text = stage.tab().answer.text

    assert len(payments_in(text)) == 500
    assert "300 payments of this card could not be read" in text
