"""Count failed proofs of the current request, and answer after too many."""

from __future__ import annotations

from flask import g, request

from b24app.errors import AppError, DatabaseAwayError, TooManyRequestsError
from b24app.services.auth import throttle
from b24app.services.auth.card_session import SessionClaims
from b24app.services.auth.throttle import Sender
from b24app.web.plumbing.wiring import deps


def sender() -> Sender:
    """Return where this request came from."""
    return Sender.of(request.remote_addr or "", request.headers.get("Origin", ""))


def failed(error: AppError) -> AppError:
    """Count the failed proof of the current request; return what to answer.

    It is counted afterwards, so it never blocks a person with a proof: a whole company shares one
    address, and any web page can make a browser send forged posts from it.
    """
    try:
        if (member_id := g.pop("unvouched", "")) != "":
            throttle.note_failed(deps(), throttle.opening_limits(sender(), member_id))
        is_too_often = throttle.note_address(deps(), sender())
    except DatabaseAwayError as away:
        return away
    return TooManyRequestsError("too many failed proofs of this address") if is_too_often else error


def require_voucher(ticket: SessionClaims) -> None:
    """Check for too many failures before a portal is asked about an unvouched person.

    Bitrix24 counts each such call against all people of the portal. Raises TooManyRequestsError.
    """
    if ticket.is_vouched:
        return
    throttle.require(deps(), throttle.opening_limits(sender(), ticket.member_id))
    g.unvouched = ticket.member_id
