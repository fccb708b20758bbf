"""What is remembered of statements: anybody in a portal may paste thousands of long lines."""

from __future__ import annotations

import tracemalloc

import pytest

from b24app.domain.statement.folding import folded
from b24app.domain.statement.money_words import currencies_of


@pytest.mark.parametrize("look_at", [folded, currencies_of])
def test_long_lines_are_not_remembered(look_at):
    look_at("a short one")
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(50):
            look_at(f"{number} " + "É" * 20_000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert after - before < 200_000


def test_a_long_line_is_read_as_a_short_one():
    assert folded("İADE " * 100) == "iade " * 100
    assert currencies_of("euro " + "x" * 100) == currencies_of("euro x") == {"EUR"}
