"""Read what every frame request shares: the posted fields, the session, the frame's context."""

from __future__ import annotations

from typing import cast

from flask import g, request

from b24app.domain import MAX_ID
from b24app.errors import NotOnThisCardError
from b24app.services.actions import Action
from b24app.services.auth import launches, shells
from b24app.services.auth.card_session import CardSession, SessionClaims
from b24app.services.auth.frame_posts import PlacementCall, parse_placement_post
from b24app.services.card import card_paths
from b24app.services.lifecycle.installation import APP_PAGE
from b24app.web.plumbing import failures, i18n
from b24app.web.plumbing.launch import bearer_token
from b24app.web.plumbing.wiring import deps, wiring

MAX_ZONE = 64
APP_PAGES = frozenset({"install", "settings", "activity", "diagnostics"})
"""Blueprints of the installer and of the application's own page, which have no card."""


def placement_call() -> PlacementCall:
    """Return the fields of a frame post. Raises MalformedRequestError naming what is missing."""
    # First, so that a refusal is in the person's language, too.
    i18n.use_language(request.args.get("LANG", ""))
    return parse_placement_post(request.args.to_dict(), request.form.to_dict())


def current_card() -> CardSession:
    """Return the session of this htmx request, proven before or by its first call.

    Made once per request.

    Raises SessionError, and NotOnThisCardError for a card's session in the settings or the
    settings' session on a card.
    """
    if "card" in g:
        return cast(CardSession, g.card)
    ticket = _ticket_of_this_place()
    card = launches.resume(deps(), ticket)
    card.browser_zone = request.headers.get("Time-Zone", "")[:MAX_ZONE]
    if card.user is None:
        failures.require_voucher(ticket)
    g.own_portal = shells.origin_of(card.client_endpoint)
    if card.is_grouped:
        # Dialogs and toasts are outside the group, but their requests must carry its token.
        g.group_token = bearer_token()
        g.group_key = f"{card.ref.entity_type_id}-{card.ref.entity_id}"
    i18n.use_time_zone(card.time_zone)
    g.card = card
    return card


def current_ticket() -> SessionClaims:
    """Return the content of this request's session token, read once. Raises SessionError."""
    if "ticket" not in g:
        g.ticket = wiring().session_tokens.read(bearer_token())
    return cast(SessionClaims, g.ticket)


def _ticket_of_this_place() -> SessionClaims:
    ticket = current_ticket()
    i18n.use_language(ticket.language)
    if (request.blueprint in APP_PAGES) != (ticket.ref == APP_PAGE):
        raise NotOnThisCardError("a session of another place")
    return ticket


def require_session() -> None:
    """Require our session token and possible ids before anything of a request is read.

    Raises SessionError, and NotOnThisCardError for a session of another place and for a number no
    database could hold.
    """
    _ticket_of_this_place()
    ids = (request.view_args or {}).values()
    if any(isinstance(given_id, int) and given_id > MAX_ID for given_id in ids):
        raise NotOnThisCardError("no id of a portal is that large")


def proven(action: Action | None = None) -> CardSession:
    """Return `current_card`, proven now if it was not before, with the rule checked."""
    card = current_card()
    launches.prove_now(card)
    if action is not None:
        card.require_rule(action)
    i18n.use_time_zone(card.time_zone)
    return card


def frame_context() -> dict[str, object]:
    """Return what templates need of the session: the portal's origin, a group's token."""
    token = g.get("group_token", "")
    return {
        "grouped": bool(token),
        "group_token": token,
        "group_key": g.get("group_key", ""),
        "own_portal": g.get("own_portal", ""),
        "colleagues_link": _colleagues_link,
        "signed": signed,
    }


def _colleagues_link(payment_id: int) -> str:
    """Return the address that opens a payment for colleagues; "" if links are switched off."""
    path = card_paths.link_to(g.card, payment_id) if "card" in g else ""
    return f"{g.get('own_portal', '')}{path}" if path else ""


def signed(ticket: SessionClaims) -> str:
    """Return the session token of a ticket."""
    return wiring().session_tokens.sign(ticket)
