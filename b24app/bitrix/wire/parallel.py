"""Do the same work for several things at once, with the threads a portal's share allows."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from b24app.bitrix.wire.shares import Share, Shares

T = TypeVar("T")
S = TypeVar("S")

MAX_PARALLEL = 5


def in_parallel(
    shares: Shares, share: Share, work: Callable[[S], T], things: Sequence[S]
) -> list[T]:
    """Do the work for all, at most 5 at once; answer in their order. Threads see the context.

    The caller holds a place of `share`, in which one is done after the other where there are no
    more of them.
    """
    with shares.helpers(share, min(len(things), MAX_PARALLEL) - 1) as more:
        if not more:
            return [work(thing) for thing in things]
        # The caller does its part where nobody has to do two: it would only wait.
        own = things[: int(len(things) == more + 1)]
        with ThreadPoolExecutor(more + 1 - len(own)) as pool:
            waiting = [
                pool.submit(contextvars.copy_context().run, work, thing)
                for thing in things[len(own) :]
            ]
            done = [contextvars.copy_context().run(work, thing) for thing in own]
            return done + [future.result() for future in waiting]
