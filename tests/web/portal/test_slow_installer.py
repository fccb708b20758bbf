"""An installer that is opened while the portal is slow: its frame is never empty for long."""

from __future__ import annotations

from tests.support.app_page import bound_codes
from tests.support.slow import make_slow
from tests.support.stage import ADMIN, DEAL, INVOICE, token_in
from tests.web.portal.test_installing import ORIGIN, STEP, ancestors, rows, run, start

FIRST = ["now", "todo", "todo", "todo", "todo"]


def test_the_page_comes_without_asking_the_portal(bare_stage):
    bare_stage.portal.install_app()
    bare_stage.forget_calls()

    page = start(bare_stage)

    assert bare_stage.http_calls == []
    assert page.status_code == 200
    assert ancestors(page) == ORIGIN
    assert STEP.findall(page.text) == FIRST
    assert 'hx-post="/install/steps/verify" hx-trigger="load"' in page.text
    assert rows(bare_stage) == {"pending_grants"}


def test_a_second_post_comes_without_asking_the_portal_either(bare_stage):
    bare_stage.portal.install_app()
    fields = bare_stage.post_fields(ADMIN)
    first = bare_stage.frame("/install", fields)
    assert run(bare_stage, first, "verify").status_code == 200
    bare_stage.forget_calls()

    page = bare_stage.frame("/install", fields)

    assert bare_stage.http_calls == []
    assert STEP.findall(page.text) == FIRST


def test_the_session_of_a_second_post_opens_nothing_before_the_portal_confirms_it(bare_stage):
    bare_stage.portal.install_app()
    fields = bare_stage.post_fields(ADMIN)
    run(bare_stage, bare_stage.frame("/install", fields), "verify")
    page = bare_stage.frame("/install", fields)
    before = rows(bare_stage)
    headers = {"Authorization": f"Bearer {token_in(page)}", "HX-Request": "true"}

    for step in ("tabs", "events", "finish"):
        assert run(bare_stage, page, step).status_code == 401
    assert bare_stage.client.get("/settings?first=1", headers=headers).status_code == 401

    assert rows(bare_stage) == before
    assert bound_codes(bare_stage) == []


def test_a_first_step_whose_answer_was_lost_is_done(bare_stage):
    bare_stage.portal.install_app()
    page = start(bare_stage)
    run(bare_stage, page, "verify")

    again = run(bare_stage, page, "verify")

    assert again.status_code == 200
    assert STEP.findall(again.text) == ["done", "done", "now", "todo", "todo"]


def test_a_portal_of_nine_seconds_a_call_is_waited_for(bare_stage, monkeypatch):
    make_slow(bare_stage, monkeypatch, 0)
    bare_stage.portal.switches.request_ms = 9000
    bare_stage.portal.switches.command_ms = 0
    page = start(bare_stage)

    for step in ("verify", "tabs", "events", "finish"):
        began = bare_stage.ticks
        answer = run(bare_stage, page, step)
        assert (step, answer.status_code) == (step, 200), answer.text
        assert bare_stage.ticks - began < 30
    assert bound_codes(bare_stage) == [DEAL, INVOICE]


def test_a_portal_that_is_silent_is_given_up_before_the_proxy_gives_up(bare_stage, monkeypatch):
    make_slow(bare_stage, monkeypatch, 0)
    bare_stage.portal.switches.request_ms = 60_000
    page = start(bare_stage)
    began = bare_stage.ticks

    failed = run(bare_stage, page, "verify")

    assert failed.status_code == 502
    assert 'hx-post="/install/steps/verify"' in failed.text
    assert 20 < bare_stage.ticks - began < 29
