"""Times of a portal that no calendar or no list of zones knows."""

from __future__ import annotations

import re

import pytest

from tests.support.acts import LARGE, SMALL, open_reminders
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


@pytest.fixture
def in_vladivostok(stage, monkeypatch):
    """The browser of somebody there, where it is 19:00 when the stage begins."""
    monkeypatch.setitem(stage.client.environ_base, "HTTP_TIME_ZONE", "Asia/Vladivostok")


@pytest.mark.usefixtures("in_vladivostok")
@pytest.mark.parametrize("zone", ["", "Mars/Utopia"])
def test_who_has_no_zone_is_shown_the_times_of_their_browser(stage, zone):
    """The profile that the documentation prints names none."""
    put(stage, "profile", "TIME_ZONE", f'"{zone}"')

    shown = stage.tab().answer.text

    assert 'datetime="2026-04-28T17:05:00+10:00"' in shown
    assert "Jul 1, 2026, 7:00\u202fPM" in shown


@pytest.mark.usefixtures("in_vladivostok")
def test_a_zone_of_the_profile_goes_before_that_of_the_browser(stage):
    assert 'datetime="2026-04-28T09:05:00+02:00"' in stage.tab().answer.text


@pytest.mark.usefixtures("in_vladivostok")
def test_who_has_no_zone_is_reminded_in_the_morning_of_their_browser(stage):
    put(stage, "profile", "TIME_ZONE", '""')
    stage.advance(6 * 3600)  # 01:00 of July 2 there, 15:00 of July 1 in UTC.
    tab = stage.tab()
    dialog = tab.get(f"/payments/{SMALL}/reminder").text

    tab.post(f"/payments/{SMALL}/reminder", {"when": "today", "shown": ""})

    (activity,) = open_reminders(stage, SMALL)
    stage.portal_clock.advance(-6 * 3600)
    assert "Jul 3, 2026" in dialog, "tomorrow"
    assert activity.deadline.isoformat() == "2026-07-02T09:00:00+10:00"


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Etc/Unknown", "x" * 5000, "\xff"])
def test_an_odd_zone_of_a_browser_changes_nothing(stage, monkeypatch, zone):
    put(stage, "profile", "TIME_ZONE", '""')
    monkeypatch.setitem(stage.client.environ_base, "HTTP_TIME_ZONE", zone)
    text = stage.tab().answer.text

    assert re.search(r'datetime="2026-04-28T\d\d:05:00\+02:00"', text)


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
