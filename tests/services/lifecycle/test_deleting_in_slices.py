"""Housekeeping deletes in slices: others write in between, and what is cut off goes on later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from b24app.domain import EntityRef
from b24app.services.lifecycle import housekeeping
from b24app.storage import activity, failed_proofs
from b24app.storage.deletion import SLICE, delete_some
from b24app.storage.models import Activity, FailedProof, Lease


@pytest.fixture
def stage(stage_on_each_database):
    return stage_on_each_database


class CutOffError(Exception):
    """The process ends."""


def expired(stage, rows):
    """Have so many counts of minutes that are long over, and no others."""
    over = stage.deps.clock() - timedelta(hours=1)
    with stage.database.of_all().transaction() as session:
        session.execute(delete(FailedProof))
        session.execute(
            insert(FailedProof),
            [{"name": f"a{n}", "window_start": over, "count": 1} for n in range(rows)],
        )


def left(stage, model=FailedProof):
    with stage.database.of_all().reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_others_write_between_the_slices_of_what_is_deleted(stage):
    expired(stage, 2 * SLICE + 1)
    found = []

    def somebody_writes(seconds):
        assert seconds > 0
        found.append(left(stage))
        with stage.database.of_all().transaction() as session:
            failed_proofs.add(session, "somebody", stage.deps.clock())

    counts = housekeeping.delete_expired(replace(stage.deps, sleep=somebody_writes))

    assert counts["failed proofs deleted"] == 2 * SLICE + 1
    assert found == [SLICE + 1, 2]
    assert left(stage) == 1


def test_what_is_deleted_stays_deleted_where_it_is_cut_off(stage):
    expired(stage, 2 * SLICE)

    def end(_seconds):
        raise CutOffError

    with pytest.raises(CutOffError):
        housekeeping.delete_expired(replace(stage.deps, sleep=end))
    assert left(stage) == SLICE

    counts = housekeeping.delete_expired(stage.deps)

    assert counts["failed proofs deleted"] == SLICE
    assert left(stage) == 0


def test_the_activity_log_is_deleted_in_slices(stage):
    now = stage.deps.clock()
    line = activity.Record(
        member_id=stage.portal.member_id,
        at=now - timedelta(days=4000),
        user_id=7,
        user_name="Ada",
        ref=EntityRef(2, 8061),
        payment_id=1038,
        payment_number="1",
        action="pay",
        before="",
        after="",
        outcome="done",
        detail="",
        request_id="",
    )
    with stage.database.of(stage.portal.member_id).transaction() as session:
        for _ in range(SLICE + 1):
            activity.append(session, line)
    found = []
    counting = replace(stage.deps, sleep=lambda _seconds: found.append(left(stage, Activity)))

    assert housekeeping.delete_old_activity(counting) == {"activity lines deleted": SLICE + 1}

    assert found == [1]


def test_a_row_that_is_renewed_meanwhile_is_kept(stage, database_url):
    if not database_url.startswith("postgres"):
        pytest.skip("SQLite lets one write at a time")
    now = stage.deps.clock()
    over = now - timedelta(hours=1)
    with stage.database.of_all().transaction() as session:
        session.execute(insert(Lease).values(member_id="", name="x", owner="y", expires_at=over))
    has_begun = Event()

    def delete_it():
        with stage.database.of_all().transaction() as session:
            has_begun.set()
            delete_some(session, Lease, Lease.name == "x", Lease.expires_at < now)

    with stage.database.of_all().transaction() as session:
        session.execute(update(Lease).values(expires_at=now + timedelta(hours=1)))
        session.flush()
        deleting = Thread(target=delete_it)
        deleting.start()
        has_begun.wait(30)
        _until_somebody_waits(stage)
    deleting.join(30)

    assert left(stage, Lease) == 1


def _until_somebody_waits(stage):
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()"
    )
    for _ in range(3000):
        with stage.database.of_all().reading() as session:
            if session.scalar(waiting):
                return
    raise AssertionError("the deletion does not wait for the row")
