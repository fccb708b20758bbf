"""Go on with an installation whose post came twice, as when somebody reloads the installer.

The first post used the refresh token up, so the authorization server confirms it to nobody again.
What it had proven stands: whoever posts the portal's application_token and an access token that
the portal confirms as an administrator's goes on with the steps, all of which may be repeated.
Where the portal is slow, the wizard is shown before it has answered, and its first step asks again.
Until then the access token travels sealed in the wizard's session token, as in a tab's, and opens
nothing else. Nothing of the second post is stored.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from b24app.bitrix.payloads import PlacementCall
from b24app.bitrix.wire.portal_api import Batch
from b24app.bitrix.wire.shares import Share
from b24app.domain import PortalUser
from b24app.errors import (
    InstallationUnprovenError,
    SessionExpiredError,
    TokenRejectedError,
    UnprovenError,
)
from b24app.services.auth import launches, shells
from b24app.services.auth.card_session import SessionClaims
from b24app.services.auth.tokens import PostedTokens
from b24app.services.deps import Deps
from b24app.services.lifecycle.installation import APP_PAGE, require_installer
from b24app.storage import launches as stored
from b24app.storage import portals
from b24app.storage.models import Portal, PortalState
from b24app.storage.sealed import open_or_none

GOING_ON = (PortalState.ACTIVE, PortalState.INSTALLING)

AGAIN = "installer "
"""How a sealed access token begins. Where a pair is expected, this is none (`shells.unsealed`)."""


def knock(deps: Deps, call: PlacementCall) -> tuple[SessionClaims, str]:
    """Return the ticket of a wizard that still has to `go_on`, and who may frame it.

    Raises InstallationUnprovenError.
    """
    found = shells.knock(deps, call)
    portal = found.portal
    if portal is None or portal.state not in GOING_ON or not found.is_vouched:
        raise InstallationUnprovenError("the posted grant is not confirmed")
    sealed = deps.cipher.encrypt(AGAIN + call.auth_id)
    ticket = SessionClaims(
        secrets.token_hex(16), portal.member_id, APP_PAGE, call.language, sealed, is_vouched=True
    )
    return ticket, shells.origin_of(portal.client_endpoint)


def go_on(deps: Deps, ticket: SessionClaims) -> None:
    """Let the portal confirm who posted again, and open the wizard's session; repeatable.

    Raises InstallationUnprovenError, NotAdminError and the portal's errors.
    """
    text = open_or_none(deps.cipher, ticket.sealed) or ""
    with deps.db.of(ticket.member_id).reading() as session:
        portal = portals.find(session, ticket.member_id)
    if portal is None or portal.state not in GOING_ON or not text.startswith(AGAIN):
        raise InstallationUnprovenError("the posted grant is not confirmed")
    user = _confirmed(deps, portal, text.removeprefix(AGAIN))
    require_installer(user)
    expires_at = deps.clock() + timedelta(days=launches.LAUNCH_DAYS)
    with deps.db.of(portal.member_id).transaction() as session:
        stored.save(
            session,
            launch_id=ticket.launch_id,
            member_id=portal.member_id,
            user=user,
            ref=APP_PAGE,
            expires_at=expires_at,
        )


def _confirmed(deps: Deps, portal: Portal, access_token: str) -> PortalUser:
    """Ask the portal at its stored address whose the posted access token is."""
    share = Share(portal.member_id, is_vouched=True)
    batch = Batch()
    asked = launches.ask_proof(batch)
    tokens = PostedTokens(portal.client_endpoint, access_token, share)
    try:
        result = deps.api_with(tokens).send(batch)
        return launches.confirm(deps, portal.app_code or "", result, asked)
    except (UnprovenError, TokenRejectedError, SessionExpiredError):
        raise InstallationUnprovenError("neither of the posted tokens is confirmed") from None
