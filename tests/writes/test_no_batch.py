"""Portals that refuse these methods inside `batch`: noticed once, served one by one."""

from __future__ import annotations

import pytest

from tests.support.acts import ACTS, PREFIX, books, outcomes, require_once, require_truth, runs


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
