"""An installer that is opened while the portal is slow: its frame is never empty for long."""

from __future__ import annotations

import pytest

from tests.support.app_page import bound_codes
from tests.support.slow import make_slow
from tests.support.stage import ADMIN, DEAL, INVOICE, token_in
from tests.web.portal.test_installing import ORIGIN, STEP, ancestors, rows, run, start

FIRST = ["now", "todo", "todo", "todo", "todo"]


@pytest.fixture
def slow(bare_stage, monkeypatch):
    """A portal of nine seconds a call."""
    bare_stage.portal.install_app()
    make_slow(bare_stage, monkeypatch, 0)
    bare_stage.portal.switches.command_ms = 0
    bare_stage.portal.switches.request_ms = 9000
    return bare_stage


def test_the_page_does_not_wait_for_a_slow_portal(slow):
    began = slow.ticks

    page = start(slow)

    assert slow.ticks - began < 4
    assert page.status_code == 200
    assert ancestors(page) == ORIGIN
    assert STEP.findall(page.text) == FIRST
    assert 'hx-post="/install/steps/verify" hx-trigger="load"' in page.text
    assert rows(slow) == {"pending_grants"}


def test_a_portal_that_answers_is_stored_by_the_post_itself(bare_stage):
    """Whatever becomes of the page, tabs that are bound already can be opened."""
    bare_stage.portal.install_app()

    page = start(bare_stage)

    assert STEP.findall(page.text) == ["done", "done", "now", "todo", "todo"]
    assert bare_stage.tab().answer.status_code == 200


def test_a_second_post_does_not_wait_either(slow):
    slow.portal.switches.request_ms = 0
    fields = slow.post_fields(ADMIN)
    assert slow.frame("/install", fields).status_code == 200
    slow.portal.switches.request_ms = 9000
    began = slow.ticks

    page = slow.frame("/install", fields)

    assert slow.ticks - began < 4
    assert STEP.findall(page.text) == FIRST


def test_the_session_of_a_second_post_opens_nothing_before_the_portal_confirms_it(slow):
    slow.portal.switches.request_ms = 0
    fields = slow.post_fields(ADMIN)
    slow.frame("/install", fields)
    slow.portal.switches.request_ms = 9000
    page = slow.frame("/install", fields)
    before = rows(slow)
    headers = {"Authorization": f"Bearer {token_in(page)}", "HX-Request": "true"}

    for step in ("tabs", "events", "finish"):
        assert run(slow, page, step).status_code == 401
    assert slow.client.get("/settings?first=1", headers=headers).status_code == 401

    assert rows(slow) == before
    assert bound_codes(slow) == []


def test_a_first_step_whose_answer_was_lost_is_done(bare_stage):
    bare_stage.portal.install_app()
    page = start(bare_stage)
    run(bare_stage, page, "verify")

    again = run(bare_stage, page, "verify")

    assert again.status_code == 200
    assert STEP.findall(again.text) == ["done", "done", "now", "todo", "todo"]


def test_a_portal_of_nine_seconds_a_call_is_waited_for(slow):
    page = start(slow)

    for step in ("verify", "tabs", "events", "finish"):
        began = slow.ticks
        answer = run(slow, page, step)
        assert (step, answer.status_code) == (step, 200), answer.text
        assert slow.ticks - began < 30
    assert bound_codes(slow) == [DEAL, INVOICE]


def test_a_portal_that_is_silent_is_given_up_before_the_proxy_gives_up(bare_stage, monkeypatch):
    make_slow(bare_stage, monkeypatch, 0)
    bare_stage.portal.switches.request_ms = 60_000
    page = start(bare_stage)
    began = bare_stage.ticks

    failed = run(bare_stage, page, "verify")

    assert failed.status_code == 502
    assert 'hx-post="/install/steps/verify"' in failed.text
    assert 20 < bare_stage.ticks - began < 29
