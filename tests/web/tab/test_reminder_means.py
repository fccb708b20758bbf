"""What a portal lacks for reminders: another way is taken, or none is offered."""

from __future__ import annotations

import pytest

from b24app.simulator.portal_state.timeline import TODO
from tests.support.acts import LARGE, SMALL, open_reminders, outcomes

ADD = "crm.activity.configurable.add"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def remind(tab, when="tomorrow", **fields):
    return tab.post(f"/payments/{SMALL}/reminder", {"when": when, **fields})


def lacks(stage, *methods):
    stage.portal.switches.missing_methods = set(methods)


def test_a_portal_without_activities_of_applications_gets_a_to_do(stage):
    lacks(stage, "crm.activity.configurable.*")
    stage.portal.crm.activities.clear()
    tab = stage.tab()

    answer = remind(tab, shown="")

    assert answer.status_code == 200, tab.said
    (todo,) = open_reminders(stage, SMALL)
    assert (todo.provider_id, todo.originator_id) == (TODO, "deal_payments")
    assert "Payment 3653/3 is expected" in todo.subject

    shown = int(todo.deadline.timestamp())
    remind(tab, "week", shown=shown)
    assert "Reminder moved" in tab.said
    assert "Payment 3653/3 is expected" in open_reminders(stage, SMALL)[0].subject

    tab.post(f"/payments/{SMALL}/pay")
    assert open_reminders(stage, SMALL) == []


def test_what_a_portal_lacks_is_tried_once_a_day(stage):
    lacks(stage, "crm.activity.configurable.*")
    tab = stage.tab()
    remind(tab)
    stage.forget_calls()

    tab.post(f"/payments/{LARGE}/reminder", {"when": "none"})
    tab.post(f"/payments/{SMALL}/reminder", {"when": "none"})
    remind(tab)

    assert stage.asked(ADD) == []


def test_a_portal_with_neither_offers_nothing_once_that_is_known(stage):
    lacks(stage, "crm.activity.configurable.*", "crm.activity.todo.*")
    tab = stage.tab()
    assert f'id="remind-{SMALL}"' in tab.answer.text

    answer = remind(tab)

    assert answer.status_code == 502
    assert "too old for this" in tab.said
    assert "Remind me" not in tab.show().text


def test_a_to_do_that_cannot_be_marked_is_told_as_what_it_is(stage):
    lacks(stage, "crm.activity.configurable.*", "crm.activity.update")
    tab = stage.tab()

    answer = remind(tab)

    assert answer.status_code == 502
    assert "complete it there yourself" in tab.said
    assert outcomes(stage) == [("remind", "partial")]


def test_a_portal_that_resolves_no_references_gets_its_to_do_marked_all_the_same(stage):
    lacks(stage, "crm.activity.configurable.*")
    stage.portal.switches.resolves_references = False
    tab = stage.tab()

    assert remind(tab).status_code == 200, tab.said

    assert len(open_reminders(stage, SMALL)) == 1


def test_a_card_is_shown_where_reminders_cannot_be_listed(stage):
    lacks(stage, "crm.activity.list")

    tab = stage.tab()

    assert tab.answer.status_code == 200
    assert "expected" not in tab.answer.text
    assert remind(tab).status_code == 502
    assert stage.asked(ADD) == []


def test_a_hint_stays_where_reminders_cannot_be_listed_now(stage):
    tab = stage.tab()
    stage.fail("crm.activity.list", "busy", times=9)

    tab.show()

    assert tab.answer.text.count("expected on") == 1
