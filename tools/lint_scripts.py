"""Lint the scripts with oxlint. The parts of `static/app` are linted as they are served: joined.

A part uses names of the others, so alone each would be full of unknown names; joined, a name that
nobody defines, or that two parts define, is a mistake. Places are told by part and line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from b24app.web.plumbing import assets

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
OXLINT = Path(sys.executable).parent / "oxlint"
ALONE = ("static/again.js", "static/frame.js", "static/settings.js", "b24app/simulator/static")


def main() -> int:
    """Print one line a problem. Returns the exit status."""
    problems = sorted(found(STATIC / "app"))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def found(parts: Path) -> Iterator[str]:
    """Yield problems of all scripts, `file:line: what`; `parts` holds those that are joined."""
    with tempfile.TemporaryDirectory() as folder:
        joined = Path(folder) / assets.SCRIPT
        joined.write_text(assets.joined(parts), encoding="utf-8")
        lines = dict(enumerate(_places(parts), start=1))
        for problem in _oxlint(str(joined), *ALONE):
            label = problem["labels"][0]["span"] if problem["labels"] else {"line": 1}
            name, line = problem["filename"], label["line"]
            place = lines[line] if Path(name).name == assets.SCRIPT else f"{name}:{line}"
            yield f"{place}: {problem['message']} {problem.get('code', '')}".rstrip()


def _oxlint(*paths: str) -> list[Mapping[str, Any]]:
    command = [str(OXLINT), "--config", ".oxlintrc.json", "--format", "json", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        problems: list[Mapping[str, Any]] = json.loads(done.stdout)["diagnostics"]
    except (ValueError, KeyError):
        raise SystemExit(f"oxlint failed: {done.stdout}{done.stderr}") from None
    return problems


def _places(parts: Path) -> Iterator[str]:
    """Yield part and line of each line of the joined script; lines between parts have none."""
    numbered = [
        (f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{number}", line)
        for path in (parts / f"{part}.js" for part in assets.PARTS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]
    waiting = iter(numbered)
    following = next(waiting, None)
    for line in assets.joined(parts).splitlines():
        if following is not None and line == following[1]:
            yield following[0]
            following = next(waiting, None)
        else:
            yield assets.SCRIPT


if __name__ == "__main__":
    sys.exit(main())
