"""Prove ONAPPINSTALL and ONAPPUPDATE by their own tokens if application_token does not.

Both bring a pair of tokens. ONAPPUPDATE brings a new application_token as well, so it cannot be
proven by the old one: its refresh token is exchanged at the authorization server, which names the
portal, and the portal names the person (api-reference/events, on-app-install and on-app-update).
Only an administrator is believed; until then nothing is kept, bound, opened or canceled.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from b24app.domain import TokenResponse
from b24app.errors import AppError, Executed, NotAdminError, TooManyRequestsError
from b24app.services.auth import grant as portal_grant
from b24app.services.auth import throttle
from b24app.services.auth.throttle import EXCHANGES_A_SENDER, EXCHANGES_IN_ALL, Limit, Limits
from b24app.services.deps import Deps
from b24app.services.lifecycle import event_claims, installation, uninstall
from b24app.services.lifecycle.event_claims import PACE, Claim
from b24app.services.lifecycle.installation import Proven
from b24app.services.lifecycle.rebinding import rebind_soon
from b24app.services.lifecycle.tasks import Again, Task, change
from b24app.storage import grants_as_json, portals
from b24app.storage.models import Portal
from b24app.storage.session import Session

log = logging.getLogger(__name__)

INSTALL = "ONAPPINSTALL"
UPDATE = "ONAPPUPDATE"

A_MINUTE = timedelta(minutes=1)
MAX_SKEW = timedelta(days=1)


def work_off(deps: Deps, task: Task) -> Again | None:
    """Try one of the waiting events. If it may succeed later, it waits for that.

    One at a time: the few exchanges that may fail in a minute are spread over it, so that they are
    not used up when a genuine event comes after a flood.
    """
    may_try = partial(_may_try, deps, task)
    claims = event_claims.read(task.payload)
    claim = event_claims.next_of(claims, deps.clock(), may_try)
    if claim is not None:
        left = _try(deps, task, claim)
        changed = change(deps, task, event_claims.replaced(claim, left))
        if changed is None:
            return None
        claims = event_claims.read(changed)
    if not claims:
        return None
    now = deps.clock()
    if event_claims.next_of(claims, now, may_try) is not None:
        return Again(now + PACE)
    waits = [claim.not_before for claim in claims if claim.not_before is not None]
    next_minute = now.replace(second=0, microsecond=0) + A_MINUTE
    return Again(min([next_minute, *(moment for moment in waits if moment > now)]))


def _may_try(deps: Deps, task: Task, claim: Claim) -> bool:
    """Return whether few enough events of this address have failed within the minute."""
    try:
        throttle.require(deps, _limits(task, claim))
    except TooManyRequestsError:
        return False
    return True


def _try(deps: Deps, task: Task, claim: Claim) -> Claim | None:
    """Prove one event and carry it out. Return what has to be tried again."""
    try:
        if _is_old(deps, claim):
            log.info("%s of %s is older than what is known", claim.event, claim.member_id)
            return None
        if claim.grant is None:
            grant = installation.exchange(
                deps, claim.member_id, claim.refresh_token, claim.server_endpoint
            )
            # The token is used up now, and the new pair is stored before it is used.
            claim = claim.with_grant(grant)
            change(deps, task, event_claims.replaced(claim, claim))
        else:
            grant = grants_as_json.read(claim.grant)
        _carry_out(deps, claim, grant)
    except AppError as error:
        if error.retryable or error.executed is Executed.UNKNOWN:
            log.warning("event %s of %s is put off: %s", claim.event, claim.member_id, error)
            return claim.later(deps.clock())
        log.warning("event %s of %s refused: %s", claim.event, claim.member_id, error)
        throttle.note_failed(deps, _limits(task, claim))
    return None


def _carry_out(deps: Deps, claim: Claim, grant: TokenResponse) -> None:
    """Believe an event that an administrator has proven. Raises NotAdminError."""
    proven = installation.identify(deps, grant)
    if not proven.user.is_admin:
        raise NotAdminError("the tokens of the event are of somebody who is no administrator")
    now = deps.clock()
    with deps.db.of(claim.member_id).transaction() as session:
        portal = portals.lock(session, claim.member_id)
        if portal is not None and _is_older(claim, portal):
            return
        if claim.event == INSTALL:
            _install(session, deps, claim, proven, is_new=portal is None)
        elif portal is not None:
            _update(session, deps, claim, proven)
        else:
            return
        portals.set_application_token(
            session,
            deps.cipher,
            claim.member_id,
            claim.application_token,
            now,
            ts=_believable(claim),
            told_at=claim.came_at,
        )
        portals.activate(session, claim.member_id, now)


def _install(session: Session, deps: Deps, claim: Claim, proven: Proven, *, is_new: bool) -> None:
    installation.store(session, deps, proven, claim.application_token, claim.language)
    if is_new or proven.is_bare:
        rebind_soon(session, deps, claim.member_id)


def _update(session: Session, deps: Deps, claim: Claim, proven: Proven) -> None:
    now = deps.clock()
    grant, member_id = proven.grant, claim.member_id
    portals.set_subscription(
        session, member_id, status=grant.status, scope=grant.scope or None, now=now
    )
    portals.move(session, member_id, grant.client_endpoint, now)
    if claim.version:
        portals.set_version(session, member_id, claim.version, now)
    portal_grant.replace(session, deps, member_id, proven.user.id, grant.tokens)
    # Its administrator's token works, so the app is installed. It may have been uninstalled since.
    uninstall.contradict(session, deps, member_id)
    rebind_soon(session, deps, member_id)


def _is_old(deps: Deps, claim: Claim) -> bool:
    with deps.db.of(claim.member_id).reading() as session:
        portal = portals.find(session, claim.member_id)
    return portal is not None and _is_older(claim, portal)


def _is_older(claim: Claim, portal: Portal) -> bool:
    """Return whether something newer has changed the application token since this was sent.

    The portal's times are compared with each other, and ours with ours.
    """
    if claim.ts and portal.event_ts and claim.ts != portal.event_ts:
        return claim.ts < portal.event_ts
    return portal.told_at is not None and claim.came_at < portal.told_at


def _believable(claim: Claim) -> int | None:
    """Return the event's time, limited to the possible clock error: it blocks older events."""
    latest = int((claim.came_at + MAX_SKEW).timestamp())
    return min(claim.ts, latest) or None


def _limits(task: Task, claim: Claim) -> Limits:
    """Return the limits of one address's events about one portal: exchanges use our secret."""
    return (
        Limit(f"event {task.member_id} {claim.address}", EXCHANGES_A_SENDER),
        Limit("event", EXCHANGES_IN_ALL),
    )
