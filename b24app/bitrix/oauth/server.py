"""The authorization server: code exchange, refresh, and whose token a token is.

https://apidocs.bitrix24.com, settings/oauth. The documented requests are GETs with the secret in
the query, so no URL, and no exception that holds one, may leave this module. Authlib builds and
reads the token requests; a new session for each of them knows no token and no token endpoint, so
nothing is ever refreshed behind our back (the documentation forbids refreshing on a schedule).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import urlsplit

import requests
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from urllib3.exceptions import HTTPError

from b24app.bitrix.log import metering
from b24app.bitrix.log.rest_log import Exchanged, RestLog
from b24app.bitrix.oauth.oauth_answers import (
    ServerAppInfo,
    app_info_error,
    grant_from,
    server_app_info,
    token_error,
)
from b24app.bitrix.wire.answers import parse
from b24app.bitrix.wire.deadline import Deadline
from b24app.bitrix.wire.shares import STRANGERS, Share, Shares, authorization_crowded
from b24app.bitrix.wire.transport import (
    Lost,
    NoRedirects,
    Received,
    exchange,
    harden,
    receive,
    was_never_sent,
)
from b24app.domain import TokenResponse
from b24app.errors import AuthorizationServerError, Executed, ServerNotAllowedError

__all__ = ["AuthorizationServer", "ServerAppInfo"]

ATTEMPT_SECONDS = 8.0
MAX_ANSWER_BYTES = 64 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
IN_QUERY = "client_secret_query"
DEFAULT_PORTS = {"https": ":443", "http": ":80"}


class AuthorizationServer:
    """Asks allow-listed authorization servers only: the client secret goes there.

    `oauth_hosts` are host names, with the port where it is not the usual one. http is for loopback
    hosts with `trust_local` and for nothing else. `session` is the one of `make_session`.

    Each request counts against a share, a stranger's by default, so that a silent server or forged
    posts leave threads to everybody else.
    """

    def __init__(
        self,
        session: requests.Session,
        *,
        oauth_url: str,
        oauth_hosts: frozenset[str],
        client_id: str,
        client_secret: str,
        trust_local: bool = False,
        rest_log: RestLog | None = None,
        shares: Shares | None = None,
        user_agent: str = "DealPayments/1.0",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.shares = shares or Shares(
            authorization_crowded, server="authorization", monotonic=monotonic
        )
        self._session = session
        self._oauth_url = oauth_url
        self._oauth_hosts = oauth_hosts
        self._client_id = client_id
        self._client_secret = client_secret
        self._trust_local = trust_local
        self._rest_log = rest_log
        self._headers = {"Accept": "application/json", "User-Agent": user_agent}
        self._clock = clock
        self._monotonic = monotonic

    @property
    def origins(self) -> tuple[str, ...]:
        """Return the addresses that may be asked, the configured one first."""
        parts = urlsplit(self._oauth_url)
        others = sorted(self._oauth_hosts - {parts.netloc.lower()})
        return (f"{parts.scheme}://{parts.netloc.lower()}", *(f"https://{host}" for host in others))

    def authorization_url(self, client_endpoint: str, state: str) -> str:
        """Return where a person logs in at their portal: the start of the full OAuth flow.

        `client_endpoint` is the stored REST base; the redirect goes where the vendor card says.
        """
        portal = client_endpoint.removesuffix("rest/")
        session = OAuth2Session(self._client_id)
        url, _ = session.create_authorization_url(f"{portal}oauth/authorize/", state=state)
        return str(url)

    def exchange_code(
        self, code: str, server: str | None = None, *, share: Share = STRANGERS
    ) -> TokenResponse:
        """Exchange the code of a browser login; it lives 30 seconds and works once.

        `server` is the host or URL the redirect named, if it is on the list.
        Raises GrantLostError, NotInstalledError, SubscriptionEndedError, AuthorizationServerError
        (AuthorizationServerCrowdedError where nothing was sent for want of a place).
        """
        params = {"grant_type": "authorization_code", "code": code}
        return self._grant(params, self._origin(server), share)

    def refresh(
        self, refresh_token: str, server_endpoint: str | None = None, *, share: Share = STRANGERS
    ) -> TokenResponse:
        """Exchange a refresh token for a new pair; the old one is used up (quirk 59).

        Raises like `exchange_code`. After an AuthorizationServerError that says executed unknown,
        try again with the same token.
        """
        params = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._grant(params, self._origin(server_endpoint), share)

    def app_info(
        self, access_token: str, server_endpoint: str | None = None, *, share: Share = STRANGERS
    ) -> ServerAppInfo:
        """Ask who owns this token. Raises like `exchange_code`, and TokenExpiredError."""
        request = requests.Request(
            "GET",
            f"{self._origin(server_endpoint)}/rest/app.info",
            params={"auth": access_token},
            headers=self._headers,
        )
        with self._place(share):
            started = self._monotonic()
            outcome = exchange(self._session, request, Deadline(ATTEMPT_SECONDS, self._monotonic))
        payload = self._logged("oauth/app.info", {}, outcome, started, (access_token,))
        if payload is None or not ("error" in payload or "result" in payload):
            raise _silent(outcome)
        if "error" in payload:
            raise app_info_error(str(payload["error"]))
        return server_app_info(payload, trust_local=self._trust_local)

    @contextmanager
    def _place(self, share: Share) -> Iterator[None]:
        with self.shares.place(share), self.shares.asking(share):
            yield

    def _grant(self, params: Mapping[str, str], origin: str, share: Share) -> TokenResponse:
        with self._place(share):
            started = self._monotonic()
            fetched = self._fetch(params, f"{origin}/oauth/token/")
        secrets = (self._client_secret, *params.values())
        logged = {"grant_type": params["grant_type"]}
        read = self._logged(
            "oauth/token", logged, fetched.outcome, started, secrets[:1] + secrets[2:]
        )
        if fetched.error:
            raise token_error(fetched.error)
        if not fetched.has_token or read is None:
            raise _silent(fetched.outcome)
        return grant_from(read, self._clock(), trust_local=self._trust_local)

    def _fetch(self, params: Mapping[str, str], url: str) -> _Fetched:
        """Run one token request. Every exception ends here: their texts hold URLs with secrets."""
        deadline = Deadline(ATTEMPT_SECONDS, self._monotonic)
        timeout = deadline.timeout()
        outcomes: list[Received | Lost] = []

        def bounded(response: requests.Response) -> requests.Response:
            outcomes.append(receive(response, deadline, most=MAX_ANSWER_BYTES))
            return _replayed(outcomes[-1])

        session = self._token_session()
        session.register_compliance_hook("access_token_response", bounded)
        try:
            session.fetch_token(
                url, method="GET", headers=self._headers, stream=True, timeout=timeout, **params
            )
            return _Fetched(outcomes[-1], has_token=True)
        except OAuthError as refused:
            return _Fetched(outcomes[-1], error=str(refused.error))
        except (OSError, HTTPError) as error:
            lost = Lost.NOT_SENT if was_never_sent(error) else Lost.NO_ANSWER
            return _Fetched(outcomes[-1] if outcomes else lost)
        except (ValueError, TypeError, OverflowError):
            # A field that Authlib counts with. The pair beside it must not be lost: we read it.
            return _Fetched(outcomes[-1] if outcomes else Lost.NO_ANSWER, has_token=bool(outcomes))

    def _token_session(self) -> _TokenSession:
        session = _TokenSession(self._client_id, self._client_secret)
        session.register_client_auth_method((IN_QUERY, _sign_in_query))
        harden(session)
        # The same adapter, so the same connections: never closed, or they would be, too.
        for scheme in ("https://", "http://"):
            session.mount(scheme, self._session.get_adapter(scheme))
        return session

    def _origin(self, server: str | None) -> str:
        """Return where to ask. Raises AuthorizationServerError before anything is sent."""
        address = server or self._oauth_url
        if "://" not in address:
            address = f"https://{address}"
        try:
            parts = urlsplit(address)
            host = _host(parts.scheme, parts.netloc)
            is_local = self._trust_local and parts.hostname in LOOPBACK
        except ValueError:
            raise _not_allowed() from None
        is_secure = parts.scheme == "https" or (parts.scheme == "http" and is_local)
        allowed = {_host(parts.scheme, name) for name in self._oauth_hosts}
        if not is_secure or host not in allowed:
            raise _not_allowed()
        # The configured server may live below a path; of any other only the host is believed.
        return f"{parts.scheme}://{host}" if server else self._oauth_url.rstrip("/")

    def _logged(
        self,
        method: str,
        params: Mapping[str, object],
        outcome: Received | Lost,
        started: float,
        secrets: tuple[str, ...],
    ) -> Mapping[str, object] | None:
        """Write the exchange to the REST log and return its parsed answer, if it is JSON."""
        payload = parse(outcome.body) if isinstance(outcome, Received) else None
        seconds = self._monotonic() - started
        exchanged = Exchanged.of(
            self._oauth_url, method, params, outcome, payload, seconds, secrets
        )
        metering.keep(self._rest_log, exchanged)
        return payload


class _TokenSession(NoRedirects, OAuth2Session):  # type: ignore[misc]  # Authlib has no types.
    """Authlib's session, without redirects."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        # Named, since a type checker sees only the constructor of requests.
        OAuth2Session.__init__(self, client_id, client_secret, token_endpoint_auth_method=IN_QUERY)


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A token request that ended: with a token, an error code of the server, or neither."""

    outcome: Received | Lost
    has_token: bool = False
    error: str = ""


def _sign_in_query(
    client: OAuth2Session, method: str, uri: str, headers: Mapping[str, str], body: object
) -> tuple[str, Mapping[str, str], object]:
    """Put id and secret into the query, as the documentation shows; Authlib has no such way."""
    del method
    secret = [("client_id", client.client_id), ("client_secret", client.client_secret)]
    return add_params_to_uri(uri, secret), headers, body


def _replayed(outcome: Received | Lost) -> requests.Response:
    """Return what was read, as a response Authlib can read once more.

    One that is lost, or that nobody should read, has no body.
    """
    response = requests.Response()
    response.status_code = outcome.status if isinstance(outcome, Received) else 504
    is_json = isinstance(outcome, Received) and parse(outcome.body) is not None
    response.raw = BytesIO(outcome.body if isinstance(outcome, Received) and is_json else b"")
    return response


def _host(scheme: str, netloc: str) -> str:
    """Return the host without its usual port: `OAuth.bitrix.info:443` -> `oauth.bitrix.info`."""
    return netloc.lower().removesuffix(DEFAULT_PORTS.get(scheme, ""))


def _silent(outcome: Received | Lost) -> AuthorizationServerError:
    code = outcome.value if isinstance(outcome, Lost) else "not_understood"
    error = AuthorizationServerError(f"authorization server: {code}", code=code)
    if outcome is Lost.NOT_SENT:
        error.executed = Executed.NO
    return error


def _not_allowed() -> ServerNotAllowedError:
    return ServerNotAllowedError("the authorization server is not allowed")
