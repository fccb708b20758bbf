"""The tables of CONTRIBUTING.md name files, actions and rows that there are, and all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from b24app.services.actions import Action
from tests.support.acts import ACTS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TESTS = PAGE.partition("## Where the tests are")[2].partition("\n## ")[0]
STEPS = PAGE.partition("## Adding a payment action")[2].partition("\n## ")[0]
CODE = re.compile(r"`([^`]+)`")
ROWS = [
    row.strip("| ").split(" | ")
    for row in TESTS.splitlines()
    if row.startswith("| `") and row.count(" | ") == 3
]


def named(column):
    return {name for row in ROWS for name in CODE.findall(row[column])}


def test_every_action_has_its_row():
    assert named(1) == set(Action)


def test_every_act_of_a_button_is_a_row_of_the_acts():
    assert named(2) <= {act.name for act in ACTS}


FILES = sorted(set(re.findall(r"`(\w+/[\w/]*test_\w+\.py)`", TESTS)))


@pytest.mark.parametrize("path", FILES)
def test_every_file_of_tests_exists(path):
    assert (ROOT / "tests" / path.removeprefix("tests/")).is_file()


def test_every_button_has_tests_of_its_own():
    assert [row[0] for row in ROWS if not set(CODE.findall(row[3])) & set(FILES)] == []


def test_what_tests_share_exists():
    shared = [name for name in CODE.findall(TESTS) if re.fullmatch(r"[a-z_]+\.py", name)]

    assert len(shared) > 8
    assert [name for name in shared if not (ROOT / "tests" / "support" / name).is_file()] == []


def test_the_steps_name_what_there_is():
    folder, missing = "", []
    for name in CODE.findall(STEPS):
        if name.endswith("/"):
            folder = name
        elif re.fullmatch(r"[\w/]+\.(py|html|md)", name):
            places = (ROOT, ROOT / folder, ROOT / "b24app", ROOT / "b24app" / "bitrix")
            if not any((place / name).is_file() for place in places):
                missing.append(name)

    assert missing == []
