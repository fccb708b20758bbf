"""Pack what is read with a session, and the page that brings it: 200 kB become 25.

The length of a packed answer tells what in it is alike, which gives a secret away to whoever can
have it packed again and again beside guesses of their own. Nothing here can be guessed at:

- A session token is new in each answer (`launch.SessionTokens.sign`), so no guess at one helps
  with the next. No other secret stands in an answer, sealed or not.
- Nobody can have answers for somebody else packed. Without a session, only the posts of a portal's
  frame are: their secrets are in the post itself, and another site knows none. The others need the
  token in a header, which no other site can send.

What does not fit both is sent as it is.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

from b24app.web.plumbing import frames

LEAST = 1_000
"""Bytes. Less than that fits into one packet of the network, packed or not."""

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
    is_ours = request.authorization is not None or frames.is_framed_post()
    if not is_ours or response.mimetype != "text/html" or response.is_streamed:
        return response
    data = response.get_data()
    is_packed = is_welcome() and len(data) >= LEAST
    if is_packed:
        response.set_data(gzip.compress(data, FASTEST, mtime=0))
    return label(response, is_packed=is_packed)


def init_app(app: Flask) -> None:
    """Pack the answers to requests with a session token, and to the posts of frames."""
    app.after_request(_pack)
