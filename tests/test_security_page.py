"""`docs/security.md` speaks of modules and tests that exist, and of every actor."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ACTORS = (
    "Anonymous",
    "Employee",
    "Administrator",
    "Hostile self-hosted portal",
    "Neighbour portal",
    "Thief of a backup",
)
ROW = re.compile(r"^\| (?!tries |---)(.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([^`]+)`")


def rows(actor):
    """What an actor tries, as the cells of each row."""
    section = PAGE.partition(f"\n## {actor}\n")[2].partition("\n## ")[0]
    return [row.split(" | ") for row in ROW.findall(section)]


@cache
def defined_in(path):
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    functions = [one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    return {name for name in functions if name.startswith("test_")}


def test_every_actor_has_rows_of_what_where_and_which_test():
    for actor in ACTORS:
        assert len(rows(actor)) >= 5, actor
        for cells in rows(actor):
            assert len(cells) == 4, cells
            assert NAMED.search(cells[2]), cells
            assert NAMED.search(cells[3]), cells


def test_every_module_exists():
    named = {name for actor in ACTORS for cells in rows(actor) for name in NAMED.findall(cells[2])}

    missing = [
        one for one in named if not any((ROOT / at / one).is_file() for at in ("b24app", ""))
    ]

    assert missing == []


def test_every_test_exists():
    named = {name for actor in ACTORS for cells in rows(actor) for name in NAMED.findall(cells[3])}
    pairs = [one.partition("::") for one in named]

    assert len(pairs) > 60
    assert [path for path, _, name in pairs if name not in defined_in(path)] == []
