"""What an opening and a click cost the database is what docs/scaling.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from b24app.storage.session import Database
from tests.support.acts import PAY, UNPAY
from tests.support.timeline import know_timeline, lines, mark

SCALING = Path("docs/scaling.md").read_text(encoding="utf-8")
CLICK = "Database, a click on *Mark as paid* or *Mark as unpaid* (counted)"


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
    first, naming, again = (counted(stage.tab) for _ in range(3))

    assert first == again == documented("Database, an opening (counted)")
    # It keeps the names of who paid, which are read once a day.
    assert naming == (first[0] + 1, first[1] + 1)


@pytest.mark.parametrize("act", [PAY, UNPAY])
def test_a_click_costs_what_is_documented(stage, counted, act):
    tab = stage.tab()
    know_timeline(stage)

    clicked = counted(lambda: mark(tab, act))

    assert act.done(stage)
    assert len(lines(stage)) == 1
    assert clicked == documented(CLICK)
