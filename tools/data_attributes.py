"""`docs/data-attributes.md`: which `data-*` attributes there are, who sets them and who reads them.

`python -m tools.data_attributes` brings the columns up to date; what an attribute means is written
by hand. Attributes are found by how they are written: in a template `data-x` sets and `[data-x]`
reads, in a script `dataset.x = ` sets and every other `dataset.x` and `[data-x]` reads.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "data-attributes.md"
TEMPLATES, STATIC = ROOT / "templates", ROOT / "static"

ROW = re.compile(r"^\| `(data-[a-z-]+)` \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
NAME = r"(data-[a-z][a-z-]*)"
SELECTED = re.compile(rf"\[{NAME}|attr\({NAME}\)")
IN_MARKUP = re.compile(rf"(?<!\[)\b{NAME}")
COMMENTS = re.compile(r"\{#.*?#\}|/\*.*?\*/", re.DOTALL)
DATASET = r"dataset\??\.(\w+)"
WRITTEN = re.compile(rf"{DATASET}\s*(?:\|\||\?\?)?=(?!=)|delete\s[\w.()\[\]]+?\.{DATASET}")
CHANGED = re.compile(rf'(?:set|toggle|remove)Attribute\("{NAME}"')
ASKED = re.compile(rf'(?:get|has)Attribute\("{NAME}"')
TESTED = re.compile(r'"(\w+)" in [\w.?()]+?\.dataset')
ASSIGNED = re.compile(r"Object\.assign\([\w.]+\.dataset, \{([^}]*)\}")
UNTOLD = "**say what it means**"


@dataclass
class Uses:
    """Who sets an attribute and who reads it: file names under `templates` and `static`."""

    set_in: set[str] = field(default_factory=set)
    read_in: set[str] = field(default_factory=set)


def main() -> int:
    """Write the page's columns. Returns 1 where an attribute has no meaning yet."""
    page = PAGE.read_text(encoding="utf-8")
    told = meanings(page)
    rows = [
        f"| `{name}` | {told.get(name, UNTOLD)} | {listed(uses.set_in)} | {listed(uses.read_in)} |"
        for name, uses in sorted(found().items())
    ]
    head = page[: page.index("| attribute |")]
    table = (
        "| attribute | on what, and what it means | set in | read in |\n| --- | --- | --- | --- |"
    )
    PAGE.write_text("\n".join([head + table, *rows, ""]), encoding="utf-8")
    return 1 if any(UNTOLD in row for row in rows) else 0


def meanings(page: str) -> Mapping[str, str]:
    """Return what the page says each attribute means."""
    return {name: meaning for name, meaning, *_ in ROW.findall(page)}


def listed(files: set[str]) -> str:
    """Return a cell of the table."""
    return ", ".join(f"`{name}`" for name in sorted(files)) or "-"


def found() -> Mapping[str, Uses]:
    """Return every attribute of the templates, scripts and styles."""
    uses: defaultdict[str, Uses] = defaultdict(Uses)
    for path in sorted(TEMPLATES.rglob("*.html")):
        _note(uses, path.relative_to(TEMPLATES), _text(path), IN_MARKUP)
    for path in sorted((*STATIC.rglob("*.js"), *STATIC.rglob("*.css"))):
        if "min" not in path.name.split("."):
            text = _text(path)
            _note(uses, path.relative_to(STATIC), text, CHANGED, ASKED)
            _note_dataset(uses, path.relative_to(STATIC), text)
    return dict(uses)


def _note(
    uses: Mapping[str, Uses],
    name: Path,
    text: str,
    setting: re.Pattern[str],
    reading: re.Pattern[str] = SELECTED,
) -> None:
    for attribute in _groups(SELECTED, text):
        uses[attribute].read_in.add(name.as_posix())
    if reading is not SELECTED:
        for attribute in _groups(reading, text):
            uses[attribute].read_in.add(name.as_posix())
    for attribute in _groups(setting, text):
        uses[attribute].set_in.add(name.as_posix())


def _note_dataset(uses: Mapping[str, Uses], name: Path, text: str) -> None:
    for properties in ASSIGNED.findall(text):
        for assigned in properties.split(","):
            uses[_kebab(assigned.split(":")[0].strip())].set_in.add(name.as_posix())
    for key in _groups(WRITTEN, text):
        uses[_kebab(key)].set_in.add(name.as_posix())
    for key in (*_groups(TESTED, text), *re.findall(DATASET, WRITTEN.sub("", text))):
        uses[_kebab(key)].read_in.add(name.as_posix())


def _groups(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for match in pattern.finditer(text):
        yield from (group for group in match.groups() if group)


def _kebab(key: str) -> str:
    return "data-" + re.sub(r"[A-Z]", lambda capital: f"-{capital[0].lower()}", key)


def _text(path: Path) -> str:
    return COMMENTS.sub("", path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
