"""Read and write htmx request and response headers in one place."""

from __future__ import annotations

from flask import Response, request


def is_htmx() -> bool:
    """Return whether htmx sent this request."""
    return request.headers.get("HX-Request") == "true"


def without_swap(response: Response) -> Response:
    """Keep what is on the page; only out-of-band parts of the answer are used."""
    response.headers["HX-Reswap"] = "none"
    return response


def into(response: Response, target: str) -> Response:
    """Put the answer into a place other than the one the request named."""
    response.headers["HX-Retarget"] = target
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def trigger(response: Response, event: str) -> Response:
    """Trigger `event` on the page once the answer is there; JSON names several with values."""
    response.headers["HX-Trigger"] = event
    return response
