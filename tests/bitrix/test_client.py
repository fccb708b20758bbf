from __future__ import annotations

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from b24app.bitrix.methods import payments, portal
from b24app.bitrix.wire.deadline import Deadline
from b24app.domain import EntityRef
from b24app.errors import (
    Executed,
    LedElsewhereError,
    NoConnectionError,
    PortalBusyError,
    PortalError,
    PortalMovedError,
    PortalSilentError,
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

        assert "get_user" in answer.results
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
        from b24app.bitrix.wire.client import BitrixClient
        from b24app.bitrix.wire.transport import make_session

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

    @pytest.mark.parametrize(
        "page",
        [
            "/auth/?backurl=%2Frest%2F",
            "https://portal.bitrix24.com/auth/",
            "/rest/crm.item.payment.pay?cookie=1",
            "https://login.company.example/adfs/ls/?wctx=https%3A%2F%2Fportal.bitrix24.com%2Frest",
            "https://login.company.example/?url=%2Frest%2Fcrm.item.payment.pay",
            "",
        ],
    )
    def test_to_another_page_are_no_move(self, client, server, tokens, deadline, page):
        server.answers(Reply("<html>", 302, {"Location": page}))

        with pytest.raises(LedElsewhereError):
            client.call(tokens, payments.pay(1), deadline)

        assert len(server.seen) == 1

    @pytest.mark.parametrize(
        "place",
        [f"https://new.example{path}" for path in ("/rest/crm.item.payment.pay?x=1", "/", "")]
        + [f"{host}/crm/rest/crm.item.payment.pay" for host in ("", "https://new.example")],
    )
    def test_to_the_same_method_or_a_bare_host_are_a_move(
        self, client, server, tokens, deadline, place
    ):
        server.answers(Reply("", 302, {"Location": place}))

        with pytest.raises(PortalMovedError):
            client.call(tokens, payments.pay(1), deadline)

    def test_with_a_broken_location_are_redirects_all_the_same(
        self, client, server, tokens, deadline
    ):
        server.answers(Reply("", 302, {"Location": "http://[broken"}))

        with pytest.raises(PortalMovedError):
            client.call(tokens, payments.pay(1), deadline)
