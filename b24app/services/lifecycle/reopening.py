"""Ask a portal that was shut out at once when a person opens the app there.

The person brings a token. If the portal accepts it, the app is installed there, whatever was
reported and however silent the portal was. A silent portal is not asked once for every person.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from b24app.bitrix.payloads import PlacementCall
from b24app.bitrix.wire.portal_api import Batch
from b24app.bitrix.wire.shares import STRANGERS, Share
from b24app.domain import EntityRef, TokenResponse
from b24app.errors import (
    AppError,
    NoConnectionError,
    PortalBusyError,
    PortalClosedError,
    PortalMovedError,
    PortalSilentError,
    UnprovenError,
)
from b24app.services.auth import exchanged, launches, shells
from b24app.services.auth.shells import Shell
from b24app.services.auth.throttle import Sender, exchanging
from b24app.services.auth.tokens import PostedTokens
from b24app.services.deps import Deps
from b24app.services.lifecycle import uninstall
from b24app.storage import jobs, leases
from b24app.storage.models import Portal, PortalState

log = logging.getLogger(__name__)

SECONDS = 5.0
LEASE_SECONDS = 15
"""A portal that does not answer is asked no more often than this."""

PROBE_PACE = timedelta(minutes=1)
NO_ANSWER = (PortalSilentError, NoConnectionError, PortalBusyError, PortalClosedError)


def open_shell(deps: Deps, call: PlacementCall, ref: EntityRef | None, sender: Sender) -> Shell:
    """Return a placement post like `shells.open_shell`, also of a portal that was shut out.

    Raises like it; UnprovenError also if the portal does not accept the posted token,
    PortalClosedError if it does not answer.
    """
    knock = shells.knock(deps, call)
    moved = None
    if knock.portal is not None and knock.portal.state == PortalState.CLOSED:
        moved = _reopen(deps, knock.portal, call, sender, is_vouched=knock.is_vouched)
        knock = shells.knock(deps, call)
    return shells.open_shell(deps, knock, ref, sender, moved)


def _reopen(
    deps: Deps, portal: Portal, call: PlacementCall, sender: Sender, *, is_vouched: bool
) -> TokenResponse | None:
    """Open the portal again for a person whom it confirms.

    Strangers, who know no application token of the portal, only wait for each other. Returns the
    pair exchanged for the posted one, if the portal has moved.
    """
    lease, db = leases.Key(portal.member_id, f"reopen:{is_vouched:d}"), deps.db.of(portal.member_id)
    owner = secrets.token_hex(8)
    with db.transaction() as session:
        is_ours = leases.try_take(session, lease, owner, deps.clock(), LEASE_SECONDS)
    if not is_ours:
        raise PortalClosedError("the portal is shut out, and is being asked", code="shut_out")
    try:
        moved = _confirm(deps, portal, call, sender, Share(portal.member_id, is_vouched))
    except NO_ANSWER as error:
        _hurry(deps, portal.member_id)
        raise PortalClosedError(f"the portal is shut out: {error}", code="shut_out") from None
    except AppError:
        _hurry(deps, portal.member_id)
        deps.give_back(lease, owner)
        raise UnprovenError("the portal is shut out and does not confirm the opener") from None
    with db.transaction() as session:
        uninstall.contradict(session, deps, portal.member_id)
    log.info("%s is open again: it confirmed somebody who opened the app", portal.member_id)
    deps.give_back(lease, owner)
    return moved


def _confirm(
    deps: Deps, portal: Portal, call: PlacementCall, sender: Sender, share: Share
) -> TokenResponse | None:
    """Let the portal, or the authorization server if it has moved, confirm who posted."""
    batch = Batch()
    asked = launches.ask_proof(batch)
    tokens = PostedTokens(portal.client_endpoint, call.auth_id, share)
    try:
        result = deps.api_with(tokens).send(batch, SECONDS)
    except (*NO_ANSWER, PortalMovedError):
        if not shells.is_elsewhere(call, portal):
            raise
        server_share = share if share.is_vouched else STRANGERS
        with exchanging(deps, sender, portal.member_id, is_vouched=share.is_vouched):
            return exchanged.prove_move(deps, portal, call.refresh_id, server_share)
    launches.confirm(deps, portal.app_code or "", result, asked)
    return None


def _hurry(deps: Deps, member_id: str) -> None:
    """Make the waiting probe ask the portal with the stored pairs as well."""
    with deps.db.of(member_id).transaction() as session:
        jobs.hurry(session, uninstall.PROBE, member_id, deps.clock(), PROBE_PACE)
