"""The application's status on a portal and the portal's address, as the authorization server says.

What an event or a frame post says about them is informational only (api-reference/events,
on-app-payment).
"""

from __future__ import annotations

import logging
from typing import Any

from b24app.bitrix import portal as portal_api
from b24app.errors import SubscriptionEndedError
from b24app.services import grant
from b24app.services.deps import Deps
from b24app.services.grant import Purpose
from b24app.storage import portals

log = logging.getLogger(__name__)


def refresh(deps: Deps, member_id: str, payload: dict[str, Any] | None = None) -> None:
    """Ask for status, scopes and address, and store them. `payload` of the event is not used.

    Raises what `grant.server_info` raises, and SubscriptionEndedError is no failure.
    """
    del payload
    try:
        info = grant.server_info(deps, member_id)
    except SubscriptionEndedError:
        log.info("the subscription of %s has ended", member_id)
        return
    # Nobody documents this answer: a field may be missing, but not another one's.
    if info.member_id not in {"", member_id} or info.client_id not in {"", deps.client_id}:
        log.warning("the authorization server answered about another installation")
        return
    status = info.status
    if not status:
        status = grant.call(deps, member_id, Purpose.SUBSCRIPTION, portal_api.app_info()).status
    with deps.db.transaction() as session:
        now = deps.clock()
        portals.set_subscription(
            session, member_id, status=status, scope=info.scope or None, now=now
        )
        portal = portals.find(session, member_id)
        is_elsewhere = portal is not None and portal.client_endpoint != info.client_endpoint
        if info.client_endpoint and is_elsewhere:
            portals.move(session, member_id, info.client_endpoint, now)
