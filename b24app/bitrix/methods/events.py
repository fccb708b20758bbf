"""event.*: where the portal sends its events. https://apidocs.bitrix24.com, section events.

Handlers vanish when the application is updated (quirk 57): bind again in each version's installer.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.bitrix.command import Command
from b24app.bitrix.methods.catalog import command
from b24app.bitrix.methods.outcomes import done
from b24app.bitrix.methods.placements import count
from b24app.bitrix.wire.shapes import Record, rows


@dataclass(frozen=True, slots=True)
class BoundEvent:
    """Our handler on the portal; `event` is in upper case."""

    event: str
    handler: str


def bind_event(event: str, handler: str) -> Command[bool]:
    """Ask for an event. Writes. Bound already: AlreadyBoundError (quirk 55).

    `ERROR_EVENT_NOT_FOUND` also means that the event's scope is missing (quirk 56).
    """
    method = "event.bind"
    return command(method, {"event": event, "handler": handler}, done(method))


def get_events() -> Command[tuple[BoundEvent, ...]]:
    """List the handlers of this application."""
    method = "event.get"
    return command(method, {}, lambda value: rows(method, value, _bound))


def unbind_event(event: str, handler: str) -> Command[int]:
    """Remove a handler; answers how many were removed. Writes."""
    method = "event.unbind"
    return command(method, {"event": event, "handler": handler}, lambda value: count(method, value))


def _bound(row: Record) -> BoundEvent:
    return BoundEvent(row.text("event").upper(), row.exact("handler"))
