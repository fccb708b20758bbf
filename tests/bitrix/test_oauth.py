from __future__ import annotations

import json
from datetime import timedelta

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from b24app.errors import (
    AppError,
    AuthorizationServerError,
    Executed,
    GrantLostError,
    NotInstalledError,
    SubscriptionEndedError,
)
from tests.bitrix.conftest import (
    ACCESS,
    CLIENT_SECRET,
    CODE,
    NOW,
    REFRESH,
    SECRETS,
    Reply,
    example,
    nothing_leaked,
)


class TestTokenRequests:
    @pytest.mark.parametrize(
        ("name", "ask"),
        [
            ("oauth.token", lambda server: server.exchange_code(CODE)),
            ("oauth.refresh", lambda server: server.refresh(REFRESH)),
        ],
    )
    def test_are_gets_as_documented(self, authorization, server, name, ask):
        wanted = example(name)
        server.answers(Reply(wanted["response"]["body"]))

        ask(authorization)

        [seen] = server.seen
        assert seen.method == "GET"
        assert seen.url.partition("?")[0] == wanted["request"]["url"]
        assert seen.query == wanted["request"]["query"]
        assert seen.body == b""
        assert "Authorization" not in seen.headers
        assert seen.headers["Accept"] == "application/json"
        assert seen.headers["User-Agent"].startswith("DealPayments/")

    def test_of_a_code_answer_a_grant(self, authorization, server):
        server.answers(Reply(example("oauth.token")["response"]["body"]))

        grant = authorization.exchange_code(CODE)

        assert grant.tokens.access_token == "s1morf609228iwyjjpvfv6wsvuja4p8u"
        assert grant.tokens.refresh_token == REFRESH
        assert grant.tokens.expires_at == NOW + timedelta(hours=1)
        assert grant.member_id == "a223c6b3710f85df22e9377d6c4f7553"
        assert grant.client_endpoint == "https://portal.bitrix24.com/rest/"
        assert grant.server_endpoint == "https://oauth.bitrix.info/rest/"
        assert grant.scope == {"crm", "entity", "im", "task"}
        assert (grant.status, grant.user_id) == ("F", None)

    def test_of_a_refresh_name_the_user_and_bring_a_new_pair(self, authorization, server):
        server.answers(Reply(example("oauth.refresh")["response"]["body"]))

        grant = authorization.refresh(REFRESH)

        assert grant.user_id == 67
        assert grant.tokens.refresh_token == "3s6lr4kr3cv2od4v853gvrchb875bwxb"

    def test_never_carry_one_into_the_next(self, authorization, server):
        body = example("oauth.refresh")["response"]["body"]
        server.answers(Reply({**body, "expires_in": 1, "expires": 1}), Reply(body))

        authorization.refresh(REFRESH)
        authorization.refresh("other")

        assert [seen.query["refresh_token"] for seen in server.seen] == [REFRESH, "other"]

    def test_accept_text_for_numbers(self, authorization, server):
        body = {**example("oauth.refresh")["response"]["body"], "user_id": "67", "expires_in": "60"}
        server.answers(Reply(body))

        grant = authorization.refresh(REFRESH)

        assert (grant.user_id, grant.tokens.expires_at) == (67, NOW + timedelta(minutes=1))

    @pytest.mark.parametrize(
        "field", ["access_token", "refresh_token", "member_id", "client_endpoint"]
    )
    def test_without_a_needed_field_are_not_understood(self, authorization, server, field):
        body = example("oauth.token")["response"]["body"]
        del body[field]
        server.answers(Reply(body))

        with pytest.raises(AuthorizationServerError):
            authorization.exchange_code(CODE)

    @pytest.mark.parametrize(
        "endpoint",
        [
            "http://portal.bitrix24.com/rest/",
            "https://portal.bitrix24.com/",
            "https://portal.bitrix24.com/rest",
            "https://portal.bitrix24.com/x?y=/rest/",
            "https://portal.bitrix24.com/#/rest/",
            "https://user:pass@portal.bitrix24.com/rest/",
            "https:///rest/",
            "ftp://portal.bitrix24.com/rest/",
            "https://[broken/rest/",
            "",
            5,
        ],
    )
    def test_with_an_endpoint_no_token_may_go_to_are_refused(self, authorization, server, endpoint):
        body = {**example("oauth.token")["response"]["body"], "client_endpoint": endpoint}
        server.answers(Reply(body))

        with pytest.raises(AuthorizationServerError) as raised:
            authorization.exchange_code(CODE)

        assert nothing_leaked(raised.value)

    @pytest.mark.parametrize(
        ("named", "kept"),
        [
            ("https://Portal.Bitrix24.com/rest/", "https://portal.bitrix24.com/rest/"),
            ("HTTPS://CRM.WERK.INTERN:8443/rest/", "https://crm.werk.intern:8443/rest/"),
            ("https://portal.bitrix24.com:443/rest/", "https://portal.bitrix24.com/rest/"),
            ("https://crm.werk.intern/Sub/rest/", "https://crm.werk.intern/Sub/rest/"),
        ],
    )
    def test_name_a_host_as_browsers_do(self, authorization, server, named, kept):
        body = {**example("oauth.token")["response"]["body"], "client_endpoint": named}
        server.answers(Reply(body))

        assert authorization.exchange_code(CODE).client_endpoint == kept

    def test_take_an_http_portal_for_local_work_only(self, make_authorization, server):
        body = example("oauth.token")["response"]["body"]
        body["client_endpoint"] = "http://127.0.0.1:9000/rest/"
        server.answers(Reply(body))

        grant = make_authorization(trust_local=True).exchange_code(CODE)

        assert grant.client_endpoint == "http://127.0.0.1:9000/rest/"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("expires_in", "3599.7"),
            ("expires_in", "soon"),
            ("expires_in", float("inf")),
            ("expires_in", [3600]),
            ("expires_at", ["never"]),
            ("expires_at", float("nan")),
        ],
    )
    def test_keep_a_pair_beside_an_odd_time(self, authorization, server, field, value):
        """The refresh token is used up: without the new pair somebody would have to log in."""
        server.answers(Reply({**example("oauth.refresh")["response"]["body"], field: value}))

        grant = authorization.refresh(REFRESH)

        assert grant.tokens.access_token == "ydtj8pho532wydb5ixk78ol7uqlb7sch"
        assert grant.tokens.expires_at == NOW + timedelta(hours=1)


class TestErrors:
    @pytest.mark.parametrize("swap", [str, str.upper, str.lower])
    @pytest.mark.parametrize("status", [200, 302, 400, 401, 403])
    @pytest.mark.parametrize(
        ("code", "kind", "executed", "retryable"),
        [
            ("invalid_grant", GrantLostError, Executed.NO, False),
            ("expired_token", GrantLostError, Executed.NO, False),
            ("invalid_token", GrantLostError, Executed.NO, False),
            ("bad_verification_code", GrantLostError, Executed.NO, False),
            ("NOT_INSTALLED", NotInstalledError, Executed.NO, False),
            ("PAYMENT_REQUIRED", SubscriptionEndedError, Executed.NO, False),
            ("invalid_client", AuthorizationServerError, Executed.NO, False),
            ("wrong_client", AuthorizationServerError, Executed.NO, False),
            ("invalid_request", AuthorizationServerError, Executed.NO, False),
            ("INVALID_SCOPE", AuthorizationServerError, Executed.NO, False),
            ("insufficient_scope", AuthorizationServerError, Executed.NO, False),
        ],
    )
    def test_are_typed_in_any_letter_case_and_with_any_status(
        self, authorization, server, swap, status, code, kind, executed, retryable
    ):
        server.answers(Reply({"error": swap(code), "error_description": "words"}, status))

        with pytest.raises(AppError) as raised:
            authorization.refresh(REFRESH)

        assert type(raised.value) is kind
        assert raised.value.code == swap(code)
        assert (raised.value.executed, raised.value.retryable) == (executed, retryable)
        assert nothing_leaked(raised.value)

    def test_beside_tokens_win(self, authorization, server):
        body = {**example("oauth.token")["response"]["body"], "error": "invalid_grant"}
        server.answers(Reply(body))

        with pytest.raises(GrantLostError):
            authorization.exchange_code(CODE)

    @pytest.mark.parametrize(
        "reply",
        [
            Reply("<html>", 200),
            Reply("<html>", 502),
            Reply("<html>", 403),
            Reply({"error": "x"}, 500),
            Reply("[]"),
            Reply(b""),
            Reply(b"\xff"),
            Reply("", 302, {"Location": "https://evil.example/oauth/token/"}),
            requests.ReadTimeout(
                f"https://oauth.bitrix.info/oauth/token/?client_secret={CLIENT_SECRET}"
            ),
            requests.ConnectionError(f"GET /oauth/token/?refresh_token={REFRESH}"),
            OSError(f"?client_secret={CLIENT_SECRET}"),
        ],
    )
    def test_without_a_code_leave_the_refresh_token_unknown(
        self, authorization, server, log_dir, reply
    ):
        server.answers(reply)

        with pytest.raises(AuthorizationServerError) as raised:
            authorization.refresh(REFRESH)

        assert (raised.value.executed, raised.value.retryable) == (Executed.UNKNOWN, True)
        assert len(server.seen) == 1
        assert nothing_leaked(raised.value)
        [line] = [path.read_text() for path in log_dir.iterdir()]
        assert not any(secret in line for secret in SECRETS)

    def test_before_sending_leave_the_refresh_token_untouched(self, authorization, server):
        refused = NewConnectionError(None, "refused")  # type: ignore[arg-type]
        server.answers(requests.ConnectionError(MaxRetryError(None, "/", refused)))  # type: ignore[arg-type]

        with pytest.raises(AuthorizationServerError) as raised:
            authorization.refresh(REFRESH)

        assert (raised.value.executed, raised.value.retryable) == (Executed.NO, True)

    def test_of_a_body_too_large(self, authorization, server, monkeypatch):
        monkeypatch.setattr("b24app.bitrix.oauth.server.MAX_ANSWER_BYTES", 10)
        server.answers(Reply(example("oauth.token")["response"]["body"]))

        with pytest.raises(AuthorizationServerError) as raised:
            authorization.exchange_code(CODE)

        assert raised.value.code == "too_large"

    def test_with_a_strange_code_show_nothing_of_it(self, authorization, server):
        server.answers(Reply({"error": f"https://x/?client_secret={CLIENT_SECRET}"}, 400))

        with pytest.raises(AuthorizationServerError) as raised:
            authorization.refresh(REFRESH)

        assert nothing_leaked(raised.value)


def test_the_rest_log_has_the_exchange_without_its_secrets(authorization, server, log_dir):
    server.answers(
        Reply(example("oauth.refresh")["response"]["body"]),
        Reply(example("oauth.app.info")["response"]["body"]),
    )

    authorization.refresh(REFRESH)
    authorization.app_info(ACCESS)

    [path] = log_dir.iterdir()
    first, second = [json.loads(line) for line in path.read_text().splitlines()]
    assert (first["method"], first["status"]) == ("oauth/token", 200)
    assert first["request"] == {"grant_type": "refresh_token"}
    assert second["method"] == "oauth/app.info"
    text = path.read_text()
    answer = example("oauth.refresh")["response"]["body"]
    hidden = (*SECRETS, answer["access_token"], answer["refresh_token"], answer["client_endpoint"])
    assert not any(secret in text for secret in hidden)
