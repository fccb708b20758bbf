"""Answer a frame's post with the shell of a page, before anything is known about the opener.

What the post brings travels encrypted in the session token that the shell's requests carry;
`services/auth/launches.py` proves it.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from b24app.bitrix.hosts import without_usual_port
from b24app.bitrix.payloads import PlacementCall
from b24app.bitrix.wire.shares import STRANGERS, Share
from b24app.cipher import DecryptionError
from b24app.domain import EntityRef, TokenPair, TokenResponse
from b24app.errors import SessionForgedError, UnknownPortalError
from b24app.services.auth import exchanged
from b24app.services.auth.card_session import SessionClaims
from b24app.services.auth.frame_posts import require_nameable
from b24app.services.auth.throttle import Sender, exchanging
from b24app.services.deps import Deps
from b24app.storage import portals
from b24app.storage.models import Portal
from b24app.storage.sealed import open_or_none

log = logging.getLogger(__name__)

SEPARATOR = "\n"

TOLD = "told "
"""How a sealed application_token begins. Whoever posts it chooses the rest, and could otherwise
have anything sealed, such as the cookie of a login."""


@dataclass(frozen=True, slots=True)
class Shell:
    """What a tab's page needs before the opener is proven. No ticket: the card is not saved."""

    ticket: SessionClaims | None
    origin: str
    app_sid: str


def origin_of(client_endpoint: str) -> str:
    """Return the origin: `https://portal.example:8443/rest/` -> `https://portal.example:8443`."""
    parts = urlsplit(client_endpoint)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class Knock:
    """A placement post, and what is known of the portal that it names."""

    call: PlacementCall
    portal: Portal | None
    application_token: str

    @property
    def is_vouched(self) -> bool:
        """Return whether the post holds the portal's application_token, unknown to strangers."""
        return bool(self.application_token) and is_same(
            self.application_token, self.call.application_token
        )


def knock(deps: Deps, call: PlacementCall) -> Knock:
    """Look up the portal that a post names."""
    with deps.db.of(call.member_id).reading() as session:
        portal = portals.find(session, call.member_id)
        token = portals.application_token(session, deps.cipher, call.member_id)
    return Knock(call, portal, token or "")


def open_shell(
    deps: Deps,
    knock: Knock,
    ref: EntityRef | None,
    sender: Sender,
    moved: TokenResponse | None = None,
) -> Shell:
    """Return a placement post of a known portal. Calls nobody unless the portal has moved.

    `moved`: the pair that the posted one was already exchanged for, because the portal had moved.

    Raises UnknownPortalError, UnprovenError (moved, and the move could not be proven),
    HostUnusableError (moved to where no browser would show a tab), TooManyRequestsError (moved,
    and too many such posts came already) and GrantError (the authorization server did not answer
    about a moved portal).
    """
    call, portal, is_vouched = knock.call, knock.portal, knock.is_vouched
    if portal is None or portal.state not in {"active", "installing"}:
        raise UnknownPortalError("no installation of this member_id is proven")
    if knock.application_token and call.application_token and not is_vouched:
        # The portal changes this value in an update whose event may be late or lost. It is no proof
        # of a person, so the opener's own token decides in the first content request.
        log.warning("application_token of %s differs from the stored one", portal.member_id)
    if moved is None and is_elsewhere(call, portal):
        require_nameable(call.domain)
        share = Share(portal.member_id) if is_vouched else STRANGERS
        with exchanging(deps, sender, portal.member_id, is_vouched=is_vouched):
            moved = exchanged.prove_move(deps, portal, call.refresh_id, share)
    endpoint = moved.client_endpoint if moved is not None else portal.client_endpoint
    require_nameable(urlsplit(endpoint).netloc)
    if ref is None:
        return Shell(None, origin_of(endpoint), call.app_sid)
    launch_id = secrets.token_hex(16)
    carried = "" if moved else sealed(deps, _posted_pair(deps, call))
    if moved is not None:
        exchanged.hold(deps, launch_id, moved)
    claims = SessionClaims(launch_id, call.member_id, ref, call.language, carried)
    ticket = replace(claims, is_vouched=is_vouched, told=_told(deps, knock))
    return Shell(ticket, origin_of(endpoint), call.app_sid)


def _told(deps: Deps, knock: Knock) -> str:
    """Return the sealed application_token of a post where none is known; else nothing."""
    is_news = bool(knock.call.application_token) and not knock.application_token
    return deps.cipher.encrypt(TOLD + knock.call.application_token) if is_news else ""


def told_in(deps: Deps, text: str) -> str:
    """Read the application_token that `_told` sealed; "" where there is none."""
    told = open_or_none(deps.cipher, text) or ""
    return told.removeprefix(TOLD) if told.startswith(TOLD) else ""


def is_elsewhere(call: PlacementCall, portal: Portal) -> bool:
    """Return whether a post comes from an address other than the portal's last one."""
    posted = without_usual_port(call.domain, call.scheme)
    return posted != urlsplit(portal.client_endpoint).netloc


def sealed(deps: Deps, posted: TokenPair) -> str:
    """Encrypt a pair that is not proven yet, for a ticket."""
    seconds = max(0, int((posted.expires_at - deps.clock()).total_seconds()))
    parts = (posted.access_token, posted.refresh_token, str(seconds))
    return deps.cipher.encrypt(SEPARATOR.join(parts))


def unsealed(deps: Deps, text: str) -> TokenPair:
    """Read what `sealed` made. Raises SessionForgedError."""
    try:
        access, refresh, expires = deps.cipher.decrypt(text).split(SEPARATOR)
    except (DecryptionError, ValueError):
        raise SessionForgedError("the sealed part of the token cannot be read") from None
    return TokenPair(access, refresh, deps.clock() + timedelta(seconds=int(expires)))


def _posted_pair(deps: Deps, call: PlacementCall) -> TokenPair:
    expires_at = deps.clock() + timedelta(seconds=call.auth_expires)
    return TokenPair(call.auth_id, call.refresh_id, expires_at)


def is_same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
