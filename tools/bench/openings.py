"""Opening a card: this app beside the libraries, the same reads, over the same TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil

from sqlalchemy import delete

from b24app.storage import models
from b24app.storage.session import Database
from tools.bench.certificate import trusted
from tools.bench.portal import LATENCY, Latency, Measured
from tools.bench.relay import Wire
from tools.bench.report import FigureError, Table, kilobytes, times
from tools.bench.rivals import RIVALS, Reader, Way, commands_of
from tools.bench.secure import SecureStage, secure_stage
from tools.bench.views import first_screen, whole_list
from tools.stage import DEMO_CARD, ROOT
from tools.visitor import Frame

FIRST_SCREEN = 20
SLOW_WAY = "b24pysdk, call by call"
HEADS = ("payments", "way", "calls", "commands", "connections", "bytes", "time",
         "of call by call", "of the limit")  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """Of which cards the first screen and the whole list are read, and how often."""

    first: tuple[int, ...] = (1, 5, 20, 60, 200, 500)
    whole: tuple[int, ...] = (60, 200, 500)
    tries: int = 3
    whole_tries: int = 1
    rivals: Mapping[str, Way] = field(default_factory=lambda: RIVALS)
    latency: Latency = LATENCY
    slow_at_most: int = 60
    """Of a whole list: above so many payments nobody waits for it call by call."""


QUICK = Sizes(first=(1, 20), whole=(), tries=1)


@dataclass(frozen=True)
class Found:
    """What one way of reading came to."""

    name: str
    measured: Measured
    wire: Wire


def measure(sizes: Sizes) -> Iterator[Table]:
    """Measure every way side by side, on cards of each size."""
    with (
        secure_stage(ROOT / "instance" / "bench" / "openings") as running,
        trusted(running.certificate),
    ):
        # Of the app's first opening after its start, much would be the start's.
        for _ in range(2):
            first_screen(running.visitor().open_tab(DEMO_CARD))
        yield _table(
            running,
            f"The first screen: totals, all payments, details of the first {FIRST_SCREEN}",
            [(count, min(count, FIRST_SCREEN)) for count in sizes.first],
            first_screen,
            sizes,
        )
        if sizes.whole:
            yield _table(
                running,
                "The whole list: the first screen, then scrolled to its end",
                [(count, count) for count in sizes.whole],
                whole_list,
                replace(sizes, tries=sizes.whole_tries),
            )


def _table(
    running: SecureStage,
    title: str,
    cards: list[tuple[int, int]],
    view: Callable[[Frame], object],
    sizes: Sizes,
) -> Table:
    rows: list[tuple[str, ...]] = []
    for payments, details in cards:
        found = list(_ways(running, payments, details, view, sizes))
        limit = limit_seconds(commands_of(details), sizes.latency)
        slow = next((way.measured.seconds for way in found if way.name == SLOW_WAY), None)
        rows += (_row(payments, way, slow, limit) for way in found)
    note = (
        f"{sizes.latency}. The limit: the libraries' commands in full requests, three of which"
        " are under way at a time; whoever sends more at a time may beat it, at the cost of the"
        " portal's other people. Bytes: both ways, encrypted, handshakes included."
    )
    return Table(title, HEADS, rows, note)


def limit_seconds(commands: int, latency: Latency) -> float:
    """Return how fast any client could be: full requests, three at a time, nothing else."""
    rounds = ceil(commands / 150)
    return (rounds * latency.request_ms + ceil(commands / 3) * latency.command_ms) / 1000


def _row(payments: int, way: Found, slow: float | None, limit: float) -> tuple[str, ...]:
    return (
        str(payments),
        way.name,
        str(way.measured.calls),
        str(way.measured.commands),
        str(way.wire.connections),
        kilobytes(way.wire.sent + way.wire.received),
        f"{way.measured.seconds:.2f} s",
        times(way.measured.seconds / slow) if slow else "",
        times(way.measured.seconds / limit),
    )


def _ways(
    running: SecureStage,
    payments: int,
    details: int,
    view: Callable[[Frame], object],
    sizes: Sizes,
) -> Iterator[Found]:
    portal = running.portal
    portal.control("seed", payments=payments)
    portal.unlimited()
    token = portal.control("token", user=1)["access_token"]
    portal.wait(sizes.latency)
    reader = Reader(running.host, token, running.certificate, details)
    yield _of_ours(running, "this app, first opening", view, forget_cards, sizes.tries)
    yield _of_ours(running, "this app, seen before", view, None, sizes.tries)
    for name, way in sizes.rivals.items():
        if name == SLOW_WAY and details > sizes.slow_at_most:
            continue
        tries = 1 if name == SLOW_WAY else sizes.tries
        found = _middle(name, [running.measure(partial(way, reader)) for _ in range(tries)])
        if found.measured.commands != commands_of(details):
            expected = commands_of(details)
            raise FigureError(f"{name} sent {found.measured.commands} commands, not {expected}.")
        yield found
    portal.wait(Latency(0, 0))


def _of_ours(
    running: SecureStage,
    name: str,
    view: Callable[[Frame], object],
    before: Callable[[SecureStage], None] | None,
    tries: int,
) -> Found:
    done = []
    for _ in range(tries):
        if before:
            before(running)
        frame = running.visitor().open_tab(DEMO_CARD)
        done.append(running.measure(partial(view, frame)))
    return _middle(name, done)


def _middle(name: str, done: list[tuple[Measured, Wire]]) -> Found:
    """Return the try whose time is the median; the counts are those of this try."""
    middle = sorted(done, key=lambda measured: measured[0].seconds)[len(done) // 2]
    return Found(name, *middle)


def forget_cards(running: SecureStage) -> None:
    """Let every card be one that the app has never seen."""
    database = Database(running.database_url).of_all()
    with database.transaction() as session:
        session.execute(delete(models.CardMemory))
    database.close()
