"""The full OAuth 2.0 code flow, for an administrator who opens the app's own address.

Nothing of the redirect is believed but the code, and that only when the authorization server
exchanges it for the portal the flow was started for (rest-contract f.1).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from b24app.bitrix.hosts import ascii_host, without_usual_port
from b24app.errors import GrantLostError, UnknownPortalError, UnprovenError
from b24app.services import launches
from b24app.services.acting import Acting, Ticket
from b24app.services.deps import Deps
from b24app.services.installation import APP_PAGE
from b24app.services.proofs import Sender, exchanging
from b24app.storage import portals
from b24app.storage.models import Portal, PortalState
from b24app.storage.session import Session

OPEN = frozenset({PortalState.ACTIVE, PortalState.INSTALLING})


@dataclass(frozen=True, slots=True)
class Start:
    """Where to send the browser, and what its cookie has to remember until it comes back."""

    url: str
    state: str
    member_id: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A proven administrator, with the ticket of their session and the way to sign in anew."""

    acting: Acting
    ticket: Ticket
    domain: str


def start(deps: Deps, domain: str) -> Start:
    """Begin a login at an installed portal. Raises UnknownPortalError for any other address."""
    with deps.db.reading() as session:
        portal = _portal_at(session, deps, domain)
    state = secrets.token_urlsafe(24)
    url = deps.authorization.authorization_url(portal.client_endpoint, state)
    return Start(url, state, portal.member_id)


def finish(deps: Deps, member_id: str, code: str, sender: Sender) -> SignedIn:
    """Exchange the code of the redirect and prove who came back.

    `member_id` is the one of `start`. Raises UnprovenError (a used or old code, another portal,
    another application), UnknownPortalError, TooManyRequestsError (too many codes were tried), the
    errors of both servers.
    """
    with deps.db.reading() as session:
        portal = portals.find(session, member_id)
    if portal is None or portal.state not in OPEN:
        raise UnknownPortalError("the portal is not installed any more")
    try:
        with exchanging(deps, sender, member_id, is_vouched=False):
            grant = deps.authorization.exchange_code(code, portal.server_endpoint or None)
    except GrantLostError:
        raise UnprovenError("the code is used, older than 30 seconds, or not ours") from None
    if grant.member_id != member_id:
        raise UnprovenError("the code is of another portal")
    if grant.client_endpoint != portal.client_endpoint:
        with deps.db.transaction() as session:
            portals.move(session, member_id, grant.client_endpoint, deps.clock())
    ticket = Ticket(
        secrets.token_hex(16),
        member_id,
        APP_PAGE,
        portal.language,
        launches.sealed(deps, grant.tokens),
        is_vouched=True,
    )
    acting = launches.prove_now(deps, launches.resume(deps, ticket))
    if grant.user_id not in {None, acting.user_id}:
        raise UnprovenError("the two servers name different owners of the pair")
    domain = launches.origin_of(grant.client_endpoint).partition("://")[2]
    return SignedIn(acting, replace(ticket, sealed=""), domain)


def _portal_at(session: Session, deps: Deps, domain: str) -> Portal:
    try:
        host = ascii_host(domain)
    except ValueError:
        raise UnknownPortalError("not the address of a portal") from None
    schemes = ("https", "http") if deps.trust_local_portals else ("https",)
    endpoints = [f"{scheme}://{without_usual_port(host, scheme)}/rest/" for scheme in schemes]
    portal = portals.find_by_endpoint(session, endpoints)
    if portal is None or portal.state not in OPEN:
        raise UnknownPortalError("no portal of this address is installed")
    return portal
