"""`python -m tools.bench.secure_portal PORT CERTIFICATE KEY`: the simulated portal over TLS.

PORT is the portal, through a relay that counts. PORT + 1 is plain and counts nothing: there are the
authorization server, the control panel, and `/_wire` with the relay's counts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from b24app.simulator.oauth import create_oauth
from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state.events import EventWorker
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.server import PortalServer
from tools.bench.certificate import ADDRESS, server_side
from tools.bench.relay import Relay


def main(arguments: list[str]) -> int:
    """Run until ended."""
    port = int(arguments[0])
    tls = server_side(Path(arguments[1]), Path(arguments[2]))
    origin = f"http://localhost:{port + 1}"
    state = PortalState(domain=f"{ADDRESS}:{port}", oauth_origin=origin, scheme="https")
    portal, oauth = create_portal(state), create_oauth(state)
    relay = Relay(port, PortalServer(portal, 0, tls).port)

    def plain(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/_wire":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(asdict(relay.wire)).encode()]
        application = portal if path.startswith("/_control") else oauth
        return application(environ, start_response)

    PortalServer(plain, port + 1)
    worker = EventWorker(state)
    worker.start()
    worker.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
