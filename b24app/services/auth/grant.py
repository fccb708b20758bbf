"""Use the portal's grant, the installing administrator's pair; it is used nowhere else.

Everything a person sees or changes on a card uses their own token. The grant serves only the
purposes in `Purpose`; a test lists the call sites.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from b24app.bitrix.command import Command
from b24app.bitrix.oauth.server import ServerAppInfo
from b24app.bitrix.wire.portal_api import Batch, BatchResult, PortalApi
from b24app.domain import PortalUser, TokenPair
from b24app.errors import (
    AppError,
    MethodRefusedError,
    RightsRefusedError,
    TokenRejectedError,
    UnknownPortalError,
    UserBlockedError,
)
from b24app.services.auth.tokens import StoredTokens, grant_tokens_of
from b24app.services.deps import READ_SECONDS, Deps
from b24app.storage import cached_lists, portals, user_tokens
from b24app.storage.models import Portal
from b24app.storage.resumed import Resumed
from b24app.storage.session import Session

log = logging.getLogger(__name__)

T = TypeVar("T")

REFUSED = "grant_refused"
REFUSALS = (UserBlockedError, RightsRefusedError, TokenRejectedError)
"""The grant's owner was dismissed or is no longer an administrator; another one must grant.

Or the portal does not know the token, which is not renewed then: the next administrator grants.
"""

ALONE = "bindings_alone"
"""Methods that the portal refuses inside `batch`, remembered apart from those of payments."""

REMEMBERED = timedelta(hours=24)


class Purpose(StrEnum):
    """What the grant may be used for."""

    PAY_SYSTEMS = "the payment-system directory"
    PLACEMENTS = "placements"
    EVENTS = "events"
    DIAGNOSTICS = "diagnostics"
    UNINSTALL_PROBE = "the uninstall probe"
    SUBSCRIPTION = "subscription and domain status"


def call(
    deps: Deps,
    member_id: str,
    purpose: Purpose,
    command: Command[T],
    seconds: float = READ_SECONDS,
) -> T:
    """Call one method with the grant.

    Raises UnknownPortalError, SessionExpiredError (the grant is lost), UnprovenError (it belonged
    to somebody else, and is lost from now on) and the portal's errors.
    """
    try:
        return deps.api_with(_tokens(deps, member_id)).call(command, seconds)
    except REFUSALS as error:
        _note_refused(deps, member_id, purpose, error)
        raise


def send(
    deps: Deps,
    member_id: str,
    purpose: Purpose,
    batch: Batch,
    seconds: float = READ_SECONDS,
) -> BatchResult:
    """Send commands with the grant, however many; single errors are in the answer.

    A portal may have very many tabs: more than a batch takes goes one batch after another. Raises
    like `call`; of many commands, the first ones may have been executed then.
    """
    try:
        api = _api(deps, member_id)
        result = BatchResult.joined([api.send(part, seconds) for part in batch.parts()])
    except REFUSALS as error:
        _note_refused(deps, member_id, purpose, error)
        raise
    _note_refusals(deps, member_id, purpose, result.errors)
    return result


def server_info(deps: Deps, member_id: str) -> ServerAppInfo:
    """Ask the authorization server about the installation the grant belongs to.

    Raises like `call`, and GrantError.
    """
    return _tokens(deps, member_id).ask_server()


def keep_alive(deps: Deps, member_id: str) -> None:
    """Exchange a grant unused for months, before its refresh token expires after 180 days.

    The only exchange without a request; more of them can get the application blocked
    (settings/oauth/auto-renewal). Raises like `server_info`.
    """
    tokens = _tokens(deps, member_id)
    tokens.renew(tokens.current())


def own_tokens(deps: Deps, portal: Portal | Resumed, user_id: int) -> StoredTokens | None:
    """Return the grant as the acting user's own pair, if this user's pair became the grant."""
    if portal.grant_user_id != user_id:
        return None
    return grant_tokens_of(deps, portal.member_id, portal.client_endpoint, user_id)


def is_lost(session: Session, deps: Deps, member_id: str) -> bool:
    """Return whether an administrator must open the app before the grant works again."""
    return (
        portals.grant_tokens(session, deps.cipher, member_id) is None
        or cached_lists.load(session, member_id, REFUSED) is not None
    )


def replace_lost(
    session: Session, deps: Deps, member_id: str, user: PortalUser, posted: TokenPair
) -> bool:
    """Replace a lost grant with a proven administrator's pair.

    True: the pair is the grant now, or already was. Then no second copy of it may be stored: the
    refresh token rotates, and renewing one of two copies invalidates the other.
    """
    held = portals.grant_tokens(session, deps.cipher, member_id)
    if held is not None and posted.refresh_token == held.refresh_token:
        return True
    if not (user.is_admin and posted.refresh_token and is_lost(session, deps, member_id)):
        return False
    replace(session, deps, member_id, user.id, posted)
    log.info("user %s of %s grants from now on", user.id, member_id)
    return True


def take_over(deps: Deps, member_id: str, user: PortalUser) -> bool:
    """Replace a lost grant with the stored pair of a proven administrator.

    The pair moves there, as in `replace_lost`. False if there is none, or if it is the lost grant
    itself.
    """
    with deps.db.of(member_id).transaction() as session:
        own = user_tokens.find(session, deps.cipher, member_id, user.id)
        if own is None or not replace_lost(session, deps, member_id, user, own):
            return False
        user_tokens.forget(session, member_id, user.id)
    return True


def replace(session: Session, deps: Deps, member_id: str, user_id: int, tokens: TokenPair) -> None:
    """Make a proven administrator's pair the grant."""
    portals.save_grant_tokens(
        session, deps.cipher, member_id, tokens, user_id=user_id, now=deps.clock()
    )
    cached_lists.forget(session, member_id, REFUSED)


def _tokens(deps: Deps, member_id: str) -> StoredTokens:
    with deps.db.of(member_id).reading() as session:
        portal = portals.find(session, member_id)
    if portal is None:
        raise UnknownPortalError("the portal is not installed")
    return grant_tokens_of(deps, member_id, portal.client_endpoint)


def _api(deps: Deps, member_id: str) -> PortalApi:
    """Return the portal with its grant. What `batch` refuses is called alone for a day."""

    def remember_refusal() -> None:
        with deps.db.of(member_id).transaction() as session:
            cached_lists.save(session, member_id, ALONE, {}, deps.clock())

    with deps.db.of(member_id).reading() as session:
        kept = cached_lists.load(session, member_id, ALONE)
    return PortalApi(
        deps.client,
        _tokens(deps, member_id),
        deps.deadline,
        refuses_batch=kept is not None and kept.is_fresh(deps.clock(), REMEMBERED),
        on_batch_refused=remember_refusal,
    )


def _note_refusals(
    deps: Deps, member_id: str, purpose: Purpose, errors: Collection[AppError]
) -> None:
    refusal = next((error for error in errors if isinstance(error, REFUSALS)), None)
    if refusal is not None:
        _note_refused(deps, member_id, purpose, refusal)


def _note_refused(deps: Deps, member_id: str, purpose: Purpose, error: Exception) -> None:
    log.warning("the grant of %s was refused for %s: %s", member_id, purpose.value, error)
    if isinstance(error, MethodRefusedError):
        # Another person's grant would be refused as well.
        return
    with deps.db.of(member_id).transaction() as session:
        if portals.find(session, member_id) is not None:
            cached_lists.save(session, member_id, REFUSED, {"for": purpose}, deps.clock())
