"""What an opening and a click cost the database is what docs/scaling.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from b24app.storage.session import Database
from tests.support.timeline import know_timeline

SCALING = Path("docs/scaling.md").read_text(encoding="utf-8")


@pytest.fixture
def counted(monkeypatch):
    """Run something; answers its transactions and how many of them may write."""

    def count(act):
        begun = []
        with monkeypatch.context() as patch:
            for name in ("transaction", "reading"):
                patch.setattr(Database, name, noting(begun, name))
            act()
        return len(begun), begun.count("transaction")

    return count


def noting(begun, name):
    begin = getattr(Database, name)

    def note(database):
        begun.append(name)
        return begin(database)

    return note


def documented(row):
    """The figures of a row of the page's table."""
    line = next(line for line in SCALING.splitlines() if line.startswith(f"| {row} |"))
    return tuple(int(number) for number in re.findall(r"\d+", line))


def test_an_opening_costs_what_is_documented(stage, counted):
    first, again = counted(stage.tab), counted(stage.tab)

    assert first == again == documented("Database, an opening (counted)")


def test_a_click_costs_what_is_documented(stage, counted):
    tab = stage.tab()
    know_timeline(stage)

    clicked = counted(lambda: tab.post("/payments/1038/pay"))

    assert tab.answer.status_code == 200
    assert clicked == documented("Database, a click on *Mark as paid* (counted)")
