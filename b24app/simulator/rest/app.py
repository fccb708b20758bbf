"""app.info, app.option.*, user.option.*, server.time, scope, methods, method.get."""

from __future__ import annotations

from collections.abc import Callable

from b24app.simulator.portal_state.clock import iso
from b24app.simulator.portal_state.languages import PORTAL_LANGUAGE
from b24app.simulator.portal_state.state import PORTAL_SCOPES

from ..errors import PortalError, access_denied
from ..php import as_array, to_text
from .call import Call, Method

_NO_CONTEXT = "Access denied! Application context required"


def info(call: Call) -> object:
    """Return the application of the token: its CODE, never its client_id."""
    application = call.state.application_by_id(call.token.client_id or "")
    if application is None:
        raise access_denied(_NO_CONTEXT, 403)
    installed = call.state.installation if application is call.state.application else None
    is_ours = application is call.state.application
    answer: dict[str, object] = {
        "ID": application.id,
        "CODE": application.code,
        "VERSION": installed.version if installed else application.version,
        "STATUS": installed.status if installed else "F",
        "INSTALLED": installed.is_finished if installed else not is_ours,
        "PAYMENT_EXPIRED": "Y" if installed and installed.is_payment_expired else "N",
        "DAYS": None,
        "LANGUAGE_ID": PORTAL_LANGUAGE,
        "LICENSE": "de_selfhosted",
    }
    if call.state.switches.is_cloud:
        answer |= {
            "LICENSE": "de_ent10000",
            "LICENSE_TYPE": "ent10000",
            "LICENSE_FAMILY": "ent",
        }
    return answer


def get_option(call: Call) -> object:
    """Answer one option of the application, or all of them."""
    _demand_context(call)
    return _option(call, call.state.app_options)


def set_options(call: Call) -> object:
    """Merge options of the application; administrators only."""
    _demand_context(call)
    options = _given_options(call)
    if not call.user.is_admin:
        raise access_denied("Access denied! Administrator authorization required", 403)
    call.state.app_options.update(options)
    return True


def get_user_option(call: Call) -> object:
    """Answer one option that this user set in this application, or all of them."""
    _demand_context(call)
    return _option(call, call.state.user_options(call.user.id))


def set_user_options(call: Call) -> object:
    """Merge the user's own options."""
    _demand_context(call)
    call.state.user_options(call.user.id).update(_given_options(call))
    return True


def server_time(call: Call) -> object:
    """Return the portal's time, with its offset."""
    return iso(call.state.clock.now())


def _option(call: Call, options: dict[str, object]) -> object:
    return options.get(to_text(call.params["option"])) if "option" in call.params else dict(options)


def _given_options(call: Call) -> dict[str, object]:
    """Return `options`; without that parameter all parameters are the options."""
    options = as_array(call.params.get("options", call.params))
    if not options:
        raise PortalError(
            "ERROR_ARGUMENT",
            "Argument 'options' is null or empty",
            old_code="ArgumentNullException",
            old_description="options is empty",
        )
    return {str(key): value for key, value in options.items()}


def scope(call: Call) -> object:
    """Return the granted scopes, or with `full` all of the portal."""
    if to_text(call.params.get("FULL")) not in {"", "0"}:
        return list(PORTAL_SCOPES)
    return list(call.token.scope)


def make_methods(known: Callable[[], dict[str, Method]]) -> tuple[Method, ...]:
    """Return this file's rows of the table; two of them look into the table itself."""

    def method_get(call: Call) -> object:
        """Return whether a method exists and is available to this application."""
        method = known().get(to_text(call.params.get("name")).lower())
        is_missing = method is None or call.state.switches.lacks(method.name)
        if method is None or is_missing:
            return {"isExisting": False, "isAvailable": False}
        return {"isExisting": True, "isAvailable": is_granted(method, call.token.scope)}

    def methods(call: Call) -> object:
        """Answer method names; controller methods are left out, as on the portal."""
        wanted = to_text(call.params.get("SCOPE"))
        is_full = to_text(call.params.get("FULL")) not in {"", "0"}
        return [
            method.name
            for method in known().values()
            if not method.is_controller
            and (
                wanted in method.scopes
                if wanted
                else is_full or is_granted(method, call.token.scope)
            )
        ]

    return (
        Method("app.info", info),
        Method("app.option.get", get_option),
        Method("app.option.set", set_options),
        Method("user.option.get", get_user_option),
        Method("user.option.set", set_user_options),
        Method("server.time", server_time),
        Method("scope", scope, is_any_case=True),
        Method("method.get", method_get),
        Method("methods", methods, is_any_case=True),
    )


def is_granted(method: Method, scope_of_token: tuple[str, ...]) -> bool:
    """Return whether a token's scope covers a method; no scope means basic, which all have."""
    return not method.scopes or bool(set(method.scopes) & set(scope_of_token))


def _demand_context(call: Call) -> None:
    if call.token.client_id is None:
        raise PortalError(
            "ACCESS_DENIED",
            _NO_CONTEXT,
            403,
            old_status=400,
            old_code="AccessException",
            old_description="Application context required",
        )
