"""Go on with an installation whose post came twice, as when somebody reloads the installer.

The first post used the refresh token up, so the authorization server confirms it to nobody again.
What it had proven stands: whoever posts the portal's application_token and an access token that
the portal confirms as an administrator's goes on with the steps, all of which may be repeated.
Nothing of the second post is stored.
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
from b24app.storage.models import Portal, PortalState

GOING_ON = (PortalState.ACTIVE, PortalState.INSTALLING)


def go_on(deps: Deps, call: PlacementCall) -> tuple[SessionClaims, str]:
    """Return the ticket of a new wizard, and who may frame it.

    Raises InstallationUnprovenError, NotAdminError and the portal's errors.
    """
    knock = shells.knock(deps, call)
    portal = knock.portal
    if portal is None or portal.state not in GOING_ON or not knock.is_vouched:
        raise InstallationUnprovenError("the posted grant is not confirmed")
    user = _confirmed(deps, portal, call)
    require_installer(user)
    launch_id = secrets.token_hex(16)
    expires_at = deps.clock() + timedelta(days=launches.LAUNCH_DAYS)
    with deps.db.of(portal.member_id).transaction() as session:
        stored.save(
            session,
            launch_id=launch_id,
            member_id=portal.member_id,
            user=user,
            ref=APP_PAGE,
            expires_at=expires_at,
        )
    ticket = SessionClaims(launch_id, portal.member_id, APP_PAGE, call.language, "")
    return ticket, shells.origin_of(portal.client_endpoint)


def _confirmed(deps: Deps, portal: Portal, call: PlacementCall) -> PortalUser:
    """Ask the portal at its stored address whose the posted access token is."""
    share = Share(portal.member_id, is_vouched=True)
    batch = Batch()
    asked = launches.ask_proof(batch)
    tokens = PostedTokens(portal.client_endpoint, call.auth_id, share)
    try:
        result = deps.api_with(tokens).send(batch)
        return launches.confirm(deps, portal.app_code or "", result, asked)
    except (UnprovenError, TokenRejectedError, SessionExpiredError):
        raise InstallationUnprovenError("neither of the posted tokens is confirmed") from None
