"""Read payments that are taken out of the app: chosen ones, or all with what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from b24app.bitrix.methods.payments import list_payments
from b24app.domain import EntityRef, Payment
from b24app.errors import NotOnThisCardError
from b24app.services.auth import launches
from b24app.services.auth.card_session import CardSession
from b24app.services.card import returned, tab
from b24app.services.card.card_view import CardView, Filter, Sort
from b24app.services.writing import ownership

MOST_WITH_LINES = 120
"""Payments whose lines are read: ten parallel calls. Further ones are listed without."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A card with all its payments, oldest first, and the lines of as many as were read."""

    ref: EntityRef
    view: CardView


def chosen(card: CardSession, payment_ids: Sequence[int]) -> list[Payment]:
    """Return payments of this card as the portal lists them now, in the order asked. One call.

    Raises NotOnThisCardError, or GoneError if this opening was shown one that is deleted.
    """
    launches.prove_now(card)
    found = card.api.call(list_payments(card.ref, payment_ids=payment_ids))
    found = returned.known(card, found)
    return [ownership.listed_payment(found, card, payment_id) for payment_id in payment_ids]


def whole(card: CardSession) -> Whole:
    """Read all payments of the card with their lines; those of the newest ones if they are many.

    Raises NotOnThisCardError for a card that owns no payments: an empty file would say that there
    are none, while those of the linked cards are exported with the session of their card.
    """
    if not card.ref.owns_payments:
        raise NotOnThisCardError("the card owns no payments")
    shown = tab.details_of_newest(card, MOST_WITH_LINES)
    return Whole(card.ref, shown.view.arranged(Filter.ALL, Sort.OLDEST))
