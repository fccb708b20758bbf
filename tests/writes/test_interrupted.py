"""A write that the portal carried out while our database, or our process, went away."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from b24app.errors import DatabaseAwayError
from b24app.services.lifecycle import housekeeping, interrupted
from b24app.services.writing import sending
from b24app.storage import idempotency, leases
from b24app.storage import reminders as stored_reminders
from b24app.storage.models import Activity, IdempotencyKey, Launch, UserToken
from b24app.storage.session import Database
from tests.support.acts import (
    ACTS,
    CREATE,
    DELETE,
    LARGE,
    PAY,
    REMIND,
    REST,
    SMALL,
    outcomes,
    payment,
    require_once,
)
from tests.support.cut_off import cut_once
from tests.web.plumbing.test_database_away import Switch

BOTH = {"chosen": [f"{SMALL} N 2258 EUR", f"{LARGE} N 7680 EUR"]}


class Dying(BaseException):
    """What the rest of a process sees of SIGKILL."""


def send_and_die(monkeypatch, send):
    """The portal has carried it out, and then there is no process any more."""

    def die(*_arguments, **_more):
        raise Dying

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "finish", die)
        with pytest.raises(Dying):
            send()


def breaking(monkeypatch, times, *, after_commit=False):
    """Let the transaction in which an outcome is recorded lose its connection so many times."""
    finish, left = idempotency.finish, [times]
    begin = Database.transaction
    is_last = []

    def marked(*arguments, **more):
        is_last.append(True)
        return finish(*arguments, **more)

    @contextmanager
    def transaction(database):
        is_last.clear()
        with begin(database) as session:
            yield session
            if is_last and left[0] > 0 and not after_commit:
                left[0] -= 1
                raise DatabaseAwayError("the connection was cut")
        if is_last and left[0] > 0:
            left[0] -= 1
            raise DatabaseAwayError("the connection was cut after the commit")

    monkeypatch.setattr(idempotency, "finish", marked)
    monkeypatch.setattr(Database, "transaction", transaction)
    return left


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_connection_that_breaks_while_the_outcome_is_recorded_costs_nothing(
    writing_stage, monkeypatch, after_commit
):
    stage = writing_stage
    tab = stage.tab()
    left = breaking(monkeypatch, 2, after_commit=after_commit)

    answer = PAY.send(tab, None)

    assert answer.status_code == 200
    assert left == [0]
    assert payment(stage, SMALL).is_paid
    assert outcomes(stage) == [("pay", "done")]


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_what_cannot_be_noted_of_a_card_after_a_write_hides_no_write(
    writing_stage, monkeypatch, act
):
    stage = writing_stage
    stage.plan_reminder(LARGE)
    tab = stage.tab()
    left = cut_once(monkeypatch, sending, "note_listing")

    answer = act.send(tab, None)

    assert left == [0]
    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    assert outcomes(stage) == [(act.name, "done")]


@pytest.mark.parametrize("act", [CREATE, REST, REMIND], ids=str)
@pytest.mark.parametrize(
    "lost", [(leases, "release"), (stored_reminders, "save")], ids=["lease", "reminder"]
)
def test_what_cannot_be_cleared_away_after_a_write_hides_no_write(
    writing_stage, monkeypatch, act, lost
):
    stage = writing_stage
    tab = stage.tab()
    cut_once(monkeypatch, *lost)

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    assert outcomes(stage) == [(act.name, "done")]


def test_a_database_that_stays_away_is_told_and_the_log_learns_of_it_later(
    writing_stage, monkeypatch
):
    stage = writing_stage
    tab = stage.tab()
    with monkeypatch.context() as patch:
        breaking(patch, 99)
        answer = PAY.send(tab, None)
    assert answer.status_code == 503
    assert "It may have been saved in Bitrix24" in tab.said
    assert outcomes(stage) == []

    stage.advance(121)
    counts = housekeeping.run(stage.deps)

    assert counts["interrupted writes recorded"] == 1
    assert outcomes(stage) == [("pay", "unknown")]


def test_a_write_of_a_process_that_died_is_in_the_log_as_not_known_once(writing_stage, monkeypatch):
    stage = writing_stage
    tab = stage.tab()
    key = "a-key-of-a-dying-process"
    send_and_die(monkeypatch, lambda: PAY.send(tab, key))
    assert interrupted.record(stage.deps) == 0, "it may still be running"

    stage.advance(121)

    assert interrupted.record(stage.deps) == 1
    assert interrupted.record(stage.deps) == 0
    assert outcomes(stage) == [("pay", "unknown")]
    assert PAY.send(tab, key).status_code == 200, "its key still means what it meant"
    require_once(stage)


def test_after_a_first_run_that_died_a_refusal_is_no_proof_that_nothing_was_done(
    writing_stage, monkeypatch
):
    stage = writing_stage
    tab = stage.tab()
    key = "a-key-of-a-dying-process"
    send_and_die(monkeypatch, lambda: DELETE.send(tab, key))
    stage.advance(121)
    with stage.database.transaction() as session:
        # As after a new opening: what this session was shown is forgotten.
        session.execute(update(Launch).values(shown=None, listed=None, listed_at=None))

    answer = DELETE.send(tab, key)

    assert answer.status_code == 409
    assert "it is not known whether it was carried out" in tab.said
    assert outcomes(stage) == [("delete", "unknown")]


def test_a_repeated_write_is_not_called_undone_while_the_database_is_away(
    writing_stage, monkeypatch
):
    stage = writing_stage
    tab = stage.tab()
    send_and_die(monkeypatch, lambda: PAY.send(tab, "a-key-of-a-dying-process"))
    headers = tab.headers(**{"Idempotency-Key": "a-key-of-a-dying-process"})
    switch = Switch(stage.deps)
    switch.off()
    try:
        first = stage.client.post(f"/payments/{SMALL}/pay", headers=headers)
        headers["Idempotency-Repeat"] = "1"
        again = stage.client.post(f"/payments/{SMALL}/pay", headers=headers)
    finally:
        switch.on()

    assert "Nothing was changed" in first.text
    assert again.status_code == 503
    assert "It may have been saved in Bitrix24" in again.text


@pytest.mark.parametrize("path", [f"/payments/{SMALL}/pay", "/payments/many/pay"])
def test_a_repeated_write_without_a_session_is_not_called_undone(stage, path):
    tab = stage.tab()
    headers = tab.headers(**{"Idempotency-Key": "a-key-without-an-answer"})
    stage.advance(25 * 3600)
    first = stage.client.post(path, headers=headers)
    headers["Idempotency-Repeat"] = "1"
    again = stage.client.post(path, headers=headers)

    assert first.status_code == again.status_code == 401
    assert "Nothing was changed" in first.text
    assert "It may have been saved in Bitrix24. Close this card" in again.text
    assert "Nothing was" not in again.text


def test_of_many_that_died_a_refusal_of_the_second_run_is_not_known(writing_stage, monkeypatch):
    stage = writing_stage
    tab = stage.tab()
    key = "a-key-of-a-dying-process"
    send_and_die(monkeypatch, lambda: tab.post("/payments/many/delete", BOTH, key))
    stage.advance(121)

    answer = tab.post("/payments/many/delete", BOTH, key)

    assert "Nothing was changed" not in answer.text
    assert {outcome for _, outcome in outcomes(stage)} <= {"unknown", "done", "already"}


def test_of_many_payments_the_log_names_those_of_the_part_that_died(writing_stage, monkeypatch):
    stage = writing_stage
    tab = stage.tab()
    send_and_die(monkeypatch, lambda: tab.post("/payments/many/pay", BOTH))
    stage.advance(121)

    assert interrupted.record(stage.deps) == 1

    assert outcomes(stage) == [("pay", "unknown")] * 2


@pytest.mark.parametrize("gone", ["token", "opening"])
@pytest.mark.parametrize("action", ["pay", "delete"])
def test_of_many_that_died_nothing_is_called_undone_if_no_second_run_can_be_made(
    writing_stage, monkeypatch, action, gone
):
    stage = writing_stage
    tab = stage.tab()
    key = "a-key-of-a-dying-process"
    send_and_die(monkeypatch, lambda: tab.post(f"/payments/many/{action}", BOTH, key))
    stage.advance(121)
    with stage.database.transaction() as session:
        if gone == "token":
            session.execute(delete(UserToken))
        else:
            session.execute(update(Launch).values(shown=None, listed=None, listed_at=None))

    answer = tab.post(f"/payments/many/{action}", BOTH, key)

    assert "Nothing was changed" not in answer.text
    kinds = {outcome for _, outcome in outcomes(stage)}
    assert len(outcomes(stage)) == 2
    assert kinds <= {"unknown", "done", "already"}
    again = tab.post(f"/payments/many/{action}", BOTH, key)
    assert "Nothing was changed" not in again.text
    assert len(outcomes(stage)) == 2, "the key is kept, and repeats what was said"


def test_a_part_of_many_that_died_keeps_the_notes_of_its_payments(writing_stage, monkeypatch):
    stage = writing_stage
    tab = stage.tab()
    asked = {**BOTH, f"note-{SMALL}": "statement 1", f"note-{LARGE}": "statement 2"}
    send_and_die(monkeypatch, lambda: tab.post("/payments/many/pay", asked))
    stage.advance(121)

    interrupted.record(stage.deps)

    with stage.database.reading() as session:
        notes = {line.payment_id: line.note for line in session.scalars(select(Activity))}
    assert notes == {SMALL: "statement 1", LARGE: "statement 2"}


def test_what_cannot_be_repeated_is_in_the_log_once_whoever_finds_it_first(
    writing_stage, monkeypatch
):
    stage = writing_stage
    tab = stage.tab()
    key = "a-key-of-a-dying-process"
    send_and_die(monkeypatch, lambda: CREATE.send(tab, key))
    stage.advance(121)
    assert interrupted.record(stage.deps) == 1

    answer = CREATE.send(tab, key)

    assert "it is not known whether it was carried out" in tab.said, answer.text
    assert outcomes(stage) == [("create", "unknown")]


def delete_both(tab, key):
    return tab.post("/payments/many/delete", BOTH, key)


@pytest.mark.parametrize(("send", "lines"), [(DELETE.send, 1), (delete_both, 2)])
def test_what_a_second_run_cannot_find_out_either_is_in_the_log_once(
    writing_stage, monkeypatch, send, lines
):
    stage = writing_stage
    tab = stage.tab()
    key = "a-key-of-a-dying-process"
    send_and_die(monkeypatch, lambda: send(tab, key))
    stage.advance(121)
    assert interrupted.record(stage.deps) == 1
    with stage.database.transaction() as session:
        session.execute(update(Launch).values(shown=None, listed=None, listed_at=None))

    answers = [send(tab, key) for _ in range(2)]

    assert "Nothing was changed" not in "".join(one.text for one in answers)
    assert outcomes(stage) == [("delete", "unknown")] * lines


def test_what_is_in_the_log_hides_no_interrupted_write(writing_stage, monkeypatch):
    stage = writing_stage
    tab = stage.tab()
    send_and_die(monkeypatch, lambda: tab.post("/payments/many/pay", BOTH))
    with stage.database.transaction() as session:
        row = session.scalars(select(IdempotencyKey)).one()
        row.announcement = {**row.announcement, "results": [], "known": []}
    stage.advance(121)
    with stage.database.transaction() as session:
        assert len(idempotency.take_interrupted(session, stage.deps.clock(), limit=1)) == 1
    send_and_die(monkeypatch, lambda: PAY.send(tab, "a-key-of-another-process"))
    stage.advance(121)

    with stage.database.transaction() as session:
        assert len(idempotency.take_interrupted(session, stage.deps.clock(), limit=1)) == 1


def test_an_unreadable_intent_keeps_no_house_from_being_kept(writing_stage, monkeypatch, caplog):
    stage = writing_stage
    tab = stage.tab()
    send_and_die(monkeypatch, lambda: PAY.send(tab, "a-key-of-a-dying-process"))
    send_and_die(monkeypatch, lambda: DELETE.send(tab, "a-key-of-another-process"))
    with stage.database.transaction() as session:
        row = session.scalars(select(IdempotencyKey).order_by(IdempotencyKey.key)).first()
        row.announcement = {idempotency.INTENT: {"payment_ids": [SMALL]}}
    stage.advance(121)

    counts = housekeeping.run(stage.deps)

    assert counts["idempotency keys deleted"] == 0
    assert len(outcomes(stage)) == 1
    assert "unreadable" in caplog.text


def test_house_is_kept_although_interrupted_writes_cannot_be_recorded(
    writing_stage, monkeypatch, caplog
):
    def fail(*_arguments, **_more):
        raise ValueError("a fault of ours")

    stage = writing_stage
    PAY.send(stage.tab(), "a-key-of-the-day-before-yesterday")
    monkeypatch.setattr(idempotency, "take_interrupted", fail)
    old = stage.deps.clock() - timedelta(days=2)
    with stage.database.transaction() as session:
        session.execute(update(IdempotencyKey).values(started_at=old))

    with pytest.raises(ValueError, match="a fault of ours"):
        housekeeping.run(stage.deps)

    with stage.database.reading() as session:
        assert session.scalars(select(IdempotencyKey)).all() == []
    assert "a step of housekeeping failed: record_interrupted" in caplog.text
