"""Who sits at this browser and in which language: the switches in the header of every page."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from b24app.simulator.portal_state.languages import LANGUAGES
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.ui.browser_user import USER_COOKIE, user_of


def add_routes(ui: Blueprint, state: PortalState) -> None:
    """Add the two switches."""

    @ui.post("/bitrix/tools/switch_user.php")
    def switch_user() -> Response:
        user = state.users.get(request.form.get("user", 0, type=int))
        if user is None:
            abort(HTTPStatus.NOT_FOUND)
        answer = redirect(local_path(request.form.get("back", "/")))
        answer.set_cookie(USER_COOKIE, str(user.id), httponly=True, samesite="Lax")
        return answer

    @ui.post("/bitrix/tools/switch_language.php")
    def switch_language() -> Response:
        language = request.form.get("language", "")
        if language not in LANGUAGES:
            abort(HTTPStatus.NOT_FOUND)
        user_of(request, state).language = language
        return redirect(local_path(request.form.get("back", "/")))


def local_path(text: str) -> str:
    """Return a path of this portal; anything that would leave it becomes the home page."""
    parts = urlsplit(text)
    is_local = not parts.scheme and not parts.netloc and text.startswith("/")
    return text if is_local and "\\" not in text else "/"
