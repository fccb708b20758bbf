"""Portals whose answers are meant to fill the memory of whoever reads them."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import requests

from tools.attack.hostile import APP_CODE, Answer, HostilePortal, body_of, hostile_portals, send
from tools.attack.people import Waits, frame_fields, open_card, people_at_work, together
from tools.attack.report import Row, undisturbed
from tools.attack.slow_portals import MOST_MEGABYTES
from tools.stage import Stage

OPENINGS = 64
PACKED = gzip.compress(b'{"result":[' + b"{}," * 6_660_000 + b"{}]}")
"""20 MB in 20 kB."""

NESTED_LAYERS = 4


def _nested() -> bytes:
    body = b" " * 300_000_000
    for _ in range(NESTED_LAYERS):
        body = gzip.compress(body, 6)
    return body


SMALL_OBJECTS = [{"": 0.5}] * 24_000
LONG_TEXTS = ["x" * 100_000] * 18
WIDE_TEXTS = ["\N{GRINNING FACE}" + "x" * 100_000] * 18
PAYMENT = {"paid": "N", "sum": 12.5, "currency": "EUR", "accountNumber": "1/1"}


def packed_answers(running: Stage) -> Iterator[Row]:
    """Eight times eight openings of a portal whose 20 kB unpack to 20 MB of `{}`."""
    yield from _beside(running, lambda handler: send(handler, 200, PACKED, "gzip"), 1)


def packed_in_layers(running: Stage) -> Iterator[Row]:
    """64 openings of four portals whose answers are packed four times, around 300 MB."""
    nested, encodings = _nested(), ", ".join(["gzip"] * NESTED_LAYERS)
    yield from _beside(running, lambda handler: send(handler, 200, nested, encodings), 4)


def answers_of_small_objects(running: Stage) -> Iterator[Row]:
    """64 openings of four portals that fill each answer with as many objects as are read."""
    yield from _beside(running, _batch({"deliveries": SMALL_OBJECTS}), 4)


def answers_of_long_texts(running: Stage) -> Iterator[Row]:
    """64 openings of four portals that fill each answer with text."""
    yield from _beside(running, _batch({"deliveries": LONG_TEXTS}), 4)


def answers_of_wide_texts(running: Stage) -> Iterator[Row]:
    """64 openings of four portals whose text takes four bytes a letter."""
    yield from _beside(running, _batch({"deliveries": WIDE_TEXTS}), 4)


def thousands_of_payments(running: Stage) -> Iterator[Row]:
    """64 openings of four portals with deals of 9,000 payments."""
    listed = [PAYMENT | {"id": number} for number in range(1, 9_001)]
    yield from _beside(running, _batch({"list": listed}), 4)


def long_headers(running: Stage) -> Iterator[Row]:
    """64 openings of a portal that sends six megabytes of headers."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for number in range(99):
            handler.send_header(f"X-{number}", "x" * 65_000)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    yield from _beside(running, answer, 1)


def _beside(running: Stage, answer: Answer, portals: int) -> Iterator[Row]:
    with hostile_portals(running, answer, portals) as installed, people_at_work(running) as others:
        time.sleep(1)
        own = together(OPENINGS, lambda number: _open(running, installed[number % portals]))
        time.sleep(1)
        largest = peak(running)
    yield Row("its own people", own, is_kept=True, promise="no promise")
    yield Row("people of another portal", others, *undisturbed(others))
    found = f"{largest:.0f} MB"
    is_kept = 0 < largest <= MOST_MEGABYTES
    yield Row("the largest process", Waits(), is_kept, f"at most {MOST_MEGABYTES} MB", found)


def peak(running: Stage) -> float:
    """How large, in megabytes, the largest of gunicorn's workers has ever been."""
    children = Path(f"/proc/{running.app_pid}/task/{running.app_pid}/children").read_text()
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in children.split()]
    return max(int(text.partition("VmHWM:")[2].split()[0]) / 1024 for text in statuses)


def _batch(results: Mapping[str, Any]) -> Answer:
    """Answer each batch as a portal in order does, but for these results.

    `list` stands for every list of payments, `deliveries` for every list of deliveries.
    """
    ordinary: Mapping[str, Any] = {
        "profile": {"ID": "7", "NAME": "Marta", "ADMIN": False, "TIME_ZONE": "Europe/Berlin"},
        "app.info": {"CODE": APP_CODE, "INSTALLED": True},
        "crm.item.get": {"item": {"id": 8061, "title": "A deal", "opportunity": 5}},
        "crm.item.payment.list": results.get("list", []),
        "crm.item.delivery.list": results.get("deliveries", []),
        "crm.item.productrow.list": {"productRows": []},
        "crm.item.productrow.getAvailableForPayment": {"productRows": []},
    }
    texts = {name: json.dumps(value, ensure_ascii=False) for name, value in ordinary.items()}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        commands = json.loads(body_of(handler)).get("cmd", {})
        parts = (
            f'"{key}":{texts.get(command.partition("?")[0], "[]")}'
            for key, command in commands.items()
        )
        text = f'{{"result":{{"result":{{{",".join(parts)}}},"result_error":[]}}}}'
        send(handler, 200, text.encode())

    return answer


def _open(running: Stage, portal: HostilePortal) -> requests.Response:
    fields = frame_fields(portal.member_id, portal.application_token)
    return open_card(running.app_url, portal.host, fields)


ATTACKS: Mapping[str, Callable[[Stage], Iterator[Row]]] = {
    "packed-answers": packed_answers,
    "packed-in-layers": packed_in_layers,
    "small-objects": answers_of_small_objects,
    "long-texts": answers_of_long_texts,
    "wide-texts": answers_of_wide_texts,
    "thousands-of-payments": thousands_of_payments,
    "long-headers": long_headers,
}
