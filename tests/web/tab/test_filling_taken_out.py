"""What somebody takes out of a payment while it is filled in parts."""

from __future__ import annotations

import pytest

from tests.support import odd_cards
from tests.support.stage import ADMIN
from tests.web.tab.test_filling import MANY, ROWS, go_on_to_the_end, held, part_of


@pytest.fixture
def stage(writing_stage):
    odd_cards.add_deal(writing_stage.portal.crm, MANY, ROWS)
    return writing_stage


def test_a_row_that_somebody_takes_out_meanwhile_stays_out(stage):
    tab = stage.tab(entity_id=MANY)
    tab.post("/payments/rest")
    path = part_of(tab)
    (made,) = stage.portal.crm.payments_of(2, MANY)
    line = stage.portal.crm.items_of(made.id, "product")[3]
    (name,) = [
        row.product_name
        for row in stage.portal.crm.rows_of(2, MANY)
        if row.basket_id == line.entity_id
    ]
    colleague = stage.tab(ADMIN, entity_id=MANY)
    assert "Item removed" in colleague.delete(f"/payments/{made.id}/items/{line.id}").text

    go_on_to_the_end(tab, path)

    assert len(held(stage)) == ROWS - 1
    assert held(stage)[name] == 0
    assert f"was created, but without: {name}." in tab.said


def test_what_is_put_in_again_is_in_it_and_keeps_nothing_else_out(stage):
    tab, colleague = stage.tab(entity_id=MANY), stage.tab(ADMIN, entity_id=MANY)
    tab.post("/payments/rest")
    path = part_of(tab)
    (made,) = stage.portal.crm.payments_of(2, MANY)
    rows = {row.basket_id: row.id for row in stage.portal.crm.rows_of(2, MANY)}
    lines = stage.portal.crm.items_of(made.id, "product")[:10]
    for line in lines:
        colleague.delete(f"/payments/{made.id}/items/{line.id}")
    tab.post(path)
    for line in lines:
        row = rows[line.entity_id]
        added = colleague.post(f"/payments/{made.id}/items", {"row": row, f"quantity-{row}": 1})
        assert "Item added" in added.text

    go_on_to_the_end(tab, path)

    assert sum(held(stage).values()) == ROWS
    assert "created" in tab.said
    assert "but without" not in tab.said
