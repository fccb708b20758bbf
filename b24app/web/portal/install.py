"""Serve `POST /install`, the installer page in the frame, and its steps. Also re-installs."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from b24app.errors import AppError, InstallationUnprovenError, NotAdminError
from b24app.services.auth import admins
from b24app.services.auth.card_session import CardSession, SessionClaims
from b24app.services.auth.frame_posts import PlacementCall
from b24app.services.lifecycle import installation, installing_again
from b24app.services.lifecycle.installation import Begun
from b24app.web.plumbing import failures, i18n, security
from b24app.web.plumbing.entry import current_card, current_ticket, placement_call, signed
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


@blueprint.post("/install")
def install() -> ResponseReturnValue:
    """Prove and save, then show the wizard, which runs the other steps one by one."""
    call = placement_call()
    ticket = installation.ticket_of(call)
    try:
        begun = installation.begin(deps(), call, failures.sender())
        # Before the portal is asked, which may take long: a second post meanwhile finds it.
        installation.hold(deps(), begun, ticket)
    except InstallationUnprovenError:
        before = installation.begun_before(deps(), call)
        if before is None:
            return _posted_again(call)
        begun = before
    security.allow_framing_by(begun.origin)
    frame = {"portal_origin": begun.origin, "app_sid": call.app_sid}
    error = _verify(begun, ticket)
    if isinstance(error, NotAdminError):
        page = render_template("install.html", failed=shown(error), steps=(), **frame)
        return page, status_of(type(error))
    if error is not None:
        failed = {"failed": shown(error), **_state(VERIFY)}
        page = render_template("install.html", token=signed(ticket), **failed, **frame)
        return page, status_of(type(error))
    return render_template("install.html", token=signed(ticket), **_state("tabs"), **frame)


def _posted_again(call: PlacementCall) -> str:
    """Show the wizard of an installation that a post before this one has begun."""
    ticket, origin = installing_again.go_on(deps(), call)
    security.allow_framing_by(origin)
    frame = {"portal_origin": origin, "app_sid": call.app_sid}
    return render_template("install.html", token=signed(ticket), **_state("tabs"), **frame)


def _verify_again() -> Response:
    """Ask again who installs, with the grant that the authorization server confirmed."""
    ticket = current_ticket()
    i18n.use_language(ticket.language)
    error = _verify(installation.begun_of(deps(), ticket), ticket)
    if error is None:
        return make_response(render_template("_install.html", **_state("tabs")))
    steps = {"steps": ()} if isinstance(error, NotAdminError) else _state(VERIFY)
    body = render_template("_install.html", failed=shown(error), **steps)
    status = status_of(type(error))
    status = 403 if status == SESSION_REFUSED else status
    return make_response(body, status, when_again(error))


def _verify(begun: Begun, ticket: SessionClaims) -> AppError | None:
    try:
        installation.verify(deps(), begun, ticket)
    except AppError as error:
        return error
    return None


@blueprint.post("/install/steps/<step>")
def run_step(step: str) -> Response:
    """Carry out one step; answer with the wizard at the next one."""
    if step == VERIFY:
        return _verify_again()
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
        steps = {"steps": ()} if isinstance(error, NotAdminError) else _state(step)
        body = render_template("_install.html", failed=shown(error), **steps)
        return make_response(body, status_of(type(error)), when_again(error))
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
