"""What the portal's own scripts ask: a frame for a tab, a new token, marks, options, choosers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui.browser_user import user_of
from b24app.simulator.ui.ui_frame import DEFAULT, View, lay_out, new_auth, own_view
from b24app.simulator.ui.ui_lists import crm_items
from b24app.simulator.ui.ui_placements import referring_page

# Plan a fault of any kind for this name and the next refreshAuth fails: an alert, then silence.
REFRESH_FAULT = "frame/refreshauth"


def add_routes(ui: Blueprint, state: PortalState) -> None:
    """Add the same-origin endpoints of the portal's pages."""

    @ui.post("/bitrix/components/bitrix/app.layout/lazyload.ajax.php")
    def lazy_load() -> str:
        params = bracket_fields(request.form, "PARAMS[params]")
        view = _wanted_view(state, params)
        if view is None:
            abort(HTTPStatus.NOT_FOUND)
        layout = lay_out(state, user_of(request, state), view)
        return render_template("portal/_layout.html", layout=layout)

    @ui.post("/bitrix/components/bitrix/app.layout/ajax.php")
    def layout_action() -> Response:
        user = user_of(request, state)
        action = _ACTIONS.get(request.form.get("action", ""))
        if action is None:
            abort(HTTPStatus.BAD_REQUEST)
        with state.lock:
            return _json(action(state, user, request.form))

    @ui.get("/bitrix/tools/crm_entity_selector.php")
    def crm_selector() -> Response:
        wanted = request.args.get("type", "").split(",")
        return _json(crm_items(state, user_of(request, state), wanted))


def bracket_fields(form: Mapping[str, str], prefix: str) -> dict[str, object]:
    """Return the nested fields below a prefix: P[A][B]=1 becomes {"A": {"B": "1"}}."""
    found: dict[str, object] = {}
    for name, value in form.items():
        if not name.startswith(f"{prefix}[") or not name.endswith("]"):
            continue
        *parents, last = name[len(prefix) + 1 : -1].split("][")
        level = found
        for key in parents:
            inner = level.setdefault(key, {})
            if not isinstance(inner, dict):
                abort(HTTPStatus.BAD_REQUEST)
            level = inner
        level[last] = value
    return found


def _wanted_view(state: PortalState, params: Mapping[str, object]) -> View | None:
    options = params.get("PLACEMENT_OPTIONS")
    given = dict(options) if isinstance(options, Mapping) else {}
    code = str(params.get("PLACEMENT", DEFAULT))
    if code == DEFAULT:
        return own_view(state, given, is_popup=params.get("POPUP") == "1")
    wanted = str(params.get("PLACEMENT_ID", ""))
    binding = next(
        (placement for placement in state.placements_of(code) if str(placement.id) == wanted), None
    )
    if binding is None:
        return None
    return View(code, binding.handler, given | referring_page(), params.get("POPUP") == "1")


def _set_installed(state: PortalState, user: User, form: Mapping[str, str]) -> object:
    if not state.is_admin(user.id) or state.installation is None:
        return "false"
    if form.get("v") == "N":
        state.installation.is_finished = False
        return True
    return state.finish_install(user.id) or "false"


def _refresh(state: PortalState, user: User, _form: Mapping[str, str]) -> object:
    planned = any(fault.method == REFRESH_FAULT for fault in state.faults.faults)
    if planned and state.faults.take(REFRESH_FAULT):
        abort(HTTPStatus.INTERNAL_SERVER_ERROR)
    if state.installation is None or not state.has_app_access(user.id):
        abort(HTTPStatus.FORBIDDEN)
    return new_auth(state, user)


def _set_first_run(state: PortalState, user: User, form: Mapping[str, str]) -> object:
    if form.get("v") == "Y":
        state.mark_run(user.id)
    return True


def _set_app_option(state: PortalState, user: User, form: Mapping[str, str]) -> object:
    if not state.is_admin(user.id):
        abort(HTTPStatus.FORBIDDEN)
    state.app_options[form["name"]] = form["value"]
    return state.app_options


def _set_user_option(state: PortalState, user: User, form: Mapping[str, str]) -> object:
    options = state.user_options(user.id)
    options[form["name"]] = form["value"]
    return options


_ACTIONS = {
    "set_installed": _set_installed,
    "access_refresh": _refresh,
    "set_first_run": _set_first_run,
    "set_option": _set_app_option,
    "set_user_option": _set_user_option,
}


def _json(value: object) -> Response:
    # Flask's own jsonify sorts the keys; the order here is the order a frame receives.
    return Response(json.dumps(value), mimetype="application/json")
