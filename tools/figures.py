"""`python -m tools.figures`: how much a reader has to hold in mind. Changes nothing.

A thermometer, not a law: docs/architecture.md keeps what it said before and after the house was
rebuilt. A click and an opening are counted in this process, with the stage of the tests.
"""

from __future__ import annotations

import ast
import importlib
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from b24app.storage.session import Database, upgrade

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "b24app"
PAYMENT = 1038
MOST_PARAMETERS, MOST_MODULE, MOST_FUNCTION, MOST_LINE = 5, 300, 40, 120

Function = ast.FunctionDef | ast.AsyncFunctionDef
Figure = tuple[str, object]


def main() -> int:
    """Print one figure a line."""
    for name, value in [*of_requests(), *of_services(APP / "services"), *of_sizes(ROOT)]:
        print(f"{name:<58} {value}")
    return 0


@dataclass
class Trace:
    """What one request went through in our own code, and how often it used the database."""

    files: set[str] = field(default_factory=set)
    functions: set[tuple[str, int]] = field(default_factory=set)
    depth: int = 0
    transactions: int = 0

    def note(self, frame: FrameType, event: str, _argument: object) -> None:
        """Take a call into account, as a profiler is told of it."""
        if event != "call" or not is_ours(frame):
            return
        code = frame.f_code
        self.files.add(code.co_filename)
        self.functions.add((code.co_filename, code.co_firstlineno))
        self.depth = max(self.depth, sum(map(is_ours, stack(frame))))


def is_ours(frame: FrameType) -> bool:
    """Return whether a named function of the app runs in this frame."""
    file = frame.f_code.co_filename
    is_app = file.startswith(f"{APP}/") and not file.startswith(f"{APP}/simulator/")
    return is_app and not frame.f_code.co_name.startswith("<")


def stack(frame: FrameType | None) -> Iterator[FrameType]:
    """Return a frame and those that led to it, the innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def of_requests() -> Sequence[Figure]:
    """Count a click on Mark as paid, of a payment that was just listed, and an opening."""
    with staged() as stage:
        # The second one reads names of people, once a day.
        for _ in range(2):
            stage.tab()
        opening = _traced(stage.tab)
        tab = stage.tab()
        click = _traced(lambda: tab.post(f"/payments/{PAYMENT}/pay"))
        if tab.answer.status_code != 200:
            raise RuntimeError(tab.answer.text)
    return [
        ("click on Mark as paid: files", len(click.files)),
        ("click on Mark as paid: functions", len(click.functions)),
        ("click on Mark as paid: deepest", click.depth),
        ("click on Mark as paid: transactions", click.transactions),
        ("opening: transactions", opening.transactions),
    ]


@contextmanager
def staged() -> Iterator[Any]:
    """Open the stage of the tests, with the app installed in its portal."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/app.db"
        upgrade(Database(url))
        stage = importlib.import_module("tests.support.stage").Stage(url, Path(folder) / "rest-log")
        try:
            stage.install()
            yield stage
        finally:
            stage.close()


def _traced(act: Callable[[], object]) -> Trace:
    trace = Trace()
    begin = {name: getattr(Database, name) for name in ("transaction", "reading")}

    def counted(name: str) -> Callable[[Database], object]:
        def begun(database: Database) -> object:
            trace.transactions += 1
            return begin[name](database)

        return begun

    for name in begin:
        setattr(Database, name, counted(name))
    before = sys.getprofile()
    sys.setprofile(trace.note)
    try:
        act()
    finally:
        sys.setprofile(before)
        for name, method in begin.items():
            setattr(Database, name, method)
    return trace


def of_services(services: Path) -> Sequence[Figure]:
    """Count how services are called, and how they depend on each other."""
    most = {
        f"{path.stem}.{function.name}": _parameters(function)
        for path in services.rglob("*.py")
        for function in _functions(path)
    }
    over = sum(count > MOST_PARAMETERS for count in most.values())
    widest = max(most, key=lambda name: most[name])
    arrows = set(_arrows(services))
    across = {arrow for arrow in arrows if arrow[0].parent != arrow[1].parent}
    return [
        ("services: most parameters", f"{most[widest]} ({widest})"),
        (f"services: functions with more than {MOST_PARAMETERS} parameters", over),
        ("services: arrows between files", len(arrows)),
        ("services: arrows between files of different folders", len(across)),
    ]


def _functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _parameters(function: Function) -> int:
    found = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([parameter for parameter in found if parameter.arg not in {"self", "cls"}])


def _arrows(services: Path) -> Iterator[tuple[Path, Path]]:
    """Return which file imports which other one."""
    for path in services.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            base = services.parent.parent / node.module.replace(".", "/")
            targets = [
                base.with_suffix(".py"),
                *(base / f"{alias.name}.py" for alias in node.names),
            ]
            yield from (
                (path, target)
                for target in targets
                if services in target.parents and target.is_file()
            )


def of_sizes(root: Path) -> Sequence[Figure]:
    """Count the longest of everything, what is longer than it should be, and the sum."""
    app = root / "b24app"
    paths = [path for path in app.rglob("*.py") if "simulator" not in path.relative_to(app).parts]
    modules = {str(path.relative_to(app)): len(_lines(path)) for path in paths}
    functions = {
        f"{path.relative_to(app)}:{function.name}": (function.end_lineno or function.lineno)
        - function.lineno
        + 1
        for path in paths
        for function in _functions(path)
    }
    templates = {
        f"{path.relative_to(root / 'templates')}:{number}": len(line)
        for path in (root / "templates").rglob("*.html")
        for number, line in enumerate(_lines(path), start=1)
    }
    return [
        *_longest("module", modules, MOST_MODULE),
        *_longest("function", functions, MOST_FUNCTION),
        *_longest("template line", templates, MOST_LINE),
        ("lines of the app without the simulator", sum(modules.values())),
    ]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _longest(what: str, sizes: dict[str, int], most: int) -> Sequence[Figure]:
    name = max(sizes, key=lambda entry: sizes[entry])
    over = sum(size > most for size in sizes.values())
    return [(f"longest {what}", f"{sizes[name]} ({name})"), (f"{what}s over {most}", over)]


if __name__ == "__main__":
    sys.exit(main())
