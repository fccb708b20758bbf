"""Run every check and every test; the last line is `N passed, N failed, N skipped`, alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "mypy": [str(BIN / "mypy"), "--no-error-summary"],
    "ruff check": [str(BIN / "ruff"), "check", "--quiet", "."],
    "ruff format": [str(BIN / "ruff"), "format", "--quiet", "--check", "."],
    "lint-imports": [str(BIN / "lint-imports"), "--no-cache"],
    "oxlint": [sys.executable, "-m", "tools.lint_scripts"],
    "market": [sys.executable, "-m", "tools.market", "--check"],
}

# Browser tests wait much: with one worker more than processors the others use that time. Each
# worker may start a browser, so there are never many.
WORKERS = min(os.cpu_count() or 1, 4) + 1

NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"

FIRST_TRY = "first try"
"""The property under which `tests/support/second_try.py` notes why a test was run again."""

MEMORY = Path("/dev/shm")  # noqa: S108 Only a folder of our own inside is used.
ROOM = 2**30


@dataclass(frozen=True)
class Counts:
    """How many tests ended how. An error in a fixture counts as failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(arguments: list[str]) -> int:
    """Run everything even when something fails. Returns the exit status."""
    is_alone = "--no-tests" in arguments
    # Beside the tests: mypy before them would leave the other processors idle for half a minute.
    with ThreadPoolExecutor(os.cpu_count() if is_alone else 1) as pool:
        found = [pool.submit(_check, name, command) for name, command in CHECKS.items()]
        counts, stumbled = (Counts(), []) if is_alone else _tests()
    failed = [name for name, check in zip(CHECKS, found, strict=True) if not check.result()]
    if is_alone:
        return 1 if failed else 0
    # Where everybody who reads the counts sees them.
    for test in stumbled:
        print(f"passed only at the second try: {test}")
    for name in failed:
        print(f"{name} failed, see above")
    # A failed check is a failure of the whole: "0 failed" must never stand above it.
    counts += Counts(failed=len(failed))
    print(counts, flush=True)
    return 1 if counts.failed else 0


def _check(name: str, command: list[str]) -> bool:
    started = monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    why = f"{done.stdout}{done.stderr}\n" if done.returncode else ""
    # In one piece: others print beside it.
    print(f"{name}: {verdict} ({monotonic() - started:.0f} s)\n{why}", end="", flush=True)
    return done.returncode == 0


def _compile_tests() -> None:
    """Let one process compile the tests, with their asserts, before each worker would do it."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq"]
    subprocess.run(command, cwd=ROOT, env=_environ(), capture_output=True, check=False)


def _environ() -> dict[str, str]:
    """Return an environment in which what is compiled is kept: a worker reads 500 modules."""
    return {name: value for name, value in os.environ.items() if name != NO_BYTECODE}


def _tests() -> tuple[Counts, list[str]]:
    """Run them. Returns the counts, and what passed only at the second try."""
    if not (ROOT / "tests" / "__pycache__").exists():
        _compile_tests()
    print("pytest:", flush=True)
    with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder:
        report = Path(folder) / "report.xml"
        options = [f"--junit-xml={report}", f"--basetemp={folder}/pytest"]
        command = [sys.executable, "-m", "pytest", "--quiet", "--second-try", *options]
        distributed = [f"--numprocesses={WORKERS}", "--dist=worksteal"]
        done = subprocess.run([*command, *distributed], cwd=ROOT, env=_environ(), check=False)
        return honest(counts_of(report), done.returncode), second_tries(report)


def honest(counts: Counts, status: int) -> Counts:
    """Count one failure more where pytest stopped early: the report knows only what ran."""
    if status in {0, 1} and bool(counts.failed) == (status == 1):
        return counts
    return counts + Counts(failed=1)


def _fast_folder() -> Path | None:
    """Return where test databases wait for no disk; None, the usual place, if memory is short."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


def counts_of(report: Path) -> Counts:
    """Read a JUnit report. A missing or broken one counts as nothing run."""
    if not report.exists():
        return Counts()
    total = Counts()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 Our own file.
        ran, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Counts(max(0, ran - failed - skipped), failed, skipped)
    return total


def second_tries(report: Path) -> list[str]:
    """Read from a JUnit report which tests passed only at the second try, and why not before."""
    if not report.exists():
        return []
    found = []
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314 Our own file.
        why = case.find(f"properties/property[@name='{FIRST_TRY}']")
        if why is not None and case.find("failure") is None and case.find("error") is None:
            place = case.get("classname", "").replace(".", "/")
            found.append(f"{place}.py::{case.get('name')} ({why.get('value')})")
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
