"""More linked deals than a page of the portal, and linked objects that make no sense."""

from __future__ import annotations

import re

import pytest

from b24app.simulator.portal_state.records import Card
from b24app.simulator.portal_state.switches import OddValue
from tests.support.stage import SMART

CONTRACT = 21
SERVICE_CONTRACTS = "CRM_DYNAMIC_1040_DETAIL_TAB"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def link_deals(stage, count):
    """Make so many new deals children of a service contract."""
    first = stage.portal.crm.cards[2, 8064]
    for number in range(count):
        card = Card(2, 9_100 + number, f"Deal {number}", first.created_at, currency="EUR")
        card.parent_ids[1040] = CONTRACT
        stage.portal.crm.add_card(card)


def follow_to_the_end(tab):
    """Press the button for more until there is none; answers the deals that were shown."""
    shown = re.findall(r'id="group-2-(\d+)"', tab.answer.text)
    while more := re.search(r'hx-get="/payments\?more=(\d+)"', tab.answer.text):
        assert len(shown) < 200, "no end"
        tab.get("/payments", more=more[1])
        assert tab.answer.status_code == 200
        shown += re.findall(r'id="group-2-(\d+)"', tab.answer.text)
    return shown


@pytest.mark.parametrize("totals", ["all", "at_most_50", "none"])
@pytest.mark.parametrize("has_list_holes", [False, True])
def test_every_linked_deal_is_found_whatever_the_total_says(stage, totals, has_list_holes):
    link_deals(stage, 57)
    stage.portal.switches.totals = totals
    stage.portal.switches.has_list_holes = has_list_holes

    tab = stage.tab(entity_id=CONTRACT, placement=SERVICE_CONTRACTS)

    words = "Show more linked cards" if totals != "all" else "Show 10 more linked cards"
    assert words in tab.answer.text
    shown = follow_to_the_end(tab)
    assert shown == [*(str(9_156 - number) for number in range(57)), "8064"]


@pytest.mark.parametrize(
    ("method", "field", "text"),
    [
        ("crm.item.payment.list", "*", "null"),
        ("crm.item.payment.list", "sum", "1e27"),
        ("crm.item.delivery.list", "*", "5"),
        ("crm.item.get", "title", "[]"),
        ("crm.item.list", "id", str(2**70)),
        ("crm.item.list", "*", "null"),
    ],
)
def test_an_odd_linked_card_is_odd_alone(stage, method, field, text):
    item = next(
        card.id
        for (type_id, _), card in stage.portal.crm.cards.items()
        if type_id == 1036 and card.parent_ids.get(2) == 8061
    )
    stage.portal.switches.odd_values = [OddValue(method, field, text)]

    answer = stage.tab(entity_id=item, placement=SMART).answer

    assert answer.status_code == 200
    assert 'id="group-2-8061"' in answer.text


def test_a_linked_card_whose_payments_are_no_list_is_counted(stage):
    """The others are shown all the same."""
    link_deals(stage, 3)
    no_list = OddValue("crm.item.payment.list", "*", '{"payments": 5}', row=0)
    odd = stage.portal.switches.odd_values
    stage.portal.faults.before(no_list.method, lambda: odd.append(no_list), after=2)
    stage.portal.faults.before(no_list.method, odd.clear, after=3)

    answer = stage.tab(entity_id=CONTRACT, placement=SERVICE_CONTRACTS).answer

    assert answer.status_code == 200
    assert len(re.findall(r'id="group-\d+-\d+"', answer.text)) == 4
    assert "1 linked card could not be read" in answer.text
    # What they come to together is without that one.
    assert "Total of the 4 linked cards shown" in answer.text
