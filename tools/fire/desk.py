"""One opened tab of one person: what it sends, as the page would, and what it is told."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Any

import requests

from tools.attack.people import BEARER, SECONDS
from tools.attack.two_portals import Party
from tools.fire.ledger import Ledger, Seen, Sending, now

ROW = re.compile(
    r'data-payment-id="(\d+)" data-paid="([YN])"\s+data-state="([^"]*)" data-number="([^"]*)"'
)
TOLD_TO_WAIT = 503
DOCUMENTED = frozenset({200, 304, 401, 403, 404, 409, 413, 422, 429, 502, 503})
SECRET = re.compile(r"access_token|refresh_token|client_secret|Traceback \(most")
NO_ANSWER = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
PLACEMENTS = {2: "CRM_DEAL_DETAIL_TAB", 31: "CRM_SMART_INVOICE_DETAIL_TAB"}


@dataclass
class Desk:
    """A person at a card. A connection that breaks brings `None`, as it does in a browser."""

    party: Party
    ledger: Ledger
    user: int
    card: int
    kind: int = 2
    token: str = ""
    rows: dict[int, str] = field(default_factory=dict)
    opening: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._connections = requests.Session()
        self._connections.trust_env = False

    def open(self) -> None:
        """Open the tab; whoever is not let in just now stays without a session."""
        with self.opening:
            try:
                fields = self.party.fields(self.user)
            except requests.RequestException:
                return
            fields["PLACEMENT"] = PLACEMENTS[self.kind]
            fields["PLACEMENT_OPTIONS"] = f'{{"ID":"{self.card}"}}'
            query = {"DOMAIN": self.party.known.host, "PROTOCOL": "0", "LANG": "en"}
            page = self._send("POST", "/placement", params=query, data=fields)
            if page is not None and (found := BEARER.search(page.text)):
                self.token = found[1]
                self.see(first=True)

    def get(self, path: str) -> requests.Response | None:
        """Read something; a session that has ended is renewed once, as the page does."""
        answer = self._send("GET", path, headers=self._headers())
        if answer is not None and answer.status_code == 401:
            self.open()
            answer = self._send("GET", path, headers=self._headers())
        return answer

    def write(
        self, sending: Sending, key: str, *, is_repeated: bool = False
    ) -> requests.Response | None:
        """Send a write under a key; `is_repeated` where an earlier one got no answer."""
        method, path, form = sending.method, sending.path, sending.form
        headers = self._headers() | {"Idempotency-Key": key}
        if is_repeated:
            headers["Idempotency-Repeat"] = "1"
        where = "params" if method == "DELETE" else "data"
        answer = self._send(method, path, headers=headers, **{where: dict(form)})
        if answer is not None and answer.status_code == 401:
            self.open()
            headers |= self._headers()
            answer = self._send(method, path, headers=headers, **{where: dict(form)})
        return answer

    def see(self, *, first: bool = False, refresh: bool = False) -> dict[int, str]:
        """Show the list; return the payments with their states."""
        started = now()
        path = "/payments?first=1" if first else f"/payments?refresh={int(refresh)}"
        answer = self._send("GET", path, headers=self._headers()) if first else self.get(path)
        if answer is None or answer.status_code != 200:
            return {}
        return self._note(started, answer.text, is_whole=True)

    def note_rows(self, started: float, text: str) -> None:
        """Keep what the answer of a write showed of payments."""
        self._note(started, text, is_whole=False)

    def _note(self, started: float, text: str, *, is_whole: bool) -> dict[int, str]:
        rows = ROW.findall(text)
        states = {int(number): paid for number, paid, _, _ in rows}
        self.rows |= {int(number): f"{number} {state} {name}" for number, _, state, name in rows}
        seen = Seen(self.card, started, now(), states, is_whole)
        with self.ledger.lock:
            self.ledger.seen.append(seen)
        return states

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "HX-Request": "true", "HX-Target": "tab"}

    def _send(self, method: str, path: str, **more: Any) -> requests.Response | None:
        try:
            answer = self._connections.request(
                method,
                f"{self.party.app_url}{path}",
                timeout=SECONDS,
                allow_redirects=False,
                **more,
            )
        except NO_ANSWER:
            self.ledger.count("no answer")
            return None
        self.ledger.count(str(answer.status_code))
        self._look(method, path, answer)
        if answer.status_code == TOLD_TO_WAIT:
            # "Try again in a moment."
            time.sleep(1.0)
        return answer

    def _look(self, method: str, path: str, answer: requests.Response) -> None:
        wrong = ""
        if answer.status_code not in DOCUMENTED:
            wrong = f"status {answer.status_code}"
        elif "X-Request-Id" not in answer.headers:
            wrong = "no page of ours"
        elif SECRET.search(answer.text):
            wrong = "a secret or a traceback"
        if wrong:
            name = re.sub(r"\d+", "N", path.partition("?")[0])
            request_id = answer.headers.get("X-Request-Id", "")
            with self.ledger.lock:
                self.ledger.undocumented.append(f"{method} {name}: {wrong} {request_id}")


class Pool:
    """The payments of a card, each with one write at a time: so it is known who did what."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._lock = Lock()

    def take(self, rng: Random, wanted: list[int], most: int = 1) -> list[int]:
        """Reserve up to `most` of the wanted that are free."""
        with self._lock:
            free = [payment_id for payment_id in wanted if payment_id not in self._taken]
            picked = rng.sample(free, min(most, len(free)))
            self._taken.update(picked)
            return picked

    def give_back(self, payments: tuple[int, ...] | list[int]) -> None:
        """Let others have them again."""
        with self._lock:
            self._taken.difference_update(payments)
