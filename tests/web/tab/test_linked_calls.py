"""A card that owns no payments costs three calls at opening, however many objects are linked."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.records import Card
from tests.support.stage import MANAGER, SMART, Tab

DEAL, INVOICE = 2, 31
CONTRACT = "CRM_DYNAMIC_1040_DETAIL_TAB"
LOADER = re.compile(
    r'"pay__load"[^>]*?hx-get="(/payments/details\?[^"]+)"\s+hx-trigger="(load, )?need"'
)
NEED = re.compile(r'hx-get="(/payments/details\?[^"]+)"\s+hx-trigger="need"')
TOKEN = re.compile(r'id="of-2-8061".*?Bearer ([\w.\-]+)', re.DOTALL)


def linked_item(stage):
    return next(
        card.id
        for (type_id, _), card in stage.portal.crm.cards.items()
        if type_id == 1036 and card.parent_ids.get(DEAL) == 8061
    )


def link(stage, *refs):
    """Make objects children of contract 21."""
    for number, owner in enumerate(refs):
        card = stage.portal.crm.cards[owner]
        card.parent_ids[1040] = 21
        assert number < 20


def follow(stage, text, address):
    """Send what an element of the first group's page would send."""
    parts = urlsplit(unescape(address))
    return Tab(stage, TOKEN.search(text).group(1)).get(parts.path, **dict(parse_qsl(parts.query)))


def open_as_a_browser(tab):
    """Show the tab, and send what its page sends by itself: loaders at once and in view."""
    text = shown = tab.show().text
    for address, _when in LOADER.findall(text):
        text += follow(tab.stage, shown, address).text
    return text


def details_in(text):
    """Ids of payments whose composition is there."""
    return set(re.findall(r'id="more-(\d+)"(?![^>]*data-waits)', text))


def test_one_linked_object_shows_what_its_payments_are_made_of_in_three_calls(stage):
    tab = stage.open(MANAGER, linked_item(stage), SMART)
    stage.forget_calls()

    text = open_as_a_browser(tab)

    assert len(stage.http_calls) == 3
    assert details_in(text) == {"1036", "1037", "1038", "1039"}


def test_seen_before_it_takes_two(stage):
    item = linked_item(stage)
    open_as_a_browser(stage.open(MANAGER, item, SMART))
    tab = stage.open(MANAGER, item, SMART)
    stage.forget_calls()

    text = open_as_a_browser(tab)

    assert len(stage.http_calls) == 2
    assert details_in(text) == {"1036", "1037", "1038", "1039"}


@pytest.mark.parametrize("payments", [20, 60])
def test_many_payments_of_one_object_stay_within_three_calls(stage, payments):
    seed.fill(stage.portal.crm, payments=payments)
    tab = stage.open(MANAGER, linked_item(stage), SMART)
    stage.forget_calls()

    tab.show()
    first = next(address for address, when in LOADER.findall(tab.answer.text) if when)
    answer = follow(stage, tab.answer.text, first)

    assert len(stage.http_calls) == 3
    assert len(details_in(answer.text)) == 12


@pytest.mark.parametrize("is_seen", [False, True])
def test_several_objects_leave_the_rest_for_when_it_is_opened(stage, is_seen):
    link(stage, (DEAL, 8061), (INVOICE, 512), (INVOICE, 513))
    if is_seen:
        stage.tab(MANAGER, 21, CONTRACT)
    tab = stage.open(MANAGER, 21, CONTRACT)
    stage.forget_calls()

    text = open_as_a_browser(tab)

    assert len(stage.http_calls) == 3
    assert LOADER.findall(tab.answer.text) == []
    assert (details_in(text) != set()) is is_seen
    stage.forget_calls()
    [wanted] = [one for one in NEED.findall(text) if "ids=1036&" in one]
    assert details_in(follow(stage, text, wanted).text) == {"1036"}
    assert len(stage.http_calls) == 1


def test_ten_objects_are_shown_at_first_and_cost_three_calls(stage):
    for number in range(9101, 9113):
        deal = Card(DEAL, number, f"Visit {number}", stage.portal.clock.now())
        deal.parent_ids[1040] = 21
        stage.portal.crm.add_card(deal)
    tab = stage.open(MANAGER, 21, CONTRACT)
    stage.forget_calls()

    open_as_a_browser(tab)

    assert len(stage.http_calls) == 3
    assert tab.answer.text.count('id="group-title-') == 10
    stage.forget_calls()
    tab.get("/payments", more=10)
    assert len(stage.http_calls) <= 3


def test_more_linked_deals_than_a_page_are_all_there_newest_first(stage):
    """A page of `crm.item.list` has fifty rows."""
    crm = stage.portal.crm
    for number in range(20000, 20120):
        crm.add_card(
            Card(DEAL, number, f"Deal {number}", crm.cards[DEAL, 8061].created_at,
                 parent_ids={1040: 21})
        )  # fmt: skip
    tab = stage.tab(MANAGER, 21, CONTRACT)
    shown, said = [], []

    while True:
        shown += [int(one) for one in re.findall(r'id="group-title-2-(\d+)"', tab.answer.text)]
        more = re.search(r'more=(\d+)"[^>]*>Show (\d+) more', tab.answer.text)
        if more is None:
            break
        said.append(int(more.group(2)))
        stage.forget_calls()
        tab.get("/payments", more=more.group(1))
        assert len(stage.http_calls) <= 3

    assert shown == [*range(20119, 19999, -1), 8064]
    assert said == [10] * 11 + [2], "and an invoice"


def test_no_more_is_offered_than_can_be_read(stage, monkeypatch):
    monkeypatch.setattr("b24app.services.card.linked.MOST_LINKS", 10)
    crm = stage.portal.crm
    for number in range(20000, 20011):
        crm.add_card(
            Card(DEAL, number, f"Deal {number}", crm.cards[DEAL, 8061].created_at,
                 parent_ids={1040: 21})
        )  # fmt: skip

    tab = stage.tab(MANAGER, 21, CONTRACT)

    assert tab.answer.text.count('id="group-title-') == 10
    assert "more=" not in tab.answer.text
    assert tab.get("/payments", more=10**9).status_code == 200


def test_rows_past_the_first_page_wait_on_a_linked_card_too(stage):
    crm = stage.portal.crm
    crm.cards[DEAL, 8069].parent_ids[1040] = 21
    assert stage.tab(entity_id=8069).post_all("/payments/rest").status_code == 200
    stage.tab(MANAGER, 21, CONTRACT)

    tab = stage.tab(MANAGER, 21, CONTRACT)

    assert "could not be read" not in tab.answer.text
    assert str(max(crm.payments)) not in details_in(tab.answer.text)
