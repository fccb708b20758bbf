"""What /metrics counts: openings, writes, calls and what is lost; and that it names nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from b24app.bitrix.wire.shares import Share, Shares
from b24app.cipher import Cipher
from b24app.errors import DatabaseAwayError, PortalCrowdedError
from b24app.services.actions import DeedName
from b24app.storage import jobs
from b24app.storage.session import Database
from tests.support.stage import MANAGER, READER
from tests.test_config import NEEDED

ROOT = Path(__file__).resolve().parents[3]
WORKERS = 2


def figures(text):
    """Samples of this app by name and labels."""
    return Counter({
        (sample.name.removeprefix("deal_payments_"), *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("deal_payments_") and not sample.name.endswith("_created")
    })  # fmt: skip


@pytest.fixture
def grown(stage):
    """Do something; answers by how much each figure grew. Figures of a process are never reset."""

    def measure(act):
        before = figures(stage.client.get("/metrics").text)
        act()
        return figures(stage.client.get("/metrics").text) - before

    return measure


def of(grown, name):
    """The samples of one name, by their labels' values in the order of the labels' names."""
    return {
        tuple(value for _, value in labels): count
        for (found, *labels), count in grown.items()
        if found == name
    }


def test_an_opening_is_counted_by_its_two_parts_and_its_calls(stage, grown):
    seen = grown(stage.tab)

    assert of(seen, "openings_total") == {("shown", "shell"): 1, ("shown", "content"): 1}
    assert of(seen, "portal_call_seconds_count") == {("batch", "ok"): 1}
    assert of(seen, "answer_seconds_count") == {
        ("payments", "2xx"): 1, ("placement", "2xx"): 1, ("pages", "2xx"): 1,
    }  # fmt: skip


def test_a_refresh_is_no_opening(stage, grown):
    tab = stage.tab()

    assert of(grown(lambda: tab.show(refresh="1")), "openings_total") == {}


def test_an_opening_that_shows_no_payments_says_so(stage, grown):
    stage.fail("batch", "silent", times=9)
    failed = grown(stage.tab)

    assert of(failed, "openings_total") == {("shown", "shell"): 1, ("failed", "content"): 1}
    assert of(failed, "portal_call_seconds_count") == {("batch", "no_answer"): 2}
    assert of(failed, "portal_retries_total") == {("lost",): 1}


def test_a_forged_opening_is_refused_in_the_figures(stage, grown):
    seen = grown(lambda: stage.frame("/placement", {"member_id": "x"}))

    assert of(seen, "openings_total") == {("refused", "shell"): 1}


def test_a_write_is_counted_once_by_what_came_of_it(stage, grown):
    tab = stage.tab()

    assert of(grown(lambda: tab.post("/payments/1038/pay", key="k" * 16)), "writes_total") == {
        ("pay", "done"): 1
    }
    repeated = grown(lambda: tab.post("/payments/1038/pay", key="k" * 16))
    assert of(repeated, "writes_total") == {}
    refused = grown(lambda: stage.tab(READER).post("/payments/1036/unpay"))
    assert of(refused, "writes_total") == {("unpay", "refused"): 1}


def test_writes_that_end_unclear_are_figures_before_the_first_of_them(stage):
    shown = of(figures(stage.client.get("/metrics").text), "writes_total")

    assert {(deed, "unknown") for deed in DeedName} <= shown.keys()


def test_an_expired_token_is_one_refresh_and_one_repetition(stage, grown):
    tab = stage.tab(MANAGER)
    stage.fail("batch", "expired_token")

    seen = grown(lambda: tab.show(refresh="1"))

    assert of(seen, "token_refreshes_total") == {("ok",): 1}
    assert of(seen, "portal_retries_total") == {("expired",): 1}
    assert of(seen, "portal_call_seconds_count")[("batch", "expired")] == 1
    assert of(seen, "portal_call_seconds_count")[("authorization", "ok")] == 1


def test_a_limited_portal_is_told_apart(stage, grown):
    tab = stage.tab()
    stage.fail("batch", "busy")

    seen = grown(lambda: tab.show(refresh="1"))

    assert of(seen, "portal_retries_total") == {("limited",): 1}
    assert of(seen, "portal_call_seconds_count")[("batch", "limited")] == 1


@pytest.mark.parametrize("server", ["portal", "authorization"])
def test_who_finds_no_place_is_counted(grown, server):
    shares = Shares(threads=2, patience=0.0, server=server)

    def crowd():
        with shares.place(Share("a")), shares.place(Share("b")), pytest.raises(PortalCrowdedError):
            shares.place(Share("a"), 0).__enter__()

    assert of(grown(crowd), "crowded_total") == {(server,): 1}


def test_a_full_disk_is_counted_by_the_line(stage, grown):
    tab = stage.tab()
    for file in stage.rest_log_dir.iterdir():
        file.unlink()
    stage.rest_log_dir.rmdir()
    stage.rest_log_dir.touch()

    assert of(grown(lambda: tab.show(refresh="1")), "rest_log_lines_lost_total") == {(): 1}


def test_the_age_of_waiting_work_is_that_of_the_oldest(stage):
    now = stage.portal_clock.now()
    with stage.database.transaction() as session:
        cipher = Cipher(stage.config.token_keys)
        jobs.put(session, cipher, kind="probe", member_id="m", payload={}, run_at=now, now=now)

    def age():
        return figures(stage.client.get("/metrics").text)[("queue_age_seconds",)]

    assert age() == 0
    stage.portal_clock.advance(90)
    assert age() == 90


def test_figures_are_shown_while_the_database_is_away(stage, monkeypatch):
    monkeypatch.setattr(Database, "reading", unreachable)

    answer = stage.client.get("/metrics")

    assert answer.status_code == 200
    assert "deal_payments_openings_total" in answer.text
    assert "queue_age" not in answer.text


def unreachable(_database):
    raise DatabaseAwayError("away")


def test_no_figure_names_a_portal_a_person_or_an_address(stage):
    stage.tab().post("/payments/1038/pay")
    stage.client.get("/an/address/of/a/stranger")

    text = stage.client.get("/metrics").text
    # Not the figures: among their digits is any number.
    names = "\n".join(line.rpartition(" ")[0] for line in text.splitlines())

    for word in (stage.portal.member_id, stage.portal.domain, "stranger", "8061", "1038"):
        assert word not in names


@contextmanager
def server(folder, port):
    """Run gunicorn as in production; its process."""
    flask = [sys.executable, "-m", "flask", "--app", str(ROOT / "app"), "db", "upgrade"]
    environ = {"PATH": os.environ["PATH"], "TMPDIR": str(folder), **NEEDED}
    subprocess.run(flask, cwd=folder, env=environ, check=True, capture_output=True)
    config = str(ROOT / "gunicorn.conf.py")
    command = [sys.executable, "-m", "gunicorn", "--config", config, "--bind", f"127.0.0.1:{port}",
               "--workers", str(WORKERS), "--pythonpath", str(ROOT), "app:app"]  # fmt: skip
    with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def workers_of(process):
    """The process ids of the workers that live."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return {int(one) for one in children.read_text().split()}


def wait_until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_all_workers_count_together_and_one_that_ends_is_not_forgotten(tmp_path, unused_port):
    base = f"http://127.0.0.1:{unused_port}"

    def is_up():
        try:
            return requests.get(f"{base}/healthz", timeout=30).ok
        except requests.RequestException:
            return False

    def counted():
        text = requests.get(f"{base}/metrics", timeout=30).text
        key = ("answer_seconds_count", ("route", "install"), ("status", "4xx"))
        return figures(text)[key]

    def ask(times):
        for _ in range(times):
            # A connection of its own each: any worker may take it.
            requests.post(f"{base}/install", timeout=30)

    with server(tmp_path, unused_port) as process:
        wait_until(is_up)
        wait_until(lambda: len(workers_of(process)) == WORKERS)
        ask(30)
        assert [counted() for _ in range(10)] == [30] * 10
        before = workers_of(process)
        for worker in before:
            os.kill(worker, signal.SIGTERM)
        wait_until(lambda: len(workers_of(process)) == len(workers_of(process) - before) == WORKERS)
        wait_until(is_up)
        ask(12)
        assert [counted() for _ in range(10)] == [42] * 10
        files = list(tmp_path.glob("deal-payments-counts-*/histogram_*.db"))
        assert 1 <= len(files) <= WORKERS
    assert list(tmp_path.glob("deal-payments-counts-*")) == []


@pytest.fixture
def unused_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
