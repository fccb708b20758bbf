from __future__ import annotations

import pytest
import requests

from b24app.errors import (
    AuthorizationServerError,
    Executed,
    GrantLostError,
    NotInstalledError,
    ServerNotAllowedError,
    TokenExpiredError,
)
from tests.bitrix.conftest import ACCESS, CODE, REFRESH, Reply, example, nothing_leaked


class TestHosts:
    @pytest.mark.parametrize(
        ("server_endpoint", "host"),
        [
            (None, "oauth.bitrix.info"),
            ("", "oauth.bitrix.info"),
            ("https://oauth.bitrix.info/rest/", "oauth.bitrix.info"),
            ("https://OAuth.Bitrix24.tech/rest/", "oauth.bitrix24.tech"),
            ("https://oauth.bitrix24.tech:443/rest/", "oauth.bitrix24.tech"),
            ("oauth.bitrix24.tech", "oauth.bitrix24.tech"),
        ],
    )
    def test_on_the_list_are_asked(self, authorization, server, server_endpoint, host):
        server.answers(Reply(example("oauth.refresh")["response"]["body"]))

        authorization.refresh(REFRESH, server_endpoint)

        assert server.seen[0].host == host
        assert server.seen[0].url.startswith(f"https://{host}/oauth/token/?")

    @pytest.mark.parametrize(
        "server_endpoint",
        [
            "https://evil.example/rest/",
            "http://oauth.bitrix.info/rest/",
            "https://oauth.bitrix.info@evil.example/rest/",
            "https://oauth.bitrix.info.evil.example/rest/",
            "https://oauth.bitrix.info:8443/rest/",
            "https://evil.example#oauth.bitrix.info",
            "ftp://oauth.bitrix.info/",
            "https://[broken",
            "://",
            "http://127.0.0.1:9000/rest/",
        ],
    )
    def test_not_on_the_list_learn_nothing(self, authorization, server, server_endpoint):
        for ask in (
            lambda: authorization.refresh(REFRESH, server_endpoint),
            lambda: authorization.exchange_code(CODE, server_endpoint),
            lambda: authorization.app_info(ACCESS, server_endpoint),
        ):
            with pytest.raises(ServerNotAllowedError) as raised:
                ask()
            assert (raised.value.executed, raised.value.retryable) == (Executed.NO, False)

        assert server.seen == []

    def test_on_loopback_are_asked_over_http_for_local_work_only(self, make_authorization, server):
        local = {
            "oauth_url": "http://127.0.0.1:9000",
            "oauth_hosts": frozenset({"127.0.0.1:9000"}),
        }
        server.answers(Reply(example("oauth.refresh")["response"]["body"]))

        make_authorization(**local, trust_local=True).refresh(REFRESH)
        with pytest.raises(AuthorizationServerError):
            make_authorization(**local).refresh(REFRESH)

        assert [seen.host for seen in server.seen] == ["127.0.0.1:9000"]

    def test_elsewhere_are_not_asked_over_http_even_for_local_work(
        self, make_authorization, server
    ):
        authorization = make_authorization(
            oauth_url="http://oauth.bitrix.info",
            oauth_hosts=frozenset({"oauth.bitrix.info"}),
            trust_local=True,
        )

        with pytest.raises(AuthorizationServerError):
            authorization.refresh(REFRESH)

        assert server.seen == []


class TestAppInfo:
    def test_tells_whose_token_it_is(self, authorization, server):
        wanted = example("oauth.app.info")
        server.answers(Reply(wanted["response"]["body"]))

        info = authorization.app_info(ACCESS)

        assert server.seen[0].url.partition("?")[0] == wanted["request"]["url"]
        assert server.seen[0].query == wanted["request"]["query"]
        assert info.client_id == "local.abc123def456"
        assert (info.member_id, info.client_endpoint) == (
            "123456",
            "https://example.bitrix24.com/rest/",
        )
        assert (info.status, info.is_installed) == ("P", True)
        assert info.scope == {"crm", "user", "task"}

    def test_tolerates_missing_keys(self, authorization, server):
        server.answers(Reply({"result": {"client_id": "x", "install": []}}))

        info = authorization.app_info(ACCESS)

        assert (info.member_id, info.client_endpoint) == ("", "")
        assert not info.is_installed

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("NO_AUTH_FOUND", GrantLostError),
            ("invalid_client", GrantLostError),
            ("expired_token", TokenExpiredError),
            ("NOT_INSTALLED", NotInstalledError),
            ("something_new", AuthorizationServerError),
        ],
    )
    def test_refused(self, authorization, server, code, kind):
        server.answers(Reply({"error": code}, 401))

        with pytest.raises(kind) as raised:
            authorization.app_info(ACCESS)

        assert nothing_leaked(raised.value)

    @pytest.mark.parametrize(
        "reply",
        [
            Reply("<html>", 502),
            Reply({}),
            Reply({"result": []}),
            Reply({"result": None}),
            Reply({"result": {"install": {"client_endpoint": "http://x/rest/"}}}),
            requests.ReadTimeout(f"/rest/app.info?auth={ACCESS}"),
        ],
    )
    def test_not_understood(self, authorization, server, reply):
        server.answers(reply)

        with pytest.raises(AuthorizationServerError) as raised:
            authorization.app_info(ACCESS)

        assert nothing_leaked(raised.value)
