"""Serve `POST /`: the application's own page, from the left menu, the marketplace or a reminder.

It is a shell without data, like a tab's: its first request proves who opened it, and shows settings
to administrators and help to everybody else. The button of a reminder leads here, too, and then its
card's payments are shown instead.
"""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from b24app.errors import PortalClosedError, UnknownPortalError, UnprovenError
from b24app.services.auth import frame_posts
from b24app.services.lifecycle import reopening
from b24app.services.lifecycle.installation import APP_PAGE
from b24app.web.admin.settings import SECTIONS
from b24app.web.plumbing import card_page, failures, security
from b24app.web.plumbing.entry import placement_call, signed
from b24app.web.plumbing.wiring import deps, wiring

blueprint = Blueprint("app_page", __name__)


@blueprint.post("/")
def open_page() -> ResponseReturnValue:
    """Show the shell of a known portal's page; only its stored origin may frame it."""
    call = placement_call()
    target = frame_posts.target_of(call)
    try:
        shell = reopening.open_shell(
            deps(), call, target.ref if target else APP_PAGE, failures.sender()
        )
    except UnknownPortalError as error:
        raise failures.failed(error) from None
    except (PortalClosedError, UnprovenError):
        # Shut out: the background worker asks in other ways as well.
        wiring().background.kick()
        raise
    security.allow_framing_by(shell.origin)
    if target is not None:
        return card_page.render(shell, target)
    # Options come from the address of the page: anybody may have written them.
    section = (call.options or {}).get("page")
    return render_template(
        "settings.html",
        token=signed(shell.ticket) if shell.ticket else "",
        section=section if isinstance(section, str) and section in SECTIONS else "",
        portal_origin=shell.origin,
        app_sid=shell.app_sid,
        least_height=600,
    )
