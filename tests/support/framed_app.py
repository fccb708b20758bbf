"""A bare application for the frame of a simulated portal.

The portal is reached as localhost and the application as 127.0.0.1: two sites, as in life.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, request, send_file

from b24app.simulator.portal_state.application import Placement
from b24app.simulator.portal_state.state import PortalState

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


def bind_tab(state: PortalState, code: str, handler: str) -> Placement:
    """Bind a tab as the application would do, and return the binding."""
    assert state.installation is not None
    binding = Placement(state.next_binding_id(), code, handler, title="Payments")
    state.installation.placements.append(binding)
    return binding
