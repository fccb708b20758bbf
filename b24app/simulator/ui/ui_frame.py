"""One rendering of the application in a frame: what is posted, and what the parent page answers.

Names, order and escapes follow what the portal posts:
https://apidocs.bitrix24.com/api-reference/widgets/crm/detail-tab.html (b24restdocs
api-reference/widgets/_includes/widget_data.md).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from b24app.simulator.portal_state.application import Installation
from b24app.simulator.portal_state.people import User
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.tokens import ACCESS_SECONDS
from b24app.simulator.ui.ui_text import php_json, script_json

DEFAULT = "DEFAULT"
UNFINISHED = (
    "The application is not fully installed yet. "
    "Please ask your administrator to complete the installation."
)
NO_ACCESS = "Access denied. Ask your administrator for access to this application."


@dataclass(frozen=True)
class View:
    """What is to be shown: a placement with its handler and options, maybe in a slider of its own.

    `is_installer` stands for the installer page, which takes the place of an unfinished app.
    """

    placement: str
    handler: str
    options: Mapping[str, object]
    is_popup: bool = False
    is_installer: bool = False


@dataclass(frozen=True)
class Layout:
    """What the portal puts in the place of an application: a frame, or a `notice` of its own.

    With a notice no request reaches the application. `params` is for the page's script.
    """

    notice: str = ""
    sid: str = ""
    name: str = ""
    is_default: bool = False
    params: str = ""


def own_view(state: PortalState, options: Mapping[str, object], *, is_popup: bool = False) -> View:
    """Return the view of the application's own page, or of the installer while unfinished."""
    installation = state.installation
    if installation is not None and not installation.is_finished:
        installer = state.application.installer_url
        return View(DEFAULT, installer, options, is_popup, is_installer=True)
    return View(DEFAULT, state.application.url, options, is_popup)


def lay_out(state: PortalState, user: User, view: View) -> Layout:
    """Render a view for a user: issue a token and a new APP_SID, or say why there is no frame."""
    with state.lock:
        installation = state.installation
        if installation is None:
            return Layout("The application is not installed.")
        if not installation.is_finished and not state.is_admin(user.id):
            return Layout(UNFINISHED)
        if not state.has_app_access(user.id):
            return Layout(NO_ACCESS)
        return _frame(state, installation, user, view)


def _frame(state: PortalState, installation: Installation, user: User, view: View) -> Layout:
    sid = secrets.token_hex(16)
    protocol = 1 if state.scheme == "https" else 0
    auth = new_auth(state, user)
    query = {"DOMAIN": state.domain, "PROTOCOL": protocol, "LANG": user.language, "APP_SID": sid}
    separator = "&" if "?" in view.handler else "?"
    params: dict[str, object] = {
        "sid": sid,
        "handler": f"{view.handler}{separator}{urlencode(query)}",
        "fields": list(_fields(state, installation, auth, view).items()),
        "appId": state.application.id,
        "appCode": state.application.code,
        "clientId": state.application.client_id,
        "lang": user.language,
        "protocol": protocol,
        "memberId": state.member_id,
        "auth": auth,
        "isFirstRun": state.is_first_run(user.id),
        "isAdmin": state.is_admin(user.id),
        "isInstall": view.is_installer,
        "isPopup": view.is_popup,
        "userOptions": state.user_options(user.id),
        "appOptions": state.app_options,
        "placement": view.placement,
        "placementOptions": _as_strings(view.options) or "",
    }
    return Layout(
        sid=sid,
        name=f"{state.domain}|{protocol}|{sid}",
        is_default=view.placement == DEFAULT,
        params=script_json(params),
    )


def new_auth(state: PortalState, user: User) -> dict[str, str]:
    """Issue a pair for the user, in the shape of refreshAuth's answer (seconds are a string)."""
    token = state.issue_tokens(user.id)
    return {
        "AUTH_ID": token.access_token,
        "AUTH_EXPIRES": str(ACCESS_SECONDS),
        "REFRESH_ID": token.refresh_token,
    }


def _fields(
    state: PortalState, installation: Installation, auth: dict[str, str], view: View
) -> dict[str, str]:
    fields = dict(auth)
    # On-premise portals of older versions do not send these three.
    if state.switches.is_cloud:
        fields["SERVER_ENDPOINT"] = state.server_endpoint
        fields["APPLICATION_TOKEN"] = installation.application_token
        fields["APPLICATION_SCOPE"] = ",".join(installation.scope)
    fields["member_id"] = state.member_id
    fields["status"] = installation.status
    fields["PLACEMENT"] = view.placement
    if view.options:
        fields["PLACEMENT_OPTIONS"] = php_json(_as_strings(view.options))
    return fields


def _as_strings(value: object) -> object:
    # Options travel through a form, so the application gets every scalar as text.
    if isinstance(value, Mapping):
        return {str(key): _as_strings(inner) for key, inner in value.items()}
    return str(value)
