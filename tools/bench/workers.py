"""The app's worker processes, as /proc has them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tools.bench.report import FigureError


@dataclass(frozen=True)
class Worker:
    """One worker process: resident memory and the processor time it has used."""

    megabytes: float
    cpu_seconds: float


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


def living(master: int) -> list[Worker]:
    """Return the worker processes. Raises FigureError where there is none."""
    if found := workers_of(master):
        return found
    raise FigureError("No worker process of the app is left, or this system has no /proc.")


def cpu_seconds(master: int) -> float:
    """Processor time that all workers have used so far. Raises FigureError."""
    return sum(worker.cpu_seconds for worker in living(master))


def cpu_since(before: float, master: int) -> float:
    """Processor time since `cpu_seconds` was that. Raises FigureError."""
    used = cpu_seconds(master) - before
    if used < 0:
        raise FigureError("A worker process of the app ended, and another one took its place.")
    return used


def megabytes(master: int) -> float:
    """Resident memory of the largest worker. Raises FigureError."""
    return max(worker.megabytes for worker in living(master))
