"""Read the authorization server's answers. Pure. https://apidocs.bitrix24.com, settings/oauth.

Codes come in either letter case and with any status, 200 too (quirk 60).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from b24app.bitrix.hosts import ascii_host, without_usual_port
from b24app.bitrix.wire.decoding import Record, whole
from b24app.bitrix.wire.error_codes import SAFE_CODE
from b24app.domain import TokenPair, TokenResponse
from b24app.errors import (
    AppError,
    AuthorizationServerError,
    EndpointInsecureError,
    Executed,
    GrantLostError,
    NotInstalledError,
    SubscriptionEndedError,
    TokenExpiredError,
    UnexpectedAnswerError,
)

DEFAULT_SECONDS = 3600
BAD_ENDPOINT = "bad_endpoint"
"""The code of a token answer that names no address to which a token may be sent."""

TOKEN_ERRORS: Mapping[str, type[AppError]] = {
    "INVALID_GRANT": GrantLostError,
    # No access token travels here, so these too speak of the code or the refresh token: one that is
    # too old is not `invalid_grant` (quirk 99).
    "EXPIRED_TOKEN": GrantLostError,
    "INVALID_TOKEN": GrantLostError,
    "BAD_VERIFICATION_CODE": GrantLostError,
    "NOT_INSTALLED": NotInstalledError,
    "PAYMENT_REQUIRED": SubscriptionEndedError,
}

APP_INFO_ERRORS: Mapping[str, type[AppError]] = {
    **TOKEN_ERRORS,
    "EXPIRED_TOKEN": TokenExpiredError,
    "NO_AUTH_FOUND": GrantLostError,
    # No secret travels to app.info, so it is the token that is dead (rest-contract f.3).
    "INVALID_CLIENT": GrantLostError,
}


@dataclass(frozen=True, slots=True)
class ServerAppInfo:
    """Whose token a token is, in the authorization server's words: the trusted ones.

    Missing fields are "" and None: no page of the documentation shows this answer, only the SDKs.
    """

    client_id: str
    scope: frozenset[str]
    member_id: str
    client_endpoint: str
    status: str
    is_installed: bool


def grant_from(answer: Mapping[str, object], now: datetime, *, trust_local: bool) -> TokenResponse:
    """Read a token answer. `domain` in it is the authorization server's own (quirk 58): unused.

    Raises AuthorizationServerError where a token, the member_id or a usable endpoint is missing.
    """
    fields = Record("oauth", answer)
    access, refresh = fields.exact("access_token"), fields.exact("refresh_token")
    member_id = fields.exact("member_id")
    if not (access and refresh and member_id):
        raise AuthorizationServerError("the token answer lacks a field", code="incomplete")
    seconds = whole(fields.get("expires_in")) or DEFAULT_SECONDS
    return TokenResponse(
        tokens=TokenPair(access, refresh, now + timedelta(seconds=min(seconds, DEFAULT_SECONDS))),
        member_id=member_id,
        client_endpoint=portal_endpoint(fields.exact("client_endpoint"), trust_local=trust_local),
        server_endpoint=fields.exact("server_endpoint"),
        scope=_scopes(fields.exact("scope")),
        status=fields.exact("status"),
        user_id=fields.id_or_none("user_id"),
    )


def server_app_info(answer: Mapping[str, object], *, trust_local: bool) -> ServerAppInfo:
    """Read `app.info` of the authorization server. Raises AuthorizationServerError."""
    try:
        fields = Record("oauth/app.info", answer.get("result"))
    except UnexpectedAnswerError:
        raise AuthorizationServerError("app.info without a result", code="incomplete") from None
    nested = fields.get("install")
    install = Record("oauth/app.info", nested if isinstance(nested, Mapping) else {})
    endpoint = install.exact("client_endpoint")
    return ServerAppInfo(
        client_id=fields.exact("client_id"),
        scope=_scopes(fields.exact("scope")),
        member_id=install.exact("member_id"),
        client_endpoint=portal_endpoint(endpoint, trust_local=trust_local) if endpoint else "",
        status=install.exact("status"),
        is_installed=install.get("installed") in (True, "Y", 1, "1", "true"),
    )


def token_error(code: str) -> AppError:
    """Return the exception for an error of the token request."""
    return _error(TOKEN_ERRORS, code)


def app_info_error(code: str) -> AppError:
    """Return the exception for an error of `app.info`."""
    return _error(APP_INFO_ERRORS, code)


def portal_endpoint(endpoint: str, *, trust_local: bool) -> str:
    """Return `endpoint` if tokens may be sent there: https, a host, a path that ends in /rest/.

    Its host is written as browsers write an origin, in small letters, in punycode and without the
    usual port, since pages are framed by it and people find their portal by it. http is for local
    work only. Raises AuthorizationServerError, without https EndpointInsecureError.
    """
    try:
        parts = urlsplit(endpoint)
        is_plain = not (parts.query or parts.fragment or parts.username or parts.password)
        is_usable = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
        host = without_usual_port(_host(parts.netloc), parts.scheme)
    except ValueError:
        is_plain = is_usable = False
    if not (is_usable and is_plain and endpoint.endswith("/rest/")):
        raise AuthorizationServerError("client_endpoint cannot be used", code=BAD_ENDPOINT)
    if parts.scheme == "http" and not trust_local:
        raise EndpointInsecureError("client_endpoint is not https")
    return parts._replace(netloc=host).geturl()


def _host(netloc: str) -> str:
    return netloc.lower() if netloc.startswith("[") else ascii_host(netloc)


def _error(table: Mapping[str, type[AppError]], code: str) -> AppError:
    shown = code if SAFE_CODE.match(code) else "unreadable"
    found = table.get(code.upper())
    if found is not None:
        return found(f"authorization server: {shown}", code=shown)
    # Refused for what we sent: the refresh token was not touched and asking again is no cure.
    error = AuthorizationServerError(f"authorization server: {shown}", code=shown)
    error.executed = Executed.NO
    error.retryable = False
    return error


def _scopes(text: str) -> frozenset[str]:
    return frozenset(filter(None, (name.strip() for name in text.split(","))))
