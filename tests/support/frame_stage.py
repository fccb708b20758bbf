"""A stage for frame tests: Chromium, servers on free ports, and a bare application in the frame.

The portal is reached as localhost and the application as 127.0.0.1: two sites, as in life.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask, Response, request, send_file
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from b24app.simulator.portal import create_portal
from b24app.simulator.portal_state.application import Placement
from b24app.simulator.portal_state.state import PortalState
from tools import chromium

# The first two are hidden pages of the address bar, loaded with every window: a third of the work
# of a test. The others are Playwright's own list, which a second --disable-features replaces.
UNUSED_FEATURES = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
CHROMIUM_OPTIONS = [*chromium.OPTIONS, f"--disable-features={','.join(UNUSED_FEATURES)}"]
ADMIN, MANAGER = 1, 7

# The application in the frame: it keeps what it hears and says only what a test tells it to.
PAGE = """<!doctype html><html lang="en"><title>Framed application</title>
<script src="/probe.js"></script>{sdk}<body><p id="content">Application</p></body></html>"""
PROBE = """
window.inbox = [];
addEventListener("message", (event) => {
  if (event.source === parent) inbox.push({ data: event.data, origin: event.origin });
});
const [host, protocol] = window.name.split("|");
window.say = (data) => parent.postMessage(data, `${protocol === "1" ? "https" : "http"}://${host}`);
"""


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run Chromium until the block ends. Without one the test is skipped; with CI set it fails."""
    program = chromium.path()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; CI needs one (CHROMIUM is its path).")
        pytest.skip("Chromium is not installed; set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@dataclass
class FramedApp:
    """A bare application: every POST it received, and the page it answers."""

    port: int = 0
    sdk: Path | None = None
    posts: list[Post] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wsgi(self) -> Flask:
        app = Flask("framed_app", static_folder=None)

        @app.route("/", methods=["GET", "POST"], defaults={"path": ""})
        @app.route("/<path:path>", methods=["GET", "POST"])
        def page(path: str) -> Response:
            if path == "probe.js":
                return Response(PROBE, mimetype="text/javascript")
            if request.method == "POST":
                self.posts.append(
                    Post(
                        request.url,
                        request.query_string.decode(),
                        list(request.form.items()),
                        dict(request.headers),
                    )
                )
            script = '<script src="/sdk.js"></script>' if self.sdk else ""
            return Response(PAGE.format(sdk=script), mimetype="text/html")

        @app.get("/sdk.js")
        def sdk() -> Response:
            return send_file(self.sdk or "absent")

        return app


@dataclass
class Post:
    """One framed POST as the application received it; `form` keeps the order."""

    url: str
    query: str
    form: list[tuple[str, str]]
    headers: dict[str, str]

    @property
    def fields(self) -> dict[str, str]:
        return dict(self.form)


@contextmanager
def serving(build) -> Iterator[int]:
    """Serve what `build(port)` returns on a free port of 127.0.0.1 until the block ends."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    server.app = build(server.port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
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


def bind_tab(state: PortalState, code: str, handler: str) -> Placement:
    """Bind a tab as the application would do, and return the binding."""
    assert state.installation is not None
    binding = Placement(state.next_binding_id(), code, handler, title="Payments")
    state.installation.placements.append(binding)
    return binding
