"""How many requests to the portal every write and the public link cost, when all goes well."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from b24app.storage.models import Launch
from tests.support.acts import (
    ACTS,
    ADD_DELIVERY,
    ADD_ITEMS,
    CREATE,
    DELETE,
    MOVE,
    PAY,
    REASSIGN,
    REMOVE_DELIVERY,
    REMOVE_ITEM,
    REST,
    SET_QUANTITY,
    SMALL,
    SYSTEM,
    UNPAY,
    forget_listing,
    require_once,
)

LISTED, LISTED_LONG_AGO, NEVER_LISTED = "listed", "listed long ago", "never listed"

CALLS = {
    # By how much this opening knows of the payment: listed in the last five minutes, before, never.
    PAY: (1, 2, 2),
    UNPAY: (1, 2, 2),
    DELETE: (2, 2, 2),
    SYSTEM: (2, 2, 2),
    CREATE: (2, 2, 2),
    REST: (2, 2, 2),
    ADD_ITEMS: (2, 2, 2),
    SET_QUANTITY: (2, 2, 2),
    REMOVE_ITEM: (2, 2, 2),
    ADD_DELIVERY: (2, 2, 2),
    REASSIGN: (2, 2, 2),
    REMOVE_DELIVERY: (2, 2, 2),
    MOVE: (2, 2, 2),
}


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
    stage.forget_calls()
    return tab


def test_the_table_has_every_write():
    assert set(CALLS) == set(ACTS)


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
    assert len(stage.http_calls) == CALLS[act][number]


@pytest.mark.parametrize(("known", "calls"), [(LISTED, 1), (LISTED_LONG_AGO, 1), (NEVER_LISTED, 2)])
def test_a_public_link_costs_one_call_for_a_payment_that_was_shown(stage, known, calls):
    tab = tab_that_knows(stage, known)

    assert tab.get(f"/payments/{SMALL}/link").status_code == 200

    assert len(stage.http_calls) == calls


def test_a_renewed_session_still_knows_what_the_page_shows(stage):
    tab = stage.tab()
    token = stage.portal.issue_tokens(7)
    fields = {"AUTH_ID": token.access_token, "REFRESH_ID": token.refresh_token}
    answer = stage.client.post("/session", headers=tab.headers(), data=fields)
    assert answer.status_code == 200, answer.text
    tab.token = answer.json["token"]
    stage.forget_calls()

    answer = PAY.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert len(stage.http_calls) == 1
