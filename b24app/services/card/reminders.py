"""Read the open reminders about a card's payments, and when these are expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from b24app.bitrix.methods import activities
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import EntityRef, Listing, Reminder
from b24app.errors import PortalError
from b24app.services.auth.card_session import CardSession
from b24app.storage import reminders as stored
from b24app.storage.session import Session


@dataclass(frozen=True, slots=True)
class Listed:
    """The open reminders of a card by payment; not `is_whole`: there may be more."""

    by_payment: Mapping[int, Reminder]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """When a payment is expected, in the time zone of who looks. `days_late`: 0 until it is over.

    `moment` is when Bitrix24 reminds people of it.
    """

    moment: datetime
    day: date
    days_late: int


def ask(batch: Batch, ref: EntityRef) -> Handle[Listing[Reminder]]:
    """Ask for a card's open reminders, where it costs no call of its own."""
    return batch.add(activities.list_reminders(ref), is_optional=True)


def take(result: BatchResult, asked: Handle[Listing[Reminder]]) -> Listed | None:
    """Decode the answer to `ask`. None: the portal does not say; the card is shown all the same."""
    try:
        found = result[asked]
    except PortalError:
        return None
    return Listed(by_payment(found), not found.unread and not result.goes_on(asked, len(found)))


def by_payment(found: Listing[Reminder]) -> dict[int, Reminder]:
    """Return the oldest reminder of each payment: it counts where somebody made a second one."""
    return {reminder.payment_id: reminder for reminder in reversed(found)}


def note(session: Session, card: CardSession, listed: Listed | None) -> dict[int, Reminder]:
    """Remember what the portal lists; return the reminders that are known to be open now."""
    if listed is None:
        return known(session, card)
    return stored.replace(
        session,
        card.member_id,
        card.ref,
        listed.by_payment,
        card.clock(),
        is_whole=listed.is_whole,
    )


def known(session: Session, card: CardSession) -> dict[int, Reminder]:
    """Return the reminders that are known to be open, by payment id."""
    return stored.of_card(session, card.member_id, card.ref)


def expected(card: CardSession, reminder: Reminder) -> Expected | None:
    """Return when a payment is expected; None if its reminder has no date."""
    if reminder.deadline is None:
        return None
    moment = reminder.deadline.astimezone(card.zone)
    day = moment.date()
    return Expected(moment, day, max(0, (today(card) - day).days))


def payment_of(card: CardSession, activity_id: int) -> int | None:
    """Return the payment of the card that an activity reminds of, as far as is known here."""
    with card.db.reading() as session:
        return stored.payment_of(session, card.member_id, card.ref, activity_id)


def today(card: CardSession) -> date:
    """Return the day it is where the acting user is."""
    return card.clock().astimezone(card.zone).date()
