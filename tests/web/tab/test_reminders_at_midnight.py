"""A dialog that names days, and is sent when the next day has begun."""

from __future__ import annotations

import re

import pytest

from tests.support.acts import SMALL, open_reminders

REMINDER = f"/payments/{SMALL}/reminder"
TO_MIDNIGHT = 12 * 3600 + 3000
"""The stage begins at eleven in Berlin: so many seconds later ten minutes of the day are left."""


@pytest.fixture
def stage(writing_stage):
    writing_stage.advance(TO_MIDNIGHT)
    yield writing_stage
    writing_stage.portal_clock.advance(-TO_MIDNIGHT)


def sent_after_midnight(stage, when, **fields):
    tab = stage.tab()
    [today] = re.findall(r'name="today" value="([^"]*)"', tab.get(REMINDER).text)
    stage.advance(1200)
    answer = tab.post(REMINDER, {"when": when, "shown": "", "today": today, **fields})
    assert answer.status_code == 200, tab.said
    (activity,) = open_reminders(stage, SMALL)
    stage.portal_clock.advance(-1200)
    return activity.deadline.date().isoformat(), tab.said


@pytest.mark.parametrize(("when", "day"), [("tomorrow", "2026-07-02"), ("week", "2026-07-08")])
def test_it_is_set_for_the_day_that_was_read(stage, when, day):
    assert sent_after_midnight(stage, when)[0] == day


def test_today_is_the_day_that_has_begun(stage):
    day, said = sent_after_midnight(stage, "today")

    assert (day, said) == (
        "2026-07-02",
        "Reminder set: payment 3653/3 is expected on Jul 2, 2026",
    )


@pytest.mark.parametrize("today", ["", "yesterday", "9999-12-31", "2026-07-32"])
def test_a_day_that_no_dialog_can_have_shown_is_none(stage, today):
    assert sent_after_midnight(stage, "tomorrow", today=today)[0] == "2026-07-03"
