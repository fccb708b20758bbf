"""The HTTP endpoint /rest/<method>: request in, order of checks, envelope out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

from flask import Request, Response

from b24app.simulator.portal_state.faults import SPOILED, Fault
from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.recording import RecordedRequest, without_secrets
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.tokens import Token

from .. import errors
from ..errors import PortalError
from ..php import parse_pairs, parse_query, to_json, to_text, with_int_keys
from .batch import run_batch
from .breaking import broken_response, spoil
from .execution import FAULT_ERRORS, BrokenAnswerError, Session, execute, method_time
from .table import TABLE

BATCH = "batch"
# Never data: the portal takes these from the top level of a request for itself.
RESERVED = ("auth", "access_token", "state", "token")
# Sent with every answer, so that a page of any origin may call the portal from the browser.
OPEN_TO_PAGES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "origin, content-type, accept",
    "X-Content-Type-Options": "nosniff",
}


@dataclass
class _Answer:
    body: dict[str, object]
    status: int = HTTPStatus.OK


def answer_rest(state: PortalState, request: Request, method: str) -> Response:
    """Answer one REST request, whatever its verb and encoding."""
    name = method.removesuffix(".json").lower()
    record = state.recorder.start(request.method, request.path)
    record.user_agent = request.headers.get("User-Agent", "")
    record.connection = request.environ.get("REMOTE_PORT")
    response = _answer(state, request, name, record)
    state.recorder.finish(record, response.status_code)
    return response


def _answer(state: PortalState, request: Request, name: str, record: RecordedRequest) -> Response:
    if state.switches.request_ms:
        state.sleep(state.switches.request_ms / 1000)
    if request.host in state.former_domains:
        return _moved(state, request)
    session: Session | None = None
    started = state.clock.timestamp()
    try:
        params = read_params(request)
        record.params = without_secrets(params)
        with state.lock:
            session = _authorize(state, request, name, params, record)
        answer = _run(session, name, params, started)
    except PortalError as error:
        answer = _error(state, error)
    except BrokenAnswerError as broken:
        return broken_response(state, broken.fault)
    response = _respond(state, answer, session.token if session else None)
    fault = session.spoiled_by if session else None
    return spoil(state, response, fault) if fault else response


def read_params(request: Request) -> dict[str, object]:
    """Merge query and body; the body wins. A body that does not parse counts as empty."""
    params = parse_query(request.query_string.decode("utf-8", "replace"))
    if request.method == "GET":
        return params
    if request.mimetype == "multipart/form-data":
        return params | parse_pairs(request.form.items(multi=True))
    body = request.get_data(as_text=True)
    if "json" not in request.mimetype:
        return params | parse_query(body)
    try:
        parsed = json.loads(body)
    except ValueError:
        return params
    if not isinstance(parsed, dict):
        return params
    return params | {name: with_int_keys(value) for name, value in parsed.items()}


def _authorize(
    state: PortalState,
    request: Request,
    name: str,
    params: dict[str, object],
    record: RecordedRequest,
) -> Session:
    """Check in the portal's order; rate limiting sits in front of all of it."""
    if not state.limits.take(request.remote_addr or ""):
        raise errors.query_limit()
    if state.switches.is_closed:
        raise errors.portal_deleted()
    if name != BATCH and (name not in TABLE or state.switches.lacks(name)):
        raise errors.method_not_found()
    token = state.tokens.by_access(take_token(request, params))
    if token is None:
        raise errors.wrong_authorization()
    record.user = token.user_id
    _check_owner(state, token)
    _check_portal(state)
    _check_application(state, token)
    if token.expires_at <= state.clock.now():
        raise errors.expired_token()
    return Session(state, token, _check_user(state, token), record)


def take_token(request: Request, params: dict[str, object]) -> str:
    """Return the token: the Bearer header, which wins, or parameter auth or access_token."""
    taken = {name: params.pop(name, None) for name in RESERVED}
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return bearer.strip()
    given = (taken[name] for name in ("auth", "access_token"))
    return next(
        (to_text(value) for value in given if value and not isinstance(value, dict | list)), ""
    )


def _check_owner(state: PortalState, token: Token) -> None:
    """Refuse a token of somebody who is gone, or was invited and never signed in."""
    user = state.users.get(token.user_id)
    if user is None or not user.has_signed_in:
        raise errors.owner_cannot_be_authorized()


def _check_portal(state: PortalState) -> None:
    if state.switches.is_overloaded:
        raise errors.overloaded()
    if not state.switches.has_rest_plan:
        raise errors.no_rest_plan()


def _check_application(state: PortalState, token: Token) -> None:
    """Tokens of an earlier installation are dead; number 0 was issued outside of any."""
    installation = state.installation
    if token.install_number and (
        installation is None or installation.number != token.install_number
    ):
        raise errors.application_not_found()
    is_ours = token.client_id == state.application.client_id
    if is_ours and installation is not None and installation.is_payment_expired:
        raise errors.subscription_ended()


def _check_user(state: PortalState, token: Token) -> User:
    user = state.users[token.user_id]
    if not user.is_active:
        raise errors.user_not_authorized()
    is_ours = token.client_id == state.application.client_id
    if is_ours and not state.has_app_access(user.id):
        raise errors.user_without_access()
    return user


def _run(session: Session, name: str, params: dict[str, object], started: float) -> _Answer:
    state = session.state
    if name != BATCH:
        outcome = execute(session, name, params)
        return _envelope(outcome.page.value, outcome.page.total, outcome.page.next, outcome.time)
    fault = _batch_fault(session)
    result = run_batch(session, params)
    if fault is not None and fault.kind not in SPOILED:
        raise BrokenAnswerError(fault)
    session.spoiled_by = fault or session.spoiled_by
    answer = _envelope(result, None, None, method_time(state, BATCH, started))
    if session.was_refused and state.switches.is_batch_coloured:
        answer.status = HTTPStatus.FORBIDDEN
    return answer


def _batch_fault(session: Session) -> Fault | None:
    """Apply a fault planned for `batch` itself; return one that strikes after the commands."""
    fault = session.state.faults.take(BATCH)
    if fault is None:
        return None
    if fault.is_answered:
        make_error = FAULT_ERRORS.get(fault.kind, errors.access_denied)
        raise make_error()
    if not fault.executes:
        raise BrokenAnswerError(fault)
    return fault


def _envelope(
    result: object, total: int | None, following: int | None, times: dict[str, object]
) -> _Answer:
    body: dict[str, object] = {"result": result}
    if following is not None:
        body["next"] = following
    if total is not None:
        body["total"] = total
    return _Answer({**body, "time": times})


def _error(state: PortalState, error: PortalError) -> _Answer:
    generation = state.switches.generation
    return _Answer(error.body(generation), error.status_of(generation))


def _respond(state: PortalState, answer: _Answer, token: Token | None) -> Response:
    response = Response(
        to_json(answer.body, 17 if state.switches.has_17_digits else None),
        answer.status,
        content_type="application/json; charset=utf-8",
    )
    response.headers.update(OPEN_TO_PAGES)
    if state.switches.is_cloud:
        response.headers["X-Bitrix-Rest-Time"] = "0.0100000000"
        response.headers["X-Bitrix-Rest-User-Time"] = "0.0080000000"
        response.headers["X-Bitrix-Rest-System-Time"] = "0.0020000000"
        if token is not None and token.client_id is not None:
            response.headers["X-Bitrix-Rest-Application"] = token.client_id
    return response


def _moved(state: PortalState, request: Request) -> Response:
    location = state.origin + request.full_path.removesuffix("?")
    return Response("", HTTPStatus.FOUND, headers={"Location": location})
