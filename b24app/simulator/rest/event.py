"""event.bind, unbind, get."""

from __future__ import annotations

from b24app.simulator.portal_state.application import EventHandler
from b24app.simulator.portal_state.events import EVENT_SCOPES

from ..errors import PortalError, access_denied, empty_argument
from ..php import is_numeric, to_int, to_text
from .call import Call, Method
from .placement import check_handler_url


def bind(call: Call) -> object:
    """Bind a handler to an event; a missing scope looks like an unknown event."""
    installation = call.installation()
    auth_type, is_offline = _whose(call), _is_offline(call)
    event, handler = _names(call, is_offline=is_offline)
    if is_offline and not call.user.is_admin:
        raise _denied("Offline events binding requires")
    if not is_offline:
        check_handler_url(handler)
    scope = EVENT_SCOPES.get(event)
    if scope is None or (scope and scope not in call.token.scope):
        raise PortalError("ERROR_EVENT_NOT_FOUND", "Event not found")
    wanted = (event, handler, 0 if is_offline else auth_type)
    if any(
        (event_handler.event, event_handler.handler, event_handler.auth_type) == wanted
        for event_handler in installation.event_handlers
    ):
        text = "Unable to set event handler: Handler already binded"
        raise PortalError("ERROR_CORE", text)
    binding_id = call.state.next_binding_id()
    installation.event_handlers.append(EventHandler(binding_id, *wanted, is_offline))
    return True


def unbind(call: Call) -> object:
    """Remove a handler; people without administrator rights remove only their own."""
    installation = call.installation()
    is_offline = _is_offline(call)
    if is_offline and not call.user.is_admin:
        raise _denied("Offline events unbinding requires")
    event, handler = _names(call, is_offline=is_offline)
    auth_type = _auth_type(call) if "AUTH_TYPE" in call.params else None
    removed = [
        event_handler
        for event_handler in installation.event_handlers
        if (event_handler.event, event_handler.handler, event_handler.is_offline)
        == (event, handler, is_offline)
        and auth_type in {None, event_handler.auth_type}
        and (call.user.is_admin or event_handler.auth_type == call.user.id)
    ]
    for event_handler in removed:
        installation.event_handlers.remove(event_handler)
    return {"count": len(removed)}


def get(call: Call) -> object:
    """Return the application's handlers; everybody else sees only their own."""
    return [
        _row(event_handler)
        for event_handler in call.installation().event_handlers
        if call.user.is_admin or event_handler.auth_type == call.user.id
    ]


def _row(event_handler: EventHandler) -> object:
    if event_handler.is_offline:
        return {"event": event_handler.event, "connector_id": "", "offline": 1}
    return {
        "event": event_handler.event,
        "handler": event_handler.handler,
        "auth_type": str(event_handler.auth_type),
        "offline": 0,
    }


def _names(call: Call, *, is_offline: bool) -> tuple[str, str]:
    """Return event and handler; events that are fetched later have no handler."""
    event = to_text(call.params.get("EVENT")).upper()
    handler = "" if is_offline else to_text(call.params.get("HANDLER"))
    if not event:
        raise empty_argument("EVENT")
    if not handler and not is_offline:
        raise empty_argument("HANDLER")
    return event, handler


def _is_offline(call: Call) -> bool:
    event_type = to_text(call.params.get("EVENT_TYPE")).lower()
    if event_type not in {"", "online", "offline"}:
        text = "Value must be one of {online|offline}"
        raise PortalError("ERROR_ARGUMENT", text, argument="EVENT_TYPE")
    return event_type == "offline"


def _whose(call: Call) -> int:
    """Return whose token the events carry: others than administrators bind for themselves."""
    auth_type = _auth_type(call)
    if call.user.is_admin:
        return auth_type
    if auth_type not in {0, call.user.id}:
        raise _denied("Event binding with AUTH_TYPE requires")
    return call.user.id


def _auth_type(call: Call) -> int:
    value = call.params.get("AUTH_TYPE", 0)
    return to_int(value) if is_numeric(value) else 0


def _denied(what: str) -> PortalError:
    return access_denied(f"Access denied! {what} administrator access rights", 403)


METHODS = (
    Method("event.bind", bind, is_any_case=True),
    Method("event.unbind", unbind, is_any_case=True),
    Method("event.get", get),
)
