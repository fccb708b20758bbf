"""The app's own time, processor time and memory: what it adds to what the portal takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from tools.bench.costs import Cost, Work, by_turns, marking, opened, opening, shell
from tools.bench.portal import Portal
from tools.bench.report import Table, ms, percentile, times
from tools.bench.views import first_screen
from tools.bench.workers import cpu_seconds, cpu_since, living
from tools.stage import ROOT, Stage, free_ports, stage
from tools.visitor import Frame

HEADS = ("one at a time", "p50", "p95", "p99", "p50 of /healthz", "processor time", "calls")
PERCENTS = (50, 95, 99)


@dataclass(frozen=True)
class Sizes:
    """How often each thing is done, on cards of which size, and how many open one a second."""

    tries: int = 100
    payments: tuple[int, ...] = (4, 20, 500)
    rate: int = 20
    seconds: int = 20


QUICK = Sizes(tries=5, payments=(4,), rate=5, seconds=2)


def measure(sizes: Sizes) -> Iterator[Table]:
    """Measure one at a time, then so many a second, then what the processes hold."""
    with stage(ROOT / "instance" / "bench" / "own", *free_ports()) as running:
        yield from tables(running, sizes)


def tables(running: Stage, sizes: Sizes) -> Iterator[Table]:
    """The same on a stage that is set."""
    portal = Portal(running.portal_url)
    portal.unlimited()
    rows = list(_one_at_a_time(running, portal, sizes))
    note = f"{sizes.tries} tries of each, by turns with /healthz."
    yield Table("The app's own time", HEADS, rows, note)
    yield _at_a_rate(running, portal, sizes)
    memory = [f"{process.megabytes:.0f} MB" for process in living(running.app_pid)]
    rows = [(f"process {number}", each) for number, each in enumerate(memory, 1)]
    yield Table("Memory after all this", ("", "resident"), rows)


def _one_at_a_time(running: Stage, portal: Portal, sizes: Sizes) -> Iterator[tuple[str, ...]]:
    def row(name: str, do: Callable[[], object]) -> tuple[str, ...]:
        plain = Work(running, portal, partial(frame.get, "/healthz"))
        works = {"plain": plain, "this": Work(running, portal, do)}
        costs = by_turns(works, sizes.tries)
        return _row(name, costs["this"], costs["plain"], sizes.tries)

    for payments in sizes.payments:
        portal.control("seed", payments=payments)
        frame = opened(running)
        if payments == sizes.payments[0]:
            yield row("the shell of a tab", shell(frame))
            yield row("a click on Mark as paid or unpaid", marking(frame))
        yield row(f"an opening with {payments} payments", opening(frame))


def _row(name: str, cost: Cost, plain: Cost, tries: int) -> tuple[str, ...]:
    return (
        name,
        *(ms(percentile(cost.seconds, percent)) for percent in PERCENTS),
        times(cost.middle / plain.middle),
        ms(cost.cpu / tries),
        f"{cost.calls / tries:g}",
    )


def _at_a_rate(running: Stage, portal: Portal, sizes: Sizes) -> Table:
    portal.control("seed", payments=sizes.payments[0])
    frame = opened(running)
    alone = [timed(frame, time.perf_counter()) for _ in range(sizes.tries)]
    count = sizes.rate * sizes.seconds
    before = cpu_seconds(running.app_pid)
    with ThreadPoolExecutor(32) as pool:
        started = time.perf_counter()
        waits = [pool.submit(timed, frame, started + n / sizes.rate) for n in range(count)]
        loaded = [wait.result() for wait in waits]
    used = ms(cpu_since(before, running.app_pid) / count)
    rows = [
        (
            name,
            *(ms(percentile(seconds, percent)) for percent in PERCENTS),
            times(percentile(seconds, 50) / percentile(alone, 50)),
            cpu,
        )
        for name, seconds, cpu in (
            ("one at a time", alone, ""),
            (f"{sizes.rate} a second", loaded, used),
        )
    ]
    heads = ("openings", "p50", "p95", "p99", "p50 of one at a time", "processor time")
    title = f"An opening with {sizes.payments[0]} payments, the portal without latency included"
    return Table(title, heads, rows)


def timed(frame: Frame, moment: float) -> float:
    """Open at a moment and return the seconds since then: a queue before the app is counted."""
    time.sleep(max(0.0, moment - time.perf_counter()))
    first_screen(frame)
    return time.perf_counter() - moment
