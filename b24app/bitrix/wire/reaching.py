"""Ask whether a server can be reached from here, and if not, why: for the operator's self-check."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

import requests
from urllib3.exceptions import HTTPError, NameResolutionError

from b24app.bitrix.wire.deadline import Deadline

CAUSE_DEPTH = 12


class Barrier(Enum):
    """Why nothing was reached. The first that fits counts."""

    NAME = "its name is not found"
    CERTIFICATE = "its certificate is not trusted"
    REFUSED = "it refuses the connection"
    TIME = "it does not answer in time"
    HANDSHAKE = "it begins no secure connection"
    OTHER = "the connection failed"


REASONS: tuple[tuple[Barrier, tuple[type[BaseException], ...]], ...] = (
    (Barrier.NAME, (socket.gaierror, NameResolutionError)),
    (Barrier.CERTIFICATE, (ssl.SSLCertVerificationError,)),
    (Barrier.REFUSED, (ConnectionRefusedError,)),
    (Barrier.TIME, (requests.Timeout, TimeoutError)),
    (Barrier.HANDSHAKE, (ssl.SSLError,)),
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A server that answered, with whatever status. `headers` are case-insensitive."""

    status: int
    headers: Mapping[str, str] = field(repr=False)


def reach(session: requests.Session, url: str, deadline: Deadline) -> Reached | Barrier:
    """Send one HEAD request, without a body, a token or a redirect that is followed."""
    request = session.prepare_request(requests.Request("HEAD", url))
    try:
        answer = session.send(
            request, stream=True, timeout=deadline.timeout(), allow_redirects=False
        )
    except (OSError, HTTPError, ValueError) as error:
        return _barrier(error)
    answer.close()
    return Reached(answer.status_code, answer.headers)


def _barrier(error: BaseException) -> Barrier:
    causes = tuple(_causes(error))
    for barrier, kinds in REASONS:
        if any(isinstance(cause, kinds) for cause in causes):
            return barrier
    return Barrier.OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what requests and urllib3 wrapped in it."""
    queue = [error]
    for _ in range(CAUSE_DEPTH):
        if not queue:
            return
        present = queue.pop(0)
        yield present
        inner = (getattr(present, "reason", None), present.__cause__, present.__context__)
        queue += [
            wrapped for wrapped in (*inner, *present.args) if isinstance(wrapped, BaseException)
        ]
