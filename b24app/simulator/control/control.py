"""The control plane under /_control: a page for people, and POST routes for tests and benchmarks.

Fields come as form, query or JSON; answers are JSON. A form sent by the page (Accept: text/html)
is answered with a redirect back to the page. Nothing here exists on a real portal.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from b24app.simulator.control.control_actions import ACTIONS, YES_NO_SWITCHES
from b24app.simulator.control.control_somebody import ORDER_DEEDS, PAYMENT_DEEDS, SOMEBODY
from b24app.simulator.portal_state.faults import ANSWERED, BROKEN_AFTER, BROKEN_BEFORE, MISREPORTED
from b24app.simulator.portal_state.people import AREAS, LEVELS
from b24app.simulator.portal_state.state import PORTAL_SCOPES, PortalState
from b24app.simulator.portal_state.switches import GENERATIONS, SHOPS, TOTALS
from b24app.simulator.portal_state.timeline import ACTIVITY_DEEDS

ALL_ACTIONS = {**ACTIONS, **SOMEBODY}
Reply = BaseResponse | tuple[dict[str, object], int]


def create_control(state: PortalState) -> Blueprint:
    """Return the blueprint of the control plane."""
    control = Blueprint("control", __name__, url_prefix="/_control", template_folder="../templates")

    @control.get("")
    @control.get("/")
    def page() -> str:
        return render_template("control.html", **_page_context(state))

    @control.get("/record")
    def record() -> Response:
        return _json(state.recorder.as_json(request.args.get("after", 0, type=int)))

    @control.get("/state")
    def summary() -> Response:
        return _json(_summary(state))

    @control.get("/events")
    def queue() -> Response:
        return _json({
            "pending": [asdict(event) for event in state.events.pending],
            "attempts": [asdict(event) for event in state.events.attempts],
        })  # fmt: skip

    @control.post("/<path:action>")
    def act(action: str) -> Reply:
        return _act(state, action)

    return control


def _act(state: PortalState, action: str) -> Reply:
    work = ALL_ACTIONS.get(action)
    if work is None:
        return {"error": f"No such action. Known: {', '.join(sorted(ALL_ACTIONS))}"}, 404
    # A browser names text/html among others of the same weight, so "best" may be another one.
    is_page = "text/html" in request.headers.get("Accept", "")
    try:
        answer = work(state, _fields())
    except ValueError as error:
        if is_page:
            return _back_to_page("failed", f"{action}: {error}")
        return {"error": str(error)}, HTTPStatus.BAD_REQUEST
    if is_page:
        return _back_to_page("said", f"{action}: {json.dumps(answer, default=str)}")
    return _json(answer)


def _back_to_page(name: str, text: str) -> BaseResponse:
    query = urlencode({name: text[:300]})
    return redirect(f"{url_for('control.page')}?{query}", HTTPStatus.SEE_OTHER)


def _fields() -> dict[str, str]:
    fields = {name: str(value) for name, value in request.values.items()}
    if not request.is_json:
        return fields
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise ValueError("the body is not a JSON object")  # noqa: TRY004 - answered with words
    return fields | {str(name): _text(value) for name, value in sent.items()}


def _text(value: object) -> str:
    """Return a JSON value as a form would have it: null is empty, a list comma-separated."""
    if isinstance(value, list):
        return ",".join(_text(item) for item in value)
    return "" if value is None else str(value)


def _json(answer: dict[str, object]) -> Response:
    return Response(json.dumps(answer, default=str), content_type="application/json")


def _summary(state: PortalState) -> dict[str, object]:
    return {
        "domain": state.domain,
        "former_domains": sorted(state.former_domains),
        "member_id": state.member_id,
        "now": state.clock.now().isoformat(),
        "installation": asdict(state.installation) if state.installation else None,
        "switches": asdict(state.switches),
        "faults": [asdict(fault) for fault in state.faults.faults],
        "app_options": state.app_options,
        "comments": [asdict(comment) for comment in state.crm.comments],
        "log_messages": [asdict(line) for line in state.crm.log_messages.values()],
        "activities": [asdict(activity) for activity in state.crm.activities.values()],
        "badges": [asdict(badge) for badge in state.badges.values()],
        "pending_events": len(state.events.pending),
    }


def _page_context(state: PortalState) -> dict[str, object]:
    return {
        "state": state,
        "said": request.args.get("said", ""),
        "failed": request.args.get("failed", ""),
        "kinds": {
            "Answered instead of executed": ANSWERED,
            "Executed, then denied": MISREPORTED,
            "Broken before execution": BROKEN_BEFORE,
            "Executed, then broken": BROKEN_AFTER,
        },
        "generations": GENERATIONS,
        "shops": SHOPS,
        "totals": TOTALS,
        "switch_names": YES_NO_SWITCHES,
        "areas": AREAS,
        "levels": LEVELS,
        "portal_scopes": PORTAL_SCOPES,
        "payment_deeds": tuple(PAYMENT_DEEDS),
        "order_deeds": tuple(ORDER_DEEDS),
        "activity_deeds": tuple(ACTIVITY_DEEDS),
        "requests": list(state.recorder.requests)[-30:][::-1],
    }
