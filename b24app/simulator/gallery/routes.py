"""The page `/_control/gallery`: every state as a button that prepares the portal and opens it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from b24app.simulator.gallery import GROUPS, STATES
from b24app.simulator.gallery.preparing import perform, prepare
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui.browser_user import USER_COOKIE


def create_gallery(state: PortalState) -> Blueprint:
    """Return the blueprint of the gallery of one portal."""
    gallery = Blueprint(
        "gallery", __name__, url_prefix="/_control/gallery", template_folder="../templates"
    )

    @gallery.get("")
    def page() -> str:
        return render_template("gallery.html", state=state, groups=GROUPS)

    @gallery.post("/<name>")
    def open_state(name: str) -> Response:
        wanted = STATES.get(name) or abort(HTTPStatus.NOT_FOUND)
        if state.installation is None:
            return redirect(f"{state.origin}/marketplace/", HTTPStatus.SEE_OTHER)
        prepare(state, wanted)
        answer = redirect(state.origin + wanted.card, HTTPStatus.SEE_OTHER)
        answer.set_cookie(USER_COOKIE, str(wanted.user))
        return answer

    @gallery.post("/<name>/meanwhile")
    def happen(name: str) -> Response:
        wanted = STATES.get(name) or abort(HTTPStatus.NOT_FOUND)
        with state.lock:
            perform(state, wanted.meanwhile)
        return redirect(url_for("gallery.page") + f"#{name}", HTTPStatus.SEE_OTHER)

    return gallery
