"""A portal that says what a test tells it to: an adapter, so the whole client is exercised."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import urllib3
from requests.adapters import BaseAdapter

from b24app.bitrix.log.rest_log import RestLog
from b24app.bitrix.oauth.server import AuthorizationServer
from b24app.bitrix.wire.client import BitrixClient
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.shares import Share
from b24app.bitrix.wire.transport import make_session

EXAMPLES = Path(__file__).parents[2] / "docs" / "bitrix24" / "examples"
ENDPOINT = "https://portal.bitrix24.com/rest/"
TOKEN = "s1morf609228iwyjjpvfv6wsvuja4p8u"
CLIENT_SECRET = "LJSl0lNB76B5YY6u0YVQ3AW0DrVADcRTwVr4y99PXU1BWQybWK"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
CLIENT_ID = "app.573ad8a0346747.09223434"
CODE = "avmocpghblyi01m3h42bljvqtyd19sw1"
REFRESH = "4f9k4jpmg13usmybzuqknt2v9fh0q6rl"
ACCESS = "put_access_token_here"
SECRETS = (CLIENT_SECRET, CODE, REFRESH, ACCESS, "s1morf609228iwyjjpvfv6wsvuja4p8u")


def example(name: str) -> dict[str, Any]:
    text = (EXAMPLES / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def result_of(name: str) -> Any:
    """The documented result, its numbers exactly as the client reads them."""
    from b24app.bitrix.wire.answers import parse

    body = parse(json.dumps(example(name)["response"]["body"]).encode())
    assert body is not None
    return body["result"]


@dataclass
class Reply:
    """What the server answers: a body that is JSON unless it is text or bytes."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


def ok(result: Any, **headers: str) -> Reply:
    return Reply({"result": result}, 200, {key.replace("_", "-"): headers[key] for key in headers})


def failed(error: Any, status: int = 400, description: str = "words") -> Reply:
    return Reply({"error": error, "error_description": description}, status)


@dataclass(frozen=True)
class Seen:
    """One request as it would go over the wire."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    timeout: Any

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


Handler = Callable[[Seen], Reply | BaseException]


class Server(BaseAdapter):
    """Plays the network. Answers come from `handler`, or one after the other from `answers`."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Seen] = []
        self.handler: Handler | None = None
        self.queue: list[Reply | BaseException] = []

    def answers(self, *replies: Reply | BaseException) -> None:
        self.queue = list(replies)

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        assert stream, "bodies are read with a bound"
        assert cert is None
        body = request.body or b""
        seen = Seen(
            request.method,
            request.url,
            dict(request.headers),
            body if isinstance(body, bytes) else body.encode(),
            timeout,
        )
        self.seen.append(seen)
        assert verify is True, "certificates are always checked"
        assert not proxies, "no proxy of the environment"
        reply = self.handler(seen) if self.handler else self.queue.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        return as_response(request, reply.status, reply.headers, io.BytesIO(reply.encoded()))

    def close(self) -> None:
        raise AssertionError("the shared adapter is never closed")


def as_response(request, status, headers, stream) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    response.url = request.url
    response.request = request
    response.raw = urllib3.HTTPResponse(
        body=stream, status=status, headers=headers, preload_content=False
    )
    return response


class Clock:
    """A monotonic clock that only moves when somebody sleeps or a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Tokens:
    """A token source that counts renewals."""

    def __init__(self, endpoint: str = ENDPOINT) -> None:
        self.endpoint = endpoint
        self.share = Share("a223c6b3710f85df22e9377d6c4f7553")
        self.token = TOKEN
        self.renewed: list[str] = []

    def current(self) -> str:
        return self.token

    def renew(self, rejected: str) -> str:
        self.renewed.append(rejected)
        self.token = f"renewed-{len(self.renewed)}"
        return self.token


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def client(server, clock) -> BitrixClient:
    return BitrixClient(
        make_session(server),
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        jitter=lambda: 0.0,
    )


@pytest.fixture
def deadline(clock) -> Deadline:
    return Deadline(12.0, clock.monotonic)


@pytest.fixture
def log_dir(tmp_path):
    return tmp_path / "rest-log"


@pytest.fixture
def make_authorization(server, clock, log_dir):
    def build(**changes):
        wanted = {
            "oauth_url": "https://oauth.bitrix.info",
            "oauth_hosts": frozenset({"oauth.bitrix.info", "oauth.bitrix24.tech"}),
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "clock": lambda: NOW,
            "monotonic": clock.monotonic,
            "rest_log": RestLog(log_dir, 7, lambda: NOW),
        }
        return AuthorizationServer(make_session(server), **{**wanted, **changes})

    return build


@pytest.fixture
def authorization(make_authorization):
    return make_authorization()


def nothing_leaked(error: BaseException) -> bool:
    """Neither the error nor anything a traceback would print with it holds a secret."""
    seen: list[BaseException | None] = [error]
    for one in seen:
        if one is not None:
            seen += [one.__cause__, one.__context__]
    texts = [f"{one!r} {one} {getattr(one, '__dict__', '')}" for one in seen if one is not None]
    return not any(secret in text for secret in SECRETS for text in texts)
