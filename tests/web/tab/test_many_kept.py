"""What an act on many payments leaves: a comment, a way back, a line in the log for each."""

from __future__ import annotations

import re

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from b24app.storage.models import Activity
from tests.support.acts import FOREIGN
from tests.support.many import Asked, calls, prepare, states
from tests.support.stage import ADMIN


def test_one_line_in_the_timeline_names_all_that_a_part_has_changed(stage):
    tab, ids = prepare(stage, "pay", payments=20)
    stage.portal.crm.payments[ids[0]].is_paid = True
    act = Asked(tab, "pay", ids[:4], note="statement 117")

    act.send_all()

    (line,) = stage.executed("crm.timeline.logmessage.add")
    assert "3 payments marked as paid" in str(line.params)
    assert "statement 117" in str(line.params)
    for number, word in act.told.items():
        assert (number in str(line.params)) is (word == "Done")


def test_undo_takes_back_what_this_act_has_done_and_nothing_else(stage):
    tab, ids = prepare(stage, "pay", payments=20)
    stage.portal.crm.payments[ids[0]].is_paid = True
    act = Asked(tab, "pay", ids[:4])
    act.send_all()
    undo = re.findall(r'name="chosen" value="(\d+ Y [^"]*)"', act.answer.text)

    answer = tab.post("/payments/many/unpay", {"chosen": undo, "undo": 1})

    assert len(undo) == 3
    assert answer.status_code == 200
    assert [stage.portal.crm.payments[one].is_paid for one in ids[:4]] == [
        True,
        False,
        False,
        False,
    ]


def test_undo_leaves_alone_what_somebody_else_has_marked_since(stage):
    """Twelve: the second part goes by what the first one has read."""
    tab, ids = prepare(stage, "pay", payments=20)
    Asked(tab, "pay", ids[:12]).send_all()
    answer = tab.answer
    fields = re.findall(r'name="(chosen|stamp-\d+|undo)" value="([^"]*)"', answer.text)
    somebody, theirs = stage.tab(ADMIN), (ids[0], ids[11])
    for one in theirs:
        stage.advance(5)
        assert somebody.post(f"/payments/{one}/unpay").status_code == 200
        assert somebody.post(f"/payments/{one}/pay").status_code == 200

    tab.post("/payments/many/unpay", MultiDict(fields), "a-key-of-the-undo")
    while "data-goes-on" in tab.answer.text:
        tab.post("/payments/many/unpay", MultiDict(fields), "a-key-of-the-undo")

    now = stage.portal.crm.payments
    assert [one for one in ids[:12] if now[one].is_paid] == list(theirs)
    assert tab.answer.text.count("Changed by someone else") == 2


def test_the_log_has_amounts_and_states_of_each(stage):
    tab, ids = prepare(stage, "delete", payments=20)
    Asked(tab, "delete", ids[:2]).send_all()

    with stage.database.reading() as session:
        lines = session.scalars(select(Activity)).all()
        assert {one.payment_id for one in lines} == set(ids[:2])
        assert all(one.after == "deleted" and one.before.endswith(" EUR") for one in lines)
        assert len({one.request_id for one in lines}) == 1


def test_a_foreign_payment_never_shown_stays_unknown(stage):
    tab = stage.tab()

    answer = tab.post("/payments/many/delete", {"chosen": [f"{FOREIGN} N 1 EUR"]})

    assert answer.status_code == 404
    assert FOREIGN in stage.portal.crm.payments


def test_a_note_is_kept_with_every_payment_of_all_parts(stage):
    tab, ids = prepare(stage, "pay", payments=20)
    act = Asked(tab, "pay", ids[:14], note="bank statement 117")

    answer = act.send_all()

    assert answer.status_code == 200
    with stage.database.reading() as session:
        notes = [one.note for one in session.scalars(select(Activity)).all()]
        assert notes == ["bank statement 117"] * 14


def test_the_known_reminders_of_what_is_paid_are_closed_in_one_call(stage):
    tab, ids = prepare(stage, "pay", payments=20)
    others = open_reminders(stage)
    for one in ids[:2]:
        assert tab.post(f"/payments/{one}/reminder", {"when": "week"}).status_code == 200
    act = Asked(tab, "pay", ids[:3], shown=states(stage.tab()))
    stage.forget_calls()

    act.send_all()

    assert len(calls(stage)) == 3
    assert set(act.told.values()) == {"Done"}
    assert open_reminders(stage) == others


def open_reminders(stage):
    return [one for one in stage.portal.crm.activities.values() if not one.is_completed]
