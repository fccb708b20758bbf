"""Serve `POST /placement`, every card tab, row menu, toolbar and link to the application.

The answer is a shell without data, before the portal is asked. The placement's code tells where it
was opened (rest-contract e.28).
"""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from b24app.domain import EntityRef
from b24app.errors import PortalClosedError, UnknownPortalError, UnprovenError
from b24app.services.auth import frame_posts
from b24app.services.auth.frame_posts import PlacementCall
from b24app.services.auth.shells import Shell
from b24app.services.lifecycle import reopening
from b24app.web.plumbing import card_page, failures, security
from b24app.web.plumbing.entry import placement_call
from b24app.web.plumbing.wiring import deps, wiring

blueprint = Blueprint("placement", __name__)


@blueprint.post("/placement")
def open_tab() -> ResponseReturnValue:
    """Show the shell of a known portal's tab; only its stored origin may frame it."""
    call = placement_call()
    if frame_posts.is_beside_tab(call):
        return _open_beside_tab(call)
    shell = _open(call, frame_posts.card_of(call))
    return card_page.render(shell)


def _open_beside_tab(call: PlacementCall) -> str:
    """Show the shell of the card that a row, a toolbar or a link names, or that none is named."""
    target = frame_posts.target_beside_tab(call)
    shell = _open(call, target.ref if target else None)
    return card_page.render(shell, target) if target else card_page.render_nameless(shell)


def _open(call: PlacementCall, ref: EntityRef | None) -> Shell:
    try:
        shell = reopening.open_shell(deps(), call, ref, failures.sender())
    except UnknownPortalError as error:
        raise failures.failed(error) from None
    except (PortalClosedError, UnprovenError):
        # Shut out: the background worker asks in other ways as well.
        wiring().background.kick()
        raise
    security.allow_framing_by(shell.origin)
    return shell
