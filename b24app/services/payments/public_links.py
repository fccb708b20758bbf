"""Get the public link of a payment, proven to be of this card in the same call, never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from b24app.bitrix.methods import portal as portal_api
from b24app.bitrix.wire.portal_api import Batch
from b24app.domain import Payment, PublicLink
from b24app.errors import (
    AppError,
    NoConnectionError,
    NoPublicPageError,
    NoShopError,
    PhoneUnconfirmedError,
    PortalBusyError,
    PortalSilentError,
    RightsRefusedError,
    ScopeMissingError,
)
from b24app.services.actions import Action
from b24app.services.auth import launches
from b24app.services.auth.card_session import CardSession
from b24app.services.card import returned
from b24app.services.deps import READ_SECONDS
from b24app.services.directories import shop_site
from b24app.services.writing import ownership
from b24app.services.writing.ownership import Found

B = TypeVar("B")

FAILED = "failed"
OUTCOMES: Mapping[type[AppError], str] = {
    NoShopError: "no_shop",
    PhoneUnconfirmedError: "phone_not_confirmed",
    NoPublicPageError: "no_page",
    PortalBusyError: "busy",
    PortalSilentError: "silent",
    NoConnectionError: "silent",
    RightsRefusedError: "no_rights",
    ScopeMissingError: "no_rights",
}


def get_public_link(card: CardSession, payment_id: int) -> tuple[Payment, PublicLink]:
    """Return the payment and its link, in one call. Raises like `read_with`."""
    public_link, found = read_with(card, payment_id, lambda _batch: None)
    return returned.known_one(card, found.payments[payment_id]), public_link


def read_with(
    card: CardSession, payment_id: int, beside: Callable[[Batch], B]
) -> tuple[PublicLink, Found[PublicLink, B]]:
    """Return a payment's link, with the answers to what `beside` asks in the same call.

    The portal checks no rights on the payment here: any employee gets the link of any payment id.
    So the link is discarded unless the same batch lists the payment on this card, and the portal
    is never asked about a payment that is not proven to be of it: one more call if this session
    was never shown it (salescenter-payment-get-public-url.md).
    """
    launches.prove_now(card)
    card.require_rule(Action.LINK)
    ownership.require_listed_or_present(card, payment_id)
    found = ownership.read_about(card, [payment_id], portal_api.public_link, beside, READ_SECONDS)
    try:
        public_link = found.about(payment_id)
    except AppError as error:
        _note(card, _outcome(error))
        raise
    _note(card, shop_site.FOUND)
    return public_link, found


def _outcome(error: AppError) -> str:
    """Return the code for the diagnostics."""
    return next((code for kind, code in OUTCOMES.items() if isinstance(error, kind)), FAILED)


def _note(card: CardSession, outcome: str) -> None:
    with card.db.transaction() as session:
        shop_site.note(session, card.member_id, outcome, card.clock())
