"""The reminder about a payment: set, moved, removed, and ended when the payment is paid."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from b24app.domain import EntityRef
from b24app.services.writing import reminder_end
from b24app.simulator.portal_state.timeline import CONFIGURABLE
from b24app.storage import reminders as stored
from b24app.web.plumbing.entry import current_card
from tests.support.acts import (
    FOREIGN,
    LARGE,
    PAID,
    SHOWN,
    SMALL,
    forget_listing,
    open_reminders,
    outcomes,
)
from tests.support.stage import ADMIN, READER
from tests.support.timeline import know_timeline

ADD = "crm.activity.configurable.add"
UPDATE = "crm.activity.configurable.update"
DEAL_CARD = EntityRef(2, 8061)
BERLIN = ZoneInfo("Europe/Berlin")
REMINDER = f"/payments/{SMALL}/reminder"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def row(tab, payment_id):
    """What the list says of one payment."""
    [found] = re.findall(rf'id="state-{payment_id}">(.*?)</div>', tab.answer.text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found)).strip()


def known(stage):
    with stage.database.reading() as session:
        return stored.of_card(session, stage.portal.member_id, DEAL_CARD)


def remind(tab, when="tomorrow", **fields):
    return tab.post(REMINDER, {"when": when, **fields})


def test_reminder_is_set_shown_and_closed_when_paid(stage):
    tab = stage.tab()

    answer = remind(tab, shown="")

    assert answer.status_code == 200, answer.text
    assert tab.said == "Reminder set: payment 3653/3 is expected on Jul 2, 2026"
    (activity,) = open_reminders(stage, SMALL)
    assert (activity.provider_id, activity.originator_id) == (CONFIGURABLE, "deal_payments")
    assert row(tab, SMALL) == "Unpaid expected on Jul 2, 2026"
    tab.show()
    assert row(tab, SMALL) == "Unpaid expected on Jul 2, 2026"

    tab.post(f"/payments/{SMALL}/pay")

    assert open_reminders(stage, SMALL) == []
    assert "expected" not in row(tab, SMALL)


def test_people_are_reminded_in_the_morning_where_they_are(stage):
    remind(stage.tab())

    (activity,) = open_reminders(stage, SMALL)

    assert activity.deadline == datetime.fromisoformat("2026-07-02T09:00:00+02:00")
    assert activity.ping_offsets == [0]


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, "18:00"), (8, "23:59")], ids=["afternoon", "at night"]
)
def test_today_means_later_today(stage, hours, expected):
    """The stage begins at eleven, Berlin time."""
    stage.advance(hours * 3600)

    remind(stage.tab(), "today")

    (activity,) = open_reminders(stage, SMALL)
    assert f"2026-07-01T{expected}" in activity.deadline.astimezone(BERLIN).isoformat()
    stage.portal_clock.advance(-hours * 3600)


def test_overdue_days_are_counted_by_the_calendar(stage):
    stage.plan_reminder(SMALL, days=-3)

    tab = stage.tab()

    assert row(tab, SMALL) == "Unpaid 3 days overdue"


def test_an_open_reminder_of_a_paid_payment_is_not_in_its_row_but_can_be_removed(stage):
    stage.plan_reminder(PAID, days=-3)
    tab = stage.tab()
    assert "overdue" not in row(tab, PAID)
    assert f'id="remind-{PAID}"' in tab.answer.text

    assert "still open" in tab.get(f"/payments/{PAID}/reminder").text
    tab.post(f"/payments/{PAID}/reminder", {"when": "none"})

    assert tab.said == "Reminder of payment 3653/2 removed"
    assert open_reminders(stage, PAID) == []


def test_a_paid_payment_gets_none(stage):
    tab = stage.tab()

    answer = tab.post(f"/payments/{PAID}/reminder", {"when": "week"})

    assert answer.status_code == 409
    assert "is paid, so there is nothing to remind of" in tab.said
    assert stage.asked(ADD) == []


def test_another_day_moves_the_same_activity(stage):
    tab = stage.tab()
    remind(tab)
    (before,) = open_reminders(stage, SMALL)
    shown = int(before.deadline.timestamp())

    answer = remind(tab, "day", day="2026-12-03", shown=shown)

    assert answer.status_code == 200
    assert tab.said == "Reminder moved: payment 3653/3 is expected on Dec 3, 2026"
    (after,) = open_reminders(stage, SMALL)
    assert (after.id, after.deadline.date().isoformat()) == (before.id, "2026-12-03")
    assert after.layout == before.layout


def test_the_same_day_again_is_no_second_reminder(stage):
    tab = stage.tab()
    remind(tab)

    remind(tab)

    assert tab.said == "There is a reminder of payment 3653/3 on Jul 2, 2026 already"
    assert len(open_reminders(stage, SMALL)) == 1
    assert len(stage.executed(ADD)) == 1


@pytest.mark.parametrize("day", ["2026-06-30", "2027-07-03", "", "soon", "2026-02-30"])
def test_a_day_that_cannot_be_meant_is_refused_at_its_field(stage, day):
    tab = stage.tab()

    answer = remind(tab, "day", day=day)

    assert answer.status_code == 422
    assert "Choose a day from today on, within a year." in answer.text
    assert open_reminders(stage, SMALL) == []


def test_what_a_person_moved_meanwhile_is_told_and_kept(stage):
    tab = stage.tab()
    planned = stage.plan_reminder(SMALL, days=9)

    answer = remind(tab, "week", shown="")

    assert answer.status_code == 409
    assert open_reminders(stage, SMALL) == [planned]
    assert row(tab, SMALL) == "Unpaid expected on Jul 10, 2026"
    assert stage.asked(UPDATE) == []


@pytest.mark.parametrize("end", ["completed", "deleted"])
def test_what_a_person_ended_in_the_card_is_no_reminder_any_more(stage, end):
    tab = stage.tab()
    assert "expected" in row(tab, LARGE)
    (planned,) = open_reminders(stage, LARGE)
    if end == "completed":
        planned.is_completed = True
    else:
        del stage.portal.crm.activities[planned.id]

    tab.post(f"/payments/{LARGE}/reminder", {"when": "none"})
    assert "has no reminder any more" in tab.said
    assert "expected" not in row(tab, LARGE)
    assert known(stage) == {}

    tab.post(f"/payments/{LARGE}/reminder", {"when": "week", "shown": ""})
    assert "Reminder set" in tab.said
    assert len(open_reminders(stage, LARGE)) == 1


def test_the_next_listing_forgets_what_was_ended_elsewhere(stage):
    tab = stage.tab()
    assert set(known(stage)) == {LARGE}
    open_reminders(stage, LARGE)[0].is_completed = True

    tab.show()

    assert "expected" not in row(tab, LARGE)
    assert known(stage) == {}


def test_a_second_open_one_is_ended_by_the_next_move(stage):
    first, _second = stage.plan_reminder(SMALL, days=4), stage.plan_reminder(SMALL, days=5)
    tab = stage.tab()

    remind(tab, "week")

    assert [one.id for one in open_reminders(stage, SMALL)] == [first.id]


def test_a_reminder_of_another_program_with_our_payment_is_left_alone(stage):
    other = stage.plan_reminder(SMALL)
    other.originator_id = "another_app"
    tab = stage.tab()
    assert "expected" not in row(tab, SMALL)

    remind(tab, "none")

    assert not other.is_completed
    assert "has no reminder" in tab.said


def test_a_payment_of_another_card_is_neither_reminded_of_nor_read(stage):
    planned = stage.plan_reminder(FOREIGN)
    tab = stage.tab()

    for when in ("week", "none"):
        assert tab.post(f"/payments/{FOREIGN}/reminder", {"when": when}).status_code == 404
    assert tab.get(f"/payments/{FOREIGN}/reminder").status_code == 404

    assert open_reminders(stage, FOREIGN) == [planned]
    assert stage.asked(ADD) == stage.asked(UPDATE) == []


# Marking as paid


def test_marking_without_a_reminder_asks_nothing_of_one(stage):
    tab = stage.tab()
    know_timeline(stage)
    stage.forget_calls()

    tab.post(f"/payments/{SMALL}/pay", SHOWN[SMALL])

    assert stage.asked(UPDATE) == stage.asked("crm.activity.list") == []


def test_marking_with_a_reminder_costs_one_call_more(stage):
    tab = stage.tab()
    know_timeline(stage)
    stage.forget_calls()
    tab.post(f"/payments/{SMALL}/pay")
    without = len(stage.http_calls)
    stage.forget_calls()

    tab.post(f"/payments/{LARGE}/pay", SHOWN[LARGE])

    assert len(stage.http_calls) <= without + 1
    assert len(stage.executed(UPDATE)) == 1
    assert open_reminders(stage, LARGE) == []


def test_a_mark_ends_what_a_colleague_has_planned_since_the_opening(stage):
    tab = stage.tab()
    remind(stage.tab(ADMIN))

    tab.post(f"/payments/{SMALL}/pay", SHOWN[SMALL])

    assert open_reminders(stage, SMALL) == []


def test_details_say_when_it_is_expected(stage):
    tab = stage.tab()
    assert "Expected on" in tab.get(f"/payments/{LARGE}/details").text

    open_reminders(stage, LARGE)[0].is_completed = True

    assert "Expected on" not in tab.get(f"/payments/{LARGE}/details").text
    assert known(stage) == {}


@pytest.mark.parametrize("kind", ["denied", "busy", "error_500", "lost", "close_before", "silent"])
def test_a_reminder_that_cannot_be_ended_never_makes_a_mark_fail(stage, kind):
    tab = stage.tab()
    stage.fail(UPDATE, kind, times=9)

    answer = tab.post(f"/payments/{LARGE}/pay")

    assert answer.status_code == 200
    assert "marked as paid" in tab.said
    assert stage.portal.crm.payments[LARGE].is_paid
    if kind != "lost":
        assert f'id="remind-{LARGE}"' in tab.show().text


def test_a_reminder_deleted_meanwhile_is_forgotten_by_the_mark(stage):
    tab = stage.tab()
    stage.portal.crm.activities.clear()

    assert tab.post(f"/payments/{LARGE}/pay").status_code == 200

    assert known(stage) == {}


def test_a_deleted_payment_takes_its_reminder_along(stage):
    tab = stage.tab()

    tab.delete(f"/payments/{LARGE}")

    assert open_reminders(stage, LARGE) == []
    assert known(stage) == {}


def test_many_are_closed_in_one_call(stage):
    stage.plan_reminder(SMALL)
    tab = stage.tab()
    stage.forget_calls()
    with stage.app.test_request_context(headers={"Authorization": f"Bearer {tab.token}"}):
        card = current_card()
        reminder_end.close(card, [SMALL, LARGE, PAID])

    assert len(stage.http_calls) == 1
    assert open_reminders(stage, SMALL) == open_reminders(stage, LARGE) == []
    assert known(stage) == {}


# Two people


def test_two_people_at_once_set_one(stage):
    ours, theirs = stage.tab(), stage.tab(ADMIN)
    answers = []
    stage.portal.faults.before(ADD, lambda: answers.append(remind(theirs, "week", shown="")))

    remind(ours, shown="")

    assert len(open_reminders(stage, SMALL)) == 1
    assert answers[0].status_code == 409
    assert "Someone else is setting a reminder" in theirs.said


def test_the_second_of_two_people_is_told_of_the_first(stage):
    ours, theirs = stage.tab(), stage.tab(ADMIN)
    remind(ours, shown="")

    answer = remind(theirs, "week", shown="")

    assert answer.status_code == 409
    assert row(theirs, SMALL) == "Unpaid expected on Jul 2, 2026"
    assert len(open_reminders(stage, SMALL)) == 1


def test_who_may_only_read_is_refused_and_told(stage):
    tab = stage.tab(READER)

    answer = remind(tab)

    assert answer.status_code == 403
    assert open_reminders(stage, SMALL) == []


def test_an_old_listing_costs_no_more(stage):
    tab = stage.tab()
    forget_listing(stage)
    stage.forget_calls()

    assert remind(tab).status_code == 200

    assert len(stage.http_calls) == 2


def test_a_reminder_that_was_accepted_and_is_not_listed_is_not_called_unset(stage):
    """Somebody has completed it in the same moment, or the list leaves it out."""
    tab = stage.tab()
    faults = stage.portal.faults

    def complete():
        for one in open_reminders(stage, SMALL):
            one.is_completed = True

    faults.before(ADD, lambda: faults.before("crm.activity.list", complete))

    answer = remind(tab, shown="")

    assert answer.status_code == 502
    assert "did not confirm the reminder" in tab.said
    assert outcomes(stage)[-1] == ("remind", "unknown")
