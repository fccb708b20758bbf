"""A portal of somebody who means harm: installed like any other, it answers as it likes."""

from __future__ import annotations

import gzip
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from b24app.cipher import Cipher
from b24app.domain import TokenPair, TokenResponse
from b24app.storage import portals
from b24app.storage.session import Database
from tools.stage import Stage

APP_CODE = "app.hostile"
BUSY = b'{"error":"QUERY_LIMIT_EXCEEDED","error_description":"Too many requests"}'


@dataclass(frozen=True)
class HostilePortal:
    """Where it listens, how the app knows it, and what only its people know."""

    member_id: str
    host: str
    application_token: str


Answer = Callable[[BaseHTTPRequestHandler], None]


def silent(seconds: float) -> Answer:
    """Say nothing for so long, then answer what no application can use."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        send(handler, 200, b"{}")

    return answer


def busy(handler: BaseHTTPRequestHandler) -> None:
    """Call every request one too many."""
    send(handler, 503, BUSY)


def trickling(handler: BaseHTTPRequestHandler) -> None:
    """Send one byte a second of an answer that never ends."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b" ")
        time.sleep(1)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte a second of a head, of the length of a part, of what is packed, or of nothing."""
    start, drip = random.choice(DRIPS)  # noqa: S311 - nothing depends on it.
    handler.wfile.write(start)
    for _ in range(60):
        handler.wfile.write(drip)
        time.sleep(1)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
DRIPS = (
    (b"HTT", b"P"),
    (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    (CHUNKED + b"\r\n2;", b"x"),
    (CHUNKED + b"\r\n", b"1\r\n \r\n"),
    (CHUNKED + b"\r\n2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    (CHUNKED + b"Content-Encoding: gzip\r\n\r\na\r\n" + gzip.compress(b"")[:10] + b"\r\n", b"0"),
)
"""How an answer begins, and what follows again and again."""


def huge() -> Answer:
    """Send one of the answers that cost little to send and much to read."""
    bodies = (
        b'{"result":[' + b"{}," * 7_000_000 + b"{}]}",
        b'{"result":' + b"[" * 900_000 + b"]" * 900_000 + b"}",
        b'{"result":[' + b"0," * 900_000 + b"0]}",
        b'{"result":{' + b",".join(b'"%d":{}' % number for number in range(170_000)) + b"}}",
        b'{"result":"' + b"\\ud83d" * 300_000 + b'"}',
        b'{"result":' + b"9" * 1_900_000 + b"}",
        b" " * 30_000_000,
    )
    # Half a second's work: for whoever attacks with them, and before it is felt by anybody.
    packed = [gzip.compress(body) for body in bodies]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, random.choice(packed), "gzip")  # noqa: S311 - nothing depends on it.

    return answer


def send(
    handler: BaseHTTPRequestHandler, status: int, body: bytes, encoding: str = "identity"
) -> None:
    """Answer with a body, which may be packed."""
    handler.send_response(status)
    handler.send_header("Content-Encoding", encoding)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def body_of(handler: BaseHTTPRequestHandler) -> bytes:
    """What the app sent."""
    return bytes(getattr(handler, "body", b""))


@contextmanager
def hostile_portals(
    running: Stage, answer: Answer, count: int = 1
) -> Iterator[list[HostilePortal]]:
    """Let `count` hostile portals be installed and listen until the end of the block."""
    servers = [_serve(answer) for _ in range(count)]
    try:
        yield [
            _installed(running, number, server.server_address[1])
            for number, server in enumerate(servers)
        ]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _serve(answer: Answer) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of connections that the app has given up."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def _installed(running: Stage, number: int, port: int) -> HostilePortal:
    portal = HostilePortal(f"{0xBAD0000 + port:032x}", f"127.0.0.1:{port}", f"{number:032x}")
    write_installation(running, portal, TokenPair(f"access{port}", f"refresh{port}", soon()))
    return portal


def soon() -> datetime:
    """When tokens expire that were issued now."""
    return datetime.now(UTC) + timedelta(hours=1)


def write_installation(
    running: Stage, portal: HostilePortal, tokens: TokenPair, app_code: str = APP_CODE
) -> None:
    """Write an installation into the app's database, as the wizard would have."""
    now = datetime.now(UTC)
    endpoint = f"http://{portal.host}/rest/"
    server = f"{running.environment['B24_OAUTH_URL']}/rest/"
    scope = frozenset({"crm", "placement"})
    database = Database(running.environment["DATABASE_URL"]).of_all()
    with database.transaction() as session:
        portals.save_installation(
            session,
            Cipher([running.environment["TOKEN_KEYS"]]),
            TokenResponse(tokens, portal.member_id, endpoint, server, scope, "F", 1),
            app_code=app_code,
            application_token=portal.application_token,
            language="en",
            version="1",
            now=now,
        )
        portals.activate(session, portal.member_id, now)
    database.close()
