"""Whatever people do, and whatever is lost on the way, a payment has at most one open reminder."""

from __future__ import annotations

import random

import pytest

from tests.support.acts import LARGE, SMALL, open_reminders
from tests.support.stage import ADMIN

METHODS = ("crm.activity.configurable.add", "crm.activity.configurable.update")
FAULTS = ("busy", "denied", "error_500", "close_before", "html", "null")
WHEN = ("today", "tomorrow", "week", "none")
STEPS = 14


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def person_in_the_card(stage, dice):
    """Completes or moves one, as people do in the timeline."""
    found = [one for one in stage.portal.crm.activities.values() if one.origin_id]
    if found:
        one = dice.choice(found)
        one.is_completed = True


@pytest.mark.parametrize("seed", range(8))
def test_there_is_never_a_second_open_reminder(stage, seed):
    dice = random.Random(seed)  # noqa: S311 - a repeatable story, no secret
    tabs = [stage.tab(), stage.tab(ADMIN)]
    for _ in range(STEPS):
        tab, payment_id = dice.choice(tabs), dice.choice((SMALL, LARGE))
        if dice.random() < 0.4:
            stage.fail(dice.choice(METHODS), dice.choice(FAULTS))
        if dice.random() < 0.2:
            person_in_the_card(stage, dice)
        when = dice.choice(WHEN)

        answer = tab.post(f"/payments/{payment_id}/reminder", {"when": when})

        now = open_reminders(stage, payment_id)
        assert len(now) <= 1, tab.said
        if answer.status_code == 200 and when == "none":
            assert now == [], tab.said
        if answer.status_code == 200 and when != "none":
            assert len(now) == 1, tab.said


@pytest.mark.parametrize("seed", range(4))
def test_what_was_lost_is_found_again_and_not_made_twice(stage, seed):
    dice = random.Random(seed)  # noqa: S311 - a repeatable story, no secret
    tab = stage.tab()
    for _ in range(STEPS // 2):
        stage.fail(METHODS[0], dice.choice(("lost", "lost_html", "invalid_json")))

        tab.post(f"/payments/{SMALL}/reminder", {"when": dice.choice(WHEN[:3])})

        assert len(open_reminders(stage, SMALL)) <= 1, tab.said
