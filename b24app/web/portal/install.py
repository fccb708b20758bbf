"""Serve `POST /install`, the installer page in the frame, and its steps. Also re-installs."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from b24app.errors import (
    AppError,
    InstallationUnprovenError,
    NoConnectionError,
    NotAdminError,
    PortalSilentError,
    SessionExpiredError,
)
from b24app.services.auth import admins
from b24app.services.auth.card_session import CardSession, SessionClaims
from b24app.services.lifecycle import installation, installing_again
from b24app.web.plumbing import failures, security
from b24app.web.plumbing.entry import (
    current_card,
    current_ticket,
    placement_call,
    require_session,
    signed,
)
from b24app.web.plumbing.error_pages import UNPROVEN_KINDS, shown, when_again
from b24app.web.plumbing.statuses import SESSION_REFUSED, status_of
from b24app.web.plumbing.wiring import deps

blueprint = Blueprint("install", __name__)

STEPS: dict[str, Callable[[CardSession], None]] = {
    "tabs": installation.bind_tabs,
    "events": installation.bind_events,
    "finish": installation.finish,
}
VERIFY = "verify"
ORDER = (VERIFY, "save", "tabs", "events", "finish")
AT_ONCE_SECONDS = 3.0
"""How long a frame may stay empty for an answer of the portal that is usually there in one."""

ALMOST_SECONDS = 0.2
"""A wait for an answer may end this much before its time is over."""


@blueprint.post("/install")
def install() -> ResponseReturnValue:
    """Prove the post and store the installation; show the wizard, which runs the other steps.

    Until this is answered, the frame is empty: a portal that is slow is asked again by the first
    step, in sight of whoever waits.
    """
    call = placement_call()
    ticket = installation.ticket_of(call)
    try:
        begun = installation.begin(deps(), call, failures.sender())
        # A second post meanwhile finds it, and so does the first step.
        installation.hold(deps(), begun, ticket)
        origin = begun.origin
    except InstallationUnprovenError:
        before = installation.begun_before(deps(), call)
        if before is None:
            ticket, origin = installing_again.knock(deps(), call)
        else:
            origin = before.origin
    error = _asked_at_once(ticket)
    if isinstance(error, InstallationUnprovenError):
        raise error
    security.allow_framing_by(origin)
    frame = {"portal_origin": origin, "app_sid": call.app_sid}
    if isinstance(error, NotAdminError):
        page = render_template("install.html", failed=shown(error), steps=(), **frame)
        return page, status_of(type(error))
    frame["token"] = signed(ticket)
    state = _state("tabs" if error is None else VERIFY)
    if error is None or isinstance(error, _SlowError):
        return render_template("install.html", **state, **frame)
    page = render_template("install.html", failed=shown(error), **state, **frame)
    return page, status_of(type(error))


class _SlowError(AppError):
    """The portal has not said at once who installs."""


def _asked_at_once(ticket: SessionClaims) -> AppError | None:
    """Let the portal say who installs; return why it did not."""
    end = deps().monotonic() + AT_ONCE_SECONDS
    with deps().patiently(AT_ONCE_SECONDS):
        try:
            _go_on(ticket)
        except SessionExpiredError:
            return InstallationUnprovenError("the posted grant is not confirmed")
        except (NoConnectionError, PortalSilentError) as error:
            is_over = deps().monotonic() > end - ALMOST_SECONDS
            return _SlowError(str(error)) if is_over else error
        except AppError as error:
            return error
    return None


def _go_on(ticket: SessionClaims) -> None:
    if ticket.sealed:
        installing_again.go_on(deps(), ticket)
    else:
        installation.go_on(deps(), ticket)


def _verify() -> Response:
    """Ask the portal who installs, where it did not say so at once."""
    require_session()
    try:
        _go_on(current_ticket())
    except SessionExpiredError:
        raise
    except AppError as error:
        return _stopped(error, VERIFY)
    return make_response(render_template("_install.html", **_state("tabs")))


def _stopped(error: AppError, step: str) -> Response:
    """Say why a step failed, with a way to try it again unless that would be in vain."""
    is_over = isinstance(error, NotAdminError | InstallationUnprovenError)
    steps = {"steps": ()} if is_over else _state(step)
    body = render_template("_install.html", failed=shown(error), **steps)
    status = status_of(type(error))
    # The page answers that one with another session, which does not help here.
    status = 403 if status == SESSION_REFUSED else status
    return make_response(body, status, when_again(error))


@blueprint.post("/install/steps/<step>")
def run_step(step: str) -> Response:
    """Carry out one step; answer with the wizard at the next one."""
    with deps().patiently():
        return _verify() if step == VERIFY else _carried_out(step)


def _carried_out(step: str) -> Response:
    card = current_card()
    run = STEPS.get(step)
    if run is None:
        return make_response(render_template("_install.html", **_state("tabs")), 404)
    try:
        # The person may no longer be an administrator.
        admins.confirm(card)
        run(card)
    except AppError as error:
        if isinstance(error, UNPROVEN_KINDS) or status_of(type(error)) == SESSION_REFUSED:
            raise
        return _stopped(error, step)
    following = ORDER[ORDER.index(step) + 1 :]
    return make_response(
        render_template("_install.html", **_state(following[0] if following else "done"))
    )


def _state(now: str) -> dict[str, object]:
    """Return each step's name and state: done, now or next."""
    index = ORDER.index(now) if now in ORDER else len(ORDER)
    states = [
        (step, "done" if number < index else "now" if number == index else "next")
        for number, step in enumerate(ORDER)
    ]
    return {"steps": states, "now": now, "is_done": now == "done"}
