"""Machines behind a proxy that answer as they are told, and who asks them through it."""

from __future__ import annotations

import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import requests


class Upstream:
    """A machine behind the proxy: it answers, or reads a request and closes the connection.

    `slow` is the number of the request that it answers too late.
    """

    def __init__(self, status, slow=None):
        self.came = came = []

        class Handler(BaseHTTPRequestHandler):
            def note(self):
                came.append((self.command, int(self.path[1:])))
                if came[-1][1] == slow:
                    time.sleep(2)
                if status:
                    page = b"<p>page</p>" * 500
                    self.send_response(status)
                    self.send_header("Content-Type", "text/html")
                    self.send_header("Content-Length", str(len(page)))
                    self.end_headers()
                    self.wfile.write(page)
                self.close_connection = True

            do_GET = do_POST = do_DELETE = note  # noqa: N815 - names of the library.

            def log_message(self, *_):
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


def answer(port, method, number):
    """An answer; nginx may only just have begun to listen."""
    for _ in range(100):
        with suppress(requests.ConnectionError):
            return requests.request(method, f"http://127.0.0.1:{port}/{number}", timeout=30)
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")
