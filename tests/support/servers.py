"""WSGI applications served on free ports, where browsers come.

Connections are kept alive, as gunicorn keeps them: one for each file of a page cost a browser test
a fifteenth of its time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server

from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.server import KeepAliveHandler

POLL = 0.02
"""How often a server looks, in seconds, whether it is to end: what a test waits for at its end.

By default it looks twice a second, and a test of a frame has two servers to wait for.
"""


@contextmanager
def serving(build) -> Iterator[int]:
    """Serve what `build(port)` returns on a free port of 127.0.0.1 until the block ends."""
    server = make_server(
        "127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=KeepAliveHandler
    )
    server.app = build(server.port)
    thread = threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving_portal(app_origin: str) -> Iterator[PortalState]:
    """Serve the pages of a new portal whose application lives at `app_origin`."""
    states: list[PortalState] = []

    def build(port: int) -> Flask:
        state = PortalState(domain=f"localhost:{port}", env={"APP_URL": app_origin})
        states.append(state)
        return create_portal(state)

    with serving(build):
        yield states[0]
