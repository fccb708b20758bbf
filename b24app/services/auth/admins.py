"""Ask the portal at every request to settings and installer whether a person administers it.

A launch may be half an hour old, and a person who was an administrator then may have been
dismissed since.
"""

from __future__ import annotations

from b24app.bitrix.methods import portal as portal_api
from b24app.bitrix.wire.portal_api import Batch, BatchResult
from b24app.domain import PortalUser
from b24app.errors import NotAdminError, UnprovenError
from b24app.services.auth import launches
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import READ_SECONDS


def check(
    card: CardSession, batch: Batch | None = None, seconds: float = READ_SECONDS
) -> BatchResult:
    """Ask the portal who is acting, together with `batch`, in one call as that user.

    Raises NotAdminError for everybody else, UnprovenError and the portal's errors.
    """
    batch = Batch() if batch is None else batch
    asked = launches.ask_proof(batch) if card.user is None else None
    profile = batch.add(portal_api.profile()) if asked is None else asked.profile
    result = card.api.send(batch, seconds)
    if asked is not None:
        launches.prove(card, result, asked)
    _require_administrator(card, result[profile])
    return result


def confirm(card: CardSession) -> None:
    """Ask the portal only who is acting, before work that has no batch of its own.

    Raises like `check`.
    """
    if card.user is None:
        check(card)
    else:
        _require_administrator(card, card.api.call(portal_api.profile()))


def _require_administrator(card: CardSession, user: PortalUser) -> None:
    """Update the acting user from the portal's answer and require an administrator."""
    if user.id != card.user_id:
        raise UnprovenError("the token is of another user than the launch")
    card.user = user
    if not user.is_admin:
        raise NotAdminError("only an administrator of the portal may see or change settings")
