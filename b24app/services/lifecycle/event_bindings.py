"""Make the portal send the manifest's events to this address, and to no old one.

What the portal lists afterwards decides, as with tabs.
"""

from __future__ import annotations

from collections.abc import Sequence

from b24app.bitrix.methods import events
from b24app.bitrix.methods.events import BoundEvent
from b24app.bitrix.wire.portal_api import Batch
from b24app.errors import AppError
from b24app.services.auth.grant import Purpose
from b24app.services.deps import Deps
from b24app.services.lifecycle import bindings
from b24app.services.lifecycle.bindings import BoundPortal

BOUND = events.get_events()


def handler_of(deps: Deps) -> str:
    """Return the address for events."""
    return deps.app_url + deps.manifest.paths["events"]


def missing(deps: Deps, bound: Sequence[BoundEvent]) -> tuple[str, ...]:
    """Return the manifest's events that do not arrive here."""
    handler = handler_of(deps)
    arriving = {binding.event for binding in bound if binding.handler == handler}
    return tuple(event for event in deps.manifest.events if event not in arriving)


def stale(deps: Deps, bound: Sequence[BoundEvent]) -> tuple[BoundEvent, ...]:
    """Return handlers at another address, left behind when we moved."""
    handler = handler_of(deps)
    return tuple(dict.fromkeys(binding for binding in bound if binding.handler != handler))


def apply(portal: BoundPortal, bound: Sequence[BoundEvent], seconds: float) -> list[str]:
    """Bind what is missing, unbind what is stale; return what is still wrong afterwards.

    Sends nothing if nothing differs. Failures are returned, never raised.
    """
    deps = portal.deps
    wrong = [*missing(deps, bound), *(binding.event for binding in stale(deps, bound))]
    if not wrong:
        return []
    batch = Batch()
    for event in missing(deps, bound):
        batch.add(events.bind_event(event, handler_of(deps)))
    for binding in stale(deps, bound):
        batch.add(events.unbind_event(binding.event, binding.handler))
    listing = batch.add(BOUND)
    try:
        now_bound = bindings.send(portal, Purpose.EVENTS, batch, seconds)[listing]
    except AppError:
        return wrong
    return [*missing(deps, now_bound), *(binding.event for binding in stale(deps, now_bound))]
