"""Calls take places of the process: what the client and the authorization server's client hold."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from b24app.bitrix.methods import payments
from b24app.bitrix.wire.client import BitrixClient
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.portal_api import Batch, PortalApi
from b24app.bitrix.wire.shares import STRANGERS, Share, Shares, authorization_crowded
from b24app.bitrix.wire.transport import make_session
from b24app.bitrix.wire.visits import visit
from b24app.domain import EntityRef
from b24app.errors import (
    AuthorizationServerCrowdedError,
    Executed,
    GrantLostError,
    PortalBusyError,
    PortalCrowdedError,
    PortalSilentError,
    TokenExpiredError,
)
from tests.bitrix.conftest import Tokens, failed, ok

DEAL = EntityRef(2, 8061)


@pytest.fixture
def shares(clock):
    return Shares(threads=64, patience=0, monotonic=clock.monotonic)


@pytest.fixture
def client(server, clock, shares):
    return BitrixClient(
        make_session(server),
        shares=shares,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        jitter=lambda: 0.0,
    )


def pay(number=1):
    return payments.pay(number)


def api_of(client, tokens, deadline, **known):
    return PortalApi(client, tokens, lambda _seconds: deadline, **known)


def batch_of(*commands):
    batch = Batch()
    for command in commands:
        batch.add(command)
    return batch


def noting(server, shares, answer):
    """How many places were held at each request, while `answer` makes what comes back."""
    held = []

    def handle(_seen):
        held.append(len(shares._held))
        return answer()

    server.handler = handle
    return held


@pytest.fixture
def full(shares, tokens):
    """The portal's share is used up by others of its people."""
    with ExitStack() as stack:
        stack.enter_context(shares.helpers(tokens.share, 1000))
        yield


@pytest.mark.usefixtures("full")
class TestWithoutAPlace:
    def test_a_call_is_refused_before_anything_is_sent(self, client, server, tokens, deadline):
        with pytest.raises(PortalCrowdedError) as caught:
            client.call(tokens, pay(), deadline)

        assert server.seen == []
        assert caught.value.executed is Executed.NO

    def test_so_are_calls_in_parallel_and_in_turn(self, client, server, tokens, deadline):
        with pytest.raises(PortalCrowdedError):
            api_of(client, tokens, deadline).send_all([batch_of(pay())] * 3)
        alone = api_of(client, tokens, deadline, refuses_batch=True)
        with pytest.raises(PortalCrowdedError):
            alone.send(batch_of(pay(1), pay(2)))

        assert server.seen == []

    def test_another_portal_is_served(self, client, server, deadline):
        other = Tokens()
        other.share = Share("another portal")
        server.answers(ok(True))

        assert client.call(other, pay(), deadline) is True

    def test_one_that_has_its_place_goes_on(self, client, server, shares, deadline):
        other = Tokens()
        other.share = Share("another portal")
        server.answers(ok(True), ok(True))
        with visit():
            client.call(other, pay(1), deadline)
            with ExitStack() as stack:
                stack.enter_context(shares.helpers(other.share, 1000))

                assert client.call(other, pay(2), deadline) is True


class TestWhatACallHolds:
    def test_one_place_until_it_is_answered(self, client, server, shares, tokens, deadline):
        held = noting(server, shares, lambda: ok(True))

        client.call(tokens, pay(), deadline)

        assert (held, shares._held) == ([1], [])

    def test_through_pauses_and_renewals_as_well(self, client, server, shares, deadline):
        answers = iter(
            [failed("QUERY_LIMIT_EXCEEDED", 503), failed("expired_token", 401), ok(True)]
        )
        held = noting(server, shares, lambda: next(answers))

        class Renewing(Tokens):
            def renew(self, rejected):
                held.append(len(shares._held))
                return super().renew(rejected)

        client.call(Renewing(), pay(), deadline)

        assert held == [1, 1, 1, 1]

    @pytest.mark.parametrize(
        "answer",
        [failed("expired_token", 401), failed("QUERY_LIMIT_EXCEEDED", 503), TimeoutError()],
    )
    def test_nothing_after_a_failure(self, client, server, shares, tokens, deadline, answer):
        server.handler = lambda _seen: answer

        with pytest.raises((TokenExpiredError, PortalBusyError, PortalSilentError)):
            client.call(tokens, pay(), deadline)

        assert (shares._held, shares._asked) == ([], {})

    def test_a_silent_portal_is_remembered_as_slow(
        self, client, server, shares, clock, tokens, deadline
    ):
        def hang(_seen):
            clock.now += 8
            return TimeoutError()

        server.handler = hang
        with pytest.raises(PortalSilentError):
            client.call(tokens, pay(), deadline)

        assert shares.is_slow(tokens.share.portal)


def test_a_portal_that_was_silent_again_and_again_is_asked_nothing_twice(
    client, server, clock, tokens
):
    def hang(seen):
        clock.now += seen.timeout[1]
        return TimeoutError()

    server.handler = hang
    requests, waited = [], []
    for _ in range(4):
        server.seen.clear()
        started = clock.now
        with pytest.raises(PortalSilentError):
            client.call(tokens, payments.list_payments(DEAL), Deadline(12.0, clock.monotonic))
        requests.append(len(server.seen))
        waited.append(clock.now - started)

    assert requests == [2, 1, 1, 1]
    assert waited == [12, 8, 8, 8]


class TestCallsInParallel:
    def test_take_as_many_places_as_there_are_at_once(
        self, client, server, shares, tokens, deadline
    ):
        meeting = threading.Barrier(5, timeout=60)
        held = noting(server, shares, lambda: meeting.wait() < 5 and ok({"result": {"c0": True}}))

        api_of(client, tokens, deadline).send_all([batch_of(pay(n)) for n in range(1, 6)])

        assert held == [5] * 5
        assert shares._held == []

    def test_are_made_one_after_the_other_where_the_share_is_used_up(
        self, client, server, shares, tokens, deadline
    ):
        held = noting(server, shares, lambda: ok({"result": {"c0": True}}))
        api = api_of(client, tokens, deadline)
        with ExitStack() as stack:
            stack.enter_context(visit())
            stack.enter_context(shares.kept_place(tokens.share))
            others = stack.enter_context(shares.helpers(tokens.share, 1000))

            answers = api.send_all([batch_of(pay(number)) for number in (1, 2, 3)])

        assert [answer.answer.results for answer in answers] == [{"c0": True}] * 3
        assert held == [others + 1] * 3


class TestTheAuthorizationServer:
    @pytest.fixture
    def places(self, clock):
        return Shares(authorization_crowded, threads=16, patience=0, monotonic=clock.monotonic)

    def test_is_not_asked_when_too_many_wait_for_it(self, make_authorization, places, server):
        authorization = make_authorization(shares=places)
        with ExitStack() as stack:
            stack.enter_context(places.helpers(Share("a"), 1000))

            with pytest.raises(AuthorizationServerCrowdedError) as caught:
                authorization.refresh("r" * 32, share=Share("a"))

        assert server.seen == []
        assert caught.value.executed is Executed.NO

    def test_hears_portals_however_many_strangers_wait_for_it(
        self, make_authorization, places, server
    ):
        authorization = make_authorization(shares=places)
        server.handler = lambda _seen: failed("invalid_grant")
        with ExitStack() as stack:
            assert 0 < stack.enter_context(places.helpers(STRANGERS, 1000)) < 4

            for ask in (authorization.refresh, authorization.exchange_code):
                with pytest.raises(AuthorizationServerCrowdedError):
                    ask("r" * 32)
            with pytest.raises(GrantLostError):
                authorization.refresh("r" * 32, share=Share("a"))

    def test_is_asked_with_one_place(self, make_authorization, places, server):
        authorization = make_authorization(shares=places)
        held = noting(server, places, lambda: failed("invalid_grant"))

        with visit(), pytest.raises(GrantLostError):
            authorization.refresh("r" * 32)

        assert (held, places._held, places._asked) == ([1], [], {})
