"""Who gets a place of the process, who waits, who is refused: the law of `shares`."""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.wire.shares import (
    SLOW_KEPT_SECONDS,
    SLOW_SECONDS,
    STRANGERS,
    Share,
    Shares,
)
from b24app.bitrix.wire.visits import visit
from b24app.errors import PortalCrowdedError

THREADS = 64
PLACES = 56
QUARTER = PLACES // 4
ALONE = 28


@pytest.fixture
def shares(clock):
    return Shares(threads=THREADS, patience=0, monotonic=clock.monotonic)


def fill(stack: ExitStack, shares: Shares, share: Share, wanted: int = 1000) -> int:
    """Hold as many places as are given, until the stack is closed."""
    return stack.enter_context(shares.helpers(share, wanted))


def slow_down(shares: Shares, clock, *portals: str) -> None:
    for portal in portals:
        with shares.asking(Share(portal)):
            clock.now += SLOW_SECONDS + 0.1


class TestHowManyPlacesOnePortalMayHold:
    def test_half_of_them_while_it_is_alone(self, shares):
        with ExitStack() as stack:
            assert fill(stack, shares, Share("one")) == ALONE

    def test_a_newcomer_finds_some_however_many_hold_all_they_may(self, shares):
        with ExitStack() as stack:
            held = [fill(stack, shares, Share(f"portal {number}")) for number in range(10)]

            assert min(held) >= 1
            assert sum(held) < PLACES

    def test_what_was_given_back_may_be_held_again(self, shares):
        with ExitStack() as stack:
            first = fill(stack, shares, Share("one"))
        with ExitStack() as stack:
            assert fill(stack, shares, Share("one")) == first

    def test_the_server_says_how_many_there_are(self, shares):
        shares.resize(16)

        with ExitStack() as stack:
            assert fill(stack, shares, Share("one")) == 8

    def test_a_single_thread_still_serves(self, shares):
        shares.resize(1)

        with shares.place(Share("one")):
            pass


class TestASlowPortal:
    def test_may_hold_half_of_what_all_slow_ones_share(self, shares, clock):
        slow_down(shares, clock, "slow")

        with ExitStack() as stack:
            assert fill(stack, shares, Share("slow")) == QUARTER // 2

    def test_is_slow_while_it_still_keeps_us_waiting(self, shares, clock):
        with ExitStack() as stack:
            held = fill(stack, shares, Share("silent"))
            stack.enter_context(shares.asking(Share("silent")))
            clock.now += SLOW_SECONDS + 0.1

            assert held > QUARTER
            assert fill(stack, shares, Share("silent")) == 0
            assert fill(stack, shares, Share("other")) > 0

    def test_shares_its_quarter_with_all_slow_ones_and_takes_nothing_from_others(
        self, shares, clock
    ):
        portals = [f"slow {number}" for number in range(30)]
        slow_down(shares, clock, *portals[-15:])

        with ExitStack() as stack:
            held = sum(fill(stack, shares, Share(portal)) for portal in portals[-15:])

            assert held <= QUARTER
            assert fill(stack, shares, Share("quick")) >= ALONE // 2

    def test_is_forgiven_after_a_while(self, shares, clock):
        slow_down(shares, clock, "slow")
        clock.now += SLOW_KEPT_SECONDS

        with ExitStack() as stack:
            assert fill(stack, shares, Share("slow")) == ALONE

    def test_is_silent_when_it_was_slow_again_and_again(self, shares, clock):
        seen = []
        for _ in range(4):
            seen.append(shares.is_silent("slow"))
            slow_down(shares, clock, "slow")
        clock.now += SLOW_KEPT_SECONDS

        assert seen == [False, False, False, True]
        assert not shares.is_silent("slow")
        slow_down(shares, clock, "slow")
        assert not shares.is_silent("slow")

    def test_does_not_make_memory_grow(self, shares, clock):
        for number in range(3000):
            with shares.asking(Share(f"portal {number}")):
                clock.now += SLOW_SECONDS + 0.1

        assert len(shares._slow_lately) <= 1000
        assert shares._asked == {}


class TestWhatNobodyVouchesFor:
    def test_may_hold_half_of_what_all_of_it_shares(self, shares):
        with ExitStack() as stack:
            assert fill(stack, shares, Share("one", is_vouched=False)) == QUARTER // 2

    def test_leaves_the_same_portal_s_own_people_their_places(self, shares):
        with ExitStack() as stack:
            taken = fill(stack, shares, Share("one", is_vouched=False))

            assert fill(stack, shares, Share("one")) == ALONE - taken

    def test_never_holds_more_than_its_quarter_under_any_name(self, shares):
        names = [Share(f"portal {number}", is_vouched=False) for number in range(100)]

        with ExitStack() as stack:
            held = sum(fill(stack, shares, one) for one in [STRANGERS, *names])

            assert held <= QUARTER
            assert fill(stack, shares, Share("anybody")) >= ALONE // 2


class TestWhoFindsNoPlace:
    def test_is_refused_at_once_when_nobody_may_wait(self, shares):
        with ExitStack() as stack:
            fill(stack, shares, Share("one"))

            with pytest.raises(PortalCrowdedError), shares.place(Share("one")):
                pass
        assert shares.refused == 1

    def test_waits_for_one_that_is_given_back(self, clock):
        shares = Shares(threads=THREADS, patience=60, monotonic=clock.monotonic)
        served = threading.Event()

        def wait():
            with shares.place(Share("one"), 60):
                served.set()

        with ExitStack() as stack:
            fill(stack, shares, Share("one"))
            waiter = threading.Thread(target=wait)
            waiter.start()
            while not shares._waiting:
                pass
            assert not served.is_set()
        waiter.join(60)

        assert served.is_set()
        assert (shares._held, shares._waiting, shares.refused) == ([], [], 0)

    def test_is_told_to_the_operator_once_a_minute(self, shares, clock, caplog):
        caplog.set_level(logging.WARNING, "b24app.bitrix.wire.shares")
        with ExitStack() as stack:
            fill(stack, shares, Share("one"))
            for _ in range(50):
                with pytest.raises(PortalCrowdedError), shares.place(Share("one")):
                    pass
            clock.now += 60
            with pytest.raises(PortalCrowdedError), shares.place(Share("one")):
                pass

        assert [record.message for record in caplog.records] == [
            "one holds its whole share: 1 requests refused",
            "one holds its whole share: 50 requests refused",
        ]

    def test_finds_the_queue_of_a_portal_short(self, clock):
        shares = Shares(threads=THREADS, patience=60, monotonic=clock.monotonic)
        waiters = []

        def wait():
            with shares.place(Share("one"), 60):
                pass

        with ExitStack() as stack:
            fill(stack, shares, Share("one"))
            for _ in range(4):
                waiters.append(threading.Thread(target=wait))
                waiters[-1].start()
            while len(shares._waiting) < 4:
                pass

            with pytest.raises(PortalCrowdedError), shares.place(Share("one"), 60):
                pass
        for one in waiters:
            one.join(60)


class TestAVisit:
    def test_keeps_its_place_to_the_end(self, shares):
        with visit():
            for _ in range(3):
                with shares.kept_place(Share("one")):
                    pass
            assert len(shares._held) == 1

        assert shares._held == []

    def test_holds_a_place_for_each_portal_it_asks(self, shares):
        with visit():
            for portal in ("one", "two", "one"):
                with shares.kept_place(Share(portal)):
                    pass
            assert len(shares._held) == 2

    def test_is_not_refused_half_way(self, shares):
        with ExitStack() as stack:
            stack.enter_context(visit())
            stack.enter_context(shares.kept_place(Share("one")))
            fill(stack, shares, Share("one"))

            with shares.kept_place(Share("one")):
                pass

    def test_gives_back_what_a_failed_one_held(self, shares):
        with pytest.raises(ZeroDivisionError), visit(), shares.kept_place(Share("one")):
            raise ZeroDivisionError

        assert shares._held == []

    def test_without_one_a_place_ends_with_its_block(self, shares):
        with shares.kept_place(Share("one")):
            assert len(shares._held) == 1
        assert shares._held == []


PORTALS = st.sampled_from(["a", "b", "c", "d", "e"])
STEPS = st.lists(st.tuples(PORTALS, st.booleans(), st.integers(0, 12), st.booleans()), max_size=40)


@given(steps=STEPS, threads=st.integers(1, 200), slow=st.sets(PORTALS))
def test_whatever_is_asked_for_nobody_takes_what_belongs_to_others(steps, threads, slow):
    now = 0.0
    shares = Shares(threads=threads, patience=0, monotonic=lambda: now)
    for portal in slow:
        shares._remember_slow(portal, now)
    places = shares._places
    quarter = max(2, places // 4)
    stacks: list[ExitStack] = []

    for portal, is_vouched, wanted, gives_back in steps:
        if gives_back and stacks:
            stacks.pop(0).close()
        stacks.append(ExitStack())
        before = len(shares._held)
        given_now = fill(stacks[-1], shares, Share(portal, is_vouched), wanted)

        held = shares._held
        free = places - len(held)
        mine = sum(one.share.portal == portal for one in held)
        assert free >= 0
        assert given_now < 2 or mine <= 2 * (free + 1 - places // 4)
        assert sum(not one.share.is_vouched for one in held) <= quarter
        assert sum(one.share.portal in slow for one in held) <= quarter
        if wanted and mine == given_now and is_vouched and portal not in slow:
            # Whoever held nothing before finds something as long as anything is free.
            assert given_now or before == places

    for stack in stacks:
        stack.close()
    assert shares._held == []
