"""Every answer brings along what the portal lists now, for the page to compare with its rows."""

from __future__ import annotations

import html
import json
import re

import pytest

from b24app.simulator.control.control_somebody import do_payment
from tests.support.acts import ACTS, FOREIGN, PAID
from tests.support.stage import SMART, Tab, payments_in

LISTED = re.compile(
    r'<span id="listed([^"]*)" hidden[^>]*\sdata-own="([\d ]*)"\s+data-listed=\'([^\']*)\''
)


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def listed(text):
    """What an answer says the portal lists: states by id, and the ids it is about itself."""
    [(_, own, states)] = LISTED.findall(text)
    return json.loads(html.unescape(states)), set(own.split())


def books(stage):
    return {
        str(one.id): f"{'Y' if one.is_paid else 'N'} {one.sum.normalize():f} {one.currency}"
        for one in stage.portal.crm.payments_of(2, 8061)
    }


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_brings_along_what_somebody_else_added_and_removed(stage, act):
    tab = stage.tab()
    before = set(books(stage))
    added = str(do_payment(stage.portal, {"do": "add", "entityId": "8061"})["id"])
    do_payment(stage.portal, {"do": "delete", "id": "1036"})

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    states, own = listed(answer.text)
    assert states == books(stage)
    assert added in states
    assert "1036" not in states
    assert own <= before | (set(states) - {added}), "what others did is not one's own"


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_names_the_payments_that_it_is_about(stage, act):
    tab = stage.tab()
    before, _ = listed(tab.answer.text)

    states, own = listed(act.send(tab, None).text)

    touched = {
        number
        for number in before.keys() | states.keys()
        if before.get(number) != states.get(number)
    }
    assert touched <= own
    assert own


def test_a_filter_hides_nothing_of_what_is_listed(stage):
    tab = stage.tab()

    states, own = listed(tab.show(show="paid").text)

    assert states == books(stage)
    assert own == set()
    assert set(payments_in(tab.answer.text)) == {"1036", "1037"}


def test_rows_say_the_state_that_is_listed(stage):
    tab = stage.tab()

    rows = dict(re.findall(r'data-payment-id="(\d+)"[^>]*\sdata-state="([^"]+)"', tab.answer.text))

    assert rows == listed(tab.answer.text)[0]


def test_each_linked_object_lists_its_own(stage):
    tab = stage.tab(entity_id=11, placement=SMART)
    states, _ = listed(tab.answer.text)
    group = Tab(stage, re.search(r"Bearer ([\w.\-]+)", tab.answer.text).group(1))

    answer = group.post(f"/payments/{PAID}/unpay")

    assert states == {**books(stage), str(PAID): "Y 4940 EUR"}
    assert 'id="listed-2-8061"' in answer.text
    assert listed(answer.text) == (books(stage), {str(PAID)})
    assert str(FOREIGN) not in states
