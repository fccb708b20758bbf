"""The authorization server, an origin of its own, and the portal's /oauth/authorize/ page.

Tokens name the portal only as `client_endpoint`; their `domain` is this server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Flask, Request, Response, request

from b24app.simulator.portal_state.application import Application
from b24app.simulator.portal_state.faults import SPOILED
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.tokens import ACCESS_SECONDS, Token
from b24app.simulator.ui.browser_user import user_of

from .errors import expired_token, internal_error, wrong_authorization
from .php import to_json
from .rest.breaking import ConnectionBreaker, broken_response, spoil
from .rest.endpoint import read_params, take_token
from .rest.execution import method_time

TOKEN_FAULT, INFO_FAULT = "oauth/token", "oauth/app.info"
Answer = tuple[dict[str, object], int]


@dataclass
class OAuthError(Exception):
    """One refusal of the authorization server; some come without a description."""

    code: str
    status: int = HTTPStatus.BAD_REQUEST
    description: str = ""


def create_oauth(state: PortalState) -> Flask:
    """Return the WSGI application of the authorization server of one portal."""
    server = Flask("b24app.simulator.oauth", static_folder=None)
    server.wsgi_app = ConnectionBreaker(server.wsgi_app, state.sleep)  # type: ignore[method-assign] # Flask's documented way to wrap

    @server.route("/oauth/token/", methods=["GET", "POST"])
    @server.route("/oauth/token", methods=["GET", "POST"])
    def token() -> Response:
        return _answer(state, TOKEN_FAULT, lambda: _token_answer(state, request.values))

    @server.route("/rest/app.info", methods=["GET", "POST"])
    @server.route("/rest/app.info/", methods=["GET", "POST"])
    @server.route("/rest/app.info.json", methods=["GET", "POST"])
    def app_info() -> Response:
        token = take_token(request, read_params(request))
        return _answer(state, INFO_FAULT, lambda: _info_answer(state, token))

    return server


def _answer(state: PortalState, name: str, work: Callable[[], Answer]) -> Response:
    record = state.recorder.start(request.method, request.path, server="oauth")
    fault = state.faults.take(name)
    record.params = _described(state, request.values) | {"fault": fault.kind if fault else ""}
    if fault is not None and not fault.is_answered and not fault.executes:
        response = broken_response(state, fault)
    elif fault is not None and fault.is_answered:
        response = _json(internal_error().body("new"), HTTPStatus.INTERNAL_SERVER_ERROR)
    else:
        with state.lock:
            response = _json(*work())
        if fault is not None:
            is_spoiled = fault.kind in SPOILED
            response = (
                spoil(state, response, fault) if is_spoiled else broken_response(state, fault)
            )
    state.recorder.finish(record, response.status_code)
    return response


def _described(state: PortalState, fields: Mapping[str, str]) -> dict[str, object]:
    """Return what is recorded of a token request: which pair was to be renewed, and its state.

    `pair` is a digest of the refresh token, so that a second use of one can be counted.
    """
    described: dict[str, object] = {"grant_type": fields.get("grant_type")}
    if refresh_token := fields.get("refresh_token"):
        token = state.tokens.by_any_refresh(refresh_token)
        described["pair"] = hashlib.sha256(refresh_token.encode()).hexdigest()[:16]
        described["user"] = token.user_id if token else None
        described["was_used"] = token.is_refresh_used if token else None
        described["was_expired"] = token.expires_at <= state.clock.now() if token else None
    return described


def _json(body: Mapping[str, object], status: int) -> Response:
    response = Response(to_json(body), status, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _token_answer(state: PortalState, fields: Mapping[str, str]) -> Answer:
    try:
        return _granted(state, fields), HTTPStatus.OK
    except OAuthError as error:
        is_upper = state.switches.has_upper_oauth_codes
        answer: dict[str, object] = {"error": error.code.upper() if is_upper else error.code}
        if error.description:
            answer["error_description"] = error.description
        return answer, error.status


def _granted(state: PortalState, fields: Mapping[str, str]) -> dict[str, object]:
    application = _client(state, fields)
    grant_type = fields.get("grant_type", "")
    if grant_type == "authorization_code":
        token = _exchange_code(state, application, fields)
        return _token_body(state, token, is_full=state.switches.has_full_code_answer)
    if grant_type == "refresh_token":
        return _token_body(state, _refresh(state, application, fields), is_full=True)
    raise OAuthError("invalid_request", description='No "grant_type" parameter found')


def _client(state: PortalState, fields: Mapping[str, str]) -> Application:
    for name in ("client_id", "client_secret"):
        if not fields.get(name):
            raise OAuthError("invalid_request", description=f'No "{name}" parameter found')
    application = state.application_by_id(fields["client_id"])
    if application is None:
        # The one refusal that comes with status 200.
        raise OAuthError("wrong_client", HTTPStatus.OK)
    if application.client_secret != fields["client_secret"]:
        raise OAuthError("invalid_client")
    return application


def _exchange_code(
    state: PortalState, application: Application, fields: Mapping[str, str]
) -> Token:
    if not fields.get("code"):
        raise OAuthError("invalid_request", description='No "code" parameter found')
    code = state.tokens.use_code(fields["code"], application.client_id)
    if code is None:
        raise OAuthError("invalid_grant")
    _demand_young(state, code.expires_at, "authorization")
    _demand_living(state, application, state.installation.number if state.installation else 1)
    _demand_scope(state, application, fields)
    return state.issue_tokens_for(application, code.user_id)


def _refresh(state: PortalState, application: Application, fields: Mapping[str, str]) -> Token:
    if not fields.get("refresh_token"):
        raise OAuthError("invalid_request", description='No "refresh_token" parameter found')
    token = state.tokens.by_refresh(fields["refresh_token"])
    if token is None or token.client_id != application.client_id:
        raise OAuthError("invalid_grant")
    _demand_young(state, token.refresh_expires_at, "refresh")
    _demand_living(state, application, token.install_number)
    _demand_scope(state, application, fields)
    return state.tokens.rotate(token, state.granted_scope(application))


def _demand_young(state: PortalState, expires_at: datetime, kind: str) -> None:
    """Refuse what is too old, before the installation is looked at, and not as what is wrong."""
    if expires_at <= state.clock.now():
        text = f"The {kind} token provided has expired."
        raise OAuthError("expired_token", HTTPStatus.UNAUTHORIZED, text)


def _demand_scope(state: PortalState, application: Application, fields: Mapping[str, str]) -> None:
    asked = {name for name in fields.get("scope", "").split(",") if name}
    if not asked <= set(state.granted_scope(application)):
        text = "Given scope exceeds permissions associated with given grant"
        raise OAuthError("INVALID_SCOPE", HTTPStatus.FORBIDDEN, text)


def _demand_living(state: PortalState, application: Application, install_number: int) -> None:
    """Refuse a grant whose installation is gone, or whose subscription is over."""
    if application is not state.application:
        return
    installation = state.installation
    if install_number and (installation is None or installation.number != install_number):
        text = "Application not installed"
        raise OAuthError("NOT_INSTALLED", HTTPStatus.UNAUTHORIZED, text)
    if installation is not None and installation.is_payment_expired:
        raise OAuthError("PAYMENT_REQUIRED", HTTPStatus.UNAUTHORIZED, "Payment required")


def _token_body(state: PortalState, token: Token, *, is_full: bool) -> dict[str, object]:
    body: dict[str, object] = {
        "access_token": token.access_token,
        "client_endpoint": state.client_endpoint,
        "domain": state.oauth_domain,
        "expires_in": ACCESS_SECONDS,
        "member_id": state.member_id,
        "refresh_token": token.refresh_token,
        "scope": ",".join(token.scope),
        "server_endpoint": state.server_endpoint,
        "status": state.installation.status if state.installation else "F",
    }
    if is_full:
        body |= {"expires": int(token.expires_at.timestamp()), "user_id": token.user_id}
    told = body | state.switches.token_fields
    return {name: value for name, value in told.items() if value is not None}


def _info_answer(state: PortalState, access_token: str) -> Answer:
    started = state.clock.timestamp()
    token = state.tokens.by_access(access_token)
    if token is None or token.client_id is None:
        error = wrong_authorization()
        return error.body("new"), error.status
    installation = state.installation
    if token.install_number and (
        installation is None or installation.number != token.install_number
    ):
        return {"error": "invalid_client"}, HTTPStatus.BAD_REQUEST
    if token.expires_at <= state.clock.now():
        error = expired_token()
        return error.body("new"), error.status
    is_ours = token.client_id == state.application.client_id
    scope = ",".join(token.scope)
    result = {
        "client_id": token.client_id,
        "scope": scope,
        "expires": token.expires_at.isoformat(timespec="seconds"),
        "install": {
            "installed": installation.is_finished if installation and is_ours else not is_ours,
            "version": str(installation.version if installation and is_ours else 1),
            "status": installation.status if installation and is_ours else "F",
            "scope": scope,
            "domain": state.domain,
            "uri": state.origin,
            "client_endpoint": state.client_endpoint,
            "member_id": state.member_id,
            "member_type": "user",
        },
        "user_id": str(token.user_id),
    }
    return {"result": result, "time": method_time(state, "app.info", started)}, HTTPStatus.OK


def answer_authorize(state: PortalState, incoming: Request) -> Response:
    """Answer the portal's own /oauth/authorize/: a redirect with a code, or words and no redirect.

    The address comes from the application's card, never from the request.
    """
    application = state.application_by_id(incoming.args.get("client_id", ""))
    if application is None:
        return Response("Application not found", HTTPStatus.NOT_FOUND)
    with state.lock:
        if application is state.application and state.installation is None:
            return Response("Application not installed", HTTPStatus.NOT_FOUND)
        user = user_of(incoming, state)
        if not state.has_app_access(user.id):
            return Response("You have no access to this application", HTTPStatus.FORBIDDEN)
        code = state.tokens.issue_code(user.id, application.client_id)
        query = {
            "code": code.code,
            "state": incoming.args.get("state", ""),
            "domain": state.domain,
            "member_id": state.member_id,
            "scope": ",".join(state.granted_scope(application)),
            "server_domain": state.oauth_domain,
        }
    location = f"{application.redirect_uri}?{urlencode(query)}"
    return Response("", HTTPStatus.FOUND, headers={"Location": location})
