"""Threaded loopback servers that keep connections alive, as a portal does."""

from __future__ import annotations

import io
import ssl
import threading
from collections.abc import Callable, Iterable
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

_BODILESS = frozenset({204, 304})


class KeepAliveHandler(WSGIRequestHandler):
    """HTTP/1.1 with kept-alive connections, and no line printed per request.

    werkzeug's own `run_wsgi` ends every connection, and empties the socket before it does.
    """

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: without this the second waits for a delayed acknowledgement.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request; the loop around it goes on with the next one."""
        environ = self.make_environ()
        if not environ.get("wsgi.input_terminated"):
            # A body left unread would be taken for the next request.
            length = environ.get("CONTENT_LENGTH") or ""
            environ["wsgi.input"] = io.BytesIO(
                self.rfile.read(int(length)) if length.isdecimal() else b""
            )
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None
        ) -> Callable[[bytes], object]:
            started.append((status, headers))
            return self.wfile.write

        try:
            body = self.server.app(environ, start_response)
            status, headers = started[-1]
            self._send_answer(status, headers, body)
        except (ConnectionError, TimeoutError):
            # The client went away, or a fault cut the connection.
            self.close_connection = True

    def _send_answer(
        self, status: str, headers: list[tuple[str, str]], body: Iterable[bytes]
    ) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        has_body = self.command != "HEAD" and int(code) not in _BODILESS
        is_chunked = has_body and not any(name.lower() == "content-length" for name, _ in headers)
        if is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in body if has_body else ():
            if piece:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
        if is_chunked:
            self.wfile.write(b"0\r\n\r\n")
        closing = getattr(body, "close", None)
        if closing is not None:
            closing()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing: GET /_control/record has it all."""


class PortalServer:
    """One WSGI application on 127.0.0.1 and, where the machine has it, ::1 of the same port."""

    def __init__(
        self, application: WSGIApplication, port: int, tls: ssl.SSLContext | None = None
    ) -> None:
        self._application = application
        self._tls = tls
        self._servers = [self._start("127.0.0.1", port)]
        self.port = int(self._servers[0].port)
        try:
            self._servers.append(self._start("::1", self.port))
        except OSError:
            # No IPv6 here; localhost then resolves to 127.0.0.1 alone.
            return

    def _start(self, host: str, port: int) -> BaseWSGIServer:
        server = make_server(
            host,
            port,
            self._application,
            threaded=True,
            request_handler=KeepAliveHandler,
            ssl_context=self._tls,
        )
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def stop(self) -> None:
        """Stop listening and give the ports back."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
