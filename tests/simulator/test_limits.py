"""Rate and operating limits, latency. Source: REST contract c."""

from __future__ import annotations

import pytest

from b24app.simulator.portal_state.limits import Limits


@pytest.fixture(autouse=True)
def _switched_on(state):
    state.limits.is_rate_limited = True
    state.limits.drain_per_second, state.limits.burst = 2, 50


def test_the_enterprise_plan_is_the_default(clock):
    limits = Limits(clock)

    assert [limits.take("1.2.3.4") for _ in range(251)] == [True] * 250 + [False]
    clock.advance(1)
    assert [limits.take("1.2.3.4") for _ in range(6)] == [True] * 5 + [False]


def test_fifty_requests_pass_and_the_next_is_too_many(manager):
    answers = [manager("profile")[0] for _ in range(50)]

    assert answers == [200] * 50
    assert manager.error("profile") == (503, "QUERY_LIMIT_EXCEEDED", "Too many requests")


def test_the_bucket_drains_two_a_second(manager, state):
    for _ in range(51):
        manager("profile")

    state.clock.advance(1)

    assert [manager("profile")[0] for _ in range(3)] == [200, 200, 503]


def test_a_batch_counts_as_one_request(manager):
    for _ in range(49):
        manager("profile")

    assert manager("batch", cmd={f"c{number}": "profile" for number in range(50)})[0] == 200
    assert manager("profile")[0] == 503


def test_users_of_one_address_share_the_bucket(manager, reader):
    for _ in range(50):
        manager("profile")

    assert reader("profile")[0] == 503


def test_operating_time_blocks_one_method_even_inside_a_batch(manager, portal):
    portal.post("/_control/operating", data={"method": "crm.item.payment.list", "seconds": "480"})

    answer = manager.batch(
        list="crm.item.payment.list?entityId=8061&entityTypeId=2",
        get="crm.item.payment.get?id=1038",
    )

    assert answer["result_error"]["list"]["error"] == "OPERATION_TIME_LIMIT"
    assert set(answer["result"]) == {"get"}


def test_operating_time_comes_back_after_ten_minutes(manager, state):
    state.limits.add_operating("profile", 1000)
    status, code, text = manager.error("profile")
    assert (status, code) == (429, "OPERATION_TIME_LIMIT")
    assert text == "Method is blocked due to operation time limit."

    state.clock.advance(601)

    assert manager("profile")[0] == 200


def test_small_calls_are_not_added(manager, state):
    state.limits.add_operating("profile", 0.09)

    assert manager("profile")[1]["time"]["operating"] == 0


def test_latency_is_one_wait_a_request_and_one_a_command(manager, portal, slept):
    portal.post("/_control/latency", data={"request_ms": 150, "command_ms": 30})

    manager.batch(a="profile", b="scope", c="app.info")
    manager("profile")

    assert slept == [0.15, 0.03, 0.03, 0.03, 0.15, 0.03]
