"""Ask the authorization server for the application's status on a portal and for its address.

What an event or a frame post says about them is only informational (api-reference/events,
on-app-payment).
"""

from __future__ import annotations

import logging
from datetime import timedelta

from b24app.bitrix.methods import portal as portal_api
from b24app.errors import DatabaseAwayError, SubscriptionEndedError
from b24app.services.auth import grant
from b24app.services.auth.grant import Purpose
from b24app.services.deps import Deps
from b24app.services.lifecycle.tasks import Task
from b24app.storage import jobs, portals
from b24app.storage.session import Session

log = logging.getLogger(__name__)

REFRESH = "subscription"
"""The kind of work that asks the authorization server."""

PACE = timedelta(minutes=1)
STRANGERS_PACE = timedelta(hours=1)
"""How often an unproven event may be a reason to ask."""


def ask_soon(session: Session, deps: Deps, member_id: str, *, is_proven: bool) -> bool:
    """Enqueue a question to the authorization server. False: one is already waiting."""
    now = deps.clock()
    return jobs.put(
        session,
        deps.cipher,
        kind=REFRESH,
        member_id=member_id,
        payload={},
        run_at=now,
        now=now,
        pace=PACE if is_proven else STRANGERS_PACE,
    )


def ask_where_it_is(deps: Deps, member_id: str) -> None:
    """Ask soon for the address of a portal that leads elsewhere. Nobody is told if it cannot be.

    Of a portal that was moved to another folder of its host no post tells.
    """
    try:
        with deps.db.of(member_id).transaction() as session:
            ask_soon(session, deps, member_id, is_proven=True)
    except DatabaseAwayError as error:
        log.warning("%s was not asked about: %s", member_id, error)


def work_off(deps: Deps, task: Task) -> None:
    """Carry out `refresh` for an event; nothing else of it is used. Raises like `refresh`."""
    refresh(deps, task.member_id)


def refresh(deps: Deps, member_id: str) -> None:
    """Ask for status, scopes and address, and store them.

    Raises like `grant.server_info`; SubscriptionEndedError is no failure.
    """
    try:
        info = grant.server_info(deps, member_id)
    except SubscriptionEndedError:
        log.info("the subscription of %s has ended", member_id)
        return
    # This answer is not documented: a field may be missing, but never another portal's.
    if info.member_id not in {"", member_id} or info.client_id not in {"", deps.client_id}:
        log.warning("the authorization server answered about another installation")
        return
    status = info.status
    if not status:
        status = grant.call(deps, member_id, Purpose.SUBSCRIPTION, portal_api.app_info()).status
    with deps.db.of(member_id).transaction() as session:
        now = deps.clock()
        portals.set_subscription(
            session, member_id, status=status, scope=info.scope or None, now=now
        )
        portal = portals.find(session, member_id)
        is_elsewhere = portal is not None and portal.client_endpoint != info.client_endpoint
        if info.client_endpoint and is_elsewhere:
            portals.move(session, member_id, info.client_endpoint, now)
