"""Sign in an administrator who opens the app's own address: the full OAuth 2.0 code flow.

Only the code of the redirect is used, and only if the authorization server exchanges it for the
portal the flow was started for (rest-contract f.1).

Strangers cannot find out which Bitrix24 has the app: a login starts the same way at every address
and ends the same way wherever the authorization server does not confirm the code. Only a person
who has proven to belong to a portal learns whether the app is installed there.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from b24app.bitrix.hosts import ascii_host, is_nameable, without_usual_port
from b24app.config import LOOPBACK_HOSTS
from b24app.domain import PortalUser, TokenResponse
from b24app.errors import GrantLostError, InputCode, InputError, UnknownPortalError, UnprovenError
from b24app.services.auth import launches, shells
from b24app.services.auth.card_session import SessionClaims
from b24app.services.auth.throttle import Sender, exchanging
from b24app.services.deps import Deps
from b24app.services.lifecycle.installation import APP_PAGE
from b24app.storage import addresses, leases, portals
from b24app.storage.models import Portal, PortalState

OPEN = frozenset({PortalState.ACTIVE, PortalState.INSTALLING})


LIFETIME_SECONDS = 10 * 60
"""The time limit of a login. Each login can be finished once."""

SCHEMES = ("https", "http")


@dataclass(frozen=True, slots=True)
class Start:
    """Where to send the browser, and what its cookie must remember until it comes back."""

    url: str
    state: str
    host: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A proven administrator, with the ticket of their session and the way to sign in again."""

    user: PortalUser | None
    ticket: SessionClaims
    domain: str


def start(deps: Deps, domain: str) -> Start:
    """Begin a login at this address, known or not. Raises InputError if it is no address."""
    try:
        host = without_usual_port(ascii_host(domain), "https")
    except ValueError:
        raise InputError("not the address of a portal", code=InputCode.NO_ADDRESS) from None
    if not is_nameable(host):
        raise InputError("no portal can be installed at this address", code=InputCode.NO_ADDRESS)
    state = secrets.token_urlsafe(24)
    url = deps.authorization.authorization_url(_endpoint(deps, host), state)
    return Start(url, state, host)


def finish(deps: Deps, started: tuple[str, str], code: str, sender: Sender) -> SignedIn:
    """Exchange the code of the redirect and prove who came back.

    `started` holds the state and host of `start`, and can be used once. Raises UnprovenError (used
    before, a used or old code, another portal, another application), UnknownPortalError (the code
    is from a portal that has not installed the app), TooManyRequestsError (too many codes were
    tried), and the errors of both servers.
    """
    state, host = started
    known = _portal_at(deps, host)
    member_id, server = (known.member_id, known.server_endpoint) if known else (host, "")
    # Inside the limit: strangers can start many logins, and each leaves a row when it ends.
    with exchanging(deps, sender, member_id, is_vouched=False):
        _use_up(deps, state)
        grant = _exchange(deps, server, code)
    portal = _portal_of(deps, grant, known, host)
    if grant.client_endpoint != portal.client_endpoint:
        with deps.db.of(portal.member_id).transaction() as session:
            portals.move(session, portal.member_id, grant.client_endpoint, deps.clock())
    ticket = SessionClaims(
        secrets.token_hex(16),
        portal.member_id,
        APP_PAGE,
        portal.language,
        shells.sealed(deps, grant.tokens),
        is_vouched=True,
    )
    card = launches.resume(deps, ticket)
    launches.prove_now(card)
    if grant.user_id not in {None, card.user_id}:
        raise UnprovenError("the two servers name different owners of the pair")
    return SignedIn(card.user, replace(ticket, sealed=""), _host_of(grant.client_endpoint))


def _use_up(deps: Deps, state: str) -> None:
    """Raise UnprovenError if this login was finished before or is being finished now."""
    lease = leases.Key("", f"login:{hashlib.sha256(state.encode()).hexdigest()}")
    with deps.db.transaction() as session:
        is_first = leases.try_take(
            session, lease, secrets.token_hex(8), deps.clock(), LIFETIME_SECONDS + 1
        )
    if not is_first:
        raise UnprovenError("this login was finished before")


def _exchange(deps: Deps, server: str, code: str) -> TokenResponse:
    """Exchange the code, even at an address that no portal has."""
    try:
        return deps.authorization.exchange_code(code, server or None)
    except GrantLostError:
        raise UnprovenError("the code is used, older than 30 seconds, or not ours") from None


def _portal_of(deps: Deps, grant: TokenResponse, known: Portal | None, host: str) -> Portal:
    """Return the portal of the code; the login started at its current or previous address."""
    with deps.db.of(grant.member_id).reading() as session:
        portal = portals.find(session, grant.member_id)
    hosts = {_host_of(grant.client_endpoint)}
    if portal is not None:
        hosts.add(_host_of(portal.client_endpoint))
    if host not in hosts or (portal is None and known is not None):
        raise UnprovenError("the code is of another portal")
    if portal is None or portal.state not in OPEN:
        raise UnknownPortalError("the portal has not installed the app")
    return portal


def _endpoint(deps: Deps, host: str) -> str:
    """Return the REST base of a portal at this address; http is for local work only."""
    if not deps.trust_local_portals:
        return f"https://{host}/rest/"
    portal = _portal_at(deps, host)
    if portal is not None:
        return portal.client_endpoint
    is_loopback = host.partition(":")[0] in LOOPBACK_HOSTS
    return f"{'http' if is_loopback else 'https'}://{host}/rest/"


def _portal_at(deps: Deps, host: str) -> Portal | None:
    schemes = SCHEMES if deps.trust_local_portals else SCHEMES[:1]
    endpoints = [f"{scheme}://{without_usual_port(host, scheme)}/rest/" for scheme in schemes]
    with deps.db.reading() as session:
        member_id = addresses.portal_at(session, endpoints)
    if member_id is None:
        return None
    with deps.db.of(member_id).reading() as session:
        portal = portals.find(session, member_id)
    return portal if portal is not None and portal.state in OPEN else None


def _host_of(endpoint: str) -> str:
    return urlsplit(endpoint).netloc
