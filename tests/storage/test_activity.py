from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from b24app.storage import activity
from b24app.storage.activity import Filter, Record
from b24app.storage.models import Activity

from .setting import OTHER_MEMBER, install


@pytest.fixture
def record(portal, now, deal):
    return Record(
        member_id=portal,
        at=now,
        user_id=7,
        user_name="Ann Example",
        ref=deal,
        action="pay",
        outcome="done",
        payment_id=1038,
        payment_number="1038/1",
        before="unpaid",
        after="paid",
        detail="",
        request_id="request-1",
    )


@pytest.fixture
def append(database, record, cipher, now):
    """Add a line; to another portal's log, if one is named, which is installed for it."""

    def append(**other):
        if "member_id" in other:
            install(database, cipher, now, other["member_id"])
        with database.transaction() as session:
            line = replace(record, **other)
            activity.append(session, line)
            newest = select(func.max(Activity.id)).where(Activity.member_id == line.member_id)
            return session.scalar(newest)

    return append


@pytest.fixture
def ids(database, portal):
    def ids(wanted=activity.NO_FILTER, member_id=portal, **other):
        with database.reading() as session:
            return [line.id for line in activity.page(session, member_id, wanted, **other)]

    return ids


def test_a_line_comes_back_as_it_was_written(database, append, portal, now):
    line_id = append()

    with database.reading() as session:
        (line,) = activity.page(session, portal)
    assert (line.id, line.at, line.user_id, line.user_name) == (line_id, now, 7, "Ann Example")
    assert (line.entity_type_id, line.entity_id) == (2, 8061)
    assert (line.payment_id, line.payment_number) == (1038, "1038/1")
    assert (line.action, line.before, line.after) == ("pay", "unpaid", "paid")
    assert (line.outcome, line.detail, line.request_id) == ("done", "", "request-1")


def test_a_line_may_concern_no_payment_and_no_user(database, append, portal):
    append(payment_id=None, user_id=None)

    with database.reading() as session:
        (line,) = activity.page(session, portal)
    assert line.payment_id is None
    assert line.user_id is None


def test_lines_come_newest_first_page_by_page(append, ids):
    written = [append() for _ in range(5)]

    first = ids(limit=2)
    second = ids(limit=2, before_id=first[-1])
    third = ids(limit=2, before_id=second[-1])

    assert first + second + third == written[::-1]


def test_no_portal_sees_lines_of_another(append, ids):
    mine = append()
    append(member_id=OTHER_MEMBER)

    assert ids() == [mine]


@pytest.mark.parametrize(
    ("wanted", "other"),
    [
        (Filter(payment_id=1038), {"payment_id": 1039}),
        (Filter(payment_id=1038), {"payment_id": None}),
        (Filter(action="pay"), {"action": "unpay"}),
        (Filter(outcomes=frozenset({"done"})), {"outcome": "refused"}),
    ],
)
def test_a_filter_keeps_others_out(append, ids, wanted, other):
    mine = append()
    another = append(**other)

    assert ids(wanted) == [mine]
    assert ids() == [another, mine]


def test_a_span_of_time_includes_its_start_and_not_its_end(append, ids, now):
    hour = timedelta(hours=1)
    append(at=now - timedelta(microseconds=1))
    start, middle = append(at=now), append(at=now + hour / 2)
    append(at=now + hour)

    assert ids(Filter(since=now, until=now + hour)) == [middle, start]


def test_filters_hold_together(append, ids):
    both = append(payment_id=9, action="unpay")
    append(payment_id=9)
    append(action="unpay")

    assert ids(Filter(payment_id=9, action="unpay")) == [both]


def test_one_payments_lines_are_found(database, append, portal):
    append(payment_id=1039)
    older, newer = append(), append(action="unpay")

    with database.reading() as session:
        found = [line.id for line in activity.of_payment(session, portal, 1038)]
        latest = [line.id for line in activity.of_payment(session, portal, 1038, limit=1)]

    assert found == [newer, older]
    assert latest == [newer]


def test_lines_past_their_time_are_deleted_for_one_portal(database, append, ids, portal, now):
    append(at=now - timedelta(days=91))
    kept = append(at=now - timedelta(days=90))
    others = append(at=now - timedelta(days=400), member_id=OTHER_MEMBER)

    with database.transaction() as session:
        deleted = activity.delete_older(session, portal, now - timedelta(days=90))

    assert deleted == 1
    assert ids() == [kept]
    assert ids(member_id=OTHER_MEMBER) == [others]


def test_portals_with_lines_can_be_walked_page_by_page(database, append):
    for member_id in ("c", "a", "b", "a"):
        append(member_id=member_id)

    with database.reading() as session:
        assert activity.member_ids(session, limit=2) == ["a", "b"]
        assert activity.member_ids(session, after="b", limit=2) == ["c"]


def test_the_log_offers_no_way_to_change_a_line():
    offered = {name for name, value in vars(activity).items() if callable(value) and name.islower()}

    written_here = {
        name for name in offered if vars(activity)[name].__module__ == activity.__name__
    }
    assert {name for name in written_here if not name.startswith("_")} == {
        "append",
        "page",
        "of_payment",
        "people",
        "member_ids",
        "delete_older",
    }


@pytest.mark.parametrize("text", ["ann", "EXAMPLE", "1038/", "/1"])
def test_a_text_finds_parts_of_names_and_numbers_in_any_case(append, ids, text):
    line_id = append()
    append(user_name="Bo", payment_number="77")

    assert ids(Filter(text=text)) == [line_id]


def test_a_text_finds_parts_of_notes(append, ids):
    line_id = append(note="bank statement 117")
    append(note="bank statement 118")

    assert ids(Filter(text="STATEMENT 117")) == [line_id]


@pytest.mark.parametrize("text", ["иван", "ИВАН", "öz", "ÉLI"])
def test_capitals_of_any_alphabet_are_found(append, ids, text):
    line_id = append(user_name="Иванова Özlem Élise")
    append(user_name="Bo", payment_number="77")

    assert ids(Filter(text=text)) == [line_id]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "nobody"])
def test_a_text_is_no_pattern(append, ids, text):
    append()

    assert ids(Filter(text=text)) == []


def test_outcomes_mean_any_of_these(append, ids):
    failed, _, unknown = (append(outcome=one) for one in ("failed", "done", "unknown"))

    assert ids(Filter(outcomes=frozenset({"failed", "unknown"}))) == [unknown, failed]


def test_people_are_who_acted_with_their_newest_names(database, append, portal):
    append()
    append(user_name="Ann Newname")
    append(user_id=9, user_name="Ben Example")
    append(user_id=None, user_name="")
    append(user_id=8, user_name="")
    append(member_id=OTHER_MEMBER, user_id=5)

    with database.reading() as session:
        assert activity.people(session, portal) == {7: "Ann Newname", 9: "Ben Example"}
        assert activity.people(session, portal, lines=1) == {}
