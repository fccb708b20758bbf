"""One, a hundred and ten thousand installed portals, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from tools.bench import postgres
from tools.bench.costs import Cost, Work, by_turns, marking, opened, opening
from tools.bench.installed import add_portals
from tools.bench.portal import Portal
from tools.bench.report import Table, ms, percentile, times
from tools.bench.workers import megabytes
from tools.stage import ROOT, Stage, free_ports, stage

HEADS = ("installed portals", "opening p50", "p95", "p50 of one portal",
         "click p50", "p95", "p50 of one portal", "memory of the process")  # fmt: skip
DEEDS = ("opening", "click")


@dataclass(frozen=True)
class Sizes:
    """How many portals, how often something is done, and whether PostgreSQL is measured, too."""

    portals: tuple[int, ...] = (1, 100, 10_000)
    tries: int = 50
    has_postgres: bool = True


QUICK = Sizes(portals=(1, 20), tries=5)


def measure(sizes: Sizes) -> Iterator[Table]:
    """Measure own time with ever more portals beside the one that is opened."""
    yield from postgres.beside_sqlite(
        lambda name, database: _table(name, sizes, database), is_wanted=sizes.has_postgres
    )


def _table(name: str, sizes: Sizes, database: Callable[[], AbstractContextManager[str]]) -> Table:
    with ExitStack() as stack:
        # All at once, asked by turns: a machine that is busy meanwhile is busy for all of them.
        works: dict[str, Work] = {}
        for count in sizes.portals:
            running = stack.enter_context(_stage_of(stack.enter_context(database()), count))
            for deed, work in zip(DEEDS, _works(running, count), strict=True):
                works[f"{deed} {count}"] = work
        costs = by_turns(works, sizes.tries)
        rows = []
        for count in sizes.portals:
            memory = megabytes(works[f"opening {count}"].running.app_pid)
            rows.append(_row(count, costs, sizes.portals[0], memory))
    title = f"{name}: the app's own time, by installed portals"
    note = f"Cards of 4 payments, {sizes.tries} tries of each; a click on Mark as paid or unpaid."
    return Table(title, HEADS, rows, note)


def _stage_of(url: str, count: int) -> AbstractContextManager[Stage]:
    for_app = {"WEB_CONCURRENCY": "1"} | ({"DATABASE_URL": url} if url else {})
    return stage(ROOT / "instance" / "bench" / f"portals-{count}", *free_ports(), for_app)


def _works(running: Stage, count: int) -> tuple[Work, Work]:
    portal = Portal(running.portal_url)
    portal.unlimited()
    add_portals(running, range(1, count))
    frame = opened(running)
    return Work(running, portal, opening(frame)), Work(running, portal, marking(frame))


def _row(count: int, costs: dict[str, Cost], one: int, memory: float) -> tuple[str, ...]:
    figures: list[str] = []
    for deed in DEEDS:
        cost = costs[f"{deed} {count}"]
        ratio = cost.middle / costs[f"{deed} {one}"].middle
        figures += (ms(cost.middle), ms(percentile(cost.seconds, 95)), times(ratio))
    return f"{count:,}", *figures, f"{memory:.0f} MB"
