"""The record of every HTTP request and every executed command, for tests and benchmarks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import count

KEPT_REQUESTS = 20_000
SECRETS = frozenset({
    "auth", "access_token", "refresh_token", "client_secret", "code", "AUTH_ID", "REFRESH_ID",
})  # fmt: skip


@dataclass
class RecordedCommand:
    """One executed REST method. `key` is the batch key, "" for a single call.

    `did_run`: its handler has answered, whatever was then told of it. `made` is the whole number
    that it answered, such as the id of something new.
    """

    method: str
    params: object
    user: int | None
    key: str = ""
    started: float = 0.0
    finished: float = 0.0
    outcome: str = "ok"
    did_run: bool = False
    made: int | None = None


@dataclass
class RecordedRequest:
    """One HTTP request.

    Times are Unix seconds of real time, whatever the portal's clock says. `connection` is the
    client's port: the same number means the same kept-alive connection.
    """

    id: int
    http_method: str
    path: str
    server: str
    user: int | None = None
    params: object = None
    user_agent: str = ""
    connection: int | None = None
    status: int | None = None
    started: float = field(default_factory=time.time)
    finished: float = 0.0
    commands: list[RecordedCommand] = field(default_factory=list)


class Recorder:
    """Keeps the newest requests. Tokens and secrets are left out of what it stores."""

    def __init__(self) -> None:
        self.requests: deque[RecordedRequest] = deque(maxlen=KEPT_REQUESTS)
        self._ids = count(1)

    def start(self, http_method: str, path: str, server: str = "portal") -> RecordedRequest:
        """Record the beginning of a request; `finish` completes it."""
        request = RecordedRequest(next(self._ids), http_method, path, server)
        self.requests.append(request)
        return request

    def finish(self, request: RecordedRequest, status: int) -> None:
        """Note the answer's status (0: none was sent) and the time."""
        request.status = status
        request.finished = time.time()

    def rest_requests(self) -> list[RecordedRequest]:
        """Return the REST requests only: no pages, no authorization server."""
        return [item for item in self.requests if item.path.startswith("/rest/")
                and item.server == "portal"]  # fmt: skip

    def commands(self) -> list[RecordedCommand]:
        """Return every executed command in order of its request."""
        return [command for request in self.requests for command in request.commands]

    def clear(self) -> None:
        """Forget everything recorded."""
        self.requests.clear()

    def as_json(self, after: int = 0) -> dict[str, object]:
        """Return what `GET /_control/record` answers: what came after the request of this id."""
        return {
            "requests": [
                asdict(recorded) for recorded in list(self.requests) if recorded.id > after
            ]
        }


def without_secrets(params: object) -> object:
    """Return parameters without tokens, codes and client secrets, at any depth."""
    if isinstance(params, Mapping):
        return {key: without_secrets(value) for key, value in params.items() if key not in SECRETS}
    if isinstance(params, list):
        return [without_secrets(value) for value in params]
    return params
