"""A product whose quantity was changed after all of it was billed: it is offered whole again.

It finds the basket of a row by product and quantity; a row that has another quantity by now is
one that nobody billed (quirk 101). What the card does not have is not billed.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.services.payments import unbilled
from b24app.simulator.portal_state import sale
from tests.support import odd_cards
from tests.support.stage import ADMIN
from tests.web.tab.test_previews import words

CARD = odd_cards.NOTHING


@pytest.fixture
def stage(writing_stage):
    writing_stage.portal.switches.finds_by_product = True
    odd_cards.add_deal(writing_stage.portal.crm, CARD)
    return writing_stage


@pytest.fixture
def rows(stage):
    """Alpha, billed whole, and Beta, not billed."""
    crm = stage.portal.crm
    deal = crm.cards[2, CARD]
    alpha, beta = (
        odd_cards.add_row(crm, deal, name, price, quantity)
        for name, price, quantity in (("Alpha", "10", "10"), ("Beta", "3", "1"))
    )
    fields = {"row": alpha.id, f"quantity-{alpha.id}": 10}
    assert stage.tab(entity_id=CARD).post("/payments", fields).status_code == 200
    return alpha, beta


def held(stage):
    return odd_cards.held_by_payments(stage.portal.crm, CARD)


@pytest.mark.parametrize(
    ("now", "rest", "billed"),
    [("20", "103.00", {"Alpha": 10, "Beta": 1}), ("7", "3.00", {"Beta": 1})],
    ids=["raised", "lowered"],
)
def test_the_rest_is_what_the_card_has_beside_its_payments(stage, rows, now, rest, billed):
    rows[0].quantity = Decimal(now)
    tab = stage.tab(entity_id=CARD)

    assert f"Bill the rest €{rest}" in words(tab.answer.text)
    assert f"Bill the rest: €{rest}" in words(tab.get("/payments/rest").text)
    assert f"Everything left €{rest}" in words(tab.get("/payments/new").text)
    assert tab.post("/payments/rest", {"shown": rest}).status_code == 200

    assert held(stage) == [{"Alpha": 10}, billed]
    assert f"Bill the rest €{rest}" not in words(stage.tab(entity_id=CARD).answer.text)


def test_no_more_of_a_product_can_be_chosen_than_the_card_has(stage, rows):
    alpha, _beta = rows
    alpha.quantity = Decimal(12)
    tab = stage.tab(entity_id=CARD)

    answer = tab.post("/payments", {"row": alpha.id, f"quantity-{alpha.id}": 3})

    assert answer.status_code == 422
    assert "at most 2 can be billed" in words(answer.text)
    assert held(stage) == [{"Alpha": 10}]


def test_where_nothing_was_changed_no_call_is_added(stage, rows):
    assert rows
    tab = stage.tab(entity_id=CARD)
    stage.forget_calls()

    assert tab.post("/payments/rest", {"shown": "3"}).status_code == 200

    assert len(stage.http_calls) == 2


def test_it_is_not_offered_whole_beside_more_payments_than_one_batch_reads(stage):
    crm = stage.portal.crm
    deal = crm.cards[2, CARD]
    alpha = odd_cards.add_row(crm, deal, "Alpha", "10", "70")
    order = sale.open_order(crm, (2, CARD), "EUR")
    for _ in range(70):
        sale.add_product(crm, sale.add_payment(crm, order, crm.pay_systems[6]), alpha, Decimal(1))
    alpha.quantity = Decimal(72)
    tab = stage.tab(entity_id=CARD)

    assert "Bill the rest: €20" in words(tab.get("/payments/rest").text)
    assert tab.post("/payments/rest", {"shown": "20"}).status_code == 200

    assert held(stage)[70:] == [{"Alpha": 2}]


def test_no_more_is_added_to_a_payment_than_the_card_has(stage, rows):
    alpha, beta = rows
    alpha.quantity = Decimal(12)
    tab = stage.tab(entity_id=CARD)
    assert tab.post("/payments", {"row": beta.id, f"quantity-{beta.id}": 1}).status_code == 200
    path = f"/payments/{max(stage.portal.crm.payments)}/items"
    stage.forget_calls()

    refused = tab.post(path, {"row": alpha.id, f"quantity-{alpha.id}": 3})
    stage.forget_calls()
    added = tab.post(path, {"row": alpha.id, f"quantity-{alpha.id}": 2})

    assert refused.status_code == 422
    assert "at most 2 can be billed" in words(refused.text)
    assert added.status_code == 200
    assert len(stage.http_calls) == 2
    assert held(stage) == [{"Alpha": 10}, {"Alpha": 2, "Beta": 1}]


def test_no_more_is_added_in_parts_than_the_card_has(stage, rows):
    alpha, beta = rows
    crm = stage.portal.crm
    alpha.quantity = Decimal(12)
    many = [odd_cards.add_row(crm, crm.cards[2, CARD], f"{n}", "1", "1") for n in range(30)]
    tab = stage.tab(entity_id=CARD)
    assert tab.post("/payments", {"row": beta.id, f"quantity-{beta.id}": 1}).status_code == 200
    path = f"/payments/{max(crm.payments)}/items"
    fields = {"row": [row.id for row in (alpha, *many)], f"quantity-{alpha.id}": 3}

    refused = tab.post_all(path, fields | {f"quantity-{row.id}": 1 for row in many})

    assert "at most 2 can be billed" in words(refused.text)
    assert held(stage) == [{"Alpha": 10}, {"Beta": 1}]


@pytest.mark.parametrize("by", ["adding", "raising"])
def test_what_two_people_bill_at_once_is_billed_once(stage, rows, monkeypatch, by):
    """Either would be allowed alone, and the portal offers what is billed again."""
    alpha, beta = rows
    crm = stage.portal.crm
    tab, other = stage.tab(entity_id=CARD), stage.tab(ADMIN, entity_id=CARD)
    assert tab.post("/payments", {"row": beta.id, f"quantity-{beta.id}": 1}).status_code == 200
    first, second = (payment.id for payment in crm.payments_of(2, CARD))
    other = stage.tab(ADMIN, entity_id=CARD)
    other.client = stage.app.test_client()
    (line,) = crm.items_of(first, "product")
    alpha.quantity = Decimal(12)
    crm.baskets[line.entity_id].quantity = Decimal(14)
    chosen = {"row": alpha.id, f"quantity-{alpha.id}": 2}
    read = unbilled.read

    def read_slowly(card):
        found = read(card)
        if by == "adding":
            other.post(f"/payments/{second}/items", chosen)
        else:
            other.post(f"/payments/{first}/items/{line.id}", {"quantity": 12, "shown": 10})
        return found

    monkeypatch.setattr(unbilled, "read", read_slowly)
    tab.post("/payments", chosen)

    assert sum(quantities.get("Alpha", 0) for quantities in held(stage)) <= 12
