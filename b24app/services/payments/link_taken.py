"""Record that somebody took a payment's link to send it, and by which way. Nothing is sent here."""

from __future__ import annotations

from enum import StrEnum

from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.writing import ownership
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.outcome import Outcome
from b24app.services.writing.perform import perform
from b24app.storage import activity
from b24app.storage.models import Activity


class Channel(StrEnum):
    """The ways a link is taken, as the activity log keeps them. Never to whom."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    TEXT = "text"


def take(card: CardSession, asked: WriteRequest, payment_id: int, channel: Channel) -> Outcome:
    """Record it, once for a key. One call, which proves the payment and names its number."""

    def run() -> Outcome:
        payment = ownership.fetch_own_payment(card, payment_id)
        return Outcome(
            OutcomeKind.DONE, OutcomeCode.LINK_TAKEN, number=payment.number, after=channel
        )

    return perform(card, asked, Deed(Action.LINK, DeedName.TAKE_LINK, payment_id), run)


def last(card: CardSession, payment_id: int) -> Activity | None:
    """Return the newest record of a payment that is proven to be of this card, None for none."""
    wanted = activity.Filter(
        payment_id=payment_id,
        action=DeedName.TAKE_LINK,
        outcomes=frozenset({OutcomeKind.DONE}),
    )
    with card.db.reading() as session:
        return next(iter(activity.page(session, card.member_id, wanted, limit=1)), None)
