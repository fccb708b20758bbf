"""What was done with one payment through this app, from the activity log."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.domain import Payment
from b24app.services.auth.card_session import CardSession
from b24app.services.writing import membership
from b24app.storage import activity
from b24app.storage.models import Activity


def of_payment(card: CardSession, payment_id: int) -> tuple[Payment, Sequence[Activity]]:
    """The payment, proven to be of this card, and its newest records."""
    payment = membership.present(card, payment_id)
    with card.db.reading() as session:
        return payment, activity.of_payment(session, card.member_id, payment_id)
