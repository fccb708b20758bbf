"""Names of portals that stand for many addresses, some of which say nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
import requests

from b24app.bitrix.wire import bounded, deadline
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.transport import Lost, Received, exchange, make_session

NAME = "portal.example"
ALIVE = "127.0.0.2"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextlib.contextmanager
def hole():
    """An address that takes nobody: who waits to be accepted fills it."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            visitor = stack.enter_context(socket.socket())
            visitor.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                visitor.connect(server.getsockname())
        yield server.getsockname()


@pytest.fixture
def dead():
    with hole() as address:
        yield address


@pytest.fixture
def named(monkeypatch):
    """Let the name stand for the given hosts."""

    def stands_for(*hosts):
        original = socket.getaddrinfo

        def look_up(host, port, *others, **named):
            found = hosts if host == NAME else [host]
            return [one for each in found for one in original(each, port, *others, **named)]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)

    return stands_for


@pytest.fixture
def session():
    made = make_session()
    yield made
    made.close()


def ask(session, port, seconds):
    request = requests.Request("POST", f"http://{NAME}:{port}/rest/profile", data=b"{}")
    return exchange(session, request, Deadline(seconds))


def test_hundreds_of_silent_addresses_take_no_longer_than_two(session, dead, named, monkeypatch):
    """Each was given three seconds: a portal's own name server held a thread for half an hour."""
    monkeypatch.setattr(deadline, "CONNECT_SECONDS", 0.1)
    named(*["127.0.0.1"] * 300)
    began = time.monotonic()

    assert ask(session, dead[1], seconds=5) is Lost.NOT_SENT

    assert time.monotonic() - began < 15


@pytest.mark.allow_hosts(["127.0.0.1", ALIVE])
def test_one_silent_address_may_stand_before_one_that_answers(session, dead, named, monkeypatch):
    monkeypatch.setattr(deadline, "CONNECT_SECONDS", 0.5)
    waited = []
    original = bounded.BoundedReader.__init__

    def noted(reader, sock, raw, seconds):
        waited.append(seconds)
        original(reader, sock, raw, seconds)

    monkeypatch.setattr(bounded.BoundedReader, "__init__", noted)
    named("127.0.0.1", ALIVE)
    with socket.socket() as server:
        server.bind((ALIVE, dead[1]))
        server.listen()
        server.settimeout(60)

        def serve():
            visitor, _ = server.accept()
            with visitor:
                visitor.recv(65536)
                visitor.sendall(ANSWER)

        thread = threading.Thread(target=serve)
        thread.start()
        answer = ask(session, dead[1], seconds=30)
        thread.join()

    assert isinstance(answer, Received)
    assert answer.body == b"{}"
    # What connecting took is no more there for the answer.
    assert waited
    assert max(waited) <= 29.5
