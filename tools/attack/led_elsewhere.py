"""Addresses in posts, events and answers that would make the app call somebody of our choosing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler
from threading import Thread
from urllib.parse import urlsplit

import requests

from tools.attack.hostile import Answer, body_of, hostile_portals
from tools.attack.people import frame_fields, open_card
from tools.attack.report import Row
from tools.attack.tries import Tries
from tools.attack.two_portals import ADMIN, first_portal, forget_failures, post
from tools.stage import Stage

REDIRECTS = (301, 302, 303, 307, 308)


def led_elsewhere(running: Stage) -> Iterator[Row]:
    """Hosts of our choosing in every field that has an address, and redirects to them."""
    party = first_portal(running)
    trusted = urlsplit(running.environment["B24_OAUTH_URL"]).netloc
    with _listener() as (canary, callers):
        tries = Tries("addresses in posts and events", "nobody but the named servers is called")
        for number, address in enumerate(_addresses(canary, trusted)):
            for path in ("/install", "/placement", "/"):
                forget_failures(running)
                fields = party.fields(ADMIN, SERVER_ENDPOINT=address, CLIENT_ENDPOINT=address)
                for host in (party.known.host, canary):
                    tries.send(
                        f"{path} {address[:50]}",
                        partial(post, running.app_url, path, host, fields, **_from(number)),
                    )
            for event in ("ONAPPINSTALL", "ONAPPUPDATE"):
                form = {
                    "event": event, "ts": "1", "data[VERSION]": "2",
                    "auth[member_id]": party.known.member_id,
                    "auth[refresh_token]": party.tokens(ADMIN)["REFRESH_ID"],
                    "auth[application_token]": "f" * 32,
                    **{f"auth[{name}]": address
                       for name in ("server_endpoint", "client_endpoint", "domain")},
                }  # fmt: skip
                tries.send(
                    f"{event} {address[:50]}",
                    partial(
                        requests.post,
                        f"{running.app_url}/events",
                        data=form,
                        headers=_from(number),
                        timeout=60,
                    ),
                )
        tries.saw("calls to the listener", f"{callers}" if callers else "")
        yield tries.row()
        tries = Tries("redirects of a hostile portal", "none is followed")
        for status in REDIRECTS:
            with hostile_portals(running, _redirect(status, f"http://{canary}/rest/")) as portals:
                fields = frame_fields(portals[0].member_id, portals[0].application_token)
                tries.send(
                    f"{status}", partial(open_card, running.app_url, portals[0].host, fields
                    )
                )  # fmt: skip
        tries.saw("calls to the listener", f"{callers}" if callers else "")
        yield tries.row()


def _from(number: int) -> dict[str, str]:
    """An address of its own for each, so that no budget of an address hides what would happen."""
    return {"X-Forwarded-For": f"192.0.2.{number + 1}"}


def _addresses(canary: str, trusted: str) -> list[str]:
    host, _, port = canary.partition(":")
    return [
        f"http://{canary}/rest/",
        f"https://{canary}/rest/",
        f"http://{trusted}@{canary}/rest/",
        f"http://{canary}\\@{trusted}/rest/",
        f"http://{canary}#@{trusted}/rest/",
        f"http://{canary}?{trusted}/rest/",
        f"http://{trusted}.{canary}/rest/",
        f"http://{canary}/{trusted}/rest/",
        f"//{canary}/rest/",
        f"http:{canary}/rest/",
        f"http:///{canary}/rest/",
        f"http://{trusted}:{port}/rest/",
        f"http://localhost:{port}/rest/",
        f"http://0x7f000001:{port}/rest/",
        f"http://2130706433:{port}/rest/",
        f"http://127.1:{port}/rest/",
        f"http://[::ffff:{host}]:{port}/rest/",
        f"http://\uff11\uff12\uff17.0.0.1:{port}/rest/",
        f"http://127\u30020\u30020\u30021:{port}/rest/",
        f"http://{trusted}\t@{canary}/rest/",
        f"http://{trusted}%40{canary}/rest/",
        f"http://{trusted}/../../{canary}/",
        f"gopher://{canary}/",
        "file:///etc/passwd",
        f"HTTP://{canary.upper()}/REST/",
        "x" * 3000,
    ]


@contextmanager
def _listener() -> Iterator[tuple[str, list[str]]]:
    """Somebody who listens and writes down who calls."""
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    caller, address = server.accept()
                except OSError:
                    return
                callers.append(str(address[1]))
                caller.close()

        Thread(target=listen, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", callers
        server.shutdown(socket.SHUT_RDWR)


def _redirect(status: int, address: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        body_of(handler)
        handler.send_response(status)
        for name in ("Location", "Content-Location", "Refresh", "Link"):
            handler.send_header(name, address)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer
