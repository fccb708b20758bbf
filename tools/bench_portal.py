"""The simulated portal as `make bench` uses it: control panel, record, reads without our client.

The two ways of reading stand for what an application on the official Python SDK does, which opens
a connection for every call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Measured:
    """One way of reading a card: HTTP calls to the portal, commands in them, seconds."""

    calls: int
    commands: int
    seconds: float


class Portal:
    """The simulated portal's control panel and its REST interface, as an outsider uses them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def control(self, action: str, **fields: object) -> dict[str, Any]:
        """Use the control panel."""
        answer = self.session.post(f"{self.url}/_control/{action}", data=fields, timeout=60)
        answer.raise_for_status()
        answered: dict[str, Any] = answer.json()
        return answered

    def rest_requests(self) -> list[dict[str, Any]]:
        """Return what was recorded of REST calls, oldest first."""
        record = self.session.get(f"{self.url}/_control/record", timeout=60).json()
        return [
            one
            for one in record["requests"]
            if one["server"] == "portal" and one["path"].startswith("/rest/")
        ]

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """Call a method over a connection of its own, as the official SDK does."""
        with requests.Session() as fresh:
            fresh.trust_env = False
            answer = fresh.post(f"{self.url}/rest/{method}", json=params, timeout=60)
        return answer.json()["result"]

    def measure(self, work: Callable[[], object]) -> Measured:
        """Run something and count what it asked of the portal."""
        self.control("record/clear")
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        done = self.rest_requests()
        return Measured(len(done), sum(len(one["commands"]) for one in done), seconds)


def reads(payment_ids: list[int]) -> tuple[list[Call], list[Call]]:
    """Return the calls of a complete view: those for the card, and those for each payment."""
    owner = {"entityTypeId": 2, "entityId": 8061}
    rows = {"filter": {"=ownerType": "D", "=ownerId": 8061}}
    card: list[Call] = [
        ("crm.item.get", {"entityTypeId": 2, "id": 8061}),
        ("crm.item.payment.list", owner),
        ("crm.item.delivery.list", owner),
        ("crm.item.productrow.list", rows),
        ("crm.item.productrow.getAvailableForPayment", {"ownerType": "D", "ownerId": 8061}),
    ]
    payments: list[Call] = []
    for payment_id in payment_ids:
        payments.append(("crm.item.payment.product.list", {"paymentId": payment_id}))
        payments.append(("crm.item.payment.delivery.list", {"paymentId": payment_id}))
    return card, payments


def read_one_by_one(portal: Portal, token: str) -> None:
    """Send each of the reads as its own call."""
    card, _ = reads([])
    answers = [portal.call(method, {**params, "auth": token}) for method, params in card]
    _, payments = reads([payment["id"] for payment in answers[1]])
    for method, params in payments:
        portal.call(method, {**params, "auth": token})


def read_in_batches(portal: Portal, token: str) -> None:
    """Send the card's reads in one batch, those of its payments in a second one."""
    card, _ = reads([])
    answered = _batch(portal, token, card)
    _, payments = reads([payment["id"] for payment in answered["c1"]])
    _batch(portal, token, payments)


def _batch(portal: Portal, token: str, calls: list[Call]) -> dict[str, Any]:
    commands = {
        f"c{number}": requests.Request("GET", f"http://x/{method}", params=_flat(params))
        .prepare()
        .path_url.removeprefix("/")
        for number, (method, params) in enumerate(calls)
    }
    answer: dict[str, Any] = portal.call("batch", {"auth": token, "halt": 0, "cmd": commands})
    return dict(answer["result"])


def _flat(params: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, dict):
            flat.update({f"{name}[{inner}]": one for inner, one in value.items()})
        else:
            flat[name] = value
    return flat
