"""Portals that refuse these methods inside `batch`: noticed once, served one by one."""

from __future__ import annotations

import pytest

from tests.support.acts import (
    ACTS,
    CABLES,
    PREFIX,
    SIGNS,
    SMALL,
    UNCHANGED_WORDS,
    WRITES,
    books,
    outcomes,
    require_once,
    require_truth,
    runs,
)


@pytest.fixture
def stage(writing_stage):
    return writing_stage


REFUSED = {
    "all": ["crm."],
    "payments": ["crm.item.payment"],
    "writes of items": [PREFIX + "product.", PREFIX + "delivery."],
}


@pytest.mark.parametrize("refused", REFUSED)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_is_done_once_where_batch_is_refused(stage, act, refused):
    stage.portal.switches.batch_refused = REFUSED[refused]
    tab = stage.tab()

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    require_once(stage)
    assert outcomes(stage) == [(act.name, "done")]
    assert sum(runs(stage).values()) == act.steps


@pytest.mark.parametrize("act", ACTS, ids=str)
@pytest.mark.parametrize("is_shown_before", [True, False])
def test_a_portal_without_any_batch_is_served_singly(stage, act, is_shown_before):
    tab = stage.tab() if is_shown_before else None
    stage.portal.faults.add("batch", "batch_not_allowed", times=99)
    tab = tab or stage.tab()

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    require_once(stage)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_refusal_noticed_at_the_write_itself_is_served_singly(stage, act):
    tab = stage.tab()
    stage.portal.faults.add(act.method, "batch_not_allowed", times=9)

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    require_once(stage)


@pytest.mark.parametrize("kind", ["lost", "close_before", "denied", "false", "invalid_json"])
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_faults_of_single_calls_are_told_truly_too(stage, act, kind):
    stage.portal.switches.batch_refused = ["crm."]
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(act.method, kind)

    answer = act.send(tab, None)

    require_truth(stage, act, answer, before)
    assert answer.status_code in {200, 403, 422, 502}


@pytest.mark.parametrize("is_read", [True, False], ids=["read again", "unread"])
@pytest.mark.parametrize("refusal", ["denied", "false", "operation_limit"])
@pytest.mark.parametrize("loss", ["lost", "silent"])
def test_a_write_that_may_have_run_is_not_hidden_by_one_that_was_refused(
    stage, monkeypatch, loss, refusal, is_read
):
    stage.portal.switches.batch_refused = ["crm."]
    tab = stage.tab()
    adding = PREFIX + "product.add"
    stage.fail(adding, refusal)
    stage.fail(adding, loss)
    if not is_read:
        break_after_writes(stage, monkeypatch, 2)
    rows = {"row": [SIGNS, CABLES], f"quantity-{SIGNS}": 3, f"quantity-{CABLES}": 2}

    answer = tab.post(f"/payments/{SMALL}/items", rows)

    assert answer.status_code == 502
    assert not UNCHANGED_WORDS.search(tab.said)
    assert outcomes(stage) == [("add_items", "unknown")]


def break_after_writes(stage, monkeypatch, count):
    """When so many writes were sent, the portal answers nothing any more."""
    send, sent = stage.adapter.send, []

    def counted(request, **options):
        if request.url.lower().rsplit("/", 1)[-1] in WRITES:
            sent.append(request)
        try:
            return send(request, **options)
        finally:
            if len(sent) == count:
                sent.append(None)
                stage.fail("*", "close_before", times=99)

    monkeypatch.setattr(stage.adapter, "send", counted)
