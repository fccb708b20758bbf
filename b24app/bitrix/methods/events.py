"""event.*: where the portal sends its events. https://apidocs.bitrix24.com, section events.

Handlers vanish when the application is updated (quirk 57): bind again in each version's installer.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.bitrix.command import Command
from b24app.bitrix.methods.method import BASIC, Method
from b24app.bitrix.methods.outcomes import done
from b24app.bitrix.methods.placements import count
from b24app.bitrix.wire.decoding import Record, rows
from b24app.errors import AlreadyBoundError


@dataclass(frozen=True, slots=True)
class BoundEvent:
    """Our handler on the portal; `event` is in upper case."""

    event: str
    handler: str


BIND_EVENT = Method(
    name="event.bind",
    scope=BASIC,
    page="event-bind",
    is_write=True,
    is_repeatable=True,
    codes={"ERROR_CORE": AlreadyBoundError},
)


def bind_event(event: str, handler: str) -> Command[bool]:
    """Ask for an event. Writes. Bound already: AlreadyBoundError (quirk 55).

    `ERROR_EVENT_NOT_FOUND` also means that the event's scope is missing (quirk 56).
    """
    return BIND_EVENT.command({"event": event, "handler": handler}, done(BIND_EVENT.name))


GET_EVENTS = Method(name="event.get", scope=BASIC, page="event-get")


def get_events() -> Command[tuple[BoundEvent, ...]]:
    """List the handlers of this application."""
    return GET_EVENTS.command({}, lambda value: rows(GET_EVENTS.name, value, _bound))


UNBIND_EVENT = Method(
    name="event.unbind", scope=BASIC, page="event-unbind", is_write=True, is_repeatable=True
)


def unbind_event(event: str, handler: str) -> Command[int]:
    """Remove a handler; answers how many were removed. Writes."""
    return UNBIND_EVENT.command(
        {"event": event, "handler": handler}, lambda value: count(UNBIND_EVENT.name, value)
    )


def _bound(row: Record) -> BoundEvent:
    return BoundEvent(row.text("event").upper(), row.exact("handler"))
