"""What stands between a request and the disk of its log line."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

from b24app.bitrix.log.rest_log import Exchanged, RestLog
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


def test_writer_writes_at_once_where_no_thread_can_start(monkeypatch):
    written, lost = [], []
    writer = Writer(written.append, lost.append)

    def fail(_thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        writer.add(1)
        assert written == [1]
    writer.add(2)
    writer.close()

    assert (written, lost) == ([1, 2], [])


def test_writer_that_is_closed_twice_counts_and_waits_once():
    is_free, lost = threading.Event(), []

    def write(_thing):
        is_free.wait()

    writer = Writer(write, lost.append)
    writer.add(1)

    writer.close(seconds=0)
    # With a second wait this would never end.
    writer.close(seconds=float("inf"))

    assert lost == [1]
    is_free.set()


def test_writer_waits_until_requests_are_over_and_not_when_it_is_closed():
    written, lost = [], []
    writer = Writer(written.append, lost.append, linger=3600)
    writer.add(1)
    writer.add(2)
    assert written == []

    writer.close()

    assert (written, lost) == ([1, 2], [])


def test_writer_waits_no_longer_where_somebody_waits_for_a_place():
    written, lost = [], []
    writer = Writer(written.append, lost.append, most=1, patience=3600, linger=3600)

    # With the whole pause this would take an hour.
    for one in range(3):
        writer.add(one)
    writer.close()

    assert (written, lost) == ([0, 1, 2], [])


def test_writer_goes_on_after_what_cannot_be_written(caplog):
    written, lost = [], []
    writer = Writer(lambda one: written.append(1 / one), lost.append)
    for one in (1, 0, 1):
        writer.add(one)
    writer.close()

    assert (written, lost) == ([1, 1], [1])
    assert "ZeroDivisionError" in caplog.text


def test_lines_written_beside_requests_are_all_there_when_the_process_ends(tmp_path):
    command = [sys.executable, "-c", WRITE_BESIDE, str(tmp_path)]

    assert subprocess.run(command, check=False).returncode == 0

    (file,) = tmp_path.iterdir()
    found = [json.loads(line)["seconds"] for line in file.read_text().splitlines()]
    assert found == list(range(50))


WRITE_BESIDE = """
import sys
from datetime import UTC, datetime
from b24app.bitrix.log.rest_log import Exchanged, RestLog

log = RestLog(sys.argv[1], 7, lambda: datetime(2026, 6, 1, tzinfo=UTC))
log.write_beside()
for number in range(50):
    log.write(Exchanged("https://p.example/rest/", "m", {}, 200, {}, "", number))
"""


def test_line_written_beside_says_when_and_for_whom_it_happened(tmp_path):
    moment, whom, disk = [datetime(2026, 6, 1, tzinfo=UTC)], ["req-1"], threading.Event()
    rest_log = RestLog(tmp_path, 7, lambda: moment[0], lambda: whom[0])
    rest_log.write_beside()
    exchanged = Exchanged("https://p.example/rest/", "m", Late(disk), 200, {}, "", 1.0)
    rest_log.write(exchanged)
    moment[0], whom[0] = moment[0] + timedelta(days=1), "req-2"
    disk.set()
    rest_log.close()

    (file,) = tmp_path.iterdir()
    assert file.name == "rest-2026-06-01.jsonl"
    assert json.loads(file.read_text())["request_id"] == "req-1"


class Late(dict):
    """Parameters that are looked at only when the time has come."""

    def __init__(self, moment):
        super().__init__()
        self.moment = moment

    def get(self, key, default=None):
        self.moment.wait()
        return super().get(key, default)
