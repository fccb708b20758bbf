"""A card that owns no payments shows those of the deals and invoices linked to it."""

from __future__ import annotations

import re

import pytest

from tests.support.odd_answers import LIST, put
from tests.support.stage import DEAL, MANAGER, READER, SMART, Tab, payments_in


def smart_items(stage):
    return [ref for ref in stage.portal.crm.cards if ref[0] == 1036]


def linked_item(stage):
    return next(
        card.id
        for (type_id, _), card in stage.portal.crm.cards.items()
        if type_id == 1036 and card.parent_ids.get(2) == 8061
    )


def test_a_smart_process_item_shows_the_payments_of_its_deal(stage):
    tab = stage.tab(MANAGER, linked_item(stage), SMART)

    assert tab.answer.status_code == 200, tab.answer.text
    assert "1039" in payments_in(tab.answer.text)
    assert "Showroom lighting, phase 2" in tab.answer.text
    assert len(stage.http_calls) <= 3


def test_a_portal_without_any_batch_shows_them_too(stage):
    stage.portal.faults.add("batch", "batch_not_allowed", times=99)

    tab = stage.tab(MANAGER, linked_item(stage), SMART)

    assert "1039" in payments_in(tab.answer.text)


def test_an_item_without_links_says_how_to_link(stage):
    other = next(one[1] for one in smart_items(stage) if one[1] != linked_item(stage))

    tab = stage.tab(MANAGER, other, SMART)

    assert tab.answer.status_code == 200
    assert "Nothing linked yet" in tab.answer.text
    assert payments_in(tab.answer.text) == {}
    # In the time of the person, not of the server.
    assert re.search(r'Updated <time datetime="[^"]*[+]0[12]:00"', tab.answer.text)


def test_a_group_opens_its_own_actions_and_the_card_does_not(stage):
    tab = stage.tab(MANAGER, linked_item(stage), SMART)
    group = Tab(stage, re.search(r"Bearer ([\w.\-]+)", tab.answer.text).group(1))

    assert tab.post("/payments/1039/pay").status_code == 404
    group.post("/payments/1039/pay")

    assert group.answer.status_code == 200, group.answer.text
    assert "marked as paid" in group.said
    assert payments_in(group.answer.text) == {"1039": "Y"}
    assert 'id="group-2-8061"' in group.answer.text
    assert stage.portal.crm.payments[1039].is_paid


def test_a_refusal_in_a_group_says_view_only_in_the_same_answer(stage):
    tab = stage.tab(READER, linked_item(stage), SMART)
    assert "Mark as paid" in tab.answer.text
    assert "View only" not in tab.answer.text
    assert '<div id="again" hidden></div>' in tab.answer.text
    group = Tab(stage, re.search(r"Bearer ([\w.\-]+)", tab.answer.text).group(1))

    answer = group.post("/payments/1039/pay")

    assert answer.status_code == 403
    assert 'id="flag-view-2-8061"' in answer.text
    assert payments_in(answer.text) == {"1039": "N"}
    assert "Mark as paid" not in answer.text
    assert re.search(r'<div id="again"[^>]* hx-get="/payments" hx-trigger="load"', answer.text)
    assert "Mark as paid" not in tab.show().text


@pytest.mark.parametrize("placement", [DEAL, SMART])
def test_a_card_whose_payments_are_unreadable_has_some_all_the_same(stage, placement):
    """Nobody is asked to create the first payment of a deal that has four."""
    put(stage, LIST, "paid", "null")
    entity_id = 8061 if placement == DEAL else linked_item(stage)

    text = stage.tab(MANAGER, entity_id, placement).answer.text

    assert "4 payments of this card could not be read" in text
    assert "No payments yet" not in text
    assert "New payment" in text
