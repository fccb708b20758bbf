"""`APP_ENV=development python -m b24app.simulator --port 8024`: the portal alone, for development.

Two servers: the portal on `localhost` and `127.0.0.1`, and the authorization server with an origin
of its own, where a loopback B24_OAUTH_URL says, else on the next port. A `.env` file in the working
directory is read, as the application reads it, so that both know the same client.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from dotenv import load_dotenv

from b24app.simulator.portal_state.events import EventWorker
from b24app.simulator.portal_state.seed import DEMO_DEAL
from b24app.simulator.portal_state.state import PortalState

from .oauth import create_oauth
from .portal import create_portal
from .server import PortalServer

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def oauth_origin(env: Mapping[str, str], portal_port: int) -> str:
    """Return where the authorization server listens."""
    asked = env.get("B24_OAUTH_URL", "").rstrip("/")
    if urlsplit(asked).hostname in LOOPBACK and urlsplit(asked).port:
        return asked
    return f"http://localhost:{portal_port + 1}"


def main(argv: list[str] | None = None) -> int:
    """Run until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m b24app.simulator", description=__doc__)
    parser.add_argument("--port", type=_port, default=8024)
    port = parser.parse_args(argv).port
    if os.environ.get("APP_ENV") != "development":
        print("The portal simulator only starts with APP_ENV=development.", file=sys.stderr)
        return 2
    origin = oauth_origin(os.environ, port)
    state = PortalState(domain=f"localhost:{port}", oauth_origin=origin)
    PortalServer(create_portal(state), port)
    PortalServer(create_oauth(state), urlsplit(origin).port or port + 1)
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


def _port(text: str) -> int:
    """Return a port that leaves room for the authorization server on the next one."""
    if not text.isdecimal() or not 1 <= int(text) <= 65534:
        raise argparse.ArgumentTypeError(f"1 to 65534, not {text!r}")
    return int(text)


if __name__ == "__main__":
    load_dotenv(".env")
    sys.exit(main())
