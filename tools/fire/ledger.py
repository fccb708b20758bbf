"""What people asked for and were told, and what the portal has recorded, side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tools.bench.portal import Portal

PREFIX, ACTIVITY = "crm.item.payment.", "crm.activity."
READ_WORDS = (".list", ".get")
REMINDERS = frozenset({f"{ACTIVITY}configurable.add", f"{ACTIVITY}todo.add"})
POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Sending:
    """A request to send, and what it will make the portal do. `payments` is what it concerns.

    `ids` stand in its commands beside those of the payments; `is_many`: it goes on in parts.
    """

    act: str
    method: str
    path: str
    methods: frozenset[str]
    form: Mapping[str, Any] = field(default_factory=dict)
    payments: tuple[int, ...] = ()
    ids: frozenset[str] = frozenset()
    is_many: bool = False


@dataclass
class Wish:
    """One thing that somebody wanted, under one key, with all that was told of it.

    `told`: done, nothing, unknown, or "" where no answer ever came. `well` are the payments that
    were told to be as asked. `ids` are what its commands name.
    """

    act: str
    methods: frozenset[str]
    card: int
    payments: tuple[int, ...]
    ids: frozenset[str]
    user: int
    key: str
    started: float = 0.0
    ended: float = 0.0
    is_sent: bool = False
    told: str = ""
    text: str = ""
    well: tuple[int, ...] = ()
    tries: list[str] = field(default_factory=list)
    request_ids: list[str] = field(default_factory=list)
    shown: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """The payments of a card that a page showed, each with its state. `is_whole`: all of them."""

    card: int
    started: float
    ended: float
    states: Mapping[int, str]
    is_whole: bool


@dataclass(frozen=True)
class Ran:
    """A writing command that the portal carried out."""

    method: str
    params: Mapping[str, Any]
    user: int
    started: float
    finished: float
    made: int | None
    told: str

    @property
    def named(self) -> frozenset[str]:
        """The ids that it names."""
        names = ("id", "paymentId", "entityId")
        fields = self.params.get("fields")
        found = {str(self.params[name]) for name in names if name in self.params}
        if isinstance(fields, dict) and "originId" in fields:
            found.add(str(fields["originId"]))
        return frozenset(found)

    @property
    def what(self) -> tuple[str, str]:
        """What tells it apart from others that are meant to run, too."""
        return self.method, repr(sorted(self.params.items(), key=str))


@dataclass
class Ledger:
    """Everything that is compared at the end."""

    wishes: list[Wish] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    undocumented: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, outcome: str) -> None:
        """Count how a request ended."""
        with self.lock:
            self.statuses[outcome] = self.statuses.get(outcome, 0) + 1


class Recording:
    """Fetches the portal's record again and again, so that none of it is pushed out."""

    def __init__(self, portal: Portal) -> None:
        self._url = portal.url
        self._session = requests.Session()
        self._session.trust_env = False
        self._found: dict[int, dict[str, Any]] = {}
        self._last = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Take the rest, and end."""
        self._is_over.set()
        self._thread.join(60)
        self._take()

    def ran(self) -> list[Ran]:
        """The writing commands that were carried out, oldest first."""
        found = [
            Ran(
                command["method"].lower(),
                command["params"] if isinstance(command["params"], dict) else {},
                command["user"] or 0,
                command["started"],
                command["finished"],
                command["made"],
                command["outcome"],
            )
            for request in self._found.values()
            for command in request["commands"]
            if command["did_run"] and is_write(command["method"].lower())
        ]
        return sorted(found, key=lambda ran: ran.started)

    def renewals(self) -> list[dict[str, Any]]:
        """The token requests that were to renew a pair, oldest first."""
        asked = [
            request
            for request in self._found.values()
            if request["path"].startswith("/oauth/token")
        ]
        renewals = [request for request in asked if (request["params"] or {}).get("pair")]
        return sorted(renewals, key=lambda request: request["started"])

    @property
    def count(self) -> int:
        """How many requests came to the portal and its authorization server."""
        return sum(
            request["path"].startswith(("/rest/", "/oauth/")) for request in self._found.values()
        )

    def _watch(self) -> None:
        while not self._is_over.wait(POLL_SECONDS):
            self._take()

    def _take(self) -> None:
        try:
            answer = self._session.get(
                f"{self._url}/_control/record", params={"after": self._last}, timeout=60
            )
            found = answer.json()["requests"]
        except (requests.RequestException, ValueError):
            return
        self._found |= {request["id"]: request for request in found}
        # What has not ended yet is taken once more.
        running = [request["id"] for request in found if not request["finished"]]
        self._last = min(running, default=max(self._found, default=1) + 1) - 1


def is_write(method: str) -> bool:
    """Whether a command changes payments or what is in them, or makes a reminder."""
    if method.startswith(ACTIVITY):
        return method in REMINDERS
    return method.startswith(PREFIX) and not method.endswith(READ_WORDS)


def now() -> float:
    """Unix seconds, as the portal's record has them."""
    return time.time()
