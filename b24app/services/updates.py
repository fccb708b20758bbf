"""What follows from ONAPPINSTALL and ONAPPUPDATE.

Both bring a pair of tokens. ONAPPUPDATE brings a new application_token as well, so it cannot be
proven by the old one: its refresh token is exchanged at the authorization server, which names the
portal (api-reference/events, on-app-install and on-app-update). Before that nothing is believed.
"""

from __future__ import annotations

import logging
from typing import Any

from b24app.domain import Grant
from b24app.errors import AppError
from b24app.services import grant as portal_grant
from b24app.services import installation, uninstall
from b24app.services.deps import Deps
from b24app.storage import jobs, portals
from b24app.storage.models import PortalState
from b24app.storage.session import Session

log = logging.getLogger(__name__)

REBIND = "rebind"
"""The kind of job that binds tabs and events anew."""


def installed(deps: Deps, member_id: str, payload: dict[str, Any]) -> None:
    """The installation is finished. An unknown portal whose tokens are proven is installed now.

    Raises InstallationUnprovenError and GrantError.
    """
    if payload["is_proven"]:
        _finish(deps, member_id, payload)
        return
    grant = _exchange(deps, member_id, payload)
    with deps.db.reading() as session:
        is_known = portals.find(session, member_id) is not None
    if not is_known:
        _install(deps, grant, payload)
        return
    _learn(deps, grant, payload, is_rebinding=False)
    _offer(deps, grant)


def updated(deps: Deps, member_id: str, payload: dict[str, Any]) -> None:
    """A new version: learn its application_token, then bind again, since the handlers are gone.

    Raises as `installed`.
    """
    if payload["is_proven"]:
        with deps.db.transaction() as session:
            if payload["version"]:
                portals.set_version(session, member_id, payload["version"], deps.clock())
            _rebind_soon(session, deps, member_id)
        return
    grant = _exchange(deps, member_id, payload)
    _learn(deps, grant, payload, is_rebinding=True)
    _offer(deps, grant)


def rebind(deps: Deps, member_id: str, payload: dict[str, Any]) -> None:
    """Bind the tabs the settings ask for and the manifest's events. May be repeated.

    Raises SessionExpiredError (no grant) and the portal's errors.
    """
    del payload
    installation.bind_tabs_of(deps, member_id)
    installation.bind_events_of(deps, member_id)


def _exchange(deps: Deps, member_id: str, payload: dict[str, Any]) -> Grant:
    return installation.exchange(
        deps, member_id, payload["refresh_token"], payload["server_endpoint"]
    )


def _finish(deps: Deps, member_id: str, payload: dict[str, Any]) -> None:
    with deps.db.transaction() as session:
        portal = portals.find(session, member_id)
        if portal is None:
            return
        # Only from here: a portal that was shut out needs more than a token that browsers know.
        if portal.state == PortalState.INSTALLING:
            portals.activate(session, member_id, deps.clock())
        if payload["version"]:
            portals.set_version(session, member_id, payload["version"], deps.clock())


def _install(deps: Deps, grant: Grant, payload: dict[str, Any]) -> None:
    """Install a portal whose wizard never reached us. Raises NotAdminError, the portal's errors."""
    proven = installation.identify(deps, grant)
    with deps.db.transaction() as session:
        installation.store(session, deps, proven, payload["application_token"], payload["language"])
        portals.activate(session, grant.member_id, deps.clock())
        _rebind_soon(session, deps, grant.member_id)


def _learn(deps: Deps, grant: Grant, payload: dict[str, Any], *, is_rebinding: bool) -> None:
    """Keep what a proven event says, and ask for the bindings of a new version."""
    now = deps.clock()
    member_id = grant.member_id
    with deps.db.transaction() as session:
        if payload["application_token"]:
            portals.set_application_token(
                session, deps.seal, member_id, payload["application_token"], now
            )
        portals.set_subscription(
            session, member_id, status=grant.status, scope=grant.scope or None, now=now
        )
        portals.move(session, member_id, grant.client_endpoint, now)
        if payload["version"]:
            portals.set_version(session, member_id, payload["version"], now)
        # Whose tokens are exchanged now is installed, whatever was reported before.
        portals.activate(session, member_id, now)
        jobs.drop_waiting(session, uninstall.PROBE, member_id)
        if is_rebinding:
            _rebind_soon(session, deps, member_id)


def _offer(deps: Deps, grant: Grant) -> None:
    """Make the pair of the event the grant, if it is an administrator's."""
    try:
        user = installation.identify(deps, grant).user
    except AppError as error:
        log.warning("the pair of an event of %s was not kept: %s", grant.member_id, error)
        return
    if not user.is_admin:
        return
    with deps.db.transaction() as session:
        portal_grant.replace(session, deps, grant.member_id, user.id, grant.tokens)


def _rebind_soon(session: Session, deps: Deps, member_id: str) -> None:
    now = deps.clock()
    jobs.add(session, deps.seal, kind=REBIND, member_id=member_id, payload={}, run_at=now, now=now)
