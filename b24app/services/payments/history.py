"""Read what was done with one payment through this app, from the activity log."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.services.auth.card_session import CardSession
from b24app.services.writing import ownership
from b24app.storage import activity
from b24app.storage.models import Activity

Record = Activity
"""One action, as the activity log stores it."""


def of_payment(card: CardSession, payment_id: int) -> Sequence[Record]:
    """Return the newest records of a payment of this card.

    Raises NotOnThisCardError, or GoneError if this opening was shown it before.
    """
    ownership.require_listed_or_present(card, payment_id)
    with card.db.reading() as session:
        return activity.of_payment(session, card.member_id, payment_id)
