"""What linked cards come to, on top of a card that owns no payments."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.records import Card
from tests.support.stage import MANAGER, Tab

CONTRACT = 21
SERVICE_CONTRACTS = "CRM_DYNAMIC_1040_DETAIL_TAB"
GROUP_TOKEN = re.compile(r'id="of-2-\d+".*?Bearer ([\w.\-]+)', re.DOTALL)


@pytest.fixture
def tab(stage):
    """A contract with a deal in euros and one in dollars, and the invoice of the seed."""
    crm = stage.portal.crm
    created = crm.cards[2, 8061].created_at
    dollars = crm.add_card(Card(2, 9_200, "Overseas", created, Decimal(500), "USD"))
    seed._row(crm, dollars, "Freight", "500", "1")
    for card in (crm.cards[2, 8061], dollars):
        card.parent_ids[1040] = CONTRACT
    return stage.tab(MANAGER, CONTRACT, SERVICE_CONTRACTS)


def words(text):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def totals_in(text):
    start = text.index('id="linked-totals"')
    return words(text[text.index(">", start) + 1 : text.index("</header>", start)])


def sums_in(text):
    return "!".join(re.findall(r'data-sums="([^"]*)"', text))


def test_the_total_is_that_of_every_linked_card_shown_by_currency(stage, tab):
    said = totals_in(tab.answer.text)

    assert said.startswith("Total of ")
    assert "US dollars Amount $500.00 Paid $0.00 Outstanding $500.00" in said
    assert "Euros Amount €" in said
    assert len(stage.http_calls) <= 3


def test_asked_for_again_it_is_the_same_and_the_portal_is_not_asked(stage, tab):
    first, sums = totals_in(tab.answer.text), sums_in(tab.answer.text)
    count = len(re.findall("data-sums=", tab.answer.text))
    stage.forget_calls()

    again = tab.get("/payments/sums/linked", sums=sums, cards=count, more=0).text

    assert words(again) == first
    assert stage.http_calls == []


def test_with_more_linked_cards_it_says_of_which_it_is(stage):
    first = stage.portal.crm.cards[2, 8064]
    for number in range(12):
        card = Card(2, 9_100 + number, f"Deal {number}", first.created_at, currency="EUR")
        card.parent_ids[1040] = CONTRACT
        stage.portal.crm.add_card(card)

    tab = stage.tab(MANAGER, CONTRACT, SERVICE_CONTRACTS)

    assert totals_in(tab.answer.text).startswith("Total of the 10 linked cards shown")
    text = words(tab.get("/payments/sums/linked", sums="EUR~1~0", cards=1, more=1).text)
    assert text == "Total of the 1 linked card shown Amount €1.00 Paid €0.00 Outstanding €1.00"


def test_an_amount_that_nobody_can_read_is_called_so(tab):
    text = words(tab.get("/payments/sums/linked", sums="EUR~~5!EUR~2~2", cards=2, more=0).text)

    assert text == "Total of 2 linked cards Amount unreadable Paid €7.00 Outstanding unreadable"


@pytest.mark.parametrize("sums", ["x", "EUR~1", "EUR~1~1e9", "EUR~1~1!", "EUR~NaN~1", "<b>~1~1"])
def test_sums_that_are_none_are_refused(tab, sums):
    assert tab.get("/payments/sums/linked", sums=sums, cards=1, more=0).status_code == 422


def test_a_write_in_a_group_brings_its_new_figures_and_its_title_leads_to_the_card(stage, tab):
    assert 'data-portal-path="/crm/deal/details/8061/"' in tab.answer.text
    before = sums_in(tab.answer.text)
    part = tab.answer.text[tab.answer.text.index('id="of-2-8061"') :]
    group = Tab(stage, GROUP_TOKEN.findall(part)[0])

    answer = group.post("/payments/1039/pay")

    (now,) = re.findall(r'data-sums="([^"]*)"', answer.text)
    assert re.fullmatch(r"EUR~18400(\.0+)?~14670(\.0+)?", now), now
    assert now not in before
    assert 'data-portal-path="/crm/deal/details/8061/"' in answer.text


def test_the_filter_counts_the_payments_of_all_of_them(tab):
    counts = {
        which: int(re.findall(rf'id="count-{which}">\s*(\d+)', tab.answer.text)[0])
        for which in ("all", "unpaid", "paid")
    }

    states = re.findall(r'data-paid="(\w)"', tab.answer.text)
    assert counts == {
        "all": len(states),
        "unpaid": states.count("N"),
        "paid": states.count("Y"),
    }
