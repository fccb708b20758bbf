"""What the control panel can do to the application on the portal, from installing to its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from b24app.simulator.control.control_fields import (
    OK,
    Answer,
    Fields,
    flag_field,
    names_field,
    user_field,
)
from b24app.simulator.portal_state.application import Placement
from b24app.simulator.portal_state.events import deliver_now
from b24app.simulator.portal_state.state import PortalState


def subscription(state: PortalState, fields: Fields) -> Answer:
    """expired: end the application's subscription, or renew it (sends ONAPPPAYMENT)."""
    state.set_payment_expired(flag_field(fields, "expired"))
    return dict(OK)


def move(state: PortalState, fields: Fields) -> Answer:
    """domain: the portal's new host[:port]; the old one answers 302."""
    if not fields.get("domain"):
        raise ValueError("domain is missing")
    state.move(fields["domain"])
    return {"domain": state.domain}


def scopes(state: PortalState, fields: Fields) -> Answer:
    """scope: comma-separated scopes that the administrator grants to our application."""
    granted = tuple(names_field(fields, "scope"))
    state.grant_scope(granted)
    return {"scope": list(granted)}


def install(state: PortalState, fields: Fields) -> Answer:
    """user, finished: install the application without its installer page."""
    user_id = user_field(state, fields).id if fields.get("user") else 1
    installation = state.install_app(user_id)
    if flag_field(fields, "finished", "1"):
        state.finish_install(user_id)
    return {"application_token": installation.application_token, "number": installation.number}


def tab(state: PortalState, fields: Fields) -> Answer:
    """code, bound: put a tab of the application on a kind of card, or take it away."""
    installation, code = state.installation, fields.get("code", "")
    if installation is None:
        raise ValueError("the application is not installed")
    if not code.endswith("_DETAIL_TAB"):
        raise ValueError(f"code is that of a card's tab, not {code!r}")
    others = [placement for placement in installation.placements if placement.code != code]
    if flag_field(fields, "bound", "1"):
        handler = f"{state.application.url.rstrip('/')}/placement"
        others.append(Placement(state.next_binding_id(), code, handler, "Payments"))
    installation.placements = others
    return {"tabs": sorted(placement.code for placement in installation.placements)}


def uninstall(state: PortalState, fields: Fields) -> Answer:
    """clean: remove the application, with or without its data (sends ONAPPUNINSTALL)."""
    state.uninstall(flag_field(fields, "clean", "0"))
    return dict(OK)


def update(state: PortalState, _fields: Fields) -> Answer:
    """Install the application's next version (sends ONAPPUPDATE, drops event handlers)."""
    state.update_app()
    return dict(OK)


def deliver(state: PortalState, _fields: Fields) -> Answer:
    """Send all queued events now."""
    return {"delivered": deliver_now(state)}


def drop_events(state: PortalState, _fields: Fields) -> Answer:
    """Lose all queued events, as a portal may."""
    lost = len(state.events.pending)
    state.events.pending.clear()
    return {"lost": lost}


APPLICATION: Mapping[str, Callable[[PortalState, Fields], Answer]] = {
    "subscription": subscription,
    "move": move,
    "scopes": scopes,
    "install": install,
    "tab": tab,
    "uninstall": uninstall,
    "update": update,
    "events/deliver": deliver,
    "events/drop": drop_events,
}
