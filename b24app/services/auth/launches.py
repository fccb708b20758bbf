"""Open a tab: from the session token of its shell to a proven acting user.

A launch is one opening of the app by one user on one card. The tokens of the frame's post travel
encrypted in the session token, so that nothing unproven is stored; the first content request
proves them (decisions 1). If they were exchanged because the portal has moved, the new pair waits
in the database instead.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from b24app.bitrix.methods import portal as portal_api
from b24app.bitrix.methods.portal import AppInfo
from b24app.bitrix.wire.client import TokenSource
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle, PortalApi
from b24app.bitrix.wire.shares import Share
from b24app.domain import PortalUser, TokenPair, TokenResponse
from b24app.errors import (
    RightsRefusedError,
    SessionExpiredError,
    SessionForgedError,
    UnknownPortalError,
    UnprovenError,
)
from b24app.services.auth import exchanged, grant
from b24app.services.auth.card_session import CardSession, SessionClaims
from b24app.services.auth.shells import is_same, sealed, told_in, unsealed
from b24app.services.auth.tokens import PostedTokens, StoredTokens, user_tokens_of
from b24app.services.deps import Deps
from b24app.storage import launches, pending_grants, portals, resumed, user_tokens
from b24app.storage.models import Portal
from b24app.storage.resumed import ProvenLaunch, Resumed
from b24app.storage.session import Session

log = logging.getLogger(__name__)

SESSION_SECONDS = 30 * 60
LAUNCH_DAYS = 2
LISTED_SECONDS = 5 * 60
BATCH_REFUSED_HOURS = 24


def resume(deps: Deps, ticket: SessionClaims) -> CardSession:
    """Make the session of a request; its opener was proven earlier or still has to be.

    Raises UnknownPortalError, SessionForgedError and SessionExpiredError.
    """
    with deps.db.of(ticket.member_id).reading() as session:
        portal = resumed.read(session, deps.cipher, ticket.member_id, ticket.launch_id, ticket.ref)
    if portal is None or portal.state not in {"active", "installing"}:
        raise UnknownPortalError("the portal is not installed any more")
    launch = portal.launch
    posted, owner = None, None
    if launch is not None:
        _require_own(launch, ticket)
        tokens: TokenSource = _tokens_of(deps, portal, launch.user.id, launch.tokens)
    else:
        posted, owner, share = _unproven(deps, ticket)
        tokens = PostedTokens(portal.client_endpoint, posted.access_token, share)
    card = CardSession(
        deps=deps,
        ticket=ticket,
        client_endpoint=portal.client_endpoint,
        app_code=portal.app_code or "",
        settings=portal.settings,
        api=_api_of(deps, portal, tokens),
        posted=posted,
        named_owner=owner,
        seen_before=portal.payment_ids,
        has_lapsed=portal.has_lapsed,
        nameless=portal.nameless,
    )
    if launch is not None:
        _recall(card, launch)
    return card


def _require_own(launch: ProvenLaunch, ticket: SessionClaims) -> None:
    if launch.ref != ticket.ref:
        raise SessionForgedError("the launch belongs to another card")


def _api_of(deps: Deps, portal: Resumed, tokens: TokenSource) -> PortalApi:
    def remember_refusal() -> None:
        until = deps.clock() + timedelta(hours=BATCH_REFUSED_HOURS)
        with deps.db.of(portal.member_id).transaction() as session:
            portals.set_batch_refused(session, portal.member_id, until)

    until = portal.batch_refused_until
    return PortalApi(
        deps.client,
        tokens,
        deps.deadline,
        refuses_batch=until is not None and until > deps.clock(),
        on_batch_refused=remember_refusal,
    )


def _unproven(deps: Deps, ticket: SessionClaims) -> tuple[TokenPair, int | None, Share]:
    """Return the pair to prove an opener with, its owner if named, and the share it waits on."""
    if not ticket.sealed:
        grant = _exchanged(deps, ticket)
        return grant.tokens, grant.user_id, Share(ticket.member_id)
    posted = unsealed(deps, ticket.sealed)
    return posted, None, Share(ticket.member_id, ticket.is_vouched)


def _exchanged(deps: Deps, ticket: SessionClaims) -> TokenResponse:
    """Return the pair that waits for this launch."""
    pending = exchanged.waiting_for(deps, ticket)
    if pending is None or pending.application_token is not None:
        # An installer's pair is no proof on a card or in the settings.
        raise SessionExpiredError("the launch is over")
    return pending.grant


def _recall(card: CardSession, launch: ProvenLaunch) -> None:
    """Load what was proven and listed earlier in this opening."""
    card.user, card.listed, card.shown = launch.user, launch.listed, launch.shown
    card.listed_at = launch.listed_at
    # One of a time to come was listed before the clock was set back.
    card.is_listing_fresh = launch.listed_at is not None and (
        abs(card.clock() - launch.listed_at) < timedelta(seconds=LISTED_SECONDS)
    )


def _tokens_of(
    deps: Deps, portal: Portal | Resumed, user_id: int, own: TokenPair | None
) -> StoredTokens:
    """Return the user's own pair, or the grant if their pair became it, as in the wizard."""
    member_id, endpoint = portal.member_id, portal.client_endpoint
    granted = grant.own_tokens(deps, portal, user_id) if own is None else None
    return granted or user_tokens_of(deps, member_id, endpoint, user_id, own)


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """The handles of the two commands that prove an opener, in the first batch of a launch."""

    profile: Handle[PortalUser]
    app: Handle[AppInfo]


def ask_proof(batch: Batch) -> ProofRequest:
    """Ask for the owner and the application of the token."""
    return ProofRequest(batch.add(portal_api.profile()), batch.add(portal_api.app_info()))


def prove(card: CardSession, result: BatchResult, asked: ProofRequest) -> None:
    """Confirm the opener from an answer to `ask_proof`, then store the tokens.

    Where no application_token is known, that of an administrator's post is kept, too.

    Raises UnprovenError: then nothing is stored and nothing of the answer may be shown.
    """
    if card.user is not None:
        return
    user = confirm(card.deps, card.app_code, result, asked)
    if card.named_owner not in {None, user.id}:
        raise UnprovenError("the two servers name different owners of the pair")
    _keep(card, user)


def confirm(deps: Deps, app_code: str, result: BatchResult, asked: ProofRequest) -> PortalUser:
    """Return whom an answer to `ask_proof` confirms. Raises UnprovenError."""
    try:
        app = result[asked.app]
        user = result[asked.profile]
    except RightsRefusedError:
        raise UnprovenError("the portal does not confirm the opener") from None
    if not app_code or not is_same(app.code, app_code):
        raise UnprovenError("the token belongs to another application")
    if result.application and not is_same(result.application, deps.client_id):
        raise UnprovenError("the token was issued for another application")
    return user


def prove_now(card: CardSession) -> None:
    """Prove a launch with a call of its own, for requests that read nothing else first."""
    if card.user is not None:
        return
    batch = Batch()
    asked = ask_proof(batch)
    prove(card, card.api.send(batch), asked)


def _keep(card: CardSession, user: PortalUser) -> None:
    now = card.clock()
    if card.posted is None:
        raise UnprovenError("no posted token to keep")
    with card.db.transaction() as session:
        portal = portals.find(session, card.member_id)
        if portal is None:
            raise UnknownPortalError("the portal was uninstalled meanwhile")
        _keep_pair(session, card.deps, card.member_id, user, card.posted)
        if user.is_admin and card.ticket.told:
            token = told_in(card.deps, card.ticket.told)
            portals.learn_application_token(session, card.deps.cipher, card.member_id, token)
        pending_grants.delete(session, card.member_id, card.launch_id)
        launches.save(
            session,
            launch_id=card.launch_id,
            member_id=card.member_id,
            user=user,
            ref=card.ref,
            expires_at=now + timedelta(days=LAUNCH_DAYS),
        )
        own = user_tokens.find(session, card.deps.cipher, card.member_id, user.id)
    tokens = _tokens_of(card.deps, portal, user.id, own)
    card.api = card.api.speaking_with(tokens)
    card.user, card.posted = user, None


def _keep_pair(
    session: Session, deps: Deps, member_id: str, user: PortalUser, posted: TokenPair
) -> None:
    """Store a proven pair in one place only: as the user's own, or as the portal's grant."""
    if grant.replace_lost(session, deps, member_id, user, posted):
        user_tokens.forget(session, member_id, user.id)
        return
    user_tokens.save(
        session,
        deps.cipher,
        member_id,
        user.id,
        posted,
        is_admin=user.is_admin,
        now=deps.clock(),
    )


def renew(
    deps: Deps, old: SessionClaims, auth_id: str, refresh_id: str, expires: int
) -> SessionClaims:
    """Return a new ticket for an old one and a fresh token from the frame (decisions 5).

    The fresh token is proven like any opener and must be of the same user as before.
    """
    with deps.db.of(old.member_id).reading() as session:
        before = launches.find(session, old.member_id, old.launch_id)
    posted = TokenPair(auth_id, refresh_id, deps.clock() + timedelta(seconds=expires))
    fresh = replace(
        old,
        launch_id=secrets.token_hex(16),
        sealed=sealed(deps, posted),
        is_vouched=old.is_vouched or before is not None,
    )
    card = resume(deps, fresh)
    batch = Batch()
    asked = ask_proof(batch)
    result = card.api.send(batch)
    if before is not None and result[asked.profile].id != before.user_id:
        raise UnprovenError("the fresh token is of another user")
    prove(card, result, asked)
    if before is not None:
        # The page still shows the old list, so its age is kept.
        with card.db.transaction() as session:
            launches.take_over(session, before, fresh.launch_id)
    return replace(fresh, sealed="")
