"""Work in parallel: how many threads it takes, and what they see of their caller."""

from __future__ import annotations

import threading
from contextvars import ContextVar

import pytest

from b24app.bitrix.wire.parallel import MAX_PARALLEL, in_parallel
from b24app.bitrix.wire.shares import Share, Shares

SEEN: ContextVar[int] = ContextVar("seen")
SHARE = Share("portal")


def threads_of(count):
    """Which threads did the work for so many things, and what came of it."""
    used = set()

    def work(thing):
        used.add(threading.get_ident())
        return thing * 2

    done = in_parallel(Shares(), SHARE, work, list(range(count)))
    return used, done


def test_the_caller_does_its_part_where_there_is_one_for_each():
    for count in (1, 3, MAX_PARALLEL):
        used, done = threads_of(count)

        assert threading.get_ident() in used
        assert done == [thing * 2 for thing in range(count)]


def test_who_waits_for_more_than_that_does_none_of_it():
    used, done = threads_of(MAX_PARALLEL + 2)

    assert threading.get_ident() not in used
    assert done == [thing * 2 for thing in range(MAX_PARALLEL + 2)]


def test_all_begin_before_one_of_them_ends():
    together = threading.Barrier(3, timeout=10)

    in_parallel(Shares(), SHARE, lambda _thing: together.wait(), [1, 2, 3])


def test_work_sees_the_context_of_its_caller_and_changes_nothing_of_it():
    SEEN.set(7)

    def work(thing):
        before = SEEN.get()
        SEEN.set(thing)
        return before

    assert in_parallel(Shares(), SHARE, work, [1, 2, 3]) == [7, 7, 7]
    assert SEEN.get() == 7


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_an_error_is_told_when_all_have_ended(failing):
    ended = []

    def work(thing):
        if thing == failing:
            raise LookupError(thing)
        ended.append(thing)

    with pytest.raises(LookupError):
        in_parallel(Shares(), SHARE, work, [0, 1, 2])
    assert len(ended) == 2
