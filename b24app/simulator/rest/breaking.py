"""Broken HTTP answers for planned faults: HTML, cut bodies, closed or silent connections."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response, request

from b24app.simulator.portal_state.faults import ConnectionCutError, Fault, SilentServerError
from b24app.simulator.portal_state.state import PortalState

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
_NOT_PRINTED = '{"error":"WRONG_ENCODING","error_description":"Wrong request encoding"}'
_EMPTY = '{"result":[]}'
_EMPTY_BATCH = (
    '{"result":{"result":[],"result_error":[],"result_total":[],"result_next":[],"result_time":[]}}'
)
_MARK = "X-Simulator-Connection"
_HUGE_BYTES = 25_000_000
_HUGE_PIECE = b" " * 65_536


def broken_response(state: PortalState, fault: Fault) -> Response:
    """Return what takes the place of the whole answer; closed and silent ones are marked."""
    if fault.kind in {"html", "lost_html"}:
        status = HTTPStatus.BAD_GATEWAY if fault.kind == "html" else HTTPStatus.GATEWAY_TIMEOUT
        text = _HTML.format(f"{status.value} {status.phrase}")
        return Response(text, status, content_type="text/html")
    if fault.kind == "redirect":
        location = f"{state.scheme}://renamed.portal.example{request.full_path.removesuffix('?')}"
        return Response("", HTTPStatus.FOUND, headers={"Location": location})
    is_silent = fault.kind in {"silent", "lost_silent"}
    mark = f"silent {fault.seconds}" if is_silent else "cut"
    return Response("", HTTPStatus.OK, headers={_MARK: mark})


def spoil(state: PortalState, response: Response, fault: Fault) -> Response:
    """Return the real answer late, cut, hidden in white space, or byte by byte."""
    body = response.get_data()
    if fault.kind == "slow":
        state.sleep(fault.seconds)
    elif fault.kind == "invalid_json":
        response.set_data(body[: len(body) // 2])
    elif fault.kind == "wrong_encoding":
        response.set_data(_NOT_PRINTED)
        response.status_code = HTTPStatus.OK
    elif fault.kind == "emptied":
        response.set_data(_EMPTY_BATCH if b'"result_error"' in body else _EMPTY)
        response.status_code = HTTPStatus.OK
    elif fault.kind == "huge":
        response.response = _hugely(body)
        response.headers.pop("Content-Length", None)
    else:
        response.response = _slowly(body, state.sleep)
        response.headers.pop("Content-Length", None)
    return response


def _hugely(body: bytes) -> Iterator[bytes]:
    for _ in range(_HUGE_BYTES // len(_HUGE_PIECE)):
        yield _HUGE_PIECE
    yield body


def _slowly(body: bytes, sleep: Callable[[float], None]) -> Iterator[bytes]:
    for byte in body:
        yield bytes([byte])
        sleep(1)


class ConnectionBreaker:
    """WSGI middleware that really closes or silences the connection of a marked response.

    Over a socket (werkzeug's server) it does so; without one it raises ConnectionCutError or
    SilentServerError out of the call.
    """

    def __init__(
        self, application: WSGIApplication, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._application = application
        self._sleep = sleep

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one WSGI request."""
        marks: list[str] = []

        def watch(status, headers, exc_info=None):  # type: ignore[no-untyped-def] # WSGI's own callback
            marks.extend(value for name, value in headers if name == _MARK)
            if marks:
                return None
            return start_response(status, headers, exc_info)

        body = self._application(environ, watch)
        if marks:
            _break(environ, marks[0], self._sleep)
        return body


def _break(environ: WSGIEnvironment, mark: str, sleep: Callable[[float], None]) -> None:
    kind, _, seconds = mark.partition(" ")
    connection = environ.get("werkzeug.socket")
    if not isinstance(connection, socket.socket):
        if kind == "silent":
            raise SilentServerError("The portal says nothing.")
        raise ConnectionCutError("The portal closed the connection.")
    if kind == "silent":
        sleep(float(seconds))
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    # werkzeug takes this for a client that went away and writes nothing more.
    raise ConnectionCutError("The portal closed the connection.")
