"""What stands between a request and the disk of its log line."""

from __future__ import annotations

import threading

from b24app.bitrix.log.writer import Writer


def test_writer_makes_requests_wait_where_the_disk_is_slow_and_loses_nothing():
    is_free, written, lost = threading.Event(), [], []

    def write(thing):
        is_free.wait()
        written.append(thing)

    writer = Writer(write, lost.append, most=2, patience=60)
    adding = threading.Thread(target=lambda: list(map(writer.add, range(5))))
    adding.start()
    adding.join(0.2)
    assert adding.is_alive()
    is_free.set()
    adding.join()
    writer.close()
    writer.add(5)

    assert written == [0, 1, 2, 3, 4, 5]
    assert not lost


def test_writer_counts_what_a_disk_that_never_answers_did_not_take():
    is_free, lost = threading.Event(), []

    def write(_thing):
        is_free.wait()

    writer = Writer(write, lost.append, most=2, patience=0)

    for one in range(3):
        writer.add(one)
    assert lost == [1]
    writer.close(seconds=0)

    assert lost == [1, 2]
    is_free.set()


def test_writer_goes_on_after_what_cannot_be_written(caplog):
    written, lost = [], []
    writer = Writer(lambda one: written.append(1 / one), lost.append)
    for one in (1, 0, 1):
        writer.add(one)
    writer.close()

    assert (written, lost) == ([1, 1], [1])
    assert "ZeroDivisionError" in caplog.text
