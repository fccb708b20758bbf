"""A portal that pages the list of payments, which no reference says of any: nothing is wrong."""

from __future__ import annotations

import re

import pytest

from b24app.simulator.portal_state import seed
from b24app.simulator.rest import crm_item_payment
from b24app.simulator.rest.call import Page
from tests.support.acts import SMALL
from tests.support.stage import payments_in

UNREAD = "20 payments of this card could not be read"


@pytest.fixture
def stage(stage):
    """The card has seventy payments, of which fifty come."""
    seed.fill(stage.portal.crm, payments=66)
    stage.portal.switches.has_payment_pages = True
    return stage


def test_what_did_not_come_is_told_and_not_added_up(stage):
    tab = stage.tab()

    assert len(payments_in(tab.answer.text)) == 50
    assert UNREAD in tab.answer.text
    assert re.search(r"data-partial", tab.answer.text)


def test_a_total_out_of_all_reason_costs_no_more_than_rows_would(stage, monkeypatch):
    monkeypatch.setattr(
        crm_item_payment, "page_of", lambda rows, start: Page(rows[:50], 10**6, start + 50)
    )

    assert "1500 payments of this card could not be read" in stage.tab().answer.text


def test_a_dialog_does_not_take_fifty_payments_for_all(stage):
    answer = stage.tab().get(f"/payments/{SMALL}/deliveries")

    assert answer.status_code == 200
    assert "Not all payments of this card could be read" in answer.text


def test_a_card_of_fifty_is_whole(stage):
    for payment_id in sorted(stage.portal.crm.payments)[-20:]:
        del stage.portal.crm.payments[payment_id]

    tab = stage.tab()

    assert "could not be read" not in tab.answer.text
