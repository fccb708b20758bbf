"""Tell which answers a portal's frame shows."""

from __future__ import annotations

from flask import request

FRAMED = frozenset({"install.install", "app_page.open_page", "placement.open_tab"})
"""Endpoints to which a portal posts its people, in a frame."""


def is_framed_post() -> bool:
    """Return whether a portal's frame shows the current answer."""
    return request.method == "POST" and request.endpoint in FRAMED
