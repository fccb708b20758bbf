"""Do one HTTP exchange: no redirects, no cookies, no environment proxies, bounded in time.

The seam of this room is the adapter: whatever is mounted on the session plays the network.
Exceptions of requests and urllib3 hold URLs and whole requests, tokens among them. None leaves this
module, not even as the context of another: an exchange answers `Received` or `Lost`.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from b24app.bitrix.wire.bounded import BoundedAdapter
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.room import ROOM, Held, Room

MAX_BODY_BYTES = 2 * 1024 * 1024
"""Unpacked. A card with 1,000 product rows takes less."""

CHUNK_BYTES = 64 * 1024
POOLS = 500
CONNECTIONS_A_POOL = 10
CAUSE_DEPTH = 8

NEVER_SENT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    NewConnectionError,
    ConnectTimeoutError,
    ConnectionRefusedError,
    socket.gaierror,
    # Other TLS errors can also come while the answer is read, so they do not prove anything.
    ssl.SSLCertVerificationError,
)


class Lost(Enum):
    """Why there is no answer."""

    NOT_SENT = "no_connection"
    NO_ANSWER = "no_answer"
    TOO_LARGE = "too_large"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came, whatever its status. `headers` is case-insensitive.

    `held` is the room for what the body becomes: keep it as long as that.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    held: Held | None = field(default=None, repr=False, compare=False)


class NoRedirects(requests.Session):
    """A session to which no answer is a redirect: a POST with a token is never sent on.

    `allow_redirects=False` alone would still read the body of a redirect without any bound and
    prepare the next request.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Answer None: requests then returns the 3xx answer itself."""
        return None


def harden(session: requests.Session) -> None:
    """Remove from `session` what the environment or a server could put into it."""
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))


def make_session(adapter: BaseAdapter | None = None) -> requests.Session:
    """Return the one session of a process. It is safe to use from many threads.

    `adapter` replaces the network, in tests and for the simulator.
    """
    session = NoRedirects()
    harden(session)
    network = adapter or BoundedAdapter(POOLS, CONNECTIONS_A_POOL, max_retries=0)
    session.mount("https://", network)
    session.mount("http://", network)
    return session


def exchange(
    session: requests.Session, request: requests.Request, deadline: Deadline, room: Room = ROOM
) -> Received | Lost:
    """Send `request` once and read the whole answer before the deadline.

    Raises NoConnectionError when the deadline had passed before anything was sent.
    """
    timeout = deadline.timeout()
    try:
        response = session.send(
            _prepared(session, request), stream=True, timeout=timeout, allow_redirects=False
        )
    except (OSError, HTTPError, ValueError) as error:
        return Lost.NOT_SENT if was_never_sent(error) else Lost.NO_ANSWER
    return receive(response, deadline, room)


def _prepared(session: requests.Session, request: requests.Request) -> requests.PreparedRequest:
    """Return what `session.prepare_request` makes of a call to a portal, at a tenth of its price.

    Its address holds no parameters, its body is bytes, and of the session there is nothing to
    merge but headers: see `harden`.
    """
    if request.params or not isinstance(request.data, bytes):
        return session.prepare_request(request)
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url = request.method, _address(str(request.url))
    prepared.prepare_headers({**session.headers, **request.headers})
    prepared.prepare_body(request.data, None)
    return prepared


@lru_cache(maxsize=2 * POOLS)
def _address(url: str) -> str | None:
    """Return an address as it is sent. Raises what requests raises for one that is none."""
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, None)
    return prepared.url


def receive(
    response: requests.Response, deadline: Deadline, room: Room = ROOM, most: int | None = None
) -> Received | Lost:
    """Read the body of a streamed response: at most 2 MB, and at most until the deadline.

    `most` is another bound. The body takes room for what it becomes while it is read.
    """
    most = MAX_BODY_BYTES if most is None else most
    held = room.hold(urlsplit(response.url or "").netloc)
    body = bytearray()
    try:
        for chunk in _chunks(response):
            if len(body) + len(chunk) > most:
                return Lost.TOO_LARGE
            if not held.grow(chunk, deadline.remaining()):
                return Lost.NO_ROOM
            body += chunk
            if deadline.remaining() <= 0:
                return Lost.NO_ANSWER
    except (OSError, HTTPError, ValueError):
        return Lost.NO_ANSWER
    finally:
        # A connection whose body was read to its end is back in the pool already.
        response.close()
    return Received(response.status_code, response.headers, bytes(body), held)


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """Yield what has arrived, as it arrives.

    `iter_content` waits until a chunk is full, so a server sending one byte a second would hold it
    for hours: each byte starts the socket's timeout again. `read1` returns after one read.
    """
    raw = response.raw
    if not isinstance(raw, urllib3.HTTPResponse):
        yield from response.iter_content(CHUNK_BYTES)
        return
    while chunk := raw.read1(CHUNK_BYTES, decode_content=True):
        yield chunk


def was_never_sent(error: BaseException) -> bool:
    """Look for the reason inside what requests and urllib3 wrap around each other."""
    queue = [error]
    for _ in range(CAUSE_DEPTH):
        if not queue:
            return False
        present = queue.pop(0)
        if isinstance(present, NEVER_SENT):
            return True
        inner = (getattr(present, "reason", None), present.__cause__, *present.args)
        queue += [wrapped for wrapped in inner if isinstance(wrapped, BaseException)]
    return False
