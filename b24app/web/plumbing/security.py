"""Set the headers of every answer, and request ids."""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from b24app.errors import AppError, DatabaseAwayError
from b24app.services.auth import frame_posts
from b24app.web.plumbing import assets, frames
from b24app.web.plumbing.wiring import deps

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
YEAR_SECONDS = 31_536_000
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
SOURCE = re.compile(r"https?:(//(\*\.)?[a-z0-9.-]+(:\d{1,5})?)?")
"""What may frame a page of words: an origin, all hosts below a domain, or a scheme."""


def request_id() -> str:
    """Return sixteen hex digits that name the current request in logs and on error pages."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def allow_framing_by(origin: str) -> None:
    """Allow only this origin to frame the current answer.

    The origin comes from the stored endpoint; an invalid one frames nothing.
    """
    if ORIGIN.fullmatch(origin):
        g.frame_origin = origin


def allow_framing_of_words(error: AppError) -> None:
    """Allow the frame that posted the current request to show its refusal.

    Only for answers without data and tokens, whose one control posts the same again
    (decisions 42). Outside a frame nothing changes.
    """
    if not frames.is_framed_post() or "frame_origin" in g:
        return
    query = request.args.to_dict()
    try:
        # Do not wait a second time for an unavailable database.
        form = {} if isinstance(error, DatabaseAwayError) else request.form.to_dict()
        source = frame_posts.frame_source_of_refusal(deps(), query, form)
    except (AppError, HTTPException):
        # The sender cannot be looked up, or the body is unreadable: the words matter more.
        source = frame_posts.posted_source(query)
    if SOURCE.fullmatch(source):
        g.frame_origin = source


def add_headers(response: Response) -> Response:
    """Set on every answer: what may frame it, what it may load, what caches may keep, https."""
    origin = g.get("frame_origin")
    ancestors = origin or "'none'"
    response.headers["Content-Security-Policy"] = POLICY + ancestors
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Request-Id"] = request_id()
    if deps().app_url.startswith("https:"):
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    if request.endpoint == assets.ENDPOINT and response.status_code < 400:
        is_lasting = assets.is_named_by_content()
        life = f"public, max-age={YEAR_SECONDS}, immutable" if is_lasting else "no-cache"
        response.headers["Cache-Control"] = life
    elif "Cache-Control" not in response.headers:
        # Also not packed by proxies that heed it: the length of a packed page tells what is in it.
        response.headers["Cache-Control"] = "no-store, no-transform"
    return response


def init_app(app: Flask) -> None:
    """Set the headers on every answer."""
    app.after_request(add_headers)
