"""Lines for which the portal names a basket and no product row, as it does of what we billed first.

Nothing that was billed may be taken for refused then: the new payment would be deleted again.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from b24app.simulator.portal_state import sale
from b24app.storage import card_memory
from b24app.storage.models import Activity, CardMemory
from tests.support import odd_cards
from tests.support.acts import LARGE, PREFIX, outcomes, payment
from tests.support.cut_off import cut_once
from tests.support.stage import DEAL, SMART
from tests.web.tab.test_previews import words

CARD = odd_cards.NOTHING
GONE = "Item that is no longer in the card"


@pytest.fixture
def stage(writing_stage):
    writing_stage.portal.switches.links_rows = False
    odd_cards.add_deal(writing_stage.portal.crm, CARD)
    return writing_stage


@pytest.fixture
def rows(stage):
    crm = stage.portal.crm
    deal = crm.cards[2, CARD]
    return [
        odd_cards.add_row(crm, deal, name, price, quantity)
        for name, price, quantity in (("Alpha", "10", "5"), ("Beta", "7", "3"), ("Gamma", "2", "3"))
    ]


def chosen(*wanted):
    return {
        "row": [row.id for row, _ in wanted],
        **{f"quantity-{row.id}": quantity for row, quantity in wanted},
    }


def held(stage):
    return odd_cards.held_by_payments(stage.portal.crm, CARD)


def test_a_new_payment_is_kept_and_shown_with_its_products(stage, rows):
    tab = stage.tab(entity_id=CARD)

    assert tab.post("/payments", chosen((rows[0], 2), (rows[1], 1))).status_code == 200

    assert held(stage) == [{"Alpha": 2, "Beta": 1}]
    assert outcomes(stage) == [("create", "done")]
    for shown in (words(tab.answer.text), words(stage.tab(entity_id=CARD).answer.text)):
        assert re.search(r"Alpha €10.00 .* €20.00", shown)
        assert GONE not in shown


def test_the_rest_is_billed_and_stays(stage, rows):
    tab = stage.tab(entity_id=CARD)
    tab.post("/payments", chosen((rows[0], 2)))

    assert tab.post("/payments/rest", {"shown": "57"}).status_code == 200

    assert held(stage) == [{"Alpha": 2}, {"Alpha": 3, "Beta": 3, "Gamma": 3}]
    assert GONE not in words(stage.tab(entity_id=CARD).answer.text)


def test_lines_are_edited_by_their_products(stage, rows):
    alpha, beta, _gamma = rows
    tab = stage.tab(entity_id=CARD)
    tab.post("/payments", chosen((alpha, 2)))
    (payment,) = stage.portal.crm.payments_of(2, CARD)
    items = f"/payments/{payment.id}/items"
    (line,) = stage.portal.crm.items_of(payment.id, "product")

    assert tab.post(items, chosen((alpha, 1), (beta, 2))).status_code == 200
    assert held(stage) == [{"Alpha": 3, "Beta": 2}]
    assert "at most 5" in words(tab.post(f"{items}/{line.id}", {"quantity": 6}).text)
    assert tab.post(f"{items}/{line.id}", {"quantity": 4, "shown": 3}).status_code == 200
    assert held(stage) == [{"Alpha": 4, "Beta": 2}]
    assert tab.delete(f"{items}/{line.id}").status_code == 200
    assert "Undo" in words(tab.answer.text)
    assert held(stage) == [{"Beta": 2}]


def test_many_products_are_added_in_parts(writing_stage):
    stage = writing_stage
    stage.portal.switches.links_rows = False
    odd_cards.add_deal(stage.portal.crm, odd_cards.MANY, 60)
    tab = stage.tab(entity_id=odd_cards.MANY)

    assert tab.post_all("/payments/rest").status_code == 200

    (payment,) = stage.portal.crm.payments_of(2, odd_cards.MANY)
    assert len(stage.portal.crm.items_of(payment.id, "product")) == 60
    assert GONE not in words(stage.tab(entity_id=odd_cards.MANY).answer.text)


def test_a_smart_process_item_shows_the_products_of_its_deal(stage, rows):
    card = next(
        card.id
        for (type_id, _), card in stage.portal.crm.cards.items()
        if type_id == 1036 and card.parent_ids.get(2) == 8061
    )
    stage.portal.crm.cards[1036, card].parent_ids[2] = CARD
    deal = stage.tab(entity_id=CARD, placement=DEAL)
    deal.post("/payments", chosen((rows[0], 2)))

    shown = words(stage.tab(entity_id=card, placement=SMART).answer.text)

    assert "Alpha" in shown
    assert GONE not in shown


@pytest.mark.parametrize("path", ["/payments", "/payments/rest"])
def test_a_payment_of_which_no_answer_came_is_not_deleted(stage, rows, path):
    stage.portal.faults.add(PREFIX + "add", "lost")
    tab = stage.tab(entity_id=CARD)

    tab.post(path, chosen((rows[0], 2)) if path == "/payments" else {})

    assert len(held(stage)) == 1
    assert outcomes(stage)[-1][1] in {"unknown", "partial"}


@pytest.mark.usefixtures("rows")
def test_what_could_not_be_remembered_is_not_deleted_either(stage, monkeypatch):
    tab = stage.tab(entity_id=CARD)
    left = cut_once(monkeypatch, card_memory, "note_line_rows")

    assert tab.post("/payments/rest", {"shown": "77"}).status_code == 200

    assert left == [0]
    assert held(stage) == [{"Alpha": 5, "Beta": 3, "Gamma": 3}]


def test_a_row_that_is_deleted_afterwards_is_gone(stage, rows):
    tab = stage.tab(entity_id=CARD)
    tab.post("/payments", chosen((rows[0], 2)))
    del stage.portal.crm.product_rows[rows[0].id]

    assert GONE in words(stage.tab(entity_id=CARD).answer.text)


def test_what_another_application_billed_is_not_called_gone(stage, rows):
    crm = stage.portal.crm
    tab = stage.tab(entity_id=CARD)
    tab.post("/payments", chosen((rows[0], 2)))
    (payment,) = crm.payments_of(2, CARD)
    rows[1].is_linked = False
    sale.add_product(crm, payment, rows[1], Decimal(1))

    shown = words(stage.tab(entity_id=CARD).answer.text)

    assert "Product that could not be read just now" in shown
    assert GONE not in shown


@pytest.mark.parametrize("finds_by_product", [True, False])
@pytest.mark.parametrize("change", ["cheaper", "delivery"])
def test_a_sum_that_is_too_high_for_another_reason_refuses_nothing(
    stage, rows, finds_by_product, change
):
    """Nothing is remembered of the line: another application billed it, or we did long ago."""
    crm = stage.portal.crm
    stage.portal.switches.finds_by_product = finds_by_product
    tab = stage.tab(entity_id=CARD)
    tab.post("/payments", chosen((rows[0], 5)))
    with stage.database.transaction() as session:
        session.execute(delete(CardMemory))
    if change == "cheaper":
        rows[0].price = Decimal(9)
    else:
        (payment,) = crm.payments_of(2, CARD)
        order = crm.orders[payment.order_id]
        shipment = sale.add_shipment(crm, order, (1, "Courier"), Decimal(8))
        sale.add_delivery(crm, payment, shipment)
    tab = stage.tab(entity_id=CARD)

    assert tab.post("/payments", chosen((rows[1], 1))).status_code == 200
    assert tab.post("/payments/rest", {}).status_code == 200

    assert held(stage) == [{"Alpha": 5}, {"Beta": 1}, {"Beta": 2, "Gamma": 3}]


def test_a_line_whose_product_was_not_read_is_told_by_its_number(stage):
    """A write reads fifty rows of a deal at most, and the log has to say which one was removed."""
    crm, deal = stage.portal.crm, stage.portal.crm.cards[2, 8061]
    added = [odd_cards.add_row(crm, deal, f"Frame {number}", "10", "3") for number in range(60)]
    stage.portal.switches.links_rows = True
    item = sale.add_product(crm, payment(stage, LARGE), added[-1], Decimal(3))

    stage.tab().delete(f"/payments/{LARGE}/items/{item.id}")

    with stage.database.reading() as session:
        (line,) = session.scalars(select(Activity)).all()
    assert line.before == f"#{added[-1].id} ×\u00a03"
