"""Many payments at a portal in trouble: each of them is told as the books have it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from b24app.errors import DatabaseAwayError
from b24app.storage.models import IdempotencyKey
from tests.support.acts import PREFIX, books, outcomes, require_once
from tests.support.many import ACTIONS, Asked, prepare, require_each_told, writes_run


@pytest.fixture
def stage(writing_stage):
    return writing_stage


KINDS = (
    "lost", "lost_silent", "invalid_json", "close_before", "silent", "html", "denied", "false",
    "done_null", "busy", "operation_limit", "error_500", "unexpected", "expired_token",
)  # fmt: skip


FAULTS = [
    *((action, kind, 3) for action in ACTIONS for kind in KINDS),
    *(("pay", kind, at) for kind in ("lost", "close_before", "denied") for at in range(12)),
]
"""Every kind in the middle of every action, and three kinds at every single command."""


@pytest.mark.parametrize(("action", "kind", "at"), FAULTS)
def test_a_fault_at_any_write_leaves_each_payment_told_truly(stage, action, kind, at):
    tab, ids = prepare(stage, action, payments=16)
    before = books(stage)
    stage.fail(PREFIX + action, kind, after=at)
    act = Asked(tab, action, ids[:12])

    act.send_all()

    require_each_told(stage, act, before)
    assert len(outcomes(stage)) == 12
    assert "Traceback" not in act.answer.text


READS = {
    PREFIX + "list": 4,
    "crm.item.get": 2,
    "crm.item.productrow.getAvailableForPayment": 1,
    "batch": 3,
}
"""How often each is asked in an act of two parts."""


@pytest.mark.parametrize("kind", ["lost", "denied", "busy", "unexpected"])
@pytest.mark.parametrize(
    ("method", "at"), [(one, at) for one, n in READS.items() for at in range(n)]
)
def test_a_fault_of_a_read_leaves_each_payment_told_truly(stage, method, kind, at):
    tab, ids = prepare(stage, "pay", payments=20)
    before = books(stage)
    stage.fail(method, kind, after=at)
    act = Asked(tab, "pay", ids[:12])

    act.send_all()

    require_each_told(stage, act, before)
    assert len(outcomes(stage)) == 12


def test_after_a_lost_answer_nothing_more_is_sent(stage):
    tab, ids = prepare(stage, "pay")
    stage.fail(PREFIX + "pay", "close_before", after=4)
    act = Asked(tab, "pay", ids)

    answer = act.send_all()

    words = list(act.told.values())
    assert answer.status_code == 502
    assert (words.count("Done"), words.count("Not known"), words.count("Failed")) == (4, 6, 40)
    assert writes_run(stage) == 4
    assert len(outcomes(stage)) == 50


def test_where_even_the_re_read_fails_nothing_is_claimed(stage):
    tab, ids = prepare(stage, "pay", payments=20)
    act = Asked(tab, "pay", ids[:5])
    stage.portal.faults.before(
        PREFIX + "pay", lambda: stage.portal.faults.add("*", "close_before", times=9), after=2
    )

    act.send_all()

    assert set(act.told.values()) == {"Not known"}
    assert "Refresh" in act.answer.text


@pytest.mark.parametrize("action", ACTIONS)
def test_a_session_that_ends_between_two_parts_goes_on_with_the_same_key(stage, action):
    tab, ids = prepare(stage, action)
    act = Asked(tab, action, ids)
    act.send()
    stage.fail("batch", "invalid_token")

    refused = act.send()
    answer = act.send_all()

    assert refused.status_code == 401
    assert answer.status_code == 200
    assert writes_run(stage) == 50
    assert len(outcomes(stage)) == 50
    require_once(stage)


def test_a_session_that_ends_before_anything_was_sent_frees_the_key(stage):
    tab, ids = prepare(stage, "pay")
    stage.fail(PREFIX + "list", "invalid_token")
    act = Asked(tab, "pay", ids[:3])

    assert act.send().status_code == 401
    assert act.send_all().status_code == 200
    assert outcomes(stage) == [("pay", "done")] * 3


@pytest.mark.parametrize("action", ACTIONS)
def test_a_process_that_dies_in_a_part_leaves_an_act_that_can_go_on(stage, action):
    tab, ids = prepare(stage, action)
    act = Asked(tab, action, ids)
    act.send()
    with stage.database.transaction() as session:
        session.execute(update(IdempotencyKey).values(state="running"))
    assert act.send().status_code == 409
    stage.advance(121)

    act.send_all()

    assert set(act.told.values()) == {"Done"}
    assert writes_run(stage) == 50


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("refused", [["crm."], [PREFIX]])
def test_a_portal_that_refuses_batch_is_served_one_by_one(stage, action, refused):
    tab, ids = prepare(stage, action)
    stage.portal.switches.batch_refused = refused
    before = books(stage)
    act = Asked(tab, action, ids)

    answer = act.send_all()

    assert answer.status_code == 200
    assert writes_run(stage) == 50
    require_each_told(stage, act, before)


@pytest.mark.parametrize(
    "switch", ["ignores_filters", "ignores_halt", "has_list_holes", "is_batch_coloured"]
)
@pytest.mark.parametrize("action", ACTIONS)
def test_habits_of_portals_change_nothing(stage, action, switch):
    tab, ids = prepare(stage, action)
    setattr(stage.portal.switches, switch, True)
    before = books(stage)
    act = Asked(tab, action, ids)

    act.send_all()

    assert set(act.told.values()) == {"Done"}
    assert writes_run(stage) == 50
    require_each_told(stage, act, before)


@pytest.mark.parametrize("generation", ["old", "oldest"])
@pytest.mark.parametrize("action", ACTIONS)
def test_old_servers_do_it_too(stage, action, generation):
    tab, ids = prepare(stage, action)
    stage.portal.generation = generation
    act = Asked(tab, action, ids[:12])

    act.send_all()

    assert set(act.told.values()) == {"Done"}


@pytest.mark.parametrize(
    "where",
    [
        "b24app.storage.reminders.of_card",
        "b24app.storage.reminders.forget",
        "b24app.services.directories.timeline_lines.load",
        "b24app.web.tab.many_answers.answer",
    ],
)
def test_a_database_that_goes_away_afterwards_hides_nothing_of_what_was_done(
    stage, monkeypatch, where
):
    def away(*_args, **_more):
        raise DatabaseAwayError("gone")

    tab, ids = prepare(stage, "pay", payments=20)
    stage.plan_reminder(ids[0])
    tab = stage.tab()
    act = Asked(tab, "pay", ids[:2])
    with monkeypatch.context() as patch:
        patch.setattr(where, away)
        answer = act.send()

    assert "Nothing was changed" not in answer.text
    act.send()
    assert set(act.told.values()) == {"Done"}
    assert all(stage.portal.crm.payments[one].is_paid for one in ids[:2])
    assert len(stage.executed(PREFIX + "pay")) == 2
