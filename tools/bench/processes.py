"""More processes of the app, and more people than threads, while the portal takes its time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from tools.bench import postgres
from tools.bench.installed import neighbours
from tools.bench.portal import Portal
from tools.bench.report import FigureError, Table, ms, percentile, times
from tools.bench.users import Answer, always
from tools.bench.views import first_screen
from tools.bench.workers import cpu_seconds, cpu_since, living
from tools.stage import BIN, ROOT, Stage, free_ports, program, stage
from tools.visitor import Frame

HEADS = ("waiting people", "processes", "openings a second", "of one process", "p50", "p95",
         "p50 of the portal", "refused", "lost", "cores used", "processor time each")  # fmt: skip
PORTALS = 16


@dataclass(frozen=True)
class Sizes:
    """How many processes and people, how long each round lasts, and how many there are.

    And whether PostgreSQL is measured, too: one writer at a time, as SQLite has it, is what so many
    people wait for first.
    """

    processes: tuple[int, ...] = (1, 2, 4)
    users: tuple[int, ...] = (64, 256)
    seconds: float = 8
    rounds: int = 3
    latency: float = 0.3
    has_postgres: bool = True


QUICK = Sizes(processes=(1, 2), users=(16,), seconds=3, rounds=1)


@dataclass(frozen=True)
class Round:
    """What so many people saw, and the processor time that the app used for it."""

    seconds: float
    answers: list[Answer]
    cpu: float

    @property
    def served(self) -> list[float]:
        """How long those waited who got what they wanted. Raises FigureError without any."""
        served = [answer.seconds for answer in self.answers if answer.status == 200]
        if len(served) < 2:
            raise FigureError(f"{len(served)} of {len(self.answers)} openings were served.")
        return served

    def with_status(self, *statuses: int) -> int:
        """How many got one of these."""
        return sum(answer.status in statuses for answer in self.answers)


def measure(sizes: Sizes) -> Iterator[Table]:
    """Measure how many openings a second come through."""
    yield from postgres.beside_sqlite(
        lambda name, database: _table(name, sizes, database), is_wanted=sizes.has_postgres
    )


def _table(name: str, sizes: Sizes, database: Callable[[], AbstractContextManager[str]]) -> Table:
    with ExitStack() as stack:
        # All at once, loaded by turns: a machine that is busy meanwhile is busy for all of them.
        stages = {}
        for count in sizes.processes:
            url = stack.enter_context(database())
            stages[count] = stack.enter_context(_processes(count, url, sizes.latency))
        found = defaultdict(list)
        for _ in range(sizes.rounds):
            for users in sizes.users:
                for count, (running, frames) in stages.items():
                    found[users, count].append(_round(running, frames, users, sizes.seconds))
    rows = [
        _row(users, count, found[users, count], found[users, sizes.processes[0]], sizes.latency)
        for users in sizes.users
        for count in sizes.processes
    ]
    note = (
        f"{sizes.rounds} rounds of {sizes.seconds:g} s of a portal that answers after"
        f" {sizes.latency * 1000:.0f} ms; one call an opening;"
        f" everybody opens again and again, spread over {PORTALS} portals. Refused: told in words"
        " that Bitrix24 is busy. The program that measures has the same cores."
    )
    return Table(f"{name}: openings a second", HEADS, rows, note)


@contextmanager
def _processes(count: int, url: str, latency: float) -> Iterator[tuple[Stage, list[Frame]]]:
    folder = ROOT / "instance" / "bench" / f"processes-{count}"
    for_app = {"WEB_CONCURRENCY": str(count)} | ({"DATABASE_URL": url} if url else {})
    with (
        stage(folder, *free_ports(), for_app) as running,
        canned(running, latency) as host,
    ):
        yield running, opened_everywhere(running, host, range(1, PORTALS + 1))


@contextmanager
def canned(running: Stage, seconds: float) -> Iterator[str]:
    """Let a portal whose answers are kept listen before the stage's own, and name its host."""
    Portal(running.portal_url).unlimited()
    behind = int(running.portal_url.rpartition(":")[2])
    _, port = free_ports()
    command = [str(BIN / "python"), "-m", "tools.bench.canned", str(port), str(behind)]
    log, url = running.folder / "canned.log", f"http://127.0.0.1:{port}/"
    starting: AbstractContextManager[object] = program(
        [*command, str(seconds)], running.environment, log, url
    )
    with starting:
        yield f"127.0.0.1:{port}"


def opened_everywhere(running: Stage, host: str, numbers: range) -> list[Frame]:
    """Return frames of so many portals, each seen before by every process."""
    frames = neighbours(running, host, numbers)
    for frame in frames:
        for _ in range(2 * len(living(running.app_pid))):
            first_screen(frame)
    return frames


def _round(running: Stage, frames: list[Frame], users: int, seconds: float) -> Round:
    before, started = cpu_seconds(running.app_pid), time.perf_counter()
    answers = always(frames, users, seconds)
    took = time.perf_counter() - started
    return Round(took, answers, cpu_since(before, running.app_pid))


def _row(
    users: int, count: int, rounds: list[Round], alone: list[Round], latency: float
) -> tuple[str, ...]:
    rate = median(len(round_.served) / round_.seconds for round_ in rounds)
    of_one = rate / median(len(round_.served) / round_.seconds for round_ in alone)
    served = [seconds for round_ in rounds for seconds in round_.served]
    refused = sum(round_.with_status(503) for round_ in rounds)
    everything = sum(len(round_.answers) for round_ in rounds)
    cpu = sum(round_.cpu for round_ in rounds)
    return (
        str(users),
        str(count),
        f"{rate:.0f}",
        times(of_one),
        ms(percentile(served, 50)),
        ms(percentile(served, 95)),
        times(percentile(served, 50) / latency),
        str(refused),
        str(everything - refused - len(served)),
        f"{cpu / sum(round_.seconds for round_ in rounds):.2f}",
        ms(cpu / len(served)),
    )
