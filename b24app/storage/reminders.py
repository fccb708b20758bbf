"""Remember the open reminders of cards. The portal has the last word on them: these are hints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.domain import EntityRef, Reminder

from . import card_rows
from .deletion import delete_some, delete_where
from .models import PaymentReminder
from .upsert import put

_REMINDERS = PaymentReminder.__table__.c
_OF_CARD = select(
    _REMINDERS.activity_id, _REMINDERS.payment_id, _REMINDERS.deadline, _REMINDERS.is_todo
).where(*card_rows.is_card(PaymentReminder))


def of_card(session: Session, member_id: str, ref: EntityRef) -> dict[int, Reminder]:
    """Return the reminders last seen open on a card, by payment id."""
    found = session.execute(_OF_CARD, card_rows.key(member_id, ref))
    return {row.payment_id: Reminder(*row) for row in found}


def payment_of(session: Session, member_id: str, ref: EntityRef, activity_id: int) -> int | None:
    """Return the payment of a card that a reminder is about; None if it is not known."""
    which = PaymentReminder.activity_id == activity_id
    query = select(PaymentReminder.payment_id).where(
        *card_rows.of(PaymentReminder, member_id, ref), which
    )
    return session.scalars(query).first()


def save(
    session: Session, member_id: str, ref: EntityRef, reminder: Reminder, now: datetime
) -> None:
    """Remember that a reminder is open. Raises UnknownPortalError."""
    put(
        session,
        PaymentReminder,
        member_id=member_id,
        entity_type_id=ref.entity_type_id,
        entity_id=ref.entity_id,
        payment_id=reminder.payment_id,
        activity_id=reminder.activity_id,
        deadline=reminder.deadline,
        is_todo=reminder.is_todo,
        seen_at=now,
    )


def forget(session: Session, member_id: str, ref: EntityRef, payment_ids: Iterable[int]) -> None:
    """Forget the reminders about these payments of a card."""
    ids = list(payment_ids)
    if ids:
        which = PaymentReminder.payment_id.in_(ids)
        delete_where(
            session, PaymentReminder, *card_rows.of(PaymentReminder, member_id, ref), which
        )


def replace(
    session: Session,
    member_id: str,
    ref: EntityRef,
    listed: Mapping[int, Reminder],
    now: datetime,
    *,
    is_whole: bool,
) -> dict[int, Reminder]:
    """Take over what the portal lists of a card; return what is known of it now.

    Not `is_whole`: there may be more open ones than it listed, so none is forgotten. What is known
    already is not written again. Raises UnknownPortalError.
    """
    known = of_card(session, member_id, ref)
    for payment_id, reminder in listed.items():
        if known.get(payment_id) != reminder:
            save(session, member_id, ref, reminder, now)
    if not is_whole:
        return {**known, **listed}
    forget(session, member_id, ref, known.keys() - listed.keys())
    return dict(listed)


def delete_older(session: Session, before: datetime) -> int:
    """Forget reminders last written before `before`. Returns how many."""
    return delete_some(session, PaymentReminder, PaymentReminder.seen_at < before)
