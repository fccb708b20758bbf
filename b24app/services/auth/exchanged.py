"""Keep pairs exchanged for posted ones before the portal has confirmed their owner.

There are two cases: an installer is opened, or a page is opened from an address other than the
stored one (decisions 2 and 3). The exchange uses up the posted refresh token. The new pair waits on
the server under the launch's id; it never travels through the browser, not even encrypted.
"""

from __future__ import annotations

from datetime import timedelta

from b24app.bitrix.wire.shares import Share
from b24app.domain import TokenResponse
from b24app.errors import GrantLostError, UnprovenError
from b24app.services.auth.card_session import SessionClaims
from b24app.services.deps import Deps
from b24app.storage import pending_grants, portals
from b24app.storage.models import Portal
from b24app.storage.pending_grants import Pending

__all__ = ["Pending", "hold", "prove_move", "waiting_for"]

HELD_FOR = timedelta(minutes=30)
"""As long as the session that may come back for it."""


def prove_move(deps: Deps, portal: Portal, refresh_token: str, share: Share) -> TokenResponse:
    """Ask the authorization server where the portal lives now, and store its answer.

    The posted host is only a reason to ask: it is never called and never stored.
    """
    try:
        grant = deps.authorization.refresh(refresh_token, share=share)
    except GrantLostError:
        raise UnprovenError("posted from another host and not confirmed") from None
    if grant.member_id != portal.member_id:
        raise UnprovenError("posted from another host; the token names another portal")
    if grant.client_endpoint != portal.client_endpoint:
        with deps.db.of(portal.member_id).transaction() as session:
            portals.move(session, portal.member_id, grant.client_endpoint, deps.clock())
    return grant


def hold(
    deps: Deps, launch_id: str, grant: TokenResponse, application_token: str | None = None
) -> None:
    """Keep a pair for this launch. `application_token` is an installer's, who is no opener."""
    now = deps.clock()

    def keep(_is_again: bool) -> None:
        with deps.db.of(grant.member_id).transaction() as session:
            pending_grants.save(
                session,
                deps.cipher,
                launch_id,
                Pending(grant, application_token),
                now=now,
                expires_at=now + HELD_FOR,
            )

    deps.store(keep)


def waiting_for(deps: Deps, ticket: SessionClaims) -> Pending | None:
    """Return what waits for this launch; None if there is nothing, or no longer."""
    with deps.db.of(ticket.member_id).reading() as session:
        return pending_grants.find(
            session, deps.cipher, ticket.launch_id, ticket.member_id, deps.clock()
        )
