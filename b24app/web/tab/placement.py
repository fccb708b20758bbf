"""Serve `POST /placement`, every card tab: a shell without data, before the portal is asked."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from b24app.errors import PortalClosedError, UnknownPortalError, UnprovenError
from b24app.services.auth import frame_posts
from b24app.services.lifecycle import reopening
from b24app.web.plumbing import card_page, failures, security
from b24app.web.plumbing.entry import placement_call
from b24app.web.plumbing.wiring import deps, wiring

blueprint = Blueprint("placement", __name__)


@blueprint.post("/placement")
def open_tab() -> ResponseReturnValue:
    """Show the shell of a known portal's tab; only its stored origin may frame it."""
    call = placement_call()
    ref = frame_posts.card_of(call)
    try:
        shell = reopening.open_shell(deps(), call, ref, failures.sender())
    except UnknownPortalError as error:
        raise failures.failed(error) from None
    except (PortalClosedError, UnprovenError):
        # Shut out: the background worker asks in other ways as well.
        wiring().background.kick()
        raise
    security.allow_framing_by(shell.origin)
    return card_page.render(shell)
