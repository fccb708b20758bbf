"""Many tries of one kind, and which of them got through."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from tools.attack.people import Waited, Waits
from tools.attack.report import Row

SHOWN = 8
EVIL = "evil.example"
"""What stands in every address of an attacker: no answer of ours may lead there."""

LEADING = ("Location", "Content-Security-Policy", "Set-Cookie", "HX-Redirect", "HX-Location",
           "Access-Control-Allow-Origin", "Link", "Refresh", "X-Inj")  # fmt: skip


@dataclass
class Tries:
    """What was tried of one kind. `through` names each try that did what it must not."""

    kind: str
    promise: str
    waits: Waits = field(default_factory=Waits)
    through: list[str] = field(default_factory=list)

    def send(
        self,
        name: str,
        work: Callable[[], requests.Response],
        wrong: Callable[[requests.Response], str] = lambda _answer: "",
    ) -> requests.Response | None:
        """Send one and look at its answer. `wrong` says what is wrong with it, or nothing."""
        started = time.perf_counter()
        try:
            answer = work()
        except requests.RequestException as error:
            self.waits.all.append(Waited(type(error).__name__, time.perf_counter() - started))
            self.note(name, f"no answer: {type(error).__name__}")
            return None
        self.waits.all.append(Waited(str(answer.status_code), time.perf_counter() - started))
        self.note(name, never(answer) or wrong(answer))
        return answer

    def saw(self, name: str, problem: str, outcome: str = "") -> None:
        """Count a try that was no request of ours, or that was looked at afterwards."""
        self.waits.all.append(Waited(outcome or ("wrong" if problem else "held"), 0.0))
        self.note(name, problem)

    def note(self, name: str, problem: str) -> None:
        """Write down what got through."""
        if problem:
            self.through.append(f"{name}: {problem}")

    def row(self) -> Row:
        """The tries as a row of the report."""
        count = len(self.through)
        # One of each kind of problem: a hundred equal ones say no more.
        kinds = {problem.rpartition(": ")[2]: problem for problem in reversed(self.through)}
        shown = "; ".join(list(kinds.values())[:SHOWN])
        found = f"{count} through: {shown}" if count else "none through"
        return Row(self.kind, self.waits, not count, self.promise, f"{found} ({self.outcomes})")

    @property
    def outcomes(self) -> str:
        """How often each status came."""
        return self.waits.outcomes


def never(answer: requests.Response) -> str:
    """What no answer may be or hold, whatever was asked."""
    if answer.status_code == 500:
        return "500"
    if "Traceback (most recent call last)" in answer.text:
        return "a traceback"
    for name in LEADING:
        value = answer.headers.get(name, "")
        if EVIL in value and not _is_login(name, value):
            return f"{name} leads to {value[:60]}"
    return ""


def _is_login(name: str, value: str) -> bool:
    """A login leads to the portal that was named, by design: decisions 28 has what guards it."""
    return name == "Location" and urlsplit(value).path == "/oauth/authorize/"
