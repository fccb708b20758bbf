"""Headers of every answer, request ids, and the count of failed proofs."""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, g, request

from b24app.errors import SessionError, TooManyRequestsError
from b24app.services import proofs
from b24app.web import assets
from b24app.web.launch import bearer_token
from b24app.web.wiring import deps, wiring

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
PROVES_NOTHING = assets.ENDPOINTS | {"pages.healthz", "pages.readyz", "pages.metrics"}
YEAR_SECONDS = 31_536_000
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")


def request_id() -> str:
    """Sixteen hex digits that name the present request in logs and on error pages."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def allow_framing_by(origin: str) -> None:
    """Let the present answer be framed by this origin, and by nobody else.

    The origin comes from the stored endpoint; whatever does not look like one frames nothing.
    """
    if ORIGIN.fullmatch(origin):
        g.frame_origin = origin


def add_headers(response: Response) -> Response:
    """Set on every answer: what may frame it, what it may load, what caches may keep."""
    origin = g.get("frame_origin")
    ancestors = origin or "'none'"
    response.headers["Content-Security-Policy"] = POLICY + ancestors
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Request-Id"] = request_id()
    if request.endpoint in assets.ENDPOINTS and response.status_code < 400:
        versioned = bool(request.args.get("v"))
        life = f"public, max-age={YEAR_SECONDS}, immutable" if versioned else "no-cache"
        response.headers["Cache-Control"] = life
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def refuse_after_many_failures() -> None:
    """Raise TooManyRequestsError for an address with too many failed proofs this minute.

    Whoever was proven before goes on: a whole company shares one address, and so may a load
    balancer that asks for our health.
    """
    if request.endpoint in PROVES_NOTHING:
        return
    if proofs.is_blocked(deps(), f"address:{request.remote_addr}") and not _was_proven():
        raise TooManyRequestsError("too many failed proofs from this address")


def _was_proven() -> bool:
    """Whether the present request brings a session that the portal has confirmed."""
    if request.endpoint == "session.renew":
        return False
    try:
        ticket = wiring().session_tokens.read(bearer_token())
    except SessionError:
        return False
    return proofs.was_proven(deps(), ticket.launch_id)


def note_failed_proof() -> None:
    """Count a failed proof of the present request's address (decisions 29)."""
    proofs.note(deps(), f"address:{request.remote_addr}")


def init_app(app: Flask) -> None:
    """Set the headers on every answer."""
    app.after_request(add_headers)
