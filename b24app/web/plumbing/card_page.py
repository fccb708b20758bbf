"""Show the shell of a card's payments, wherever in the portal it is opened."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import render_template

from b24app.services.auth.frame_posts import Target
from b24app.services.auth.shells import Shell
from b24app.web.plumbing.entry import signed


def render(shell: Shell, target: Target | None = None) -> str:
    """Render the shell of a tab; with a target that of a page apart from its card.

    What the target names is only handed on to the first request, which proves the opener.
    """
    frame = _frame(shell)
    if shell.ticket is None:
        return render_template("unsaved.html", **frame)
    named = {"payment": target.payment_id, "activity": target.activity_id} if target else {}
    first = urlencode({name: value for name, value in named.items() if value})
    return render_template(
        "tab.html",
        token=signed(shell.ticket),
        first=f"&apart=1&{first}".rstrip("&") if target else "",
        is_apart=target is not None,
        **frame,
    )


def render_nameless(shell: Shell) -> str:
    """Render a hint for an opening that does not say which card is meant."""
    return render_template("nameless.html", is_apart=True, **_frame(shell))


def _frame(shell: Shell) -> dict[str, Any]:
    return {"portal_origin": shell.origin, "app_sid": shell.app_sid, "least_height": 600}
