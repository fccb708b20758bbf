"""Serve `/oauth/start` and `/oauth/callback`: settings outside the frame, after an OAuth login.

The only cookie of the app is set here: for ten minutes it remembers which login was started, so
that nobody can be made to finish another person's. Everything after it uses a session token.

Until a login is finished, it answers the same for every address, so that strangers cannot find out
who has installed the app. So the start could redirect anywhere: a link on another site first shows
where it leads, and goes on with a click.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any

from flask import (
    Blueprint,
    Response,
    after_this_request,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from b24app.errors import InputError, MalformedRequestError, NotAdminError, UnprovenError
from b24app.services.admin import oauth_login
from b24app.services.admin.oauth_login import LIFETIME_SECONDS, SignedIn
from b24app.web.admin.settings import SECTIONS
from b24app.web.plumbing import failures, i18n
from b24app.web.plumbing.entry import signed
from b24app.web.plumbing.error_pages import shown, whole_page
from b24app.web.plumbing.statuses import status_of
from b24app.web.plumbing.wiring import deps, wiring

blueprint = Blueprint("oauth", __name__)

COOKIE = "__Host-oauth"
MAX_TEXT = 2048
OTHER_SITES = frozenset({"cross-site", "same-site"})


@blueprint.get("/oauth/start")
def start() -> ResponseReturnValue:
    """Send the browser to the named portal. An invalid address is a 404, a missing one a 400."""
    domain = request.args.get("domain", "")
    try:
        begun = oauth_login.start(deps(), domain)
    except InputError as error:
        return _no_address(error), 404 if domain else 400
    if request.headers.get("Sec-Fetch-Site") in OTHER_SITES:
        response = make_response(render_template("sign_in.html", begun=begun))
    else:
        response = make_response(redirect(begun.url))
    response.set_cookie(
        COOKIE,
        wiring().login_states.close(begun.state, begun.host),
        max_age=LIFETIME_SECONDS,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.get("/oauth/callback")
def callback() -> Response:
    """Finish the login and show the settings, which nobody may frame."""
    code = request.args.get("code", "")
    if not 0 < len(code) <= MAX_TEXT:
        raise MalformedRequestError("code is missing")
    after_this_request(_without_cookie)
    try:
        state, host = _started()
        # Whatever goes wrong from here on, the login can be started anew.
        g.sign_in_url = url_for("oauth.start", domain=host)
        signed_in = oauth_login.finish(deps(), (state, host), code, failures.sender())
    except UnprovenError as unproven:
        error = failures.failed(unproven)
        if error is not unproven:
            raise error from None
        return make_response(_not_completed(unproven), status_of(type(unproven)))
    i18n.use_language(signed_in.ticket.language)
    if signed_in.user is None or not signed_in.user.is_admin:
        raise NotAdminError("the settings are for administrators")
    return make_response(_page(signed_in))


def _started() -> tuple[str, str]:
    """Return state and host of the login this browser started. Raises UnprovenError."""
    state = request.args.get("state", "")[:MAX_TEXT]
    expected, host = wiring().login_states.open(request.cookies.get(COOKIE, ""))
    if not hmac.compare_digest(expected.encode(), state.encode()):
        raise UnprovenError("this is the answer to another login")
    return expected, host


def _without_cookie(response: Response) -> Response:
    """Remove the cookie: a login works once, however it ended."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def _no_address(error: InputError) -> str:
    title = _("This is not the address of a Bitrix24")
    text = _("Write your own after domain=, for example: domain=company.bitrix24.com")
    return whole_page(replace(shown(error), title=title, text=text))


def _not_completed(error: UnprovenError) -> str:
    """Return words for a browser window: the usual ones mention an open card."""
    title = _("The sign-in was not completed")
    text = _(
        "Nothing was shown or changed. Start again: a sign-in has to be finished in the same "
        "browser within ten minutes, and works once."
    )
    action = "sign-in" if "sign_in_url" in g else ""
    return whole_page(replace(shown(error), title=title, text=text, action=action))


def _page(signed_in: SignedIn) -> str:
    section = request.args.get("page", "")
    values: dict[str, Any] = {
        "token": signed(signed_in.ticket),
        "section": section if section in SECTIONS else "",
        "sign_in_url": url_for("oauth.start", domain=signed_in.domain),
    }
    return render_template("settings.html", **values)
