"""`APP_ENV=development python -m b24app.simulator --port 8024`: the portal alone, for development.

Two servers: the portal on `localhost` and `127.0.0.1`, and the authorization server with an origin
of its own, where a loopback B24_OAUTH_URL says, else on the next port.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .events import EventWorker
from .oauth import create_oauth
from .portal import create_portal
from .seed import DEMO_DEAL
from .state import PortalState

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class QuietHandler(WSGIRequestHandler):
    """Keeps connections alive, as a portal does, and prints no line per request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing: GET /_control/record has it all."""


def oauth_origin(env: Mapping[str, str], portal_port: int) -> str:
    """Return where the authorization server listens."""
    asked = env.get("B24_OAUTH_URL", "").rstrip("/")
    if urlsplit(asked).hostname in LOOPBACK and urlsplit(asked).port:
        return asked
    return f"http://localhost:{portal_port + 1}"


def serve(application: WSGIApplication, port: int) -> list[BaseWSGIServer]:
    """Start threaded servers on both loopback addresses; 127.0.0.1 must work, ::1 may be absent."""
    servers = []
    for host in ("127.0.0.1", "::1"):
        try:
            server = make_server(
                host,
                port,
                application,
                threaded=True,
                request_handler=QuietHandler,
            )
        except OSError:
            if host == "127.0.0.1":
                raise
            continue
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    return servers


def main(argv: list[str] | None = None) -> int:
    """Run until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m b24app.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8024)
    port = parser.parse_args(argv).port
    if os.environ.get("APP_ENV") != "development":
        print("The portal simulator only starts with APP_ENV=development.", file=sys.stderr)
        return 2
    origin = oauth_origin(os.environ, port)
    state = PortalState(domain=f"localhost:{port}", oauth_origin=origin)
    serve(create_portal(state), port)
    serve(create_oauth(state), urlsplit(origin).port or port + 1)
    worker = EventWorker(state)
    worker.start()
    print(f"Portal               {state.origin}/")
    print(f"Demo deal            {state.origin}/crm/deal/details/{DEMO_DEAL}/")
    print(f"Control panel        {state.origin}/_control")
    print(f"REST                 {state.client_endpoint}")
    print(f"Authorization server {origin}/oauth/token/", flush=True)
    try:
        worker.join()
    except KeyboardInterrupt:
        worker.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
