"""Times of a portal that no calendar or no list of zones knows."""

from __future__ import annotations

import re

import pytest

from tests.support.acts import LARGE
from tests.support.odd_answers import LIST, REMINDERS, put
from tests.support.stage import payments_in


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.mark.parametrize(
    "zone", ["Europe", "../../etc/passwd", "tzdata.zi", "x" * 300, "Mars/Utopia", "\ud83d"]
)
def test_a_zone_that_does_not_load_shows_the_times_of_the_portal(stage, zone):
    put(stage, "profile", "TIME_ZONE", f'"{zone}"' if zone != "\ud83d" else '"\\ud83d"')
    text = stage.tab().answer.text

    assert re.search(r'datetime="2026-04-28T\d\d:05:00\+02:00"', text)


def test_a_zone_that_loads_shows_the_times_of_the_person(stage):
    put(stage, "profile", "TIME_ZONE", '"America/New_York"')

    assert 'datetime="2026-04-28T03:05:00-04:00"' in stage.tab().answer.text


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", ""])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar_are_shown(stage, zone, moment):
    put(stage, "profile", "TIME_ZONE", f'"{zone}"')
    put(stage, LIST, "datePaid", f'"{moment}"')

    assert f'datetime="{moment}"' in stage.tab().answer.text


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar_are_exported(stage, moment):
    put(stage, LIST, "datePaid", f'"{moment}"')
    tab = stage.tab()

    answer = tab.get("/payments/export.csv")

    assert answer.status_code == 200
    assert moment in answer.text


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", ""])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_reminder_at_the_ends_of_the_calendar_has_no_date(stage, zone, moment):
    put(stage, "profile", "TIME_ZONE", f'"{zone}"')
    put(stage, REMINDERS, "DEADLINE", f'"{moment}"')

    tab = stage.tab()

    assert payments_in(tab.answer.text)
    assert not re.search("expected on|overdue", tab.answer.text)
    assert tab.get(f"/payments/{LARGE}/reminder").status_code == 200
