"""Writes whose tokens died: the page renews its session and sends the same request again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.storage import user_tokens
from tests.support.acts import (
    ACTS,
    DELETE,
    PREFIX,
    REST,
    books,
    forget_listing,
    outcomes,
    writes_asked,
)
from tests.support.stage import MANAGER
from tests.writes.test_interrupted import send_and_die

KEY = "a-key-of-the-page-1"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def let_tokens_die(stage):
    """As after a day: the access token has expired, and its refresh token was used elsewhere."""
    member_id, cipher, now = stage.portal.member_id, stage.deps.cipher, stage.deps.clock()
    with stage.deps.db.transaction() as session:
        pair = user_tokens.find(session, cipher, member_id, MANAGER)
        assert pair is not None
        dead = replace(pair, refresh_token="used-up")
        user_tokens.save(session, cipher, member_id, MANAGER, dead, is_admin=None, now=now)
    stage.portal.tokens.expire_access()


def renew(stage, tab):
    fresh = stage.portal.issue_tokens(MANAGER)
    fields = {"AUTH_ID": fresh.access_token, "REFRESH_ID": fresh.refresh_token}
    answer = stage.client.post("/session", data=fields, headers=tab.headers())
    tab.token = answer.get_json()["token"]


@pytest.mark.parametrize("is_listed", [True, False], ids=["listed", "listed long ago"])
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_the_same_request_is_carried_out_after_the_session_was_renewed(stage, act, is_listed):
    tab = stage.tab()
    before = books(stage)
    if not is_listed:
        forget_listing(stage)
    let_tokens_die(stage)

    assert act.send(tab, KEY).status_code == 401
    assert books(stage) == before
    renew(stage, tab)
    answer = act.send(tab, KEY)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_after_that_the_key_repeats_its_answer(stage, act):
    tab = stage.tab()
    let_tokens_die(stage)
    act.send(tab, KEY)
    renew(stage, tab)
    first = act.send(tab, KEY)
    said, asked = tab.said, len(writes_asked(stage))

    second = act.send(tab, KEY)

    assert second.status_code == first.status_code
    # What can be undone is offered once, with what Undo does not take back.
    assert said.startswith(tab.said)
    assert tab.said
    assert len(writes_asked(stage)) == asked
    assert [outcome for _, outcome in outcomes(stage)] == ["failed", "done"]


def test_a_session_that_ends_after_a_creation_creates_nothing_again(stage):
    """The rows of a portal that resolves no references are added by a second call."""
    stage.portal.switches.resolves_references = False
    tab = stage.tab()
    stage.portal.faults.before(PREFIX + "product.add", lambda: let_tokens_die(stage))

    assert REST.send(tab, KEY).status_code == 502
    renew(stage, tab)
    REST.send(tab, KEY)

    assert len(stage.executed(PREFIX + "add")) == 1


def test_a_key_whose_first_request_died_is_not_free_because_a_session_ended(stage, monkeypatch):
    """The payment is gone by the first request, which no later one may call somebody else's."""
    tab = stage.tab()
    send_and_die(monkeypatch, lambda: DELETE.send(tab, KEY))
    stage.advance(121)
    let_tokens_die(stage)
    DELETE.send(tab, KEY)
    renew(stage, tab)

    answer = DELETE.send(tab, KEY)

    assert answer.status_code == 409
    assert "not known whether it was carried out" in tab.said
    assert outcomes(stage) == [("delete", "unknown")]
