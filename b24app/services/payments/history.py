"""Read what was done with one payment through this app, from the activity log."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.services.actions import DeedName, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.writing import ownership
from b24app.storage import activity
from b24app.storage.models import Activity

Record = Activity
"""One action, as the activity log stores it."""


def note_of(records: Sequence[Record], *, is_paid: bool, payer_id: int | None = None) -> str:
    """Return what was written when the payment was marked as it is now, "" if nothing was.

    A payment that was last marked here as something else, or that somebody else has paid by now,
    has been changed in Bitrix24 since. `payer_id`: who has paid it as the portal says, 0 for nobody
    (online), None if that was not asked.
    """
    marks = (DeedName.PAY, DeedName.UNPAY)
    done = (
        record
        for record in records
        if record.action in marks and record.outcome == OutcomeKind.DONE
    )
    last = next(done, None)
    if last is None or (last.action == DeedName.PAY) is not is_paid:
        return ""
    is_others = is_paid and payer_id is not None and payer_id != last.user_id
    return "" if is_others else last.note


def taken_of(records: Sequence[Record]) -> Record | None:
    """Return when the payment's link was taken last, None if it was not or long ago."""
    taken = (record for record in records if record.action == DeedName.TAKE_LINK)
    return next((record for record in taken if record.outcome == OutcomeKind.DONE), None)


def of_payment(card: CardSession, payment_id: int) -> Sequence[Record]:
    """Return the newest records of a payment of this card.

    Raises NotOnThisCardError, or GoneError if this opening was shown it before.
    """
    ownership.require_listed_or_present(card, payment_id)
    with card.db.reading() as session:
        return activity.of_payment(session, card.member_id, payment_id)
