"""htmx request and response headers, read and written in one place."""

from __future__ import annotations

from flask import Response, request


def is_htmx() -> bool:
    """Tell whether htmx sent this request."""
    return request.headers.get("HX-Request") == "true"


def without_swap(response: Response) -> Response:
    """Keep what is on the page; only out-of-band parts of the answer are used."""
    response.headers["HX-Reswap"] = "none"
    return response


def into(response: Response, target: str) -> Response:
    """Put the answer into another place than the request named."""
    response.headers["HX-Retarget"] = target
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def trigger(response: Response, event: str) -> Response:
    """Let the page hear `event` once the answer is there."""
    response.headers["HX-Trigger"] = event
    return response
