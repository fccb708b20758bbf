"""How many requests to the portal every write and the public link cost, when all goes well."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from b24app.storage.models import Launch
from b24app.web.words.activity_words import ACTIONS
from tests.support.acts import (
    ACTS,
    PAY,
    SMALL,
    forget_listing,
    require_once,
)
from tests.support.timeline import know_timeline

LISTED, LISTED_LONG_AGO, NEVER_LISTED = "listed", "listed long ago", "never listed"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def tab_that_knows(stage, known):
    tab = stage.tab()
    # The directory of payment systems is read by the dialog, once an hour for the whole portal.
    tab.get(f"/payments/{SMALL}/system")
    if known != LISTED:
        forget_listing(stage)
    if known == NEVER_LISTED:
        with stage.database.transaction() as session:
            session.execute(update(Launch).values(listed=None, shown=None))
    know_timeline(stage)
    stage.forget_calls()
    return tab


def test_the_table_has_every_write():
    """Whatever the log can name is a row, and the other way round."""
    assert {act.name for act in ACTS} == set(ACTIONS) - {"fill", "take_link", "settings", "repair"}


@pytest.mark.parametrize(
    ("number", "known"), [(0, LISTED), (1, LISTED_LONG_AGO), (2, NEVER_LISTED)]
)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_costs_no_more_calls_than_it_needs(stage, act, number, known):
    tab = tab_that_knows(stage, known)

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    require_once(stage)
    assert len(stage.http_calls) == act.calls[number]


@pytest.mark.parametrize(("known", "calls"), [(LISTED, 1), (LISTED_LONG_AGO, 1), (NEVER_LISTED, 2)])
def test_a_public_link_costs_one_call_for_a_payment_that_was_shown(stage, known, calls):
    tab = tab_that_knows(stage, known)

    assert tab.get(f"/payments/{SMALL}/link").status_code == 200

    assert len(stage.http_calls) == calls


@pytest.mark.parametrize(("known", "calls"), [(LISTED, 1), (LISTED_LONG_AGO, 1), (NEVER_LISTED, 2)])
def test_the_ways_to_send_it_cost_no_more_with_the_client_s_addresses(stage, known, calls):
    tab = tab_that_knows(stage, known)

    answer = tab.get(f"/payments/{SMALL}/send")

    assert "ida.holm@northwind.example" in answer.text
    assert len(stage.http_calls) == calls


def test_that_a_link_was_taken_costs_one_call(stage):
    tab = tab_that_knows(stage, LISTED)

    assert tab.post(f"/payments/{SMALL}/taken", {"channel": "sms"}).status_code == 200

    assert len(stage.http_calls) == 1


def test_a_renewed_session_still_knows_what_the_page_shows(stage):
    tab = stage.tab()
    token = stage.portal.issue_tokens(7)
    fields = {"AUTH_ID": token.access_token, "REFRESH_ID": token.refresh_token}
    answer = stage.client.post("/session", headers=tab.headers(), data=fields)
    assert answer.status_code == 200, answer.text
    tab.token = answer.json["token"]
    know_timeline(stage)
    stage.forget_calls()

    answer = PAY.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert len(stage.http_calls) == 1
