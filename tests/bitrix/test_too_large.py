"""Batches whose answer is larger than what is read of one."""

from __future__ import annotations

import pytest

from b24app.bitrix.wire.client import BitrixClient
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.portal_api import Batch, PortalApi
from b24app.bitrix.wire.transport import make_session
from b24app.errors import Executed, PortalSilentError
from tests.bitrix.batching_portal import Portal, read, write
from tests.bitrix.conftest import Tokens


class TestTooLarge:
    """An answer of more than two megabytes is asked for in parts, as small as it takes."""

    def api(self, server, clock, results):
        portal = Portal(results)
        server.handler = portal
        client = BitrixClient(make_session(server), monotonic=clock.monotonic, sleep=clock.sleep)
        return portal, PortalApi(client, Tokens(), lambda _s: Deadline(60, clock.monotonic))

    def test_reads_are_parted(self, server, clock):
        large = ["x" * 1000] * 700
        results = {"a": large, "b": large, "c": large, "d": large, "e": 5}
        portal, api = self.api(server, clock, results)
        batch = Batch()
        handles = {name: batch.add(read(name)) for name in results}

        result = api.send(batch)

        assert {name: result[handle] for name, handle in handles.items()} == results
        assert len(portal.requests) == 5

    def test_what_alone_is_too_large_is_missing_alone(self, server, clock):
        results = {"a": ["x" * 1000] * 3000, "b": 1, "c": 2}
        _, api = self.api(server, clock, results)
        batch = Batch()
        a, b, c = (batch.add(read(name)) for name in results)

        result = api.send(batch)

        assert (result[b], result[c]) == (1, 2)
        with pytest.raises(PortalSilentError) as raised:
            result[a]
        assert raised.value.code == "too_large"

    def test_where_all_is_too_large_that_is_the_answer(self, server, clock):
        _, api = self.api(server, clock, {"a": ["x" * 1000] * 3000})
        batch = Batch()
        batch.add(read("a"))

        with pytest.raises(PortalSilentError) as raised:
            api.send(batch)
        assert raised.value.code == "too_large"

    def test_a_write_is_never_sent_again(self, server, clock):
        portal, api = self.api(server, clock, {"pay": True, "a": ["x" * 1000] * 3000})
        batch = Batch()
        batch.add(write("pay"))
        batch.add(read("a"))

        with pytest.raises(PortalSilentError) as raised:
            api.send(batch)

        assert raised.value.executed is Executed.UNKNOWN
        assert [name for name, _ in portal.ran] == ["pay", "a"]
