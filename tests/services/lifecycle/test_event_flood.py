"""Floods of events and slow portals: everybody else's work is done in time."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from b24app.bitrix.wire.deadline import Deadline
from b24app.services.lifecycle import event_jobs, liveness, subscriptions, uninstall
from b24app.services.lifecycle.event_jobs import KINDS, URGENT_SECONDS, Work
from b24app.services.lifecycle.liveness import Verdict
from b24app.services.lifecycle.worker import Background
from b24app.storage import jobs
from tests.storage.setting import at_once, install
from tests.support.events import jobs_of, post
from tests.support.lifecycle import portal_of

SLOW = tuple(f"{number:032d}" for number in range(12))


def questions(stage):
    """What the authorization server was asked and answered."""
    asked = [one for one in stage.portal.recorder.requests if one.server == "oauth"]
    return [one for one in asked if one.path == "/rest/app.info" and one.status == 200]


def test_a_strangers_flood_is_one_question_to_the_authorization_server(stage):
    for _ in range(30):
        post(stage, "ONAPPPAYMENT", application_token="")
        stage.work_off()

    assert len(questions(stage)) == 1
    assert jobs_of(stage) == [("subscription", False)]


def test_after_the_flood_it_is_asked_once_more_in_its_own_time(stage):
    for _ in range(2):
        post(stage, "ONAPPPAYMENT", application_token="")
        stage.work_off()

    stage.advance(subscriptions.STRANGERS_PACE.total_seconds() - 1)
    stage.run_housekeeping()
    assert len(questions(stage)) == 1
    stage.advance(1)
    stage.run_housekeeping()

    assert len(questions(stage)) == 2
    assert jobs_of(stage) == [("subscription", True)]


def test_a_payment_that_proves_itself_does_not_wait_for_strangers(stage):
    for _ in range(2):
        post(stage, "ONAPPPAYMENT", application_token="")
        stage.work_off()

    post(stage, "ONAPPPAYMENT")
    stage.advance(subscriptions.PACE.total_seconds())
    stage.ring()

    assert len(questions(stage)) == 2


def test_every_event_without_a_token_is_counted(stage):
    answers = [post(stage, "ONAPPPAYMENT", application_token="").status_code for _ in range(302)]

    assert answers == [200] * 300 + [429] * 2
    assert post(stage, "ONAPPPAYMENT").status_code == 200


def test_an_insiders_flood_of_every_event_is_one_row_for_each_kind(stage):
    for _ in range(20):
        for event in ("ONAPPPAYMENT", "ONAPPUPDATE", "ONAPPUNINSTALL", "ONAPPINSTALL"):
            assert post(stage, event, {"CLEAN": "1"}).status_code == 200
        stage.work_off()

    assert {kind for kind, _ in jobs_of(stage)} == {"subscription", "rebind", "uninstall_probe"}
    assert len(stage.asked("app.info")) == 1
    assert len(questions(stage)) == 1
    assert portal_of(stage).state == "active"


@pytest.fixture
def slow_portals(stage, monkeypatch):
    """Twelve portals that answer nothing, each with work of every kind, and what was asked when."""
    asked = []

    def be_silent(deps, task):
        asked.append((task.member_id, deps.monotonic()))
        deps.sleep(KINDS_BEFORE[task.job.kind].seconds)

    monkeypatch.setattr(
        event_jobs,
        "KINDS",
        {
            kind: work if kind == uninstall.PROBE else Work(be_silent, work.seconds)
            for kind, work in KINDS_BEFORE.items()
        },
    )
    now = stage.deps.clock()
    for member_id in SLOW:
        install(stage.database, stage.deps.cipher, now, member_id)
        with stage.database.transaction() as session:
            for kind in (subscriptions.REFRESH, "rebind"):
                jobs.put(
                    session,
                    stage.deps.cipher,
                    kind=kind,
                    member_id=member_id,
                    payload={},
                    run_at=now,
                    now=now,
                )
    return asked


KINDS_BEFORE = dict(KINDS)


@pytest.mark.usefixtures("slow_portals")
def test_an_uninstallation_behind_slow_portals_is_done_first(stage):
    stage.portal.uninstall(clean=True)
    stage.deliver()

    stage.started[0]()

    assert portal_of(stage) is None
    assert stage.ticks == 0


def test_portals_are_worked_for_in_turn(stage, slow_portals):
    event_jobs.run_due_jobs(stage.deps, limit=len(SLOW))

    assert [member_id for member_id, _ in slow_portals] == list(SLOW)


def test_work_of_a_silent_portal_ends_with_its_seconds(stage):
    """However many questions it asks, they have so much time together."""
    deps = stage.deps
    times = []

    def ask_often(deps, _task):
        for _ in range(10):
            times.append(deps.deadline(12.0).remaining())
            deps.sleep(5.0)

    monitored = {**KINDS, "rebind": Work(ask_often, 12.0)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_jobs, "KINDS", monitored)
        post(stage, "ONAPPUPDATE")
        stage.work_off()

    assert times == [12.0, 7.0, 2.0, *[0.0] * 7]
    assert Deadline(12.0, deps.monotonic).remaining() == 12.0


def test_the_first_probe_of_a_silent_portal_is_short(stage, monkeypatch):
    left = []

    def probe(deps, _member_id):
        left.append(deps.deadline(60.0).remaining())
        return Verdict.SILENT

    monkeypatch.setattr(liveness, "probe", probe)
    post(stage, "ONAPPUNINSTALL", {"CLEAN": "1"})
    stage.work_off()
    stage.advance(60)
    stage.ring()

    assert left == [URGENT_SECONDS, KINDS[uninstall.PROBE].seconds]


def test_two_processes_with_their_threads_do_each_piece_once(stage_on_each_database, monkeypatch):
    """Real threads: two processes' crews at one database."""
    stage = stage_on_each_database
    done, lock = [], threading.Lock()

    def note(_deps, task):
        with lock:
            done.append(task.member_id)

    monkeypatch.setattr(event_jobs, "KINDS", {**KINDS, "rebind": Work(note, 5.0)})
    deps = replace(stage.deps, monotonic=time.monotonic, sleep=time.sleep)
    now = deps.clock()
    with deps.db.of_all().transaction() as session:
        for number in range(24):
            jobs.put(
                session,
                deps.cipher,
                kind="rebind",
                member_id=f"portal-{number}",
                payload={},
                run_at=now,
                now=now,
            )

    at_once(8, lambda _: event_jobs.run_due_jobs(deps))

    assert sorted(done) == sorted(f"portal-{number}" for number in range(24))


def test_an_uninstallation_is_begun_while_every_other_worker_is_held_up(
    stage_on_each_database, monkeypatch
):
    """Real threads, and portals that hold their workers for as long as the test lasts."""
    stage = stage_on_each_database
    release, probed = threading.Event(), threading.Event()

    def hold(_deps, _task):
        release.wait(timeout=60)

    def notice(_deps, _task):
        probed.set()

    monkeypatch.setattr(
        event_jobs,
        "KINDS",
        {**KINDS, "rebind": Work(hold, 20.0), uninstall.PROBE: Work(notice, 5.0)},
    )
    now = stage.deps.clock()
    for member_id in SLOW:
        with stage.database.transaction() as session:
            jobs.put(
                session,
                stage.deps.cipher,
                kind="rebind",
                member_id=member_id,
                payload={},
                run_at=now,
                now=now,
            )
    ended = []

    def start(work):
        thread = threading.Thread(target=work, daemon=True)
        ended.append(thread)
        thread.start()

    background = Background(event_jobs.lanes(stage.deps), start)
    try:
        background.kick()
        with stage.database.transaction() as session:
            uninstall.schedule_probe(session, stage.deps, stage.portal.member_id, is_clean=True)
        background.kick()

        assert probed.wait(timeout=30)
    finally:
        release.set()
        for thread in ended:
            thread.join(timeout=60)
