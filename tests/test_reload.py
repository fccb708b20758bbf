"""`kill -HUP` of gunicorn's first process: the old workers serve until the new ones can."""

from __future__ import annotations

import os
import queue
import runpy
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0
LISTENING = "00010000"
"""The mark in /proc/net/unix of a socket that takes connections."""
SLOW = """
import os, pathlib, sys, time
from types import SimpleNamespace

folder = pathlib.Path(__file__).parent
(folder / f"begun-{os.getpid()}").touch()
while not (folder / "go").exists():
    time.sleep(0.02)
if (folder / "odd").exists():
    sys.exit(3)

class App:
    extensions = {"b24app": SimpleNamespace(
        deps=SimpleNamespace(
            carry=lambda threads: None,
            rest_log=SimpleNamespace(write_beside=lambda: None, close=lambda: None),
        ),
        background=SimpleNamespace(kick=lambda: None),
    )}

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/held":
            (folder / "held").touch()
            while not (folder / "release").exists():
                time.sleep(0.02)
        start_response("200 OK", [])
        return [str(os.getpid()).encode()]

app = App()
"""
"""An application that takes as long to start as the test likes, and says which process answers."""


def until(holds):
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, "It has not happened."
        time.sleep(0.02)
    return found


def asked(address):
    """The number of the process that answers."""
    connection = HTTPConnection("app")
    connection.sock = socket(AF_UNIX, SOCK_STREAM)
    connection.sock.settimeout(PATIENCE / 6)
    try:
        connection.sock.connect(str(address))
        connection.request("GET", "/", headers={"Connection": "close"})
        return int(connection.getresponse().read())
    finally:
        connection.close()


def listens(address):
    # The file is there a moment before.
    with socket(AF_UNIX, SOCK_STREAM) as probe:
        return probe.connect_ex(str(address)) == 0


@pytest.fixture
def server(tmp_path):
    """One worker behind a socket in a file, as `gunicorn.conf.py` has it."""
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "go").touch()
    address = tmp_path / "socket"
    options = ["-c", str(ROOT / "gunicorn.conf.py"), "--workers", "1", "--bind", f"unix:{address}"]
    environ = {
        name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, "--chdir", str(tmp_path), "slow:app"],
        env=environ,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        until(lambda: process.poll() is not None or listens(address))
        yield SimpleNamespace(process=process, address=address, folder=tmp_path)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def reload_until_another_worker_begins(server):
    (server.folder / "go").unlink()
    server.process.send_signal(signal.SIGHUP)
    until(lambda: len(list(server.folder.glob("begun-*"))) == 2)


def test_the_old_worker_serves_until_the_new_one_can(server):
    old = asked(server.address)
    reload_until_another_worker_begins(server)

    # Longer than gunicorn would need to end it.
    for _ in range(15):
        assert asked(server.address) == old
        time.sleep(0.1)
    (server.folder / "go").touch()

    assert until(lambda: asked(server.address) != old)
    assert server.process.poll() is None


def test_where_no_new_worker_can_start_the_old_one_goes_on(server):
    old = asked(server.address)
    (server.folder / "odd").touch()
    reload_until_another_worker_begins(server)
    (server.folder / "go").touch()

    # Longer than gunicorn would need to stop.
    for _ in range(15):
        assert asked(server.address) == old
        time.sleep(0.1)
    assert server.process.poll() is None


def test_who_ends_the_server_waits_for_no_new_worker(server):
    old = asked(server.address)
    reload_until_another_worker_begins(server)

    server.process.terminate()

    # As in a container, whose first process reaps: a number of no process names nobody.
    until(lambda: not Path(f"/proc/{old}").exists())
    (server.folder / "go").touch()
    assert server.process.wait(PATIENCE) == 0


def send(address, path):
    """A request that is sent; its answer can be read when the test likes."""
    connection = HTTPConnection("app")
    connection.sock = socket(AF_UNIX, SOCK_STREAM)
    connection.sock.settimeout(PATIENCE)
    connection.sock.connect(str(address))
    connection.request("POST", path, body="once=1")
    return connection


def status(connection):
    """The status that came; with its end the connection is closed."""
    with connection.getresponse() as answer:
        answer.read()
    connection.close()
    return answer.status


def test_who_has_connected_when_the_server_ends_is_served(server):
    """What waits in the socket's queue may be a write, which no proxy sends again."""
    worker = asked(server.address)
    os.kill(worker, signal.SIGSTOP)
    try:
        waiting = [send(server.address, "/") for _ in range(5)]
        os.kill(worker, signal.SIGTERM)
        server.process.terminate()
    finally:
        os.kill(worker, signal.SIGCONT)

    assert [status(one) for one in waiting] == [200] * 5
    assert server.process.wait(PATIENCE) == 0


def test_who_comes_while_the_last_request_ends_is_refused_at_once(server):
    """Left in the queue they would be cut off later, with what they had sent."""
    last = send(server.address, "/held")
    until((server.folder / "held").exists)

    server.process.terminate()

    # Not by its name, which goes before: it is the socket that must not listen any more.
    until(lambda: not listening(server.address))
    (server.folder / "release").touch()
    assert status(last) == 200


def listening(address):
    """Whether any process holds the socket open to listen."""
    marks = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
    return any(fields[-1] == str(address) and fields[3] == LISTENING for fields in marks)


def test_the_old_worker_serves_minutes_while_the_machine_is_starved(monkeypatch):
    """A start took 46 s on two cores that others kept busy: nobody was served in the meantime."""
    settings = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    now, ended_at, starting = [0.0], [], SimpleNamespace(age=2)
    clock = SimpleNamespace(
        monotonic=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds)
    )
    monkeypatch.setitem(settings["on_reload"].__globals__, "time", clock)
    monkeypatch.setitem(settings["on_reload"].__globals__, "_is_ready", lambda _w: now[0] > 120)

    class Server:
        worker_age, SIG_QUEUE, WORKERS = 1, queue.SimpleQueue(), {1: starting}

        def reap_workers(self):
            """Nobody has ended."""

        def manage_workers(self):
            ended_at.append(now[0])

    server = Server()
    server.SIG_QUEUE.put(signal.SIGCHLD)
    settings["on_reload"](server)
    server.manage_workers()

    assert ended_at[0] > 120
    assert server.SIG_QUEUE.get_nowait() == signal.SIGCHLD


def test_a_server_of_which_no_worker_can_start_stops(server):
    old = asked(server.address)
    (server.folder / "odd").touch()
    os.kill(old, signal.SIGTERM)

    assert server.process.wait(PATIENCE) == 3


def test_a_worker_that_cannot_be_replaced_ends_no_other(server):
    """As in the middle of an upgrade, when one of many has answered its last request."""
    first = asked(server.address)
    server.process.send_signal(signal.SIGTTIN)
    until(lambda: len(list(server.folder.glob("begun-*"))) == 2)
    until(lambda: asked(server.address) != first)
    (server.folder / "odd").touch()
    os.kill(first, signal.SIGTERM)
    until(lambda: len(list(server.folder.glob("begun-*"))) == 3)

    # Longer than gunicorn would need to stop.
    for _ in range(15):
        asked(server.address)
        time.sleep(0.1)
    assert server.process.poll() is None
    (server.folder / "odd").unlink()

    begun = {int(file.name.partition("-")[2]) for file in server.folder.glob("begun-*")}
    assert until(lambda: asked(server.address) not in begun)
