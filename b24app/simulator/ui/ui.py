"""The portal's pages: home, marketplace, CRM cards, and the frames with the application.

Pages live on the portal's own origin only: a request to another host name of this machine is sent
there, because DOMAIN, the frame's name and the message protocol all name that origin.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from b24app.simulator.portal_state.languages import LANGUAGES
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui import ui_activity, ui_ajax, ui_cards, ui_market, ui_person, ui_placements
from b24app.simulator.ui.browser_user import user_of
from b24app.simulator.ui.ui_lists import groups
from b24app.simulator.ui.ui_text import script_json

SITE = "s1"
_POLICY = "script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"


def create_ui(state: PortalState) -> Blueprint:
    """Return the blueprint with every page of one portal."""
    ui = Blueprint(
        "ui",
        __name__,
        template_folder="../templates",
        static_folder="../static",
        static_url_path="/bitrix/portal",
    )
    sessid = secrets.token_hex(16)
    _add_guards(ui, state, sessid)
    _add_context(ui, state, sessid)
    _add_pages(ui, state)
    for part in (ui_person, ui_ajax, ui_market, ui_cards, ui_placements, ui_activity):
        part.add_routes(ui, state)
    return ui


def _add_guards(ui: Blueprint, state: PortalState, sessid: str) -> None:
    @ui.before_request
    def stay_on_own_origin() -> Response | None:
        # A page elsewhere (the control panel) may load scripts and styles from where it is.
        is_page = request.method == "GET" and request.endpoint != "ui.static"
        if not is_page or request.host == state.domain:
            return None
        return redirect(state.origin + _path_and_query())

    @ui.before_request
    def demand_sessid() -> None:
        # Pages of other origins can post here too, but cannot know this value.
        if request.method == "POST" and request.values.get("sessid") != sessid:
            abort(HTTPStatus.FORBIDDEN)

    @ui.after_request
    def add_headers(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = _POLICY
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer


def _add_context(ui: Blueprint, state: PortalState, sessid: str) -> None:
    @ui.app_context_processor
    def page_context() -> dict[str, object]:
        return {
            "person": user_of(request, state),
            "people": [user for user in state.users.values() if user.is_active],
            "languages": LANGUAGES,
            "sessid": sessid,
            "site": SITE,
            "is_slider": request.args.get("IFRAME") == "Y",
            "application": state.application,
            "installation": state.installation,
            "portal_context": script_json({"users": _selectable_users(state)}),
            "here": _path_and_query(),
        }


def _add_pages(ui: Blueprint, state: PortalState) -> None:
    @ui.get("/")
    def home() -> str:
        shown = groups(state, user_of(request, state))
        return render_template("portal/home.html", groups=shown)

    @ui.get("/favicon.ico")
    def no_icon() -> Response:
        # Browsers ask for it beside every document without a head, such as JSON.
        return Response(status=HTTPStatus.NO_CONTENT)

    @ui.get("/company/personal/user/<int:user_id>/")
    def profile(user_id: int) -> str:
        employee = state.users.get(user_id)
        if employee is None:
            abort(HTTPStatus.NOT_FOUND)
        return render_template("portal/profile.html", employee=employee)


def _path_and_query() -> str:
    return request.full_path.removesuffix("?")


def _selectable_users(state: PortalState) -> list[dict[str, object]]:
    # The user dialog offers active employees, no extranet users.
    return [
        {"id": user.id, "name": user.full_name, "position": user.position}
        for user in state.users.values()
        if user.is_active and not user.is_extranet
    ]
