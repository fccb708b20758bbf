"""`/oauth/start` and `/oauth/callback`: settings outside the frame, after a full OAuth login.

The only cookie of the app is made here: for ten minutes it remembers which login was started, so
that nobody can be made to finish somebody else's. Everything after it goes with a session token.
"""

from __future__ import annotations

import hmac
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadData

from b24app.errors import MalformedRequestError, NotAdminError, UnknownPortalError, UnprovenError
from b24app.services import outside
from b24app.services.outside import SignedIn
from b24app.web import failures, i18n
from b24app.web.entry import signed
from b24app.web.error_pages import shown
from b24app.web.login_states import LIFETIME_SECONDS
from b24app.web.settings import SECTIONS
from b24app.web.wiring import deps, wiring

blueprint = Blueprint("oauth", __name__)

COOKIE = "__Host-oauth"
MAX_TEXT = 2048


@blueprint.get("/oauth/start")
def start() -> ResponseReturnValue:
    """Send the browser to its own portal. An address where nothing is installed is a 404."""
    domain = request.args.get("domain", "")
    if not domain:
        raise MalformedRequestError("domain is missing")
    try:
        begun = outside.start(deps(), domain)
    except UnknownPortalError as unknown:
        error = failures.failed(unknown)
        status = 404 if error is unknown else error.status
        return render_template("errors/page.html", error=shown(error)), status
    response = make_response(redirect(begun.url))
    response.set_cookie(
        COOKIE,
        wiring().login_states.sign(begun.state, begun.member_id),
        max_age=LIFETIME_SECONDS,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.get("/oauth/callback")
def callback() -> Response:
    """Finish the login and show the settings, framed by nobody."""
    code = request.args.get("code", "")
    if not 0 < len(code) <= MAX_TEXT:
        raise MalformedRequestError("code is missing")
    try:
        signed_in = outside.finish(deps(), _member_id(), code, failures.sender())
    except UnprovenError as unproven:
        error = failures.failed(unproven)
        if error is not unproven:
            raise error from None
        return make_response(_not_completed(unproven), unproven.status)
    i18n.use_language(signed_in.ticket.language)
    if signed_in.acting.user is None or not signed_in.acting.user.is_admin:
        raise NotAdminError("the settings are for administrators")
    response = make_response(_page(signed_in))
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def _member_id() -> str:
    """The portal whose login this browser started. Raises UnprovenError."""
    state = request.args.get("state", "")[:MAX_TEXT]
    try:
        expected, member_id = wiring().login_states.read(request.cookies.get(COOKIE, ""))
    except BadData:
        raise UnprovenError("no login was started in this browser, or too long ago") from None
    if not hmac.compare_digest(expected.encode(), state.encode()):
        raise UnprovenError("this is the answer to another login")
    return member_id


def _not_completed(error: UnprovenError) -> str:
    """Words for a browser: the usual ones speak of a card that was open."""
    words = {
        "title": _("The login was not completed"),
        "text": _(
            "Nothing was shown or changed. Start again: a login has to be finished in the same "
            "browser within ten minutes, and works once."
        ),
        "action": "",
        "advice": "",
    }
    return render_template("errors/page.html", error={**asdict(shown(error)), **words})


def _page(signed_in: SignedIn) -> str:
    section = request.args.get("page", "")
    values: dict[str, Any] = {
        "token": signed(signed_in.ticket),
        "section": section if section in SECTIONS else "",
        "sign_in_url": url_for("oauth.start", domain=signed_in.domain),
    }
    return render_template("settings.html", **values)
