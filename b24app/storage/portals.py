"""Store installed portals and their grants. To erase one: `erasure.py`."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.cipher import Cipher
from b24app.domain import TokenPair, TokenResponse
from b24app.errors import UnknownPortalError

from . import addresses
from .erasure import erase, erase_people
from .models import CachedList, Portal, PortalState
from .sealed import open_or_none, open_pair
from .upsert import insert_into

__all__ = [
    "activate",
    "application_token",
    "claim",
    "close",
    "drop_grant_tokens",
    "erase",
    "erase_people",
    "find",
    "grant_owner",
    "grant_tokens",
    "learn_application_token",
    "lock",
    "move",
    "save_grant_tokens",
    "save_installation",
    "set_application_token",
    "set_batch_refused",
    "set_subscription",
    "set_version",
    "with_grant_older",
]


def find(session: Session, member_id: str) -> Portal | None:
    """Return the portal in any state, or None if it was never proven or is erased."""
    return session.get(Portal, member_id)


def count(session: Session) -> int:
    """Return how many portals there are, in whatever state."""
    return session.scalar(select(func.count()).select_from(Portal)) or 0


def lock(session: Session, member_id: str) -> Portal | None:
    """Return the portal like `find`, locked against changes until the transaction ends.

    To lock a job of the portal as well, lock the portal first.
    """
    return session.get(Portal, member_id, populate_existing=True, with_for_update=True)


def with_grant_older(
    session: Session, moment: datetime, limit: int = 100, *, unless: tuple[str, datetime]
) -> list[str]:
    """Return portals in use whose grant's access token ran out before `moment`, oldest first.

    Without those that have kept a list of this kind since: they were tried lately.
    """
    kind, since = unless
    tried = select(CachedList.kind).where(
        CachedList.member_id == Portal.member_id,
        CachedList.kind == kind,
        CachedList.fetched_at > since,
    )
    query = select(Portal.member_id).where(
        Portal.grant_expires_at < moment, Portal.state != PortalState.CLOSED, ~tried.exists()
    )
    return list(session.scalars(query.order_by(Portal.grant_expires_at).limit(limit)))


def save_installation(
    session: Session,
    cipher: Cipher,
    grant: TokenResponse,
    *,
    app_code: str | None,
    application_token: str | None,
    language: str,
    version: str,
    now: datetime,
) -> Portal:
    """Write what a proven installation says, over an earlier one of the same portal.

    None for `app_code` or `application_token` keeps what is stored; settings are not touched. A
    new or closed portal starts in state 'installing', any other keeps its state. Two installations
    at once wait for each other. Events that came before `now` change the token no more.
    """
    portal = claim(session, grant, now)
    if portal.state == PortalState.CLOSED:
        portal.state = PortalState.INSTALLING
    _place(session, portal, grant.client_endpoint, now)
    portal.server_endpoint = grant.server_endpoint
    portal.scope = ",".join(sorted(grant.scope))
    portal.status = grant.status[:16]
    portal.language = language[:8]
    portal.installed_version = version
    if app_code is not None:
        portal.app_code = app_code
    if application_token is not None:
        portal.application_token_sealed = cipher.encrypt(application_token)
    portal.event_ts, portal.told_at = None, now
    _write_grant(portal, cipher, grant.tokens, grant.user_id, now)
    session.flush()
    return portal


def activate(session: Session, member_id: str, now: datetime) -> None:
    """Open the portal: the wizard has ended, or a probe found a closed one alive.

    Raises UnknownPortalError, like every change below.
    """
    _change_state(session, member_id, PortalState.ACTIVE, now)


def close(session: Session, member_id: str, now: datetime) -> None:
    """Shut the portal out until it is activated, installed again or erased."""
    _change_state(session, member_id, PortalState.CLOSED, now)


def grant_tokens(session: Session, cipher: Cipher, member_id: str) -> TokenPair | None:
    """Return the portal's own pair; None where there is none or no key opens it."""
    portal = find(session, member_id)
    if portal is None or portal.grant_access_sealed is None or portal.grant_expires_at is None:
        return None
    return open_pair(
        cipher,
        portal.grant_access_sealed,
        portal.grant_refresh_sealed or "",
        portal.grant_expires_at,
    )


def grant_owner(session: Session, member_id: str) -> int | None:
    """Return the id of the administrator whose pair the grant is; None where there is none."""
    portal = find(session, member_id)
    return portal.grant_user_id if portal is not None else None


def save_grant_tokens(
    session: Session,
    cipher: Cipher,
    member_id: str,
    tokens: TokenPair,
    *,
    user_id: int | None = None,
    now: datetime,
) -> None:
    """Replace the portal's pair. `user_id` None: it is still the same user's."""
    _write_grant(_known(session, member_id), cipher, tokens, user_id, now)


def drop_grant_tokens(session: Session, member_id: str) -> None:
    """Delete the pair: the authorization server refused it. An unknown portal is no error."""
    portal = find(session, member_id)
    if portal is not None:
        portal.grant_access_sealed = None
        portal.grant_refresh_sealed = None
        portal.grant_expires_at = None
        portal.grant_user_id = None


def application_token(session: Session, cipher: Cipher, member_id: str) -> str | None:
    """Return the token events carry; None where none is known or no key opens it."""
    portal = find(session, member_id)
    if portal is None or portal.application_token_sealed is None:
        return None
    return open_or_none(cipher, portal.application_token_sealed)


def set_application_token(
    session: Session,
    cipher: Cipher,
    member_id: str,
    token: str,
    now: datetime,
    *,
    ts: int | None,
    told_at: datetime,
) -> None:
    """Replace the token events carry; an empty one keeps it.

    `ts` is the portal's time of the event that brings it, `told_at` our time of its arrival.
    """
    portal = _known(session, member_id)
    if token:
        portal.application_token_sealed = cipher.encrypt(token)
    portal.event_ts = ts
    portal.told_at = told_at
    portal.updated_at = now


def learn_application_token(session: Session, cipher: Cipher, member_id: str, token: str) -> None:
    """Keep the token events carry where none is known; one that is stays.

    Of updates that wait to be proven nothing is known by it, so they count as ever.
    """
    if token and application_token(session, cipher, member_id) is None:
        _known(session, member_id).application_token_sealed = cipher.encrypt(token)


def move(session: Session, member_id: str, client_endpoint: str, now: datetime) -> None:
    """Give the portal another address, which the authorization server named."""
    portal = _known(session, member_id)
    _place(session, portal, client_endpoint, now)
    portal.updated_at = now


def set_subscription(
    session: Session, member_id: str, *, status: str, scope: frozenset[str] | None, now: datetime
) -> None:
    """Keep what the authorization server says now. `scope` None: it did not say."""
    portal = _known(session, member_id)
    portal.status = status[:16]
    if scope is not None:
        portal.scope = ",".join(sorted(scope))
    portal.updated_at = now


def set_version(session: Session, member_id: str, version: str, now: datetime) -> None:
    """Note which version of the application the portal has."""
    portal = _known(session, member_id)
    portal.installed_version = version
    portal.updated_at = now


def set_batch_refused(session: Session, member_id: str, until: datetime | None) -> None:
    """Remember until when this portal is served without batch; None forgets it."""
    _known(session, member_id).batch_refused_until = until


def claim(session: Session, grant: TokenResponse, now: datetime) -> Portal:
    """Return the portal's row, made where it is missing, locked until the transaction ends."""
    statement = insert_into(
        session,
        Portal,
        member_id=grant.member_id,
        installation_id=secrets.token_hex(8),
        client_endpoint=grant.client_endpoint,
        server_endpoint=grant.server_endpoint,
        scope="",
        status="",
        language="",
        state=PortalState.INSTALLING,
        updated_at=now,
    )
    session.execute(statement.on_conflict_do_nothing())
    return session.get_one(Portal, grant.member_id, populate_existing=True, with_for_update=True)


def _place(session: Session, portal: Portal, client_endpoint: str, now: datetime) -> None:
    addresses.note(session, portal.member_id, client_endpoint, now)
    if portal.client_endpoint != client_endpoint:
        addresses.forget(session, portal.member_id, portal.client_endpoint)
        portal.client_endpoint = client_endpoint


def _change_state(session: Session, member_id: str, state: PortalState, now: datetime) -> None:
    portal = _known(session, member_id)
    portal.state = state
    portal.updated_at = now


def _write_grant(
    portal: Portal, cipher: Cipher, tokens: TokenPair, user_id: int | None, now: datetime
) -> None:
    portal.grant_access_sealed = cipher.encrypt(tokens.access_token)
    portal.grant_refresh_sealed = cipher.encrypt(tokens.refresh_token)
    portal.grant_expires_at = tokens.expires_at
    if user_id is not None:
        portal.grant_user_id = user_id
    portal.updated_at = now


def _known(session: Session, member_id: str) -> Portal:
    portal = find(session, member_id)
    if portal is None:
        raise UnknownPortalError("the portal is not installed")
    return portal
