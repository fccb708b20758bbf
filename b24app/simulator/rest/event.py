"""event.bind, unbind, get."""

from __future__ import annotations

from ..application import EventHandler
from ..errors import PortalError, access_denied
from ..events import EVENT_SCOPES
from ..php import is_numeric, to_int, to_text
from .call import Call, Method
from .placement import check_handler_url


def bind(call: Call) -> object:
    """Bind a handler to an event; a missing scope looks like an unknown event."""
    installation = call.installation()
    event, handler = _names(call)
    if not event:
        raise PortalError("ERROR_ARGUMENT", "Argument 'event' is null or empty", argument="event")
    scope = EVENT_SCOPES.get(event)
    if scope is None or (scope and scope not in call.token.scope):
        raise PortalError("ERROR_EVENT_NOT_FOUND", "Event not found")
    is_offline = to_text(call.params.get("event_type")).lower() == "offline"
    if not is_offline:
        check_handler_url(handler)
    auth_type = _auth_type(call)
    if not call.user.is_admin:
        if auth_type not in {0, call.user.id}:
            text = (
                "Access denied! Event binding with AUTH_TYPE requires administrator access rights"
            )
            raise access_denied(text, 403)
        auth_type = call.user.id
    wanted = (event, handler, auth_type)
    if any(
        (one.event, one.handler, one.auth_type) == wanted for one in installation.event_handlers
    ):
        text = "Unable to set event handler: Handler already binded"
        raise PortalError("ERROR_CORE", text)
    binding_id = call.state.next_binding_id()
    installation.event_handlers.append(EventHandler(binding_id, *wanted, is_offline))
    return True


def unbind(call: Call) -> object:
    """Remove a handler; people without administrator rights remove only their own."""
    installation = call.installation()
    event, handler = _names(call)
    is_offline = to_text(call.params.get("event_type")).lower() == "offline"
    if is_offline and not call.user.is_admin:
        text = "Access denied! Offline events unbinding requires administrator access rights"
        raise access_denied(text, 403)
    auth_type = _auth_type(call) if "auth_type" in call.params else None
    removed = [
        one
        for one in installation.event_handlers
        if (one.event, one.handler) == (event, handler)
        and auth_type in {None, one.auth_type}
        and (call.user.is_admin or one.auth_type == call.user.id)
    ]
    for one in removed:
        installation.event_handlers.remove(one)
    return {"count": len(removed)}


def get(call: Call) -> object:
    """Answer the application's handlers; everybody else sees only their own."""
    return [
        {
            "event": one.event,
            "handler": one.handler,
            "auth_type": str(one.auth_type),
            "offline": int(one.is_offline),
        }
        for one in call.installation().event_handlers
        if call.user.is_admin or one.auth_type == call.user.id
    ]


def _names(call: Call) -> tuple[str, str]:
    lowered = {key.lower(): value for key, value in call.params.items()}
    return to_text(lowered.get("event")).upper(), to_text(lowered.get("handler"))


def _auth_type(call: Call) -> int:
    value = call.params.get("auth_type", 0)
    return to_int(value) if is_numeric(value) else 0


METHODS = (
    Method("event.bind", bind),
    Method("event.unbind", unbind),
    Method("event.get", get),
)
