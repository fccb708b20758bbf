from __future__ import annotations

import threading

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from b24app.bitrix import crm, payments, portal
from b24app.bitrix.command import Command, Reference
from b24app.bitrix.deadline import Deadline
from b24app.domain import EntityRef
from b24app.errors import (
    BatchRefusedError,
    Executed,
    NoConnectionError,
    NotFoundError,
    PlanWithoutRestError,
    PortalBusyError,
    PortalClosedError,
    PortalError,
    PortalMovedError,
    PortalSilentError,
    RightsRefusedError,
    SessionExpiredError,
    TokenExpiredError,
    TokenRejectedError,
    UnexpectedAnswerError,
)
from tests.bitrix.conftest import ENDPOINT, TOKEN, Reply, Tokens, example, failed, ok

DEAL = EntityRef(2, 13123)
HTML = "<html><body>Bad gateway</body></html>"
REFUSED = requests.ConnectionError(
    MaxRetryError(None, "/rest/x", NewConnectionError(None, "refused"))  # type: ignore[arg-type]
)
RESET = requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104)))


def test_a_call_is_a_json_post_with_the_token_in_the_body(client, server, tokens, deadline):
    server.answers(ok(1033))

    answer = client.call(tokens, payments.add_payment(DEAL, 6), deadline)

    assert answer == 1033
    [seen] = server.seen
    assert (seen.method, seen.url) == ("POST", f"{ENDPOINT}crm.item.payment.add")
    assert seen.json == {
        "entityId": 13123,
        "entityTypeId": 2,
        "fields": {"paySystemId": 6},
        "auth": TOKEN,
    }
    assert seen.headers["Content-Type"] == seen.headers["Accept"] == "application/json"
    assert seen.headers["User-Agent"].startswith("DealPayments/")
    assert "Authorization" not in seen.headers
    assert "Cookie" not in seen.headers


def test_cookies_of_a_portal_are_never_sent_back(client, server, tokens, deadline):
    server.answers(
        Reply({"result": True}, 200, {"Set-Cookie": "PHPSESSID=1; path=/"}),
        ok(True),
    )

    client.call(tokens, payments.pay(1), deadline)
    client.call(tokens, payments.pay(1), deadline)

    assert "Cookie" not in server.seen[1].headers


def test_the_body_is_read_whatever_the_status_says(client, server, tokens, deadline):
    server.answers(Reply({"result": True}, 403))

    assert client.call(tokens, payments.pay(1), deadline) is True


@pytest.mark.parametrize("error", [0, "", "0", 200640400001])
def test_a_key_error_is_a_failure_even_when_it_is_false_and_the_status_is_200(
    client, server, tokens, deadline, error
):
    server.answers(Reply({"error": error, "error_description": "", "result": True}, 200))

    with pytest.raises(PortalError) as raised:
        client.call(tokens, payments.unpay(1), deadline)

    assert raised.value.code == str(error)


class TestExpiredToken:
    def test_is_renewed_once_and_the_call_repeated_once(self, client, server, tokens, deadline):
        server.answers(failed("expired_token", 401), ok(True))

        assert client.call(tokens, payments.pay(1038), deadline) is True

        assert tokens.renewed == [TOKEN]
        assert [seen.json["auth"] for seen in server.seen] == [TOKEN, "renewed-1"]

    def test_that_comes_back_a_second_time_is_raised(self, client, server, tokens, deadline):
        server.answers(failed("expired_token", 401), failed("expired_token", 401))

        with pytest.raises(TokenExpiredError):
            client.call(tokens, payments.pay(1038), deadline)

        assert len(tokens.renewed) == 1
        assert len(server.seen) == 2

    def test_of_a_batch_renews_for_the_batch(self, client, server, tokens, deadline):
        server.answers(failed("expired_token", 401), Reply(example("batch")["response"]["body"]))

        answer = client.batch(tokens, {"get_user": portal.profile()}, deadline)

        assert answer.has("get_user")
        assert len(tokens.renewed) == 1

    def test_follows_the_endpoint_the_renewal_brought(self, client, server, deadline):
        class Moving(Tokens):
            def renew(self, rejected: str) -> str:
                self.endpoint = "https://renamed.bitrix24.com/rest/"
                return super().renew(rejected)

        server.answers(failed("expired_token", 401), ok(True))

        client.call(Moving(), payments.pay(1), deadline)

        assert server.seen[1].host == "renamed.bitrix24.com"

    @pytest.mark.parametrize("code", ["NO_AUTH_FOUND", "invalid_token"])
    def test_is_the_only_code_that_renews(self, client, server, tokens, deadline, code):
        server.answers(failed(code, 401))

        with pytest.raises(TokenRejectedError):
            client.call(tokens, payments.pay(1), deadline)

        assert tokens.renewed == []

    def test_whose_renewal_fails_raises_what_the_renewal_raised(self, client, server, deadline):
        class Lost(Tokens):
            def renew(self, rejected: str) -> str:
                assert rejected == TOKEN
                raise SessionExpiredError("the refresh token was refused")

        server.answers(failed("expired_token", 401))

        with pytest.raises(SessionExpiredError):
            client.call(Lost(), payments.pay(1), deadline)


class TestQueryLimit:
    def test_is_retried_after_growing_pauses(self, client, server, tokens, deadline, clock):
        limit = failed("QUERY_LIMIT_EXCEEDED", 503)
        server.answers(limit, limit, limit, ok(1033))

        assert client.call(tokens, payments.add_payment(DEAL), deadline) == 1033

        assert clock.slept == [0.5, 1.0, 2.0]

    def test_gives_up_after_the_third_pause(self, client, server, tokens, deadline):
        server.answers(*[failed("QUERY_LIMIT_EXCEEDED", 503)] * 4)

        with pytest.raises(PortalBusyError) as raised:
            client.call(tokens, payments.add_payment(DEAL), deadline)

        assert raised.value.executed is Executed.NO
        assert len(server.seen) == 4

    def test_never_waits_past_the_deadline(self, client, server, tokens, clock):
        server.answers(*[failed("QUERY_LIMIT_EXCEEDED", 503)] * 4)

        with pytest.raises(PortalBusyError):
            client.call(tokens, payments.pay(1), Deadline(2.2, clock.monotonic))

        assert clock.slept == [0.5, 1.0]

    def test_pauses_are_jittered(self, server, tokens, clock, deadline):
        from b24app.bitrix.client import BitrixClient
        from b24app.bitrix.transport import make_session

        client = BitrixClient(
            make_session(server),
            monotonic=clock.monotonic,
            sleep=clock.sleep,
            jitter=lambda: 1.0,
        )
        server.answers(failed("QUERY_LIMIT_EXCEEDED", 503), ok(True))

        client.call(tokens, payments.pay(1), deadline)

        assert clock.slept == [0.75]

    @pytest.mark.parametrize("code", ["OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT"])
    def test_other_limits_are_not_retried(self, client, server, tokens, deadline, clock, code):
        server.answers(failed(code, 429))

        with pytest.raises(PortalBusyError):
            client.call(tokens, payments.pay(1), deadline)

        assert clock.slept == []


class TestLostConnection:
    def test_refused_is_repeated_once_even_for_a_write(self, client, server, tokens, deadline):
        server.answers(REFUSED, ok(1033))

        assert client.call(tokens, payments.add_payment(DEAL), deadline) == 1033

    @pytest.mark.parametrize("error", [REFUSED, requests.ConnectTimeout("slow")])
    def test_that_was_never_made_executes_nothing(self, client, server, tokens, deadline, error):
        server.answers(error, error)

        with pytest.raises(NoConnectionError) as raised:
            client.call(tokens, payments.add_payment(DEAL), deadline)

        assert raised.value.executed is Executed.NO
        assert len(server.seen) == 2

    @pytest.mark.parametrize("error", [RESET, requests.ReadTimeout("slow"), OSError("broken pipe")])
    def test_without_an_answer_never_repeats_a_write(self, client, server, tokens, deadline, error):
        server.answers(error)

        with pytest.raises(PortalSilentError) as raised:
            client.call(tokens, payments.add_payment(DEAL), deadline)

        assert raised.value.executed is Executed.UNKNOWN
        assert len(server.seen) == 1

    @pytest.mark.parametrize("error", [RESET, requests.ReadTimeout("slow")])
    def test_without_an_answer_repeats_a_read_once(self, client, server, tokens, deadline, error):
        server.answers(error, ok([]))

        assert client.call(tokens, payments.list_payments(DEAL), deadline) == ()

    def test_without_an_answer_repeats_a_read_no_more_than_once(
        self, client, server, tokens, deadline
    ):
        server.answers(RESET, RESET)

        with pytest.raises(PortalSilentError):
            client.call(tokens, payments.list_payments(DEAL), deadline)

        assert len(server.seen) == 2

    def test_repeats_no_read_without_time_for_it(self, client, server, tokens, clock):
        def hang(_seen):
            clock.now += 5
            return requests.ReadTimeout("slow")

        server.handler = hang

        with pytest.raises(PortalSilentError):
            client.call(tokens, payments.list_payments(DEAL), Deadline(5, clock.monotonic))

        assert len(server.seen) == 1

    def test_leaves_time_for_the_repeat_of_a_read(self, client, server, tokens, deadline):
        server.answers(ok([]))

        client.call(tokens, payments.list_payments(DEAL), deadline)

        connect, read = server.seen[0].timeout
        assert connect < read <= 8.0

    def test_gives_a_write_all_the_time_there_is(self, client, server, tokens, deadline):
        server.answers(ok(True))

        client.call(tokens, payments.pay(1), deadline)

        assert server.seen[0].timeout[1] == 12.0

    def test_of_a_batch_with_a_write_is_not_repeated(self, client, server, tokens, deadline):
        server.answers(RESET)
        commands = {"list": payments.list_payments(DEAL), "pay": payments.pay(1)}

        with pytest.raises(PortalSilentError):
            client.batch(tokens, commands, deadline)

        assert len(server.seen) == 1

    def test_shows_nothing_of_the_request_in_its_exception(self, client, server, tokens, deadline):
        server.answers(requests.ReadTimeout(f"POST {ENDPOINT}x?auth={TOKEN}"))

        with pytest.raises(PortalSilentError) as raised:
            client.call(tokens, payments.pay(1), deadline)

        chain = [raised.value, raised.value.__cause__, raised.value.__context__]
        assert not any(TOKEN in repr(error) for error in chain)
        assert raised.value.__context__ is None

    def test_used_up_deadline_sends_nothing(self, client, server, tokens, clock):
        with pytest.raises(NoConnectionError):
            client.call(tokens, payments.pay(1), Deadline(0, clock.monotonic))

        assert server.seen == []


class TestUnusableAnswers:
    @pytest.mark.parametrize("status", [200, 403, 404, 413, 500, 502, 504])
    def test_html_leaves_the_outcome_of_a_write_unknown(
        self, client, server, tokens, deadline, status
    ):
        server.answers(Reply(HTML, status))

        with pytest.raises(UnexpectedAnswerError) as raised:
            client.call(tokens, payments.pay(1), deadline)

        assert raised.value.executed is Executed.UNKNOWN
        assert raised.value.http_status == status
        assert len(server.seen) == 1

    def test_html_for_a_read_is_asked_once_more(self, client, server, tokens, deadline):
        server.answers(Reply(HTML, 502), ok([]))

        assert client.call(tokens, payments.list_payments(DEAL), deadline) == ()

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b"{}",
            b'"text"',
            b'{"result": ',
            b'{"result": NaN}',
            b"\xff\xfe",
            b'{"result":' + b"[" * 100_000,
            b'{"result":' + b"1" * 10_000 + b"}",
        ],
    )
    def test_other_than_an_envelope_is_unexpected(self, client, server, tokens, deadline, body):
        server.answers(Reply(body))

        with pytest.raises(UnexpectedAnswerError):
            client.call(tokens, payments.pay(1), deadline)

    @pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"])
    def test_server_failures_repeat_reads_only(self, client, server, tokens, deadline, code):
        server.answers(failed(code, 500), ok([]), failed(code, 500))

        assert client.call(tokens, payments.list_payments(DEAL), deadline) == ()
        with pytest.raises(PortalSilentError):
            client.call(tokens, payments.pay(1), deadline)

        assert len(server.seen) == 3

    def test_error_core_is_never_repeated(self, client, server, tokens, deadline):
        server.answers(failed("ERROR_CORE", 500))

        with pytest.raises(PortalSilentError):
            client.call(tokens, payments.list_payments(DEAL), deadline)

        assert len(server.seen) == 1


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_are_never_followed_and_the_token_goes_nowhere_else(
        self, client, server, tokens, deadline, status
    ):
        [moved] = [one for one in example("errors.system")["errors"] if one["status"] == 302]
        server.answers(Reply("", status, moved["headers"]))

        with pytest.raises(PortalMovedError):
            client.call(tokens, payments.list_payments(DEAL), deadline)

        assert [seen.host for seen in server.seen] == ["portal.bitrix24.com"]

    def test_with_a_broken_location_are_redirects_all_the_same(
        self, client, server, tokens, deadline
    ):
        server.answers(Reply("", 302, {"Location": "http://[broken"}))

        with pytest.raises(PortalMovedError):
            client.call(tokens, payments.pay(1), deadline)


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
        error = answer.error("broken")
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

        assert not answer.has("pay")
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
        assert isinstance(answer.error("bad"), RightsRefusedError)

    def test_tells_pages_and_the_application(self, client, server, tokens, deadline):
        body = {
            "result": {"rows": {"productRows": []}},
            "result_total": {"rows": 120},
            "result_next": {"rows": "50"},
        }
        server.answers(ok(body, X_Bitrix_Rest_Application="app.573ad8"))

        answer = client.batch(tokens, {"rows": crm.list_product_rows(DEAL)}, deadline)

        assert (answer.total("rows"), answer.next("rows")) == (120, 50)
        assert answer.next("other") is None
        assert answer.application == "app.573ad8"

    def test_refused_as_a_whole_is_its_own_error(self, client, server, tokens, deadline):
        server.answers(failed("ERROR_BATCH_METHOD_NOT_ALLOWED", 405))

        with pytest.raises(BatchRefusedError):
            client.batch(tokens, {"pay": payments.pay(1)}, deadline)

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


class TestBatches:
    def test_keep_their_order_and_hide_no_good_one(self, client, server, tokens, deadline):
        def answer(seen):
            [command] = seen.json["cmd"].values()
            if command.endswith("=2"):
                return failed("PORTAL_DELETED", 403)
            return ok({"result": {"pay": True}, "result_error": []})

        server.handler = answer
        groups = [{"pay": payments.pay(number)} for number in (1, 2, 3)]

        first, second, third = client.batches(tokens, groups, deadline)

        assert first.take("pay", payments.pay(1)) is True
        assert isinstance(second, PortalClosedError)
        assert third.take("pay", payments.pay(3)) is True

    def test_run_at_the_same_time(self, client, server, tokens, deadline):
        together = threading.Barrier(3, timeout=10)

        def answer(_seen):
            together.wait()
            return ok({"result": {"pay": True}, "result_error": []})

        server.handler = answer

        answers = client.batches(tokens, [{"pay": payments.pay(1)}] * 3, deadline)

        assert [answer.has("pay") for answer in answers] == [True] * 3

    def test_see_the_context_of_their_caller(self, server, tokens, deadline, clock):
        import contextvars

        from b24app.bitrix.client import BitrixClient
        from b24app.bitrix.transport import make_session

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

        client.batches(tokens, [{"pay": payments.pay(1)}] * 3, deadline)

        assert logged == ["r-1"] * 3

    def test_do_not_hide_a_mistake_of_ours(self, client, tokens, deadline):
        with pytest.raises(ValueError, match="batch has"):
            client.batches(tokens, [{}, {}], deadline)


CARD_READS = {"list": payments.list_payments(DEAL), "card": crm.get_card(DEAL)}


class TestSingles:
    def test_answer_like_a_batch(self, client, server, tokens, deadline):
        def answer(seen):
            if seen.url.endswith("crm.item.get"):
                return failed("ACCESS_DENIED", 400)
            return Reply(
                {"result": [], "total": 3, "next": 50}, 200, {"X-Bitrix-Rest-Application": "a"}
            )

        server.handler = answer

        found = client.singles(tokens, CARD_READS, deadline)

        assert found.take("list", payments.list_payments(DEAL)) == ()
        assert isinstance(found.error("card"), RightsRefusedError)
        assert (found.total("list"), found.next("list"), found.application) == (3, 50, "a")
        assert "cmd" not in server.seen[0].json

    def test_that_all_fail_raise(self, client, server, tokens, deadline):
        server.handler = lambda _seen: failed("NO_AUTH_FOUND", 401)

        with pytest.raises(TokenRejectedError):
            client.singles(tokens, CARD_READS, deadline)

    def test_are_five_at_once_and_no_more(self, client, server, tokens, deadline):
        five = threading.Barrier(5, timeout=10)
        places = threading.BoundedSemaphore(5)

        def answer(_seen):
            assert places.acquire(blocking=False), "a sixth call at once"
            five.wait()
            places.release()
            five.wait()
            return ok([])

        server.handler = answer
        commands = {f"list{number}": payments.list_payments(DEAL) for number in range(20)}

        client.singles(tokens, commands, deadline)

        assert len(server.seen) == 20

    def test_are_never_writes(self, client, tokens, deadline):
        with pytest.raises(ValueError, match="parallel"):
            client.singles(tokens, {"pay": payments.pay(1)}, deadline)


def test_a_reference_means_nothing_in_a_single_call(client, server, tokens, deadline):
    with pytest.raises(ValueError, match="reference"):
        client.call(tokens, payments.pay(Reference.to("add")), deadline)

    assert server.seen == []
