"""Executing one method: faults, latency, scope, limits, the handler; and the record of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from b24app.simulator.portal_state import saving
from b24app.simulator.portal_state.clock import SERVER_ZONE
from b24app.simulator.portal_state.faults import SPOILED, Fault
from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.recording import (
    RecordedCommand,
    RecordedRequest,
    without_secrets,
)
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.switches import NEW
from b24app.simulator.portal_state.tokens import Token

from .. import errors
from ..errors import PortalError
from .app import is_granted
from .call import Call, Method, Page, upper_names
from .oddities import oddly
from .payment_records import NO_RIGHTS
from .table import TABLE

FAULT_ERRORS = {
    "busy": errors.query_limit,
    "operation_limit": errors.operation_limit,
    "error_500": errors.internal_error,
    "unexpected": errors.unexpected_answer,
    "expired_token": errors.expired_token,
    "invalid_token": errors.invalid_token,
    "no_oauth": errors.no_authorization_server,
    "portal_deleted": errors.portal_deleted,
    "batch_not_allowed": errors.batch_not_allowed,
    "done_thrown": errors.thrown,
    "done_argument": errors.thrown_argument,
}
_FAULT_RESULTS = {"false": False, "null": None, "done_false": False, "done_null": None}


class BrokenAnswerError(Exception):
    """A planned fault ends this HTTP answer here; what ran before has run."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault


@dataclass
class Session:
    """One authorized HTTP request: who calls, and what the answer will suffer from.

    `kept` is what one process of the portal remembers until the request is over.
    """

    state: PortalState
    token: Token
    user: User
    record: RecordedRequest
    kept: dict[object, object] = field(default_factory=dict)
    spoiled_by: Fault | None = None
    was_refused: bool = False


@dataclass
class Outcome:
    """What one executed method answered."""

    page: Page
    time: dict[str, object] = field(default_factory=dict)


def execute(
    session: Session, name: str, params: dict[str, object], key: str | None = None
) -> Outcome:
    """Run one method; `key` is its key inside a batch. Raises PortalError or BrokenAnswerError."""
    command = RecordedCommand(
        name, without_secrets(params), session.user.id, key or "", time.time()
    )
    session.record.commands.append(command)
    try:
        return _execute(session, command, params, in_batch=key is not None)
    except PortalError as error:
        command.outcome = error.code
        if error.status == 403 and name.startswith("crm.item.payment."):
            session.was_refused = True
        raise
    except BrokenAnswerError as broken:
        command.outcome = broken.fault.kind
        raise
    finally:
        command.finished = time.time()


def _execute(
    session: Session, command: RecordedCommand, params: dict[str, object], *, in_batch: bool
) -> Outcome:
    state, name = session.state, command.method
    started = state.clock.timestamp()
    method = _find(state, name)
    _check(session, method, in_batch=in_batch)
    fault = state.faults.take(name, in_batch=in_batch)
    if fault is not None and fault.is_answered:
        return Outcome(Page(_fault_result(fault)), method_time(state, name, started))
    if fault is not None and not fault.executes:
        raise BrokenAnswerError(fault)
    waits = state.switches.command_ms + (state.switches.write_ms if _writes(name) else 0)
    if waits:
        state.sleep(waits / 1000)
    page = _run(session, method, params, command)
    if fault is not None and fault.is_misreported:
        page, fault = Page(_fault_result(fault)), None
    if fault is not None and fault.kind not in SPOILED:
        raise BrokenAnswerError(fault)
    session.spoiled_by = fault or session.spoiled_by
    state.limits.add_operating(name, state.clock.timestamp() - started)
    return Outcome(page, method_time(state, name, started))


def _writes(name: str) -> bool:
    return name.startswith("crm.item.payment.") and not name.endswith((".list", ".get"))


def _find(state: PortalState, name: str) -> Method:
    method = TABLE.get(name)
    if method is None or state.switches.lacks(name):
        raise errors.method_not_found()
    return method


def _check(session: Session, method: Method, *, in_batch: bool) -> None:
    if not is_granted(method, session.token.scope):
        raise errors.insufficient_scope(in_batch=in_batch)
    refused = session.state.switches.batch_refused
    if in_batch and any(method.name.startswith(prefix.lower()) for prefix in refused):
        raise errors.batch_not_allowed()
    if method.is_intranet and session.user.is_extranet:
        raise errors.intranet_only()
    if not session.state.limits.may_operate(method.name):
        raise errors.operation_limit()


def _fault_result(fault: Fault) -> object:
    if fault.kind == "denied":
        raise errors.RefusedError(NO_RIGHTS, quiet_result=False)
    if fault.kind in FAULT_ERRORS:
        make_error = FAULT_ERRORS[fault.kind]
        raise make_error()
    return _FAULT_RESULTS[fault.kind]


def _run(
    session: Session, method: Method, params: dict[str, object], command: RecordedCommand
) -> Page:
    state = session.state
    given = upper_names(params) if method.is_any_case else params
    call = Call(state, session.token, session.user, given, session.kept)
    try:
        value = _handled(state, method, call)
    except PortalError as error:
        if error.is_quiet(call.generation):
            return Page(error.quiet_result)
        raise
    command.did_run = True
    command.made = value if isinstance(value, int) and not isinstance(value, bool) else None
    page = value if isinstance(value, Page) else Page(value)
    return oddly(state.switches, method.name, page)


def _handled(state: PortalState, method: Method, call: Call) -> object:
    """Run the handler; what somebody does between its loading and its saving is done there."""
    deeds = state.faults.take_deeds(method.name, is_late=True)
    if not deeds:
        with state.lock:
            return method.handler(call)
    with state.lock:
        loaded = saving.load(state.crm)
    for deed in deeds:
        deed()
    with state.lock:
        return saving.save(state.crm, loaded, lambda: method.handler(call))


def method_time(state: PortalState, name: str, started: float) -> dict[str, object]:
    """Return the `time` object of an answer; new servers print whole starts and 0 processing."""
    finished = state.clock.timestamp()
    is_new = state.switches.generation == NEW
    return {
        "start": int(started) if is_new else started,
        "finish": finished,
        "duration": finished - started,
        "processing": 0 if is_new else finished - started,
        "date_start": _date(started),
        "date_finish": _date(finished),
        **state.limits.operating(name),
    }


def _date(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, SERVER_ZONE).isoformat(timespec="seconds")
