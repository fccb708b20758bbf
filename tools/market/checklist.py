"""`docs/marketplace.md`: each line of the checklist has a row, and what a row names is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tools.market.kit import Places

LINE = re.compile(r"^ ?(\d+)\. ", re.MULTILINE)
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FILE = re.compile(r"`((?:tests|tools|market|docs|deploy|templates|b24app)/[^`:*<]+)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
OPEN_ROW = "**open**"


def problems(places: Places) -> Iterator[str]:
    """Yield lines without a row, rows without a line, and references that lead nowhere."""
    page = (places.root / "docs/marketplace.md").read_text(encoding="utf-8")
    contract = (places.root / "docs/bitrix24/rest-contract.md").read_text(encoding="utf-8")
    listed = contract.partition("\n## i. ")[2].partition("\n## ")[0]
    lines, rows = LINE.findall(listed), ROW.findall(page)
    told = [number for number, _, _ in rows]
    for number in lines:
        if told.count(number) != 1:
            yield f"docs/marketplace.md has {told.count(number)} rows for line {number}"
    for number, _, proof in rows:
        if number not in lines:
            yield f"docs/marketplace.md has a row {number}, the checklist has no such line"
        if OPEN_ROW not in proof:
            yield from _proof(places, number, proof)


def open_rows(places: Places) -> Iterator[str]:
    """Yield what of the checklist is left to do."""
    page = (places.root / "docs/marketplace.md").read_text(encoding="utf-8")
    for number, what, proof in ROW.findall(page):
        if OPEN_ROW in proof:
            yield f"checklist {number}: {what}"


def _proof(places: Places, number: str, proof: str) -> Iterator[str]:
    tests, files = TEST.findall(proof), FILE.findall(proof)
    links = [f"docs/{page}" for page in LINK.findall(proof)]
    if not (tests or files or links):
        yield f"docs/marketplace.md, row {number}: no test, picture or page"
    for path, name in tests:
        # A copy of the kit links to the tests, which are read once for all copies.
        if name not in _tests_in((places.root / path).resolve()):
            yield f"docs/marketplace.md, row {number}: there is no {path}::{name}"
    for file in (*files, *links):
        if not (places.root / file).exists():
            yield f"docs/marketplace.md, row {number}: there is no {file}"


@cache
def _tests_in(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
