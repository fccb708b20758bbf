"""`python -m tools.bench [--markdown] [--write] [--quick] [part ...]`: figures of the running app.

They compare ways of working on one machine, side by side in one run: counts and ratios carry over
to other machines and to a real portal, times do not. Everything is kept in instance/bench.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import time
from datetime import UTC, datetime

import requests

from tools.bench.report import FigureError, write
from tools.stage import StageError
from tools.visitor import VisitError

BUSY = "The machine was busy with other work: counts hold, times and their ratios hardly do."
PARTS = ("openings", "browser", "own", "portals", "processes", "silent", "versions")


def main(arguments: list[str]) -> int:
    """Measure the named parts, or all, and print them. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--markdown", action="store_true", help="print Markdown")
    parser.add_argument("--write", action="store_true", help="refresh docs/benchmarks.md")
    parser.add_argument("--quick", action="store_true", help="with few and small tries")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    if asked.write and asked.quick:
        parser.error("what is measured quickly is nothing to write down")
    failed = [part for part in asked.parts or PARTS if not _measure(part, asked)]
    for part in failed:
        print(f"{part}: not measured, see above", file=sys.stderr)
    return 1 if failed else 0


def _measure(part: str, asked: argparse.Namespace) -> bool:
    """Measure one part, print its tables as they come, and say whether there are all of them."""
    started = time.monotonic()
    pages = [made_by(part)]
    try:
        module = importlib.import_module(f"tools.bench.{part}")
        print(f"\n{part}: {module.__doc__}\n{pages[0]}", flush=True)
        for table in module.measure(module.QUICK if asked.quick else module.Sizes()):
            print(f"\n{table.markdown() if asked.markdown else table.text()}", flush=True)
            pages.append(table.markdown())
        if asked.write:
            write(part, "\n\n".join(pages))
    except ModuleNotFoundError as error:
        print(f"{error.name} is missing: `make bench` installs it.", file=sys.stderr)
        return False
    except (FigureError, StageError, VisitError, requests.RequestException) as error:
        print(error, file=sys.stderr)
        return False
    print(f"\n{part}: {time.monotonic() - started:.0f} s", flush=True)
    return True


def made_by(part: str) -> str:
    """Say by which command, when and on what a table was made: a busy machine spoils times."""
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    day = datetime.now(UTC).date().isoformat()
    line = (
        f"`make bench PARTS={part}`, {day}, {processors} processors, load before: {load:.1f}; "
        f"a million additions took {additions() * 1000:.0f} ms of processor time."
    )
    return f"{line} {BUSY}" if load > processors else line


def additions() -> float:
    """Seconds of processor time for a million additions: how fast this machine is today."""
    started, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return time.process_time() - started


if __name__ == "__main__":
    # Ended from outside, it ends its programs and drops its databases as after Ctrl+C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(sys.argv[1:]))
