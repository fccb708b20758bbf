"""Those who send requests to the app: people of a portal, strangers, and how long they waited."""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread

import requests

from tools.stage import DEMO_CARD, Stage
from tools.visitor import VisitError, Visitor

BEARER = re.compile(r"Bearer ([\w.\-]+)")
SECONDS = 60


@dataclass(frozen=True)
class Waited:
    """What somebody did: how it ended, a status or why there was none, and how long it took."""

    outcome: str
    seconds: float


@dataclass
class Waits:
    """What several people saw."""

    all: list[Waited] = field(default_factory=list)

    @property
    def outcomes(self) -> str:
        """How often each outcome came: `200 x 20, 503 x 44`."""
        counted = Counter(wait.outcome for wait in self.all)
        return ", ".join(f"{outcome} x {count}" for outcome, count in sorted(counted.items()))

    @property
    def longest(self) -> float:
        """Seconds of the one who waited longest."""
        return max((wait.seconds for wait in self.all), default=0.0)

    @property
    def are_served(self) -> bool:
        """Whether there was anybody, and everybody got what they wanted."""
        return bool(self.all) and all(wait.outcome == "200" for wait in self.all)


def frame_fields(member_id: str, application_token: str = "", **changes: str) -> dict[str, str]:
    """What a portal's page posts into the frame of a deal's tab, with tokens of nobody."""
    return {
        "AUTH_ID": secrets.token_hex(35),
        "AUTH_EXPIRES": "3600",
        "REFRESH_ID": secrets.token_hex(35),
        "member_id": member_id,
        "status": "F",
        "APPLICATION_TOKEN": application_token,
        "PLACEMENT": "CRM_DEAL_DETAIL_TAB",
        "PLACEMENT_OPTIONS": '{"ID":"8061"}',
        **changes,
    }


def post_frame(
    app_url: str, path: str, host: str, fields: Mapping[str, str], address: str = ""
) -> requests.Response:
    """Post a frame's form as a browser does, from `address` as a trusted proxy would tell it."""
    query = {"DOMAIN": host, "PROTOCOL": "0", "LANG": "en", "APP_SID": "5" * 32}
    headers = {"X-Forwarded-For": address} if address else {}
    return _session().post(
        f"{app_url}{path}", params=query, data=dict(fields), headers=headers, timeout=SECONDS
    )


def open_card(
    app_url: str, host: str, fields: Mapping[str, str], address: str = ""
) -> requests.Response:
    """Open a tab as a browser does: the shell, then its first content."""
    shell = post_frame(app_url, "/placement", host, fields, address)
    found = BEARER.search(shell.text)
    if found is None:
        return shell
    headers = {"Authorization": f"Bearer {found[1]}", "HX-Request": "true"}
    if address:
        headers["X-Forwarded-For"] = address
    return _session().get(f"{app_url}/payments?first=1", headers=headers, timeout=SECONDS)


def timed(work: Callable[[], requests.Response | int]) -> Waited:
    """Do something and say how it ended."""
    started = time.perf_counter()
    try:
        answer = work()
        outcome = str(answer if isinstance(answer, int) else answer.status_code)
    except (requests.RequestException, VisitError) as error:
        outcome = type(error).__name__
    return Waited(outcome, time.perf_counter() - started)


def together(count: int, work: Callable[[int], requests.Response]) -> Waits:
    """Let `count` people do the same at the same moment."""
    with ThreadPoolExecutor(count) as pool:
        done = [pool.submit(timed, partial(work, number)) for number in range(count)]
        return Waits([future.result() for future in done])


@contextmanager
def people_at_work(running: Stage, pause: float = 0.25) -> Iterator[Waits]:
    """Colleagues of another portal who open a card again and again until the end of the block."""
    seen, is_over = Waits(), Event()

    def open_again_and_again() -> None:
        while not is_over.wait(pause):
            # Each time over connections of its own, as somebody who comes anew.
            seen.all.append(timed(lambda: open_tab(Visitor(running.portal_url))))

    worker = Thread(target=open_again_and_again, daemon=True)
    worker.start()
    try:
        yield seen
    finally:
        is_over.set()
        worker.join(SECONDS)


def open_tab(visitor: Visitor) -> requests.Response:
    """Open the demo deal's tab and read its first content."""
    return visitor.open_tab(DEMO_CARD).get("/payments?first=1")


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
