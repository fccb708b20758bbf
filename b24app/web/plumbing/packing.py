"""Pack what is read with a session: of a page with 20 payments 200 kB become 25.

The length of a packed answer tells what in it is alike, which gives a secret away to whoever can
have it packed beside guesses of their own. So nothing is packed that holds a session token, and
nothing that another site can make a browser ask for: the token of these requests is in a header,
which no other site can send.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

LEAST = 1_000
"""Bytes. Less than that fits into one packet of the network, packed or not."""

TOKEN = b'"Authorization":"Bearer '
"""How markup holds a session token (`_shapes.html`): that of a linked card is in its payments."""

FASTEST = 1
"""The higher levels of gzip take ten times as long for a third less."""


def is_welcome() -> bool:
    """Return whether who asks can unpack gzip."""
    return request.accept_encodings["gzip"] > 0


def label(response: Response, *, is_packed: bool) -> Response:
    """Say how the answer is packed, and to caches that another browser may need the other form."""
    response.vary.add("Accept-Encoding")
    if is_packed:
        response.content_encoding = "gzip"
    return response


def _pack(response: Response) -> Response:
    is_ours = request.authorization is not None and response.mimetype == "text/html"
    if not is_ours or response.is_streamed:
        return response
    data = response.get_data()
    is_packed = is_welcome() and len(data) >= LEAST and TOKEN not in data
    if is_packed:
        response.set_data(gzip.compress(data, FASTEST, mtime=0))
    return label(response, is_packed=is_packed)


def init_app(app: Flask) -> None:
    """Pack the answers to requests with a session token."""
    app.after_request(_pack)
