"""A portal that says nothing while a hundred of its people open a card, and people beside them."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tools.bench.installed import neighbours
from tools.bench.portal import LATENCY
from tools.bench.processes import PORTALS, canned, opened_everywhere
from tools.bench.report import FigureError, Table, ms, percentile, times
from tools.bench.users import Answer, at_a_rate
from tools.stage import ROOT, Stage, free_ports, stage
from tools.visitor import Frame

HEADS = ("who", "openings", "p50", "p95", "p99", "longest", "p50 of calm", "p95 of calm",
         "how they ended")  # fmt: skip
SERVED = 0.95
"""As many have to be served while nothing is wrong."""

SECONDS = LATENCY.seconds(commands=9)


@dataclass(frozen=True)
class Sizes:
    """How many open the silent portal, how many a second the others, how long, how often."""

    openings: int = 100
    rate: int = 20
    seconds: float = 16
    rounds: int = 2


QUICK = Sizes(openings=10, rate=5, seconds=3, rounds=1)


def measure(sizes: Sizes) -> Iterator[Table]:
    """Measure by turns what the others feel in calm, and beside the silent portal."""
    calm: list[Answer] = []
    beside: list[Answer] = []
    own: list[Answer] = []
    with (
        stage(ROOT / "instance" / "bench" / "silent", *free_ports()) as running,
        canned(running, SECONDS) as host,
    ):
        frames = opened_everywhere(running, host, range(1, PORTALS + 1))
        for number in range(sizes.rounds):
            calm += _others(frames, sizes)
            with _silent(running, 1000 + number) as silent, ThreadPoolExecutor(1) as pool:
                many = sizes.openings
                waiting = pool.submit(at_a_rate, [silent], 100, many / 100, many)
                beside += _others(frames, sizes)
                own += waiting.result()
    rows = [row("the others, in calm", calm, calm), row("the others, beside it", beside, calm)]
    note = (
        f"Others: {sizes.rate} a second, of {PORTALS} portals that answer after"
        f" {SECONDS * 1000:.0f} ms. Percentiles of all of them, refused or not."
    )
    rows.append(row("people of the silent portal", own))
    yield Table(f"{sizes.openings} openings of a silent portal", HEADS, rows, note)


def _others(frames: list[Frame], sizes: Sizes) -> list[Answer]:
    return at_a_rate(frames, sizes.rate, sizes.seconds, threads=128)


@contextmanager
def _silent(running: Stage, number: int) -> Iterator[Frame]:
    """Install a portal that takes every connection and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        # The system accepts for it.
        server.listen(1024)
        [frame] = neighbours(
            running, f"127.0.0.1:{server.getsockname()[1]}", range(number, number + 1)
        )
        yield frame


def row(who: str, answers: list[Answer], calm: Sequence[Answer] = ()) -> tuple[str, ...]:
    """What they saw, beside what others saw in calm. Raises FigureError."""
    seconds = [answer.seconds for answer in answers]
    usual = [answer.seconds for answer in calm]
    served = sum(answer.status == 200 for answer in calm)
    if served < SERVED * len(calm):
        raise FigureError(
            f"In calm {served} of {len(calm)} openings were served: this machine is too busy or"
            " too small, and what came beside the silent portal says nothing of the app."
        )
    ended = Counter(str(answer.status) for answer in answers)
    ratios = [
        percentile(seconds, percent) / percentile(usual, percent) for percent in (50, 95) if usual
    ]
    return (
        who,
        str(len(answers)),
        *(ms(percentile(seconds, percent)) for percent in (50, 95, 99)),
        ms(max(seconds)),
        *(map(times, ratios) if ratios else ("", "")),
        ", ".join(f"{status} x {count}" for status, count in sorted(ended.items())),
    )
