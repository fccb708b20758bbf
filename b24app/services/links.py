"""The public link of a payment: proven to be of this card in the same call, never stored."""

from __future__ import annotations

from b24app.bitrix import portal as portal_api
from b24app.domain import Payment, PublicLink
from b24app.errors import AppError, BusinessRefusalError
from b24app.services import launches, membership
from b24app.services.acting import Acting
from b24app.services.actions import Action
from b24app.services.deps import READ_SECONDS, Deps
from b24app.services.writes import require_rule
from b24app.storage import cached_lists
from b24app.storage.session import Session

OUTCOME = "last_link"
"""What diagnostics show of the shop site: the outcome of the portal's last link request."""

UNEXPLAINED = "0"
NO_PAGE = "no_page"
"""Code of a refusal whose reason only the portal's own words tell: no public page, or an error on
the way to it, or a module that is missing (salescenter-payment-get-public-url.md)."""


def fetch(deps: Deps, acting: Acting, payment_id: int) -> tuple[Payment, PublicLink]:
    """Return the payment and its link, in one call.

    The portal checks no rights on the payment here: any employee gets the link of any payment
    id. So the link is thrown away unless the same batch lists the payment on this card, and the
    portal is not asked at all for a payment that is not proven to be of it: one call more where
    this session was never shown it (salescenter-payment-get-public-url.md).
    """
    acting = launches.prove_now(deps, acting)
    require_rule(deps, acting, Action.LINK)
    membership.require_listed_or_present(acting, payment_id)
    found = membership.read_about(
        acting, [payment_id], portal_api.public_link, lambda _batch: None, READ_SECONDS
    )
    try:
        public_link = found.about(payment_id)
    except AppError as error:
        _note(deps, acting.member_id, error.code or type(error).__name__)
        if isinstance(error, BusinessRefusalError) and error.code == UNEXPLAINED:
            error.code = NO_PAGE
        raise
    _note(deps, acting.member_id, "ok")
    return found.payments[payment_id], public_link


def _note(deps: Deps, member_id: str, outcome: str) -> None:
    with deps.db.transaction() as session:
        cached_lists.save(session, member_id, OUTCOME, {"outcome": outcome}, deps.clock())


def last_outcome(session: Session, member_id: str) -> cached_lists.Kept | None:
    """The outcome noted last with its time, or None when no link was asked for yet."""
    return cached_lists.load(session, member_id, OUTCOME)
