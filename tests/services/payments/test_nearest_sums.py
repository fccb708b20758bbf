"""The nearest sums, compared with trying everything."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.services.payments import nearest_sums
from b24app.services.payments.nearest_sums import MOST_ROWS, Nearest, Part, nearest, total

PARTS = st.lists(st.builds(Part, st.integers(1, 400), st.integers(1, 5)), min_size=1, max_size=5)


def tried(parts, target):
    """The nearest sums on both sides by trying all of them."""
    ranges = [range(part.most + 1) for part in parts]
    sums = {total(parts, counts) for counts in itertools.product(*ranges)}
    below = max(one for one in sums if one <= target)
    above = min((one for one in sums if one > target), default=None)
    return below, None if below == target else above


def sums_of(parts, found):
    """What was found comes to, when every count is one that there is."""
    for counts in filter(None, (found.below, found.above)):
        assert all(0 <= count <= part.most for part, count in zip(parts, counts, strict=True))
    above = None if found.above is None else total(parts, found.above)
    return total(parts, found.below), above


@given(PARTS, st.integers(0, 5000))
def test_nothing_is_nearer_than_what_is_found(parts, target):
    found = nearest(parts, target)

    assert not found.is_approximate
    assert sums_of(parts, found) == tried(parts, target)


@given(PARTS, st.integers(0, 5000))
def test_bits_find_what_trying_one_by_one_finds(parts, target):
    limit = target + max(part.unit for part in parts)

    by_bits = nearest_sums._by_bits(parts, target, limit)
    one_by_one = nearest_sums._one_by_one(parts, target, limit)

    assert sums_of(parts, by_bits) == sums_of(parts, one_by_one)


@given(PARTS, st.integers(0, 5000))
def test_a_greedy_answer_lies_on_both_sides_and_says_that_it_is_no_more_than_near(parts, target):
    found = nearest_sums._greedy(parts, target)
    below, above = sums_of(parts, found)

    assert below <= target
    assert above is None or above > target
    assert found.is_approximate is (above is not None)


@given(st.lists(st.integers(1, 3000), min_size=MOST_ROWS + 1, max_size=60), st.integers(0, 10**6))
def test_more_rows_than_are_tried_are_answered_approximately(units, target):
    parts = [Part(unit, 3) for unit in units]

    found = nearest(parts, target)

    below, above = sums_of(parts, found)
    assert found.is_approximate is (above is not None)
    assert below <= target
    assert above is None or above > target


@pytest.mark.parametrize(
    "parts",
    [
        [Part(2 * number + 200_001, 12) for number in range(MOST_ROWS)],
        [Part(number + 1, 10**6) for number in range(MOST_ROWS)],
        [Part(10**40 + number, 10**6) for number in range(300)],
        [Part(10**40, 10**30), Part(3, 10**30)],
    ],
)
@pytest.mark.parametrize("target", [1, 10**4, 1_999_999, 10**9, 10**41])
def test_no_question_takes_long(parts, target):
    before = time.process_time()

    found = nearest(parts, target)

    assert time.process_time() - before < 2, "about a tenth of a second where nothing else runs"
    below, above = sums_of(parts, found)
    assert below <= target
    assert above is None or above > target


def test_of_few_rows_the_first_are_taken():
    assert nearest([Part(100, 3), Part(100, 3)], 200) == Nearest((2, 0), None)


def test_of_nothing_nothing_comes():
    assert nearest([], 100) == Nearest((), None)
