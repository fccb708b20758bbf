"""A whole batch that is answered by an error which no batch has: nobody knows whether it ran."""

from __future__ import annotations

import io
import json

import pytest
from urllib3.response import HTTPResponse

from tests.support.acts import ACTS, PAY, SMALL, books, outcomes, payment, require_truth

ERRORS = ("0", "", "WAF_BLOCKED", {"code": "blocked"})
"""No method can refuse a whole batch, so these are of whoever stands before the portal."""


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.fixture
def answer_with(stage, monkeypatch):
    """Let the next request that carries a method be carried out, or not, and answer it so."""
    send = stage.adapter.send

    def plan(method, body, *, does_run):
        waiting = [method.lower()]

        def answered(request, *options, **more):
            is_it = waiting and f"{waiting[0]}?" in str(request.body).lower()
            response = send(request, *options, **more) if does_run or not is_it else None
            if not is_it:
                return response
            waiting.clear()
            response = send(ping(request), *options, **more) if response is None else response
            content = io.BytesIO(json.dumps(body).encode())
            response.raw = HTTPResponse(body=content, status=400, preload_content=False)
            response.status_code = 400
            return response

        monkeypatch.setattr(stage.adapter, "send", answered)

    return plan


def ping(request):
    """The same request without its commands."""
    other = request.copy()
    other.prepare_body(json.dumps({**json.loads(request.body), "cmd": {}}).encode(), None)
    return other


@pytest.mark.parametrize("error", ERRORS, ids=str)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_what_ran_is_not_told_as_unchanged(stage, answer_with, act, error):
    tab = stage.tab()
    before = books(stage)
    answer_with(act.method, {"error": error}, does_run=True)

    answer = act.send(tab, None)

    require_truth(stage, act, answer, before)
    assert "hing was changed" not in tab.said
    assert outcomes(stage)[-1][1] in {"done", "partial", "unknown"}


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_what_did_not_run_is_told_as_not_confirmed(stage, answer_with, error):
    tab = stage.tab()
    answer_with(PAY.method, {"error": error}, does_run=False)

    answer = PAY.send(tab, None)

    assert answer.status_code == 502
    assert "did not confirm it" in tab.said
    assert not payment(stage, SMALL).is_paid
    assert outcomes(stage) == [("pay", "unknown")]


def test_a_code_that_batches_have_still_means_that_nothing_ran(stage, answer_with):
    tab = stage.tab()
    answer_with(PAY.method, {"error": "OVERLOAD_LIMIT"}, does_run=False)

    assert PAY.send(tab, None).status_code == 503
    assert "hing was changed" in tab.said
