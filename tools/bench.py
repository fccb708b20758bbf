"""`make bench`: figures of the running app against the simulated portal. Changes nothing.

They compare ways of working on one machine: counts and ratios carry over to a real portal,
seconds do not. Everything is kept in instance/bench.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from b24app.cipher import Cipher
from b24app.domain import TokenPair, TokenResponse
from b24app.storage import portals
from b24app.storage.session import Database
from tools.bench_portal import Portal, read_in_batches, read_one_by_one
from tools.stage import DEMO_CARD, ROOT, Stage, StageError, free_ports, stage
from tools.visitor import Frame, VisitError, Visitor

PAYMENTS = 20
REQUEST_MS, COMMAND_MS = 150, 30
RATE, RATE_SECONDS = 20, 10
MANY_PORTALS = 10_000
WAITING = re.compile(r'hx-get="(/payments/details\?[^"]+)"\s+hx-trigger="load"')


@dataclass(frozen=True)
class Worker:
    """One worker process: resident memory and the processor time it has used."""

    megabytes: float
    cpu_seconds: float


def main() -> int:
    """Measure everything and print it. Returns the exit status."""
    try:
        with stage(ROOT / "instance" / "bench", *free_ports()) as running:
            portal = Portal(running.portal_url)
            # Thousands of calls in a minute: the limit would measure the pauses between them.
            portal.control("limits", rate="off", operating="off")
            opening(running, portal)
            own_time(running, portal)
            many_portals(running, portal)
    except (StageError, VisitError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def opening(running: Stage, portal: Portal) -> None:
    """Measure the complete view of a card, read in four ways."""
    portal.control("seed", payments=PAYMENTS)
    token = portal.control("token", user=1)["access_token"]
    portal.control("latency", request_ms=REQUEST_MS, command_ms=COMMAND_MS)
    one_by_one = portal.measure(lambda: read_one_by_one(portal, token))
    batches = portal.measure(lambda: read_in_batches(portal, token))
    frame = Visitor(running.portal_url).open_tab(DEMO_CARD)
    first = portal.measure(lambda: complete_view(frame))
    again = Visitor(running.portal_url).open_tab(DEMO_CARD)
    seen = portal.measure(lambda: complete_view(again))
    portal.control("latency", request_ms=0, command_ms=0)

    print(f"A card with {PAYMENTS} payments ({REQUEST_MS} ms a request, {COMMAND_MS} ms a command)")
    for name, way in (
        ("call by call, a connection each", one_by_one),
        ("two batches, a connection each", batches),
        ("this app, first time", first),
        ("this app, seen before", seen),
    ):
        print(f"  {name:<34}{way.calls:>3} calls {way.commands:>3} commands {way.seconds:6.2f} s")
    for name, way in (("first time", first), ("seen before", seen)):
        faster, share = one_by_one.seconds / way.seconds, way.seconds / batches.seconds
        print(f"  {name}: {faster:.1f} x as fast as call by call, {share:.2f} of the batches' time")


def complete_view(frame: Frame) -> None:
    """Do what the page's first requests do until all payments have their items and deliveries."""
    page = frame.get("/payments?first=1")
    if not page.ok:
        raise VisitError(f"/payments answered {page.status_code}")
    for path in WAITING.findall(page.text):
        details = frame.get(path.replace("&amp;", "&"))
        if not details.ok:
            raise VisitError(f"/payments/details answered {details.status_code}")


def own_time(running: Stage, portal: Portal) -> None:
    """Measure the app's own share of an answer, and how it holds under a steady load."""
    portal.control("seed", payments=4)
    frame = Visitor(running.portal_url).open_tab(DEMO_CARD)
    complete_view(frame)
    own = sorted(own_seconds(portal, frame) for _ in range(50))
    before = sum(worker.cpu_seconds for worker in workers_of(running.app_pid))
    with ThreadPoolExecutor(32) as pool:
        started = time.perf_counter()
        waits = [
            pool.submit(_open_at, frame, started + n / RATE) for n in range(RATE * RATE_SECONDS)
        ]
        loaded = sorted(one.result() for one in waits)
    print("\nAn opening of a card with 4 payments, a portal without latency")
    print(f"  the app's own time, one at a time  p50 {_ms(own, 50)}  p95 {_ms(own, 95)}")
    print(f"  with the portal, {RATE} a second        p50 {_ms(loaded, 50)}  p95 {_ms(loaded, 95)}")
    workers = workers_of(running.app_pid)
    cpu = (sum(worker.cpu_seconds for worker in workers) - before) / (RATE * RATE_SECONDS)
    memory = ", ".join(f"{worker.megabytes:.0f} MB" for worker in workers)
    print(f"  processor time of the app, each    {cpu * 1000:4.0f} ms")
    print(f"  memory of each worker              {memory}")


def own_seconds(portal: Portal, frame: Frame) -> float:
    """Return the seconds of one opening during which no call to the portal was running."""
    portal.control("record/clear")
    started = time.perf_counter()
    complete_view(frame)
    whole = time.perf_counter() - started
    return whole - covered((one["started"], one["finished"]) for one in portal.rest_requests())


def covered(spans: Iterator[tuple[float, float]]) -> float:
    """Return the length of time in which at least one of the spans was under way."""
    total, end = 0.0, 0.0
    for start, finish in sorted(spans):
        total += max(0.0, finish - max(start, end))
        end = max(end, finish)
    return total


def _open_at(frame: Frame, moment: float) -> float:
    time.sleep(max(0.0, moment - time.perf_counter()))
    complete_view(frame)
    # From the planned moment, so that a queue in front of the app is counted as well.
    return time.perf_counter() - moment


def _ms(seconds: list[float], percent: int) -> str:
    return f"{quantiles(seconds, n=100)[percent - 1] * 1000:4.0f} ms"


def workers_of(master: int) -> list[Worker]:
    """Return gunicorn's worker processes; none if /proc does not exist."""
    workers = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # After the name in brackets: state, parent, ..., user and system time, ..., pages.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == master:
            seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            workers.append(Worker(int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20, seconds))
    return workers


def many_portals(running: Stage, portal: Portal) -> None:
    """Measure the same opening with one installed portal and with ten thousand."""
    print("\nThe app's own time, by installed portals")
    frame = Visitor(running.portal_url).open_tab(DEMO_CARD)
    for count in (1, MANY_PORTALS):
        if count > 1:
            add_portals(running, count - 1)
        middle = median(own_seconds(portal, frame) for _ in range(50))
        memory = max((one.megabytes for one in workers_of(running.app_pid)), default=0.0)
        print(f"  {count:>6} portals  p50 {middle * 1000:4.0f} ms, {memory:.0f} MB a worker")


def add_portals(running: Stage, count: int) -> None:
    """Write installations into the app's database, as installing would have."""
    database = Database(running.environment["DATABASE_URL"])
    cipher = Cipher([running.environment["TOKEN_KEYS"]])
    now = datetime.now(UTC)
    with database.transaction() as session:
        for number in range(count):
            portals.save_installation(
                session,
                cipher,
                _grant(number, now),
                app_code="app.bench",
                application_token=f"token{number}",
                language="en",
                version="1",
                now=now,
            )
    database.close()


def _grant(number: int, now: datetime) -> TokenResponse:
    host = f"https://portal{number}.example/rest/"
    tokens = TokenPair(f"access{number}", f"refresh{number}", now + timedelta(hours=1))
    scope = frozenset({"crm", "placement"})
    return TokenResponse(
        tokens, f"{number:032x}", host, "https://oauth.example/rest/", scope, "L", 1
    )


if __name__ == "__main__":
    sys.exit(main())
