"""Bring a portal into a state of the gallery. The installation stays: the application knows it."""

from __future__ import annotations

from collections.abc import Iterable

from b24app.simulator.control.control_actions import ACTIONS
from b24app.simulator.control.control_somebody import SOMEBODY
from b24app.simulator.gallery.state import Deed, State, tab
from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.application import load_application
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.people import make_users
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.switches import Switches

TABS = ("CRM_DEAL_DETAIL_TAB", "CRM_SMART_INVOICE_DETAIL_TAB")
_ACTIONS = {**ACTIONS, **SOMEBODY}


def prepare(state: PortalState, wanted: State) -> None:
    """Make the portal what a state asks for, whatever was done to it before.

    Raises ValueError where the application is not installed.
    """
    with state.lock:
        if state.installation is None:
            raise ValueError("Install the application first.")
        _put_back(state)
        state.installation.is_finished = wanted.is_installed
        perform(state, wanted.before)


def perform(state: PortalState, deeds: Iterable[Deed]) -> None:
    """Do what the control panel would do, one after another."""
    for action, fields in deeds:
        _ACTIONS[action](state, fields)


def _put_back(state: PortalState) -> None:
    """Return to the seed, with everybody's language, and with the application as installed."""
    spoken = {user.id: user.language for user in state.users.values()}
    state.crm, state.users, state.switches = CrmData(), make_users(), Switches()
    seed.fill(state.crm, payments=4)
    state.faults.clear()
    for user in state.users.values():
        user.language = spoken.get(user.id, user.language)
    state.grant_scope(load_application().scopes)
    state.set_payment_expired(False)
    missing = set(TABS) - {placement.code for placement in state.installation.placements}  # type: ignore[union-attr] # Asked before.
    perform(state, [tab(code) for code in sorted(missing)])
