"""Requests that never end: sockets that send half a head, or half a body, and then wait."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

from tools.attack.people import people_at_work
from tools.attack.report import Row, undisturbed
from tools.stage import Stage

HEAD = b"POST /events HTTP/1.1\r\nHost: app\r\nContent-Type: application/x-www-form-urlencoded\r\n"
HALF_A_BODY = HEAD + b"Content-Length: 100000\r\n\r\nevent=ONAPP"
SOCKETS, MANY = 40, 400
SECONDS = 20.0


def half_sent_heads(running: Stage) -> Iterator[Row]:
    """40 sockets with half a head each."""
    yield from _beside(running, HEAD, SOCKETS)


def half_sent_bodies(running: Stage) -> Iterator[Row]:
    """40 sockets with half a body each."""
    yield from _beside(running, HALF_A_BODY, SOCKETS)


def half_sent_in_hundreds(running: Stage) -> Iterator[Row]:
    """400 sockets, more than there are threads: what a proxy has to keep away."""
    yield from _beside(running, HALF_A_BODY, MANY)


def _beside(running: Stage, start: bytes, count: int) -> Iterator[Row]:
    address = urlsplit(running.app_url)
    with people_at_work(running) as others, ExitStack() as stack:
        time.sleep(1)
        for _ in range(count):
            connection = socket.create_connection(
                (str(address.hostname), address.port or 80), timeout=5
            )
            stack.enter_context(connection)
            connection.sendall(start)
        time.sleep(SECONDS)
    yield Row("people beside them", others, *undisturbed(others))
