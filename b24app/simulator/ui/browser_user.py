"""Which simulated user sits at this browser: a cookie, switched on the card pages."""

from __future__ import annotations

from flask import Request

from b24app.simulator.portal_state.people import ADMIN_ID, User
from b24app.simulator.portal_state.state import PortalState

USER_COOKIE = "simulator_user"


def user_of(request: Request, state: PortalState) -> User:
    """Return the logged-in user; the administrator when no or an unknown cookie came."""
    text = request.cookies.get(USER_COOKIE, "")
    user_id = int(text) if text.isdecimal() else ADMIN_ID
    return state.users.get(user_id) or state.users[ADMIN_ID]
