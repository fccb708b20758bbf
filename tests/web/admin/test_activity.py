"""The activity log: what it shows, how it is filtered, and the file for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from b24app.domain import EntityRef
from b24app.services.admin import activity_log
from b24app.storage import activity
from b24app.storage.models import Activity
from tests.support.app_page import open_page
from tests.support.stage import ADMIN, MANAGER, NOW


@pytest.fixture
def page(stage):
    return open_page(stage)


@pytest.fixture
def add(stage):
    def add(**values):
        record = {
            "member_id": stage.portal.member_id,
            "at": NOW,
            "user_id": MANAGER,
            "user_name": "Marta Lindqvist",
            "ref": EntityRef(2, 8061),
            "payment_id": 1039,
            "payment_number": "8061/4",
            "action": "pay",
            "before": "unpaid",
            "after": "paid",
            "outcome": "done",
            **values,
        }
        with stage.database.transaction() as session:
            activity.append(session, activity.Record(**record))
            return session.scalar(select(func.max(Activity.id)))

    return add


def numbers(answer):
    """The payment numbers of the shown lines, in their order."""
    return re.findall(r'data-label="Payment"><bdi>([^<]*)</bdi>', answer.text)


def rows(answer):
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_an_action_in_a_tab_is_shown_with_who_when_card_and_outcome(stage, page):
    stage.tab(MANAGER).post("/payments/1039/pay")

    text = page.get("/settings/activity").text

    assert "Marta Lindqvist" in text
    assert "Marked as paid" in text
    assert "<bdi>unpaid → paid</bdi>" in text
    assert 'data-portal-path="/crm/deal/details/8061/"' in text
    assert 'href="http://localhost:8024/crm/deal/details/8061/"' in text
    assert ">Deal 8061</a>" in text
    assert '<span class="badge badge--ok">Done</span>' in text
    assert "11:00" in text  # 09:00 UTC where the administrator lives.


def test_lines_of_another_portal_are_never_shown(page, add):
    add(member_id="e" * 32, payment_number="foreign/1")

    assert numbers(page.get("/settings/activity")) == []
    assert "foreign/1" not in page.get("/settings/activity.csv").text


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"action": "unpay"}, ["bq"]),
        ({"outcome": "failed"}, ["c"]),
        ({"query": "jonas"}, ["c"]),
        ({"query": "bq"}, ["bq"]),
        ({"query": "%"}, []),
        ({"query": "' OR 1=1 --"}, []),
        ({"since": "2026-06-29", "until": "2026-06-30"}, ["c"]),
        ({"until": "2026-06-30"}, ["d", "c"]),
        ({"since": "2026-07-01"}, ["bq", "a"]),
        ({"action": "pay", "query": "marta", "since": "2026-07-01"}, ["a"]),
        ({"outcome": "no such outcome"}, ["d", "c", "bq", "a"]),
    ],
)
def test_filters_narrow_the_log(page, add, asked, expected):
    add(payment_number="a")
    add(payment_number="bq", action="unpay")
    # 22:30 UTC is the next day already where the administrator lives.
    add(payment_number="c", outcome="failed", user_name="Jonas Weber",
        at=NOW.replace(month=6, day=29, hour=22, minute=30))  # fmt: skip
    add(payment_number="d", at=NOW - timedelta(days=40))

    answer = page.get("/settings/activity", **asked)

    assert numbers(answer) == expected


def test_a_filter_stays_in_its_form(page):
    text = page.get("/settings/activity", query="<b>", since="2026-06-29", outcome="failed").text

    assert 'value="&lt;b&gt;"' in text
    assert 'value="2026-06-29"' in text
    assert '<option value="failed" selected>' in text


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "2026-1-1"]
)
def test_what_is_no_date_is_refused_in_place(page, text):
    answer = page.get("/settings/activity", until=text)

    assert answer.status_code == 422
    assert 'id="activity"' in answer.text
    assert re.search(r'id="log-until"[^>]* aria-invalid="true"', answer.text)
    assert "This is not a date." in answer.text
    assert "This cannot be saved" not in answer.text
    assert f'value="{text}"' in answer.text


def test_days_the_wrong_way_round_are_refused_in_place(page):
    answer = page.get("/settings/activity", since="2026-07-02", until="2026-07-01")

    assert answer.status_code == 422
    assert "This is before the first day." in answer.text


def test_an_empty_log_says_whether_something_was_asked_for(page):
    assert "Nothing has been done yet." in page.get("/settings/activity").text
    assert "No entries match this filter." in page.get("/settings/activity", action="pay").text


@pytest.mark.parametrize("text", ["x", "-1", "9" * 30])
def test_what_is_no_page_is_refused(page, text):
    answer = page.get("/settings/activity", before=text)

    assert answer.status_code == 422
    assert "This cannot be shown" in answer.text


def test_pages_hang_together_without_gap_or_double(page, add):
    for number in range(activity_log.A_PAGE + 3):
        add(payment_number=f"n{number}")

    first = page.get("/settings/activity")
    older = re.search(r"/settings/activity\?before=(\d+)", first.text).group(1)
    second = page.get("/settings/activity", before=older)

    expected = [f"n{number}" for number in reversed(range(activity_log.A_PAGE + 3))]
    assert numbers(first) + numbers(second) == expected
    assert re.search(r'id="log-older"[^>]* disabled', second.text)
    assert re.search(r'id="log-newest"[^>]* disabled', first.text)


def test_the_file_has_every_filtered_line_and_a_mark_for_spreadsheets(page, add):
    add(payment_number="a")
    add(payment_number="b", action="unpay")

    answer = page.get("/settings/activity.csv", action="pay")

    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store, no-transform"
    header, *lines = rows(answer)
    assert [line[header.index("payment")] for line in lines] == ["a"]
    assert lines[0][header.index("card")] == "/crm/deal/details/8061/"
    assert lines[0][header.index("time")] == "2026-07-01T09:00:00+00:00"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d"])
def test_no_cell_of_the_file_is_a_formula(page, add, start):
    add(
        user_name=f'{start}HYPERLINK("http://x","y")',
        payment_number=f"{start}1+1",
        note=f"{start}2+2",
    )

    header, line = rows(page.get("/settings/activity.csv"))

    assert line[header.index("person")].startswith(f"'{start}")
    assert line[header.index("payment")].startswith(f"'{start}")
    assert line[header.index("note")].startswith(f"'{start}")


def test_quotes_stay_inside_their_cell_and_line_breaks_become_blanks(page, add):
    add(user_name='A "quoted", name\nof two lines')

    header, line = rows(page.get("/settings/activity.csv"))

    assert line[header.index("person")] == 'A "quoted", name of two lines'


@pytest.mark.parametrize("there", [7, 4, 3])
def test_the_file_ends_at_its_limit_and_says_so_where_there_is_more(page, add, monkeypatch, there):
    monkeypatch.setattr(activity_log, "AT_ONCE", 2)
    monkeypatch.setattr(activity_log, "MAX_ROWS", 4)
    for number in range(there):
        add(payment_number=f"n{number}")

    header, *lines = rows(page.get("/settings/activity.csv"))

    newest = [f"n{number}" for number in reversed(range(there))][:4]
    cut = [""] if there > len(newest) else []
    assert [line[header.index("payment")] for line in lines] == newest + cut
    assert ("older lines are not in this file" in lines[-1][header.index("note")]) is bool(cut)
    assert {len(line) for line in lines} == {len(header)}


def test_erased_names_are_shown_as_numbers(page, add):
    add(user_name="")

    assert f"User {MANAGER}" in page.get("/settings/activity").text


def test_a_busy_portal_is_said_in_place_of_the_log(stage, page):
    page.get("/settings")
    stage.portal.faults.add("batch", "operation_limit", times=5)

    answer = page.get("/settings/activity")

    assert answer.status_code == 503
    assert "Bitrix24 is busy" in answer.text
    assert 'hx-get="/settings/activity"' in answer.text


def test_an_expired_session_is_no_page_but_a_401(stage, page):
    page.get("/settings")
    stage.advance(31 * 60)

    assert page.get("/settings/activity").status_code == 401
    assert stage.portal.users[ADMIN].is_admin
