"""A portal that pages lists which every reference says have no pages: nothing is wrong."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from b24app.simulator.portal_state import seed
from b24app.simulator.rest import crm_item_payment
from b24app.simulator.rest.call import Page
from b24app.storage.models import Activity
from tests.support import odd_cards
from tests.support.acts import CREATE, LARGE, SMALL, payment
from tests.support.many import WELL, Asked
from tests.support.stage import payments_in

LIST = "crm.item.payment.list"
BIG = 8069
"""A deal of sixty product rows that nothing bills."""

SOME_PRODUCTS = "Nothing was changed: Bitrix24 sent only some of the products of this card."
UNREAD = "20 payments of this card could not be read"


@pytest.fixture
def stage(stage):
    """The card has seventy payments, of which fifty come."""
    seed.fill(stage.portal.crm, payments=66)
    stage.portal.switches.has_pages_everywhere = True
    return stage


def test_what_did_not_come_is_told_and_not_added_up(stage):
    tab = stage.tab()

    assert len(payments_in(tab.answer.text)) == 50
    assert UNREAD in tab.answer.text
    assert re.search(r"data-partial", tab.answer.text)


def test_a_total_out_of_all_reason_costs_no_more_than_rows_would(stage, monkeypatch):
    monkeypatch.setattr(
        crm_item_payment, "of_one_answer", lambda _call, rows: Page(rows[:50], 10**6, 50)
    )

    assert "1500 payments of this card could not be read" in stage.tab().answer.text


def test_a_dialog_does_not_take_fifty_payments_for_all(stage):
    answer = stage.tab().get(f"/payments/{SMALL}/deliveries")

    assert answer.status_code == 200
    assert "Not all payments of this card could be read" in answer.text


def test_where_a_delivery_can_go_is_told_as_incomplete(stage):
    line = stage.portal.crm.items_of(LARGE, "delivery")[0]
    for one in stage.portal.crm.payments.values():
        one.is_paid = False

    answer = stage.tab().get(f"/payments/{LARGE}/deliveries/{line.id}/move")

    offered = [int(value) for value in re.findall(r'<option value="(\d+)"', answer.text)]
    assert re.search(r"\d+ payments of this card could not be read", answer.text)
    assert offered


def test_no_place_to_go_is_not_claimed_where_payments_did_not_come(stage, monkeypatch):
    tab = stage.tab()
    line = stage.portal.crm.items_of(LARGE, "delivery")[0]
    monkeypatch.setattr(crm_item_payment, "of_one_answer", lambda _call, rows: Page(rows[:1], 2, 1))
    for one in stage.portal.crm.payments.values():
        one.is_paid = one.id != LARGE

    answer = tab.get(f"/payments/{LARGE}/deliveries/{line.id}/move")

    assert "1 payment of this card could not be read" in answer.text
    assert "There is no other unpaid payment" not in answer.text


def test_a_card_of_fifty_is_whole(stage):
    for payment_id in sorted(stage.portal.crm.payments)[-20:]:
        del stage.portal.crm.payments[payment_id]

    tab = stage.tab()

    assert "could not be read" not in tab.answer.text


def test_a_statement_does_not_take_fifty_payments_for_all(stage):
    answer = stage.tab().post("/payments/statement", {"lines": "1/2 100,00 EUR"})

    assert answer.status_code == 200
    assert UNREAD in answer.text


def test_a_total_alone_says_that_there_are_more(stage, monkeypatch):
    monkeypatch.setattr(
        crm_item_payment, "of_one_answer", lambda _call, rows: Page(rows[:50], 70, 0)
    )

    assert UNREAD in stage.tab().answer.text


def test_the_rest_is_not_billed_where_a_part_of_it_did_not_come(stage):
    tab = stage.tab(entity_id=BIG)

    assert "could not be read just now" in tab.get("/payments/rest").text
    before = len(stage.portal.crm.payments)
    tab.post("/payments/rest")

    assert SOME_PRODUCTS in tab.said
    assert len(stage.portal.crm.payments) == before


def test_a_product_that_did_not_come_is_not_called_gone(stage):
    row_id = stage.portal.crm.rows_of(2, BIG)[-1].id + 1
    tab = stage.tab(entity_id=BIG)

    tab.post("/payments", {"row": row_id, f"quantity-{row_id}": 1})

    assert SOME_PRODUCTS in tab.said


def test_a_product_of_the_card_is_billed_though_it_came_not_among_the_free_ones(stage):
    row = stage.portal.crm.rows_of(2, BIG)[-1]
    tab = stage.tab(entity_id=BIG)

    tab.post("/payments", {"row": row.id, f"quantity-{row.id}": 1})

    assert tab.said.startswith("Payment ")
    (held,) = odd_cards.held_by_payments(stage.portal.crm, BIG)
    assert held == {row.product_name: 1}


@pytest.mark.parametrize("kind", ["silent", "null"])
def test_a_payment_that_did_not_come_before_is_not_taken_for_the_new_one(stage, kind):
    """One of the fifty is deleted meanwhile, and the next one of the others comes with them."""
    tab = stage.tab()
    listed = {int(one) for one in payments_in(tab.answer.text)}
    others = {one.id for one in stage.portal.crm.payments_of(2, 8061)} - listed
    gone = min(listed - {SMALL, LARGE})
    stage.fail(CREATE.method, kind)
    stage.portal.faults.before(LIST, lambda: stage.portal.crm.payments.pop(gone), after=1)

    answer = CREATE.send(tab, None)

    assert answer.status_code == 502
    assert not any(payment(stage, one).account_number in tab.said for one in others), tab.said
    with stage.database.reading() as session:
        assert session.scalars(select(Activity.payment_id)).all() == [None]


def test_fifty_at_once_are_not_called_deleted_where_the_list_does_not_hold_them(stage):
    """The re-read of a part shows the first fifty of seventy: the last ones are not among them."""
    tab = stage.tab()
    stage.portal.switches.has_pages_everywhere = False
    tab.show()
    stage.portal.switches.has_pages_everywhere = True
    unpaid = [one.id for one in stage.portal.crm.payments_of(2, 8061) if not one.is_paid]
    act = Asked(tab, "pay", unpaid[-30:])

    act.send_all()

    assert set(act.told.values()) <= WELL, act.told
    assert all(payment(stage, one).is_paid for one in act.ids)
