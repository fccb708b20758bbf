"""The simulated portal as `make bench` uses it: its control panel and its record."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

SECONDS = 60


@dataclass(frozen=True)
class Latency:
    """How long the portal takes for a request, and for each command in it."""

    request_ms: int
    command_ms: int

    def seconds(self, commands: int) -> float:
        """How long it takes for one request with so many commands."""
        return (self.request_ms + commands * self.command_ms) / 1000

    def __str__(self) -> str:
        return f"{self.request_ms} ms a request, {self.command_ms} ms a command"


LATENCY = Latency(150, 30)


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
        answer = self.session.post(f"{self.url}/_control/{action}", data=fields, timeout=SECONDS)
        answer.raise_for_status()
        answered: dict[str, Any] = answer.json()
        return answered

    def wait(self, latency: Latency) -> None:
        """Let it take so long from now on."""
        self.control("latency", request_ms=latency.request_ms, command_ms=latency.command_ms)

    def unlimited(self) -> None:
        """Allow any number of calls: a limit would measure the pauses between them."""
        self.control("limits", rate="off", operating="off")

    def rest_requests(self) -> list[dict[str, Any]]:
        """Return what was recorded of REST calls, oldest first."""
        record = self.session.get(f"{self.url}/_control/record", timeout=SECONDS).json()
        return [
            request
            for request in record["requests"]
            if request["server"] == "portal" and request["path"].startswith("/rest/")
        ]

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """Call a method over a connection of its own."""
        with requests.Session() as fresh:
            fresh.trust_env = False
            answer = fresh.post(f"{self.url}/rest/{method}", json=params, timeout=SECONDS)
        return answer.json()["result"]

    def measure(self, work: Callable[[], object]) -> Measured:
        """Run something and count what it asked of the portal."""
        self.control("record/clear")
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        done = self.rest_requests()
        return Measured(len(done), sum(len(request["commands"]) for request in done), seconds)
