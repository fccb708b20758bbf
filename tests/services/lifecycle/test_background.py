"""The workers of a process: they work when asked, and come back when the next work is due."""

from __future__ import annotations

import threading

import pytest

from b24app.errors import DatabaseAwayError
from b24app.services.lifecycle.worker import (
    LEAST_PAUSE,
    LONGEST_PAUSE,
    TROUBLE_PAUSE,
    Background,
    Lane,
    start_thread,
)
from b24app.storage import jobs
from tests.support.events import jobs_of, post


class Timers:
    """Timers that ring when a test says so."""

    def __init__(self):
        self.set = []
        self.cancelled = []

    def later(self, seconds, work):
        timer = (seconds, work)
        self.set.append(timer)
        return lambda: self.cancelled.append(timer)


class Pile:
    """Pieces of work, done one at a time."""

    def __init__(self, pieces=1):
        self.left = pieces
        self.done = 0

    def work(self, on_claim):
        if self.left == 0:
            return False
        self.left -= 1
        on_claim()
        self.done += 1
        return True


def run(work):
    work()


@pytest.mark.parametrize(
    ("due", "pause"),
    [(600.0, 600.0), (-5.0, LEAST_PAUSE), (1e9, LONGEST_PAUSE)],
)
def test_it_comes_back_when_the_next_work_is_due(due, pause):
    timers, pile = Timers(), Pile()
    background = Background([Lane(pile.work)], run, next_in=lambda: due, later=timers.later)

    background.kick()
    assert [seconds for seconds, _ in timers.set] == [pause]
    pile.left = 1
    timers.set[0][1]()

    assert pile.done == 2


def test_it_has_one_timer_and_none_where_nothing_waits():
    timers, due = Timers(), iter([600.0, 60.0, None])
    background = Background(
        [Lane(Pile(0).work)], run, next_in=lambda: next(due), later=timers.later
    )

    for _ in range(3):
        background.kick()

    assert [seconds for seconds, _ in timers.set] == [600.0, 60.0]
    assert timers.cancelled == timers.set


def test_work_that_fails_does_not_keep_the_next_from_being_done(caplog):
    timers, outcomes = Timers(), iter([ZeroDivisionError(), None])

    def work(_on_claim):
        if (error := next(outcomes)) is not None:
            raise error
        return False

    background = Background([Lane(work)], run, later=timers.later)
    background.kick()
    assert [seconds for seconds, _ in timers.set] == [TROUBLE_PAUSE]
    background.kick()

    assert caplog.text.count("background work failed") == 1
    assert next(outcomes, "all done") == "all done"


def test_it_comes_back_where_it_cannot_be_seen_when_the_next_work_is_due(caplog):
    timers, pile = Timers(), Pile(0)

    def broken():
        raise ZeroDivisionError

    Background([Lane(pile.work)], run, next_in=broken, later=timers.later).kick()

    assert [seconds for seconds, _ in timers.set] == [TROUBLE_PAUSE]
    assert "cannot be seen" in caplog.text


class Outage:
    """A process with two lanes, whose database is away until a test says otherwise."""

    def __init__(self):
        self.now, self.is_away, self.second_is_away = 0.0, True, False
        self.timers = Timers()
        self.background = Background(
            [Lane(self.work), Lane(self.second)],
            run,
            next_in=self.next_in,
            later=self.timers.later,
            monotonic=lambda: self.now,
        )

    def work(self, _on_claim):
        self.next_in()
        return False

    def second(self, on_claim):
        if self.second_is_away:
            raise DatabaseAwayError("the database cannot be used: no table (42P01)")
        return self.work(on_claim)

    def next_in(self):
        if self.is_away:
            raise DatabaseAwayError("the database cannot be used: nothing listens")

    def look(self, seconds=TROUBLE_PAUSE, times=1):
        for _ in range(times):
            self.background.kick()
            self.now += seconds


def test_a_database_that_is_away_is_one_line_that_says_what_to_do(caplog):
    outage = Outage()

    outage.look(times=3)

    assert len(caplog.text.splitlines()) == 1
    assert "the database cannot be used: nothing listens; `flask --app app doctor`" in caplog.text
    assert {seconds for seconds, _ in outage.timers.set} == {TROUBLE_PAUSE}


def test_a_database_that_stays_away_is_told_every_ten_minutes(caplog):
    outage = Outage()

    outage.look(times=int(3600 / TROUBLE_PAUSE))

    assert len(caplog.text.splitlines()) == 6


def test_a_database_that_is_back_is_told_once_and_a_new_outage_at_once(caplog):
    outage = Outage()
    outage.look()

    outage.is_away = False
    outage.look(times=3)
    outage.is_away = True
    outage.look()

    told = ["waits" if "waits" in line else "goes on" for line in caplog.text.splitlines()]
    assert told == ["waits", "goes on", "waits"]


def test_it_is_not_well_while_one_kind_of_work_finds_no_table(caplog):
    outage = Outage()
    outage.is_away, outage.second_is_away = False, True

    outage.look(times=3)

    assert len(caplog.text.splitlines()) == 1
    assert [seconds for seconds, _ in outage.timers.set][-1] == TROUBLE_PAUSE


def test_work_of_a_process_that_died_waits_for_no_housekeeping(stage):
    post(stage, "ONAPPPAYMENT")
    stage.started.clear()
    with stage.database.transaction() as session:
        assert jobs.claim(session, stage.deps.clock(), owner="a process that dies")

    stage.app.extensions["b24app"].background.kick()
    stage.work_off()
    stage.advance(jobs.CLAIM_SECONDS)
    stage.ring()

    assert jobs_of(stage) == [("subscription", True)]


def test_a_thread_that_cannot_be_had_costs_nobody_an_answer(caplog):
    starts = iter([RuntimeError("can't start new thread"), None])
    pile = Pile()

    def start(work):
        if (error := next(starts)) is not None:
            raise error
        work()

    background = Background([Lane(pile.work)], start)
    background.kick()
    assert "could not be started" in caplog.text
    background.kick()

    assert pile.done == 1


def test_while_one_is_at_work_another_takes_the_next():
    """Three at once, as many as the lane has workers, and one of another lane beside them."""
    barrier, done = threading.Barrier(4), []
    ended = threading.Event()

    class Slow(Pile):
        def work(self, on_claim):
            if self.left == 0:
                return False
            self.left -= 1
            on_claim()
            barrier.wait(timeout=30)
            done.append(1)
            if len(done) == 4:
                ended.set()
            return True

    slow, urgent = Slow(3), Slow(1)
    Background([Lane(slow.work, 3), Lane(urgent.work, 1)], start_thread).kick()

    assert ended.wait(timeout=30)


def test_no_more_workers_than_the_lane_has():
    started = []
    pile = Pile(5)
    background = Background([Lane(pile.work, 2)], started.append)
    for _ in range(5):
        background.kick()

    assert len(started) == 2
    for work in started:
        work()
    assert pile.done == 5


def test_what_is_asked_for_while_all_are_busy_is_not_forgotten():
    looks = []

    def work(_on_claim):
        looks.append(1)
        if len(looks) == 1:
            background.kick()
        return False

    background = Background([Lane(work)], run)
    background.kick()

    assert len(looks) == 2


def test_a_new_process_looks_for_what_an_earlier_one_left(stage, tmp_path):
    import runpy
    from types import SimpleNamespace

    settings = runpy.run_path("gunicorn.conf.py")
    stage.started.clear()

    with (tmp_path / "heartbeat").open("wb") as heartbeat:
        worker = SimpleNamespace(
            wsgi=stage.app,
            cfg=SimpleNamespace(threads=64),
            tmp=heartbeat,
            notify=lambda: None,
        )
        settings["post_worker_init"](worker)

    assert len(stage.started) == 2
