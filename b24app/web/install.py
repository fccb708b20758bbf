"""`POST /install`: the installer page in the frame, and its steps. Re-install is the same."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from b24app.errors import AppError, NotAdminError
from b24app.services import installation
from b24app.services.deps import Deps
from b24app.services.launches import Acting
from b24app.web import security
from b24app.web.entry import acting, placement_call, signed
from b24app.web.error_pages import UNPROVEN_KINDS, shown
from b24app.web.wiring import deps

blueprint = Blueprint("install", __name__)

STEPS: dict[str, Callable[[Deps, Acting], None]] = {
    "tabs": installation.bind_tabs,
    "events": installation.bind_events,
    "finish": installation.finish,
}
ORDER = ("verify", "save", "tabs", "events", "finish")


@blueprint.post("/install")
def install() -> ResponseReturnValue:
    """Prove and save, then show the wizard, which carries out the other steps one by one."""
    call = placement_call()
    proven = installation.verify(deps(), call)
    security.allow_framing_by(proven.origin)
    frame = {"portal_origin": proven.origin, "app_sid": call.app_sid}
    try:
        ticket = installation.save(deps(), call, proven)
    except NotAdminError as error:
        page = render_template("install.html", failed=shown(error), steps=(), **frame)
        return page, error.status
    return render_template("install.html", token=signed(ticket), **_state("tabs"), **frame)


@blueprint.post("/install/steps/<step>")
def run_step(step: str) -> Response:
    """Carry out one step; the answer is the wizard with the next one under way."""
    who = acting()
    run = STEPS.get(step)
    if run is None:
        return make_response(render_template("_install.html", **_state("tabs")), 404)
    try:
        run(deps(), who)
    except AppError as error:
        if isinstance(error, UNPROVEN_KINDS) or error.status == 401:
            raise
        body = render_template("_install.html", failed=shown(error), **_state(step))
        return make_response(body, error.status)
    following = ORDER[ORDER.index(step) + 1 :]
    return make_response(
        render_template("_install.html", **_state(following[0] if following else "done"))
    )


def _state(now: str) -> dict[str, object]:
    """Each step's name and state: done, now or next."""
    index = ORDER.index(now) if now in ORDER else len(ORDER)
    states = [
        (step, "done" if number < index else "now" if number == index else "next")
        for number, step in enumerate(ORDER)
    ]
    return {"steps": states, "now": now, "is_done": now == "done"}
