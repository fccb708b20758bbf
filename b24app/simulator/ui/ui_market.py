"""The marketplace page of the application (install, open, update, remove) and its own page."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui.browser_user import user_of
from b24app.simulator.ui.ui_frame import lay_out, own_view


def add_routes(ui: Blueprint, state: PortalState) -> None:
    """Add the marketplace and the page of placement DEFAULT."""

    @ui.get("/marketplace/")
    def marketplace() -> str:
        return render_template("portal/market.html", denied=state.switches.denied_app_users)

    @ui.get("/marketplace/app/<code>/")
    def application_page(code: str) -> str:
        if code != state.application.code:
            abort(HTTPStatus.NOT_FOUND)
        # A page opened as DEFAULT hands its own query parameters to the application.
        view = own_view(state, request.args.to_dict())
        layout = lay_out(state, user_of(request, state), view)
        return render_template("portal/application.html", layout=layout)

    @ui.post("/marketplace/<action>/")
    def change(action: str) -> Response:
        if not user_of(request, state).is_admin:
            abort(HTTPStatus.FORBIDDEN)
        step = _STEPS.get(action)
        if step is None:
            abort(HTTPStatus.NOT_FOUND)
        with state.lock:
            return redirect(step(state))


def _own_page(state: PortalState) -> str:
    return url_for("ui.application_page", code=state.application.code)


def _install(state: PortalState) -> str:
    if state.installation is None:
        state.install_app(user_of(request, state).id)
    return _own_page(state)


def _run_installer_again(state: PortalState) -> str:
    # What a portal does with setInstallFinish {"value": false}: tabs vanish until it is finished.
    if state.installation is not None:
        state.installation.is_finished = False
    return _own_page(state)


def _update(state: PortalState) -> str:
    state.update_app()
    return url_for("ui.marketplace")


def _uninstall(state: PortalState) -> str:
    state.uninstall(clean="clean" in request.form)
    return url_for("ui.marketplace")


def _set_access(state: PortalState) -> str:
    allowed = set(request.form.getlist("user", type=int))
    state.switches.denied_app_users = set(state.users) - allowed
    return url_for("ui.marketplace")


_STEPS: dict[str, Callable[[PortalState], str]] = {
    "install": _install,
    "reinstall": _run_installer_again,
    "update": _update,
    "uninstall": _uninstall,
    "access": _set_access,
}
