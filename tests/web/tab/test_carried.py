"""A new card is read once: what its list was made of goes along to where its details are read."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from b24app.simulator.control.control_somebody import do_order
from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from tests.support.loaders import is_asked_at_once, posted_by
from tests.support.stage import MANAGER, READER

LINES = 2
"""Commands for what is in one payment."""


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def opened(stage, payments=20, user_id=MANAGER):
    """Open a card that nobody has seen; return the tab and what the page posts at once."""
    stage.portal.crm = CrmData()
    seed.fill(stage.portal.crm, payments=payments)
    tab = stage.open(user_id)
    tab.show(first=1)
    stage.forget_calls()
    return tab, posted_by(tab)


def commands(stage):
    return [len(call.commands) for call in stage.http_calls]


@pytest.mark.parametrize("payments", [1, 4, 5, 20, 60, 500])
def test_the_details_of_a_new_card_do_not_read_it_again(stage, payments):
    tab, fields = opened(stage, payments)
    shown = min(payments, 20)
    assert len(fields["ids"].split(",")) == shown

    answer = tab.send("POST", "/payments/details", fields)

    assert answer.status_code == 200
    assert len(stage.http_calls) == (1 if shown <= 4 else 2)
    # And the name of who has paid, if anybody.
    assert sum(commands(stage)) == LINES * shown + (payments > 1)
    assert max(commands(stage)) - min(commands(stage)) <= LINES


def test_they_are_those_that_a_second_reading_would_show(stage):
    tab, fields = opened(stage)
    read_again = tab.get("/payments/details", ids=fields["ids"], rows=fields["rows"]).text
    assert sum(commands(stage)) == LINES * 20 + 5 + 1

    carried = tab.send("POST", "/payments/details", fields).text

    assert carried == read_again
    assert "Pendant lamp Aria 40" in carried


def is_read_again(stage, tab, fields):
    """Whether the card was read once more, and all is shown."""
    stage.forget_calls()
    answer = tab.send("POST", "/payments/details", fields)
    assert answer.status_code == 200
    assert "Pendant lamp Aria 40" in answer.text
    methods = [command.method for call in stage.http_calls for command in call.commands]
    return "crm.item.get" in methods


def test_what_is_older_than_half_a_minute_is_read_again(stage):
    tab, fields = opened(stage)
    stage.advance(30)
    assert not is_read_again(stage, tab, fields)

    stage.advance(1)

    assert is_read_again(stage, tab, fields)


@pytest.mark.parametrize(
    "act",
    [
        lambda tab: tab.post("/payments/1039/pay"),
        lambda tab: tab.delete("/payments/1038"),
        lambda tab: tab.get("/payments", refresh=1),
    ],
    ids=["pay", "delete", "refresh"],
)
def test_after_a_write_or_another_list_the_card_is_read_again(stage, act):
    tab, fields = opened(stage)
    stage.advance(1)

    assert act(tab).status_code == 200

    assert is_read_again(stage, tab, fields)


def test_nobody_elses_opening_is_believed(stage):
    tab, fields = opened(stage)
    beside = [stage.tab(MANAGER), stage.tab(READER)]

    for other in beside:
        assert is_read_again(stage, other, fields)
    assert not is_read_again(stage, tab, fields)


@pytest.mark.parametrize("spoilt", ["", "{0:.40}", "AAAA{0}", "é", "{1}", "{1}{0}"], ids=repr)
def test_what_was_changed_on_its_way_is_read_again(stage, spoilt):
    tab, fields = opened(stage)
    text = spoilt.format(fields["carried"], "A" * 50_000)

    assert is_read_again(stage, tab, {**fields, "carried": text})


def test_a_payment_that_was_not_shown_is_refused_all_the_same(stage):
    tab, fields = opened(stage)

    answer = tab.send("POST", "/payments/details", {**fields, "ids": "777," + fields["ids"]})

    assert answer.status_code == 404
    assert stage.http_calls == []


def test_a_payment_that_is_gone_by_then_is_left_out(stage):
    tab, fields = opened(stage)
    del stage.portal.crm.payments[1038]

    answer = tab.send("POST", "/payments/details", fields)

    assert answer.status_code == 200
    assert 'id="more-1037"' in answer.text
    assert 'id="more-1038"' not in answer.text


def test_nothing_of_the_card_can_be_read_on_its_way(stage):
    _tab, fields = opened(stage)

    carried = fields["carried"]

    assert re.fullmatch(r"[\w\-=]+", carried)
    assert len(carried) < 8_000


def test_a_card_with_more_products_than_a_page_of_the_portal_is_read_again(stage):
    rows = stage.portal.crm.rows_of(2, 8061)
    for number in range(60):
        row = replace(rows[0], id=900_000 + number, sort=10_000 + number)
        stage.portal.crm.product_rows[row.id] = row

    tab = stage.open()
    tab.show(first=1)

    assert posted_by(tab) is None
    assert is_asked_at_once(tab)


def test_several_orders_are_read_again(stage):
    """What is not billed is then an estimate, which the portal refuses to tell."""
    do_order(stage.portal, {"do": "second", "entityId": "8061"})

    tab = stage.open()
    tab.show(first=1)

    assert posted_by(tab) is None
    assert is_asked_at_once(tab)


def test_a_page_whose_script_may_be_of_a_former_version_carries_nothing(stage):
    tab = stage.tab()

    assert posted_by(tab) is None
    assert is_asked_at_once(tab)
