"""What requests cost the app in processor time, beside an older version of itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tools.bench.costs import Work, by_turns, marking, opened, opening, shell
from tools.bench.portal import Portal
from tools.bench.report import FigureError, Table, ms, times
from tools.stage import ROOT, Stage, free_ports, stage

FOLDER = ROOT / "instance" / "bench" / "versions"
BEFORE = "26b69bb"
"""The version whose processor time was to be halved; `BENCH_AGAINST` names another."""

HEADS = ("a request", "of the older one", "in the rounds", "processor time", "calls")


@dataclass(frozen=True)
class Sizes:
    """Rounds, tries of each thing in a round, and the cards."""

    rounds: int = 7
    tries: int = 20
    payments: tuple[int, ...] = (4, 20)
    older: str = BEFORE


QUICK = Sizes(rounds=2, tries=3, payments=(4,))


def measure(sizes: Sizes) -> Iterator[Table]:
    """Measure both by turns, with the same libraries, visitor and kind of portal."""
    older = os.environ.get("BENCH_AGAINST") or sizes.older
    with ExitStack() as stack:
        code = stack.enter_context(checked_out(older, FOLDER / "code"))
        # Spread apart: the second looks for its ports while the first holds its own.
        old = stack.enter_context(stage(FOLDER / "older", *free_ports(), code=code))
        new = stack.enter_context(stage(FOLDER / "present", *free_ports()))
        rows = list(_rows(old, new, sizes))
    note = (
        f"The older version: {older}. Median of {sizes.rounds} rounds of {sizes.tries} tries; "
        "processor time and calls of the present version."
    )
    yield Table("Processor time of the app, beside an older version", HEADS, rows, note)


@contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """Have the files of a revision in a folder until the end of the block. Raises FigureError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        archive = _git("archive", "--format=tar", revision)
        subprocess.run(["tar", "-x"], cwd=folder, input=archive, check=True)
        yield folder
    finally:
        shutil.rmtree(folder)


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout
    except FileNotFoundError as error:
        raise FigureError("git is missing, which has the older version.") from error
    except subprocess.CalledProcessError as error:
        why = error.stderr.decode(errors="replace").strip()
        raise FigureError(
            f"The older version could not be had: {why}. BENCH_AGAINST names another; a clone "
            "without history needs `git fetch --unshallow`."
        ) from error


def _rows(old: Stage, new: Stage, sizes: Sizes) -> Iterator[tuple[str, ...]]:
    for payments in sizes.payments:
        both = {"old": _works(old, payments), "new": _works(new, payments)}
        names = list(both["new"])
        # The shell and a click do not grow with the card.
        for name in names if payments == sizes.payments[0] else names[:1]:
            yield _row(name, {age: works[name] for age, works in both.items()}, sizes)


def _works(running: Stage, payments: int) -> dict[str, Work]:
    portal = Portal(running.portal_url)
    portal.unlimited()
    portal.control("seed", payments=payments)
    frame = opened(running)
    deeds: dict[str, Callable[[], object]] = {
        f"an opening with {payments} payments": opening(frame),
        "the shell of a tab": shell(frame),
        "a click on Mark as paid or unpaid": marking(frame),
    }
    return {name: Work(running, portal, do) for name, do in deeds.items()}


def _row(name: str, works: Mapping[str, Work], sizes: Sizes) -> tuple[str, ...]:
    ratios, seconds, calls = [], [], []
    for _ in range(sizes.rounds):
        costs = by_turns(works, sizes.tries)
        if not costs["old"].cpu:
            raise FigureError(f"{name}: too little to be seen in the clock of /proc; try more.")
        ratios.append(costs["new"].cpu / costs["old"].cpu)
        seconds.append(costs["new"].cpu / sizes.tries)
        calls.append(costs["new"].calls / sizes.tries)
    return (
        name,
        times(median(ratios)),
        f"{times(min(ratios))} to {times(max(ratios))}",
        ms(median(seconds)),
        f"{median(calls):g}",
    )
