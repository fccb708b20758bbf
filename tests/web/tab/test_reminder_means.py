"""What a portal lacks for reminders: another way is taken, or none is offered."""

from __future__ import annotations

import re

import pytest

from b24app.simulator.portal_state.timeline import TODO
from tests.support.acts import LARGE, SMALL, open_reminders, outcomes
from tests.support.app_page import open_page

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


# The label on the kanban board

BADGE = "deal_payments_expected"


def test_the_installation_makes_the_label_and_reminders_carry_it(bare_stage):
    stage = bare_stage
    stage.install()
    assert stage.portal.badges[BADGE].value == "Payment expected"

    remind(stage.tab())

    (activity,) = open_reminders(stage, SMALL)
    assert activity.badge_code == BADGE
    assert stage.install().status_code == 200


@pytest.mark.parametrize("kind", ["denied", "error_500", "busy", "false"])
def test_an_installation_without_the_label_is_as_good(bare_stage, kind):
    stage = bare_stage
    stage.fail("crm.activity.badge.add", kind, times=9)
    stage.fail("crm.activity.badge.list", "error_500", times=9)

    stage.install()

    assert stage.tab().answer.status_code == 200
    assert remind(stage.tab()).status_code == 200
    assert open_reminders(stage, SMALL)[0].badge_code == ""


def test_a_label_that_was_deleted_is_done_without(bare_stage):
    stage = bare_stage
    stage.install()
    stage.portal.badges.clear()
    tab = stage.tab()

    assert remind(tab).status_code == 200, tab.said

    assert open_reminders(stage, SMALL)[0].badge_code == ""
    stage.forget_calls()
    assert tab.post(f"/payments/{SMALL}/reminder", {"when": "none"}).status_code == 200
    assert remind(tab).status_code == 200
    assert len(stage.asked(ADD)) == 1


def diagnosed(stage, path="/settings/diagnostics", method="get"):
    page = open_page(stage)
    """State, title and words of the line about reminders."""
    text = getattr(page, method)(path).text
    (line,) = (one for one in re.findall(r"<li>(.*?)</li>", text, re.DOTALL) if "Reminders" in one)
    return " ".join(re.sub(r"<[^>]+>", " ", line).split())


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (set(), "OK Reminders Activities in the card’s timeline, with a label"),
        ({"crm.activity.configurable.*"}, "OK Reminders Plain to-dos"),
        (
            {"crm.activity.badge.*"},
            "OK Reminders Activities in the card’s timeline. This Bitrix24 has no labels of apps",
        ),
        ({"crm.activity.configurable.*", "crm.activity.todo.*"}, "Check Reminders Not available"),
    ],
)
def test_diagnostics_says_what_there_is_and_why_not(bare_stage, missing, words):
    stage = bare_stage
    stage.portal.switches.missing_methods = missing
    stage.install()

    assert words in diagnosed(stage)


def test_a_label_that_is_missing_is_not_fine_and_made_by_repair(bare_stage):
    stage = bare_stage
    stage.install()
    stage.portal.badges.clear()
    assert diagnosed(stage).startswith("Check Reminders")
    assert "is missing: press Repair to make it" in diagnosed(stage)

    diagnosed(stage, "/settings/repair", "post")

    assert BADGE in stage.portal.badges
    assert diagnosed(stage).startswith("OK Reminders")


def test_a_label_that_may_not_be_made_is_not_fine(bare_stage):
    stage = bare_stage
    stage.fail("crm.activity.badge.add", "denied")
    stage.install()

    assert "takes an administrator of the whole portal" in diagnosed(stage)
    assert diagnosed(stage).startswith("Check Reminders")
    diagnosed(stage, "/settings/repair", "post")

    assert BADGE in stage.portal.badges
    assert diagnosed(stage).startswith("OK Reminders")


@pytest.mark.parametrize("kind", ["error_500", "busy", "denied"])
def test_a_label_that_nothing_is_known_of_is_not_called_unknown_to_the_portal(bare_stage, kind):
    stage = bare_stage
    stage.fail("crm.activity.badge.list", kind, times=9)
    stage.install()

    assert diagnosed(stage).startswith("Check Reminders This could not be checked")


def test_diagnostics_offers_again_what_the_portal_has_by_now(bare_stage):
    stage = bare_stage
    stage.portal.switches.missing_methods = {"crm.activity.configurable.*", "crm.activity.todo.*"}
    stage.install()
    assert 'id="remind-' not in stage.tab().answer.text
    stage.portal.switches.missing_methods = set()

    diagnosed(stage)

    assert 'id="remind-' in stage.tab().answer.text
