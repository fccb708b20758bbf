"""The bounds of an exchange; `test_kept_alive` asks the same of real sockets."""

from __future__ import annotations

import io
import socket
import ssl

import pytest
import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from b24app.bitrix.wire import transport
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.transport import Lost, Received, exchange, make_session
from tests.bitrix.conftest import Reply, as_response

URL = "https://portal.bitrix24.com/rest/profile"


def post(session, deadline, url=URL):
    return exchange(session, requests.Request("POST", url, data=b"{}"), deadline)


def wrapped(reason: Exception) -> requests.ConnectionError:
    return requests.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]


class Trickle(io.RawIOBase):
    """A body that gives one byte a second for as long as anybody reads."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def readable(self):
        return True

    def readinto(self, buffer):
        self.clock.now += 1
        buffer[:1] = b"x"
        return 1


def test_a_trickling_body_ends_at_the_deadline(server, clock, deadline):
    server.send = lambda request, **_: as_response(
        request, 200, {}, io.BufferedReader(Trickle(clock))
    )

    assert post(make_session(server), deadline) is Lost.NO_ANSWER

    assert clock.now == 1012


def test_a_body_over_the_limit_is_given_up(server, deadline, monkeypatch):
    monkeypatch.setattr(transport, "MAX_BODY_BYTES", 1000)
    server.answers(Reply(b"x" * 1000), Reply(b"x" * 1001))
    session = make_session(server)

    assert isinstance(post(session, deadline), Received)
    assert post(session, deadline) is Lost.TOO_LARGE


def test_a_packed_body_is_measured_unpacked(server, deadline, monkeypatch):
    import gzip

    monkeypatch.setattr(transport, "MAX_BODY_BYTES", 100_000)
    bomb = gzip.compress(b"0" * 1_000_000)
    server.answers(Reply(bomb, 200, {"Content-Encoding": "gzip"}))

    assert post(make_session(server), deadline) is Lost.TOO_LARGE


def test_a_packed_body_is_unpacked(server, deadline):
    import gzip

    server.answers(Reply(gzip.compress(b'{"result":1}'), 200, {"Content-Encoding": "gzip"}))

    received = post(make_session(server), deadline)

    assert isinstance(received, Received)
    assert received.body == b'{"result":1}'


def test_a_broken_packed_body_is_no_answer(server, deadline):
    server.answers(Reply(b"not gzip", 200, {"Content-Encoding": "gzip"}))

    assert post(make_session(server), deadline) is Lost.NO_ANSWER


def test_a_response_already_read_is_taken_as_it_is(server, deadline):
    def send(request, **_):
        response = as_response(request, 200, {}, io.BytesIO(b"{}"))
        assert response.content == b"{}"
        response.raw = None
        return response

    server.send = send

    received = post(make_session(server), deadline)

    assert isinstance(received, Received)
    assert received.body == b"{}"


@pytest.mark.parametrize(
    "error",
    [
        wrapped(ConnectTimeoutError("slow")),
        wrapped(NameResolutionError("portal", None, socket.gaierror(-2, "unknown"))),  # type: ignore[arg-type]
        requests.exceptions.SSLError(
            MaxRetryError(None, "/", SSLError(ssl.SSLCertVerificationError("self-signed")))  # type: ignore[arg-type]
        ),
        requests.exceptions.InvalidURL("odd"),
    ],
)
def test_what_fails_before_sending_was_not_sent(server, deadline, error):
    server.answers(error)

    assert post(make_session(server), deadline) is Lost.NOT_SENT


@pytest.mark.parametrize(
    "error",
    [
        wrapped(ReadTimeoutError(None, "/", "slow")),  # type: ignore[arg-type]
        wrapped(ProtocolError("Connection aborted.", ConnectionResetError(104))),
        requests.exceptions.SSLError(
            MaxRetryError(None, "/", SSLError(ssl.SSLEOFError("closed")))  # type: ignore[arg-type]
        ),
        requests.exceptions.ChunkedEncodingError("broken"),
        ConnectionResetError(104, "reset"),
        TimeoutError("slow"),
    ],
)
def test_what_fails_later_may_have_been_carried_out(server, deadline, error):
    server.answers(error)

    assert post(make_session(server), deadline) is Lost.NO_ANSWER


def test_the_environment_cannot_change_a_session(monkeypatch, server, deadline):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    server.answers(Reply({"result": 1}))

    received = post(make_session(server), deadline)

    assert isinstance(received, Received)


def test_the_pool_is_wide_and_retries_nothing_by_itself():
    adapter = make_session().get_adapter("https://portal.bitrix24.com")

    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    assert adapter.max_retries.total == 0
    assert vars(adapter)["_pool_connections"] >= 500


class TestDeadline:
    def test_counts_down_to_zero(self, clock):
        deadline = Deadline(5, clock.monotonic)

        clock.now += 2
        assert deadline.remaining() == 3
        clock.now += 10
        assert deadline.remaining() == 0

    def test_gives_a_connection_little_and_an_answer_the_rest(self, clock):
        assert Deadline(12, clock.monotonic).timeout() == (3.05, 12)
        assert Deadline(2, clock.monotonic).timeout() == (2, 2)

    def test_at_most_never_grows(self, clock):
        deadline = Deadline(5, clock.monotonic)

        assert deadline.at_most(3).remaining() == 3
        assert deadline.at_most(9).remaining() == 5
