from __future__ import annotations

import contextvars
import threading

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from b24app.bitrix.command import Command, Reference
from b24app.bitrix.methods import crm, payments
from b24app.bitrix.wire.client import BitrixClient
from b24app.bitrix.wire.portal_api import Batch, PortalApi
from b24app.bitrix.wire.transport import make_session
from b24app.domain import EntityRef
from b24app.errors import (
    BatchRefusedError,
    Executed,
    NotFoundError,
    PlanWithoutRestError,
    PortalClosedError,
    RightsRefusedError,
    TokenRejectedError,
    UnexpectedAnswerError,
)
from tests.bitrix.conftest import Reply, example, failed, ok

DEAL = EntityRef(2, 13123)
HTML = "<html><body>Bad gateway</body></html>"
REFUSED = requests.ConnectionError(
    MaxRetryError(None, "/rest/x", NewConnectionError(None, "refused"))  # type: ignore[arg-type]
)
RESET = requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104)))


class TestBatch:
    def test_sends_the_commands_as_the_documentation_shows(self, client, server, tokens, deadline):
        wanted = example("batch.payments")
        server.answers(Reply(wanted["response"]["body"]))
        commands = {
            "add": payments.add_payment(DEAL, 6),
            "items": Command(
                "crm.item.payment.product.list", {"paymentId": Reference("$result[add]")}, str
            ),
            "list": Command(
                "crm.item.payment.list",
                {
                    "entityId": 13123,
                    "entityTypeId": 2,
                    "filter": {">=id": 1033},
                    "order": {"id": "desc"},
                },
                str,
            ),
            "broken": payments.get_payment(Reference.to("missing", 0, "id")),
        }

        answer = client.batch(tokens, commands, deadline)

        assert server.seen[0].json["cmd"] == wanted["request"]["body"]["cmd"]
        assert server.seen[0].json["halt"] == 0
        assert answer.take("add", payments.add_payment(DEAL)) == 1033
        error = answer.errors.get("broken")
        assert error is not None
        assert (error.code, error.method) == ("100", "crm.item.payment.get")

    def test_raises_the_typed_error_of_a_command(self, client, server, tokens, deadline):
        body = {
            "result": [],
            "result_error": {"pay": {"error": "0", "error_description": "not found"}},
        }
        server.answers(ok(body))

        answer = client.batch(tokens, {"pay": payments.pay(1)}, deadline)

        with pytest.raises(NotFoundError):
            answer.take("pay", payments.pay(1))

    def test_a_command_in_neither_part_is_unexpected(self, client, server, tokens, deadline):
        server.answers(ok({"result": [], "result_error": []}))

        answer = client.batch(tokens, {"pay": payments.pay(1)}, deadline)

        assert "pay" not in answer.results
        with pytest.raises(UnexpectedAnswerError) as raised:
            answer.take("pay", payments.pay(1))
        assert raised.value.executed is Executed.UNKNOWN

    def test_a_command_after_a_halt_certainly_did_not_run(self, client, server, tokens, deadline):
        body = {"result": [], "result_error": {"one": {"error": "ACCESS_DENIED"}}}
        server.answers(ok(body))
        commands = {"one": payments.pay(1), "two": payments.pay(2)}

        answer = client.batch(tokens, commands, deadline, halt=True)

        assert server.seen[0].json["halt"] == 1
        with pytest.raises(UnexpectedAnswerError) as raised:
            answer.take("two", commands["two"])
        assert (raised.value.code, raised.value.executed) == ("not_run", Executed.NO)

    def test_coloured_403_by_one_refused_command_is_read(self, client, server, tokens, deadline):
        body = {
            "result": {"good": True},
            "result_error": {"bad": {"error": "ACCESS_DENIED", "error_description": ""}},
        }
        server.answers(Reply({"result": body}, 403))
        commands = {"good": payments.pay(1), "bad": payments.pay(2)}

        answer = client.batch(tokens, commands, deadline)

        assert answer.take("good", commands["good"]) is True
        assert isinstance(answer.errors.get("bad"), RightsRefusedError)

    def test_tells_pages_and_the_application(self, client, server, tokens, deadline):
        body = {
            "result": {"rows": {"productRows": []}},
            "result_total": {"rows": 120},
            "result_next": {"rows": "50"},
        }
        server.answers(ok(body, X_Bitrix_Rest_Application="app.573ad8"))

        answer = client.batch(tokens, {"rows": crm.list_product_rows(DEAL)}, deadline)

        assert (answer.totals, answer.nexts) == ({"rows": 120}, {"rows": 50})
        assert answer.application == "app.573ad8"

    def test_refused_as_a_whole_refuses_each_of_its_commands(
        self, client, server, tokens, deadline
    ):
        server.answers(failed("ERROR_BATCH_METHOD_NOT_ALLOWED", 405))

        answer = client.batch(tokens, {"pay": payments.pay(1)}, deadline)

        assert isinstance(answer.errors.get("pay"), BatchRefusedError)
        assert answer.errors["pay"].executed is Executed.NO

    def test_refused_for_the_plan_is_not_taken_for_missing_rights(
        self, client, server, tokens, deadline
    ):
        server.answers(failed("ACCESS_DENIED", 403))

        with pytest.raises(PlanWithoutRestError):
            client.batch(tokens, {"pay": payments.pay(1)}, deadline)

    def test_whose_answer_has_no_parts_is_unexpected(self, client, server, tokens, deadline):
        server.answers(ok(True))

        with pytest.raises(UnexpectedAnswerError):
            client.batch(tokens, {"pay": payments.pay(1)}, deadline)


@pytest.fixture
def api(client, tokens, deadline):
    return PortalApi(client, tokens, lambda _seconds: deadline)


def of_one(command):
    """A batch with this command alone, and its handle."""
    batch = Batch()
    return batch, batch.add(command)


class TestBatches:
    def test_keep_their_order_and_hide_no_good_one(self, api, server):
        def answer(seen):
            [(key, command)] = seen.json["cmd"].items()
            if command.endswith("=2"):
                return failed("PORTAL_DELETED", 403)
            return ok({"result": {key: True}, "result_error": []})

        server.handler = answer
        batches, handles = zip(*(of_one(payments.pay(one)) for one in (1, 2, 3)), strict=True)

        first, second, third = api.send_all(batches)

        assert first[handles[0]] is True
        assert isinstance(second, PortalClosedError)
        assert third[handles[2]] is True

    def test_run_at_the_same_time(self, api, server):
        together = threading.Barrier(3, timeout=10)

        def answer(_seen):
            together.wait()
            return ok({"result": {"c0": True}, "result_error": []})

        server.handler = answer
        batch, handle = of_one(payments.pay(1))

        answers = api.send_all([batch] * 3)

        assert [answer[handle] for answer in answers] == [True] * 3

    def test_see_the_context_of_their_caller(self, server, tokens, deadline, clock):
        request_id = contextvars.ContextVar("request_id", default="none")
        logged = []

        class Log:
            def write(self, _exchanged):
                logged.append(request_id.get())

        client = BitrixClient(
            make_session(server),
            rest_log=Log(),  # type: ignore[arg-type]
            monotonic=clock.monotonic,
            sleep=clock.sleep,
        )
        server.handler = lambda _seen: ok({"result": {"pay": True}})
        request_id.set("r-1")

        batch, _handle = of_one(payments.pay(1))
        PortalApi(client, tokens, lambda _seconds: deadline).send_all([batch] * 3)

        assert logged == ["r-1"] * 3

    def test_do_not_hide_a_mistake_of_ours(self, api):
        with pytest.raises(ValueError, match="batch has"):
            api.send_all([Batch(), Batch()])


class TestSingleCalls:
    @pytest.fixture
    def api(self, client, tokens, deadline):
        return PortalApi(client, tokens, lambda _seconds: deadline, refuses_batch=True)

    def test_answer_like_a_batch(self, api, server):
        def answer(seen):
            if seen.url.endswith("crm.item.get"):
                return failed("ACCESS_DENIED", 400)
            return Reply(
                {"result": [], "total": 3, "next": 50}, 200, {"X-Bitrix-Rest-Application": "a"}
            )

        server.handler = answer

        batch = Batch()
        listing = batch.add(payments.list_payments(DEAL))
        card = batch.add(crm.get_card(DEAL))

        found = api.send(batch)

        assert found[listing] == ()
        assert isinstance(found.error(card), RightsRefusedError)
        assert (found.total(listing), found.next(listing), found.application) == (3, 50, "a")
        assert "cmd" not in server.seen[0].json

    def test_that_all_fail_raise(self, api, server):
        server.handler = lambda _seen: failed("NO_AUTH_FOUND", 401)
        batch = Batch()
        batch.add(payments.list_payments(DEAL))
        batch.add(crm.get_card(DEAL))

        with pytest.raises(TokenRejectedError):
            api.send(batch)

    def test_are_five_at_once_and_no_more(self, api, server):
        five = threading.Barrier(5, timeout=10)
        places = threading.BoundedSemaphore(5)

        def answer(_seen):
            assert places.acquire(blocking=False), "a sixth call at once"
            five.wait()
            places.release()
            five.wait()
            return ok([])

        server.handler = answer
        batch = Batch()
        for _ in range(20):
            batch.add(payments.list_payments(DEAL))

        api.send(batch)

        assert len(server.seen) == 20

    def test_at_the_same_time_are_never_writes(self, client, tokens, deadline):
        pay = payments.pay(1)
        with pytest.raises(ValueError, match="parallel"):
            client.side_by_side(tokens, {"one": pay, "two": pay}, deadline)


def test_a_reference_means_nothing_in_a_single_call(client, server, tokens, deadline):
    with pytest.raises(ValueError, match="reference"):
        client.call(tokens, payments.pay(Reference.to("add")), deadline)

    assert server.seen == []
