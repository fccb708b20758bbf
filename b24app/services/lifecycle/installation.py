"""Install and re-install: prove, save, bind the tabs, bind the events, finish.

Every step may be repeated: what is already bound counts as done, and settings are kept.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from b24app.bitrix.payloads import PlacementCall
from b24app.bitrix.wire.portal_api import Batch
from b24app.bitrix.wire.shares import STRANGERS, Share
from b24app.domain import EntityRef, PortalUser, TokenResponse
from b24app.errors import (
    EndpointInsecureError,
    GrantLostError,
    HostInsecureError,
    InstallationUnprovenError,
    NotAdminError,
    ServerNotAllowedError,
    SessionExpiredError,
)
from b24app.services.auth import exchanged
from b24app.services.auth import grant as portal_grant
from b24app.services.auth.card_session import CardSession, SessionClaims
from b24app.services.auth.frame_posts import require_nameable
from b24app.services.auth.launches import LAUNCH_DAYS, ask_proof
from b24app.services.auth.shells import origin_of
from b24app.services.auth.throttle import Sender, exchanging, was_proven
from b24app.services.auth.tokens import PostedTokens
from b24app.services.deps import Deps
from b24app.services.lifecycle import age, rebinding, reinstallation, uninstall
from b24app.storage import launches, pending_grants, portals
from b24app.storage.session import Session

APP_PAGE = EntityRef(0, 0)
"""Pages without a card: the installer and the application's own page."""

NAME_LENGTH = 32
"""As long as the names of all sessions."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The result of a proven installer post. The tokens of `grant` replace the posted ones.

    `is_bare`: the portal has nothing bound for the app; None if that was not asked or answered.
    `is_doubtful`: it says that it has no payment methods.
    """

    grant: TokenResponse
    user: PortalUser
    app_code: str
    is_bare: bool | None = None
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """An installation whose grant is proven, before the portal has said who installs.

    It waits on the server until the portal has answered, because the posted refresh token is used
    up: for the page of this post, and for a second post that finds it so. The wizard's session
    token only names it. Every later step may be repeated.
    """

    grant: TokenResponse
    application_token: str
    language: str

    @property
    def origin(self) -> str:
        """Return who may frame the wizard."""
        return origin_of(self.grant.client_endpoint)


def begin(deps: Deps, call: PlacementCall, sender: Sender) -> Begun:
    """Prove an installer post at the authorization server, before anything of it is believed.

    Raises HostUnusableError (browsers would never show the app there), InstallationUnprovenError,
    TooManyRequestsError (not tried after too many forged posts), AuthorizationServerError (silent).
    """
    require_nameable(call.domain)
    is_vouched = _is_vouched(deps, call)
    share = Share(call.member_id) if is_vouched else STRANGERS
    with exchanging(deps, sender, call.member_id, is_vouched=is_vouched):
        grant = exchange(deps, call.member_id, call.refresh_id, call.server_endpoint, share)
    require_nameable(urlsplit(grant.client_endpoint).netloc)
    return Begun(grant, call.application_token, call.language)


def _is_vouched(deps: Deps, call: PlacementCall) -> bool:
    """Return whether the post holds the application_token of an installed portal."""
    with deps.db.of(call.member_id).reading() as session:
        expected = portals.application_token(session, deps.cipher, call.member_id) or ""
    given = call.application_token
    return bool(expected) and hmac.compare_digest(expected.encode(), given.encode())


def ticket_of(call: PlacementCall) -> SessionClaims:
    """Return the ticket of a wizard, the session that `verify` opens; of a second post the same.

    It is named after the posted refresh token, which the name does not tell to anybody.
    """
    posted = f"installer {call.member_id} {call.refresh_id}"
    name = hashlib.sha256(posted.encode()).hexdigest()[:NAME_LENGTH]
    return SessionClaims(name, call.member_id, APP_PAGE, call.language, "")


def hold(deps: Deps, begun: Begun, ticket: SessionClaims) -> None:
    """Let the pair wait under this ticket for `verify`, for as long as its session lasts."""
    exchanged.hold(deps, ticket.launch_id, begun.grant, begun.application_token)


def begun_of(deps: Deps, ticket: SessionClaims) -> Begun:
    """Return what `hold` kept. Raises SessionExpiredError if nothing waits for this ticket."""
    pending = exchanged.waiting_for(deps, ticket)
    if pending is None or pending.application_token is None:
        raise SessionExpiredError("no installation waits for this session")
    return Begun(pending.grant, pending.application_token, ticket.language)


def begun_before(deps: Deps, call: PlacementCall) -> Begun | None:
    """Return what an earlier post of the same tokens has begun; None where nothing of it waits."""
    try:
        begun = begun_of(deps, ticket_of(call))
    except SessionExpiredError:
        return None
    given = call.application_token
    return begun if hmac.compare_digest(begun.application_token.encode(), given.encode()) else None


def go_on(deps: Deps, ticket: SessionClaims) -> None:
    """Let the portal say who installs, unless it has: its answer may have been lost on our way.

    Raises SessionExpiredError if nothing waits for this ticket, and like `verify`.
    """
    try:
        begun = begun_of(deps, ticket)
    except SessionExpiredError:
        if not was_proven(deps, ticket.member_id, ticket.launch_id):
            raise
        return
    verify(deps, begun, ticket)


def verify(deps: Deps, begun: Begun, ticket: SessionClaims) -> None:
    """Ask the portal who installs, store the installation, open the wizard's session; repeatable.

    Settings are kept. Of two posts at once, which share a ticket, the first to come back from the
    portal stores: whatever its page has done since is not undone by the other. Raises
    NotAdminError (placements can be bound by administrators only), MethodMissingError (the portal
    is too old) and the portal's errors.
    """
    proven = identify(deps, begun.grant)
    if proven.is_doubtful:
        age.demand(deps.api_with(_tokens(begun.grant)))
    now, db = deps.clock(), deps.db.of(ticket.member_id)
    try:
        with db.transaction() as session:
            if pending_grants.delete(session, ticket.member_id, ticket.launch_id):
                store(session, deps, proven, begun.application_token, begun.language)
            require_installer(proven.user)
            launches.save(
                session,
                launch_id=ticket.launch_id,
                member_id=begun.grant.member_id,
                user=proven.user,
                ref=APP_PAGE,
                expires_at=now + timedelta(days=LAUNCH_DAYS),
            )
    except NotAdminError:
        # The pair of a person who may not install is useless.
        with db.transaction() as session:
            pending_grants.delete(session, ticket.member_id, ticket.launch_id)
        raise


def exchange(
    deps: Deps,
    member_id: str,
    refresh_token: str,
    server_endpoint: str,
    share: Share = STRANGERS,
) -> TokenResponse:
    """Prove a posted refresh token: it is of our application and of this portal.

    This consumes it: keep the pair of the answer. Raises InstallationUnprovenError,
    HostInsecureError, AuthorizationServerError (silent: try the same token again).
    """
    try:
        grant = deps.authorization.refresh(refresh_token, server_endpoint or None, share=share)
    except GrantLostError:
        raise InstallationUnprovenError("the posted grant is not confirmed") from None
    except ServerNotAllowedError:
        raise InstallationUnprovenError("SERVER_ENDPOINT is not on the list") from None
    except EndpointInsecureError:
        raise HostInsecureError("the portal has no https") from None
    if grant.member_id != member_id:
        raise InstallationUnprovenError("the grant names another portal")
    return grant


def identify(deps: Deps, grant: TokenResponse) -> Proven:
    """Ask the portal who owns this pair, and by which code it knows the application.

    A known portal is also asked whether anything is bound there. Raises InstallationUnprovenError
    if the authorization server named somebody else, and the portal's errors.
    """
    with deps.db.of(grant.member_id).reading() as session:
        is_known = portals.find(session, grant.member_id) is not None
    batch = Batch()
    asked = ask_proof(batch)
    bound = reinstallation.ask_bound(batch) if is_known else None
    methods = age.ask(batch)
    result = deps.api_with(_tokens(grant)).send(batch)
    user = result[asked.profile]
    if grant.user_id not in {None, user.id}:
        raise InstallationUnprovenError("the two servers name different owners of the pair")
    bare = None if bound is None else bound.is_bare(result)
    is_doubtful = age.is_doubtful(result, methods)
    return Proven(grant, user, result[asked.app].code, bare, is_doubtful)


def _tokens(grant: TokenResponse) -> PostedTokens:
    share = Share(grant.member_id)
    return PostedTokens(grant.client_endpoint, grant.tokens.access_token, share)


def store(
    session: Session, deps: Deps, proven: Proven, application_token: str, language: str
) -> None:
    """Store a proven installation over everything known of the portal, except its settings.

    Raises NotAdminError.
    """
    require_installer(proven.user)
    member_id = proven.grant.member_id
    reinstallation.make_way(session, deps, proven.grant, application_token, proven.is_bare)
    portals.save_installation(
        session,
        deps.cipher,
        proven.grant,
        app_code=proven.app_code,
        application_token=application_token or None,
        language=language,
        version=str(deps.manifest.version),
        now=deps.clock(),
    )
    portal_grant.replace(session, deps, member_id, proven.user.id, proven.grant.tokens)
    # A report that this installation is gone is contradicted.
    uninstall.contradict(session, deps, member_id)


def bind_tabs(card: CardSession) -> None:
    """Bind the tabs the settings ask for. Raises the portal's errors."""
    require_admin(card)
    rebinding.bind_tabs(card.deps, card.member_id)


def bind_events(card: CardSession) -> None:
    """Bind the manifest's events. Raises the portal's errors."""
    require_admin(card)
    rebinding.bind_events(card.deps, card.member_id)


def finish(card: CardSession) -> None:
    """Open the portal for its people; as the last step, the frame tells the portal."""
    require_admin(card)
    with card.db.transaction() as session:
        portals.activate(session, card.member_id, card.clock())


def require_installer(user: PortalUser) -> None:
    """Raise NotAdminError for whoever may not install."""
    if not user.is_admin:
        raise NotAdminError("the installer was opened by a user who is no administrator")


def require_admin(card: CardSession) -> None:
    """Raise NotAdminError for everybody except a proven administrator."""
    if card.user is None or not card.user.is_admin:
        raise NotAdminError("only an administrator of the portal may do this")
