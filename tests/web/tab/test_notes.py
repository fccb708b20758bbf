"""What a person writes to a mark: where it is kept and shown, and what is refused."""

from __future__ import annotations

import html
import re

import pytest

from b24app.simulator.control.control_somebody import do_payment
from b24app.storage import activity, settings
from tests.support.acts import PAID, SMALL, writes_asked
from tests.support.stage import ADMIN

NOTE = "bank statement 117"
KEY = "a-key-of-the-page-1"


def notes(stage):
    """The notes of the activity log, oldest first, with what was done."""
    with stage.database.reading() as session:
        lines = activity.page(session, stage.portal.member_id)
        return [(one.action, one.outcome, one.note) for one in reversed(lines)]


def words(answer):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.mark.parametrize(("action", "payment_id"), [("pay", SMALL), ("unpay", PAID)])
def test_a_note_is_kept_in_the_log_and_shown_in_details_and_history(stage, action, payment_id):
    tab = stage.tab()

    answer = tab.post(f"/payments/{payment_id}/{action}", {"note": NOTE})

    assert answer.status_code == 200, tab.said
    assert notes(stage) == [(action, "done", NOTE)]
    details = tab.get(f"/payments/{payment_id}/details")
    assert f"Note {NOTE}" in words(details)
    assert f'data-copy-text="{NOTE}"' in details.text
    assert f'<q class="note-text" dir="auto">{NOTE}</q>' in details.text


def test_after_a_mark_the_note_comes_with_the_history(stage):
    tab = stage.tab()
    answer = tab.post(f"/payments/{SMALL}/pay", {"note": NOTE})
    (paid,) = re.findall(rf'hx-get="/payments/{SMALL}/history\?paid=(\w+)"', answer.text)

    history = tab.get(f"/payments/{SMALL}/history", paid=paid)

    assert re.search(rf'id="note-{SMALL}" hx-swap-oob="true"', history.text)
    assert f"Note {NOTE}" in words(history)


def test_a_note_of_the_other_state_is_history_and_no_detail(stage):
    tab = stage.tab()
    tab.post(f"/payments/{SMALL}/pay", {"note": NOTE})
    stage.portal.crm.payments[SMALL].is_paid = False

    told = words(tab.get(f"/payments/{SMALL}/details"))

    assert f"Note {NOTE}" not in told
    assert NOTE in told


@pytest.mark.parametrize("do", ["pay", "pay_online"])
def test_a_note_is_not_shown_with_the_mark_of_somebody_else(stage, do):
    tab = stage.tab()
    tab.post(f"/payments/{SMALL}/pay", {"note": NOTE})
    do_payment(stage.portal, {"do": "unpay", "id": str(SMALL)})
    do_payment(stage.portal, {"do": do, "id": str(SMALL)})
    # Somebody whose page shows it as unpaid marks it once more, and is told that it is so already.
    already = tab.post(f"/payments/{SMALL}/pay")
    (paid,) = re.findall(rf'hx-get="/payments/{SMALL}/history\?paid=(\w+)"', already.text)

    details = words(tab.get(f"/payments/{SMALL}/details"))
    history = words(tab.get(f"/payments/{SMALL}/history", paid=paid))

    for told in (details, history):
        assert f"Note {NOTE}" not in told
        assert NOTE in told


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two\r\nlines\tand  blanks ", "two lines and blanks"),
        ("a\x00b\x1bc\x85d", "abc d"),
        ("\u202e711 tnemetats", "711 tnemetats"),
        ("half \udc80".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), None),
        ("<b>bold</b> & 'quoted'", "<b>bold</b> & 'quoted'"),
        ("\U0001f600" * 300, "\U0001f600" * 300),
        (" \n ", ""),
    ],
)
def test_a_note_is_one_line_of_what_was_typed(stage, typed, kept):
    tab = stage.tab()

    answer = tab.post(f"/payments/{SMALL}/pay", {"note": typed})

    assert answer.status_code == 200, tab.said
    ((_, _, note),) = notes(stage)
    assert note == (typed.strip() if kept is None else kept)
    assert "<b>bold" not in tab.get(f"/payments/{SMALL}/details").text


def test_a_note_that_is_too_long_changes_nothing(stage):
    tab = stage.tab()

    answer = tab.post(f"/payments/{SMALL}/pay", {"note": "x" * 301})

    assert answer.status_code == 422
    assert "at most 300 characters" in words(answer)
    assert writes_asked(stage) == []
    assert notes(stage) == []


def test_a_repeated_request_keeps_the_note_once_and_another_note_is_refused(stage):
    tab = stage.tab()
    tab.post(f"/payments/{SMALL}/pay", {"note": NOTE}, KEY)

    again = tab.post(f"/payments/{SMALL}/pay", {"note": NOTE}, KEY)
    other = tab.post(f"/payments/{SMALL}/pay", {"note": "bank statement 118"}, KEY)

    assert (again.status_code, other.status_code) == (200, 409)
    assert notes(stage) == [("pay", "done", NOTE)]


def test_a_mark_that_failed_keeps_what_was_written_to_it(stage):
    tab = stage.tab()
    stage.portal.faults.add("crm.item.payment.pay", "denied")

    tab.post(f"/payments/{SMALL}/pay", {"note": NOTE})

    assert notes(stage) == [("pay", "refused", NOTE)]
    assert f"Note {NOTE}" not in words(tab.get(f"/payments/{SMALL}/details"))


@pytest.mark.parametrize("tells", [True, False])
def test_the_question_of_many_says_where_the_note_is_kept(stage, tells):
    with stage.database.transaction() as session:
        data = {"comment_in_timeline": tells}
        settings.save(
            session, stage.portal.member_id, data, updated_by=ADMIN, now=stage.deps.clock()
        )
    tab = stage.tab()

    chosen = f"{SMALL} N 2258 EUR"
    asked = words(tab.get("/payments/many/question", action="pay", chosen=chosen))

    assert ("and in the card’s timeline" in asked) is tells
    assert "Kept in the history" in asked
