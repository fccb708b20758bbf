"""The worker of a process: it works when asked, and comes back when the next work is due."""

from __future__ import annotations

import pytest

from b24app.services.background import LEAST_PAUSE, LONGEST_PAUSE, Background


class Timers:
    """Timers that ring when a test says so."""

    def __init__(self):
        self.set = []
        self.cancelled = []

    def later(self, seconds, work):
        timer = (seconds, work)
        self.set.append(timer)
        return lambda: self.cancelled.append(timer)


def run(work):
    work()


@pytest.mark.parametrize(
    ("due", "pause"),
    [(600.0, 600.0), (-5.0, LEAST_PAUSE), (1e9, LONGEST_PAUSE)],
)
def test_it_comes_back_when_the_next_work_is_due(due, pause):
    timers, done = Timers(), []
    background = Background(lambda: done.append(1), run, next_in=lambda: due, later=timers.later)

    background.kick()
    assert [seconds for seconds, _ in timers.set] == [pause]
    timers.set[0][1]()

    assert done == [1, 1]


def test_it_has_one_timer_and_none_where_nothing_waits():
    timers, due = Timers(), iter([600.0, 60.0, None])
    background = Background(lambda: None, run, next_in=lambda: next(due), later=timers.later)

    for _ in range(3):
        background.kick()

    assert [seconds for seconds, _ in timers.set] == [600.0, 60.0]
    assert timers.cancelled == timers.set


def test_work_that_fails_does_not_keep_the_next_from_being_done(caplog):
    outcomes = iter([ZeroDivisionError(), None])

    def work():
        if (error := next(outcomes)) is not None:
            raise error

    background = Background(work, run, next_in=lambda: None)
    background.kick()
    background.kick()

    assert caplog.text.count("background work failed") == 1
    assert next(outcomes, "all done") == "all done"


def test_a_new_process_looks_for_what_an_earlier_one_left(stage):
    import runpy
    from types import SimpleNamespace

    settings = runpy.run_path("gunicorn.conf.py")
    stage.started.clear()

    settings["post_worker_init"](SimpleNamespace(wsgi=stage.app, cfg=SimpleNamespace(threads=64)))

    assert len(stage.started) == 1
