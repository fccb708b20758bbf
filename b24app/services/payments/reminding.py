"""Set, move and cancel the reminder about a payment: one open activity in the card's timeline.

People complete, move and delete it there without us, so the portal is read before each write. Two
people at once are kept apart by a lease: the portal would let both add one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

from b24app.bitrix.command import Command
from b24app.bitrix.methods import activities
from b24app.bitrix.methods.payments import list_payments
from b24app.bitrix.wire.portal_api import Batch
from b24app.domain import Drawing, Payment, Reminder
from b24app.errors import (
    AppError,
    CardBusyError,
    ChangedMeanwhileError,
    DatabaseAwayError,
    InputCode,
    InputError,
    UnknownPortalError,
)
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import reminders, returned
from b24app.services.card.readings import payment_in
from b24app.services.card.reminders import Expected
from b24app.services.deps import SETTLE_SECONDS, WRITE_SECONDS
from b24app.services.payments import reminder_adding
from b24app.services.payments.reminder_adding import Sent
from b24app.services.writing import card_lease, ownership, reminder_end, sending, verdicts
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.outcome import Outcome, WriteFailedError
from b24app.services.writing.ownership import before_writing
from b24app.services.writing.perform import perform
from b24app.storage import reminders as stored

MORNING, EVENING, MIDNIGHT = time(9), time(18), time(23, 59)
"""When Bitrix24 reminds people on the day: at the first of these that is still to come."""

FARTHEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Wish:
    """The day for which a reminder is wanted, and what is written into the timeline.

    `expected_moment` is that of the reminder the person saw, "" for none, None if that is unknown:
    another one now stops the write.
    """

    day: date
    expected_moment: str | None
    draw: Callable[[Payment], Drawing]


@dataclass(frozen=True)
class Found:
    """A payment of the card with the open reminders about it, oldest first."""

    payment: Payment
    open: Sequence[Reminder]

    def moment(self) -> datetime | None:
        """Return when people are reminded, None if nobody is."""
        return self.open[0].deadline if self.open else None


def remind(card: CardSession, asked: WriteRequest, payment_id: int, wish: Wish) -> Outcome:
    """Set the reminder about an unpaid payment, or move it to another day.

    Pages: crm-activity-configurable-add.md, crm-activity-configurable-update.md.
    """
    deed = Deed(Action.REMIND, DeedName.REMIND, payment_id)
    run = partial(_set, card, payment_id, wish)
    return perform(card, asked, deed, partial(_alone, card, payment_id, run))


def cancel(card: CardSession, asked: WriteRequest, payment_id: int) -> Outcome:
    """Complete the reminder about a payment; nobody is reminded any more."""
    deed = Deed(Action.REMIND, DeedName.CANCEL_REMINDER, payment_id)
    run = partial(_cancel, card, payment_id)
    return perform(card, asked, deed, partial(_alone, card, payment_id, run))


def look(card: CardSession, payment_id: int) -> tuple[Payment, Expected | None]:
    """Return a payment of the card, and when it is expected. One call.

    Raises NotOnThisCardError, or GoneError if this opening was shown it before.
    """
    found = _read(card, payment_id)
    _remember(card, payment_id, found.open)
    when = reminders.expected(card, found.open[0]) if found.open else None
    return returned.known_one(card, found.payment), when


def _alone(card: CardSession, payment_id: int, run: Callable[[], Outcome]) -> Outcome:
    try:
        with card_lease.alone(card, f"remind-{payment_id}"):
            return run()
    except CardBusyError:
        reading = sending.settle(card, [payment_id])
        payment = payment_in(reading, payment_id)
        number = payment.number if payment else ""
        return Outcome(OutcomeKind.REFUSED, OutcomeCode.REMINDER_BUSY, reading, number)


def _set(card: CardSession, payment_id: int, wish: Wish) -> Outcome:
    _require_near(card, wish.day)
    found = _read(card, payment_id)
    payment, before = found.payment, _day(card, found.moment())
    if payment.is_paid:
        reading = sending.settle(card, [payment_id])
        return Outcome(OutcomeKind.REFUSED, OutcomeCode.REMINDER_OF_PAID, reading, payment.number)
    if len(found.open) == 1 and before == wish.day.isoformat():
        return _unchanged(card, found, OutcomeCode.REMINDER_ALREADY, before)
    if wish.expected_moment is not None and wish.expected_moment != _stamp(found.moment()):
        _remember(card, payment_id, found.open)
        error = ChangedMeanwhileError("somebody set or moved the reminder")
        raise WriteFailedError(error, sending.settle(card, [payment_id]), payment.number)
    moment = _moment(card, wish.day)
    if found.open:
        sent = _send(card, payment_id, _moved(card, found.open, moment))
    else:
        sent = reminder_adding.add(card, payment, moment, wish.draw(payment))
    code = OutcomeCode.REMINDER_MOVED if found.open else OutcomeCode.REMINDER_SET
    return _judge_set(card, found, sent, code, wish.day.isoformat())


def _judge_set(
    card: CardSession, found: Found, sent: Sent, code: OutcomeCode, wanted: str
) -> Outcome:
    payment = found.payment
    open_now = _listed_after(card, sent, payment)
    _remember(card, payment.id, open_now)
    now = _day(card, open_now[0].deadline) if open_now else ""
    before, read = _day(card, found.moment()), sent.written.read
    if now == wanted:
        return Outcome(OutcomeKind.DONE, code, read, payment.number, before, now, {"day": now})
    if sent.written.error is not None:
        raise WriteFailedError(sent.written.error, read, payment.number)
    if sent.is_adrift:
        return Outcome(OutcomeKind.PARTIAL, OutcomeCode.REMINDER_ADRIFT, read, payment.number)
    if sent.written.is_lost or not open_now:
        # A list without what was just accepted says nothing: it has what the person may see, and
        # a second one would be set if this one was called missing.
        kind, code = OutcomeKind.UNKNOWN, OutcomeCode.REMINDER_NOT_CONFIRMED
    else:
        kind, code = OutcomeKind.FAILED, OutcomeCode.REMINDER_NOT_SET
    return Outcome(kind, code, read, payment.number, before)


def _cancel(card: CardSession, payment_id: int) -> Outcome:
    found = _read(card, payment_id)
    before = _day(card, found.moment())
    if not found.open:
        return _unchanged(card, found, OutcomeCode.REMINDER_NONE, "")
    sent = _send(card, payment_id, [reminder_end.completion(reminder) for reminder in found.open])
    open_now = _listed_after(card, sent, found.payment)
    _remember(card, payment_id, open_now)
    read, number = sent.written.read, found.payment.number
    if not open_now:
        # Refused but gone: somebody else ended it at the same time.
        kind = OutcomeKind.ALREADY if sent.written.error else OutcomeKind.DONE
        return Outcome(kind, OutcomeCode.REMINDER_CANCELED, read, number, before)
    if sent.written.error is not None:
        raise WriteFailedError(sent.written.error, read, number)
    kind, code = OutcomeKind.FAILED, OutcomeCode.REMINDER_NOT_CANCELED
    if sent.written.is_lost:
        kind, code = OutcomeKind.UNKNOWN, OutcomeCode.REMINDER_STILL_THERE
    return Outcome(kind, code, read, number, before)


def _unchanged(card: CardSession, found: Found, code: OutcomeCode, day: str) -> Outcome:
    payment = found.payment
    _remember(card, payment.id, found.open)
    reading = sending.settle(card, [payment.id])
    values = {"day": day} if day else {}
    return Outcome(OutcomeKind.ALREADY, code, reading, payment.number, day, day, values)


@before_writing()
def _read(card: CardSession, payment_id: int) -> Found:
    """Prove that the payment is of this card, and read the reminders about it. One call."""
    batch = Batch()
    listing = batch.add(list_payments(card.ref, payment_ids=[payment_id]))
    asked = batch.add(activities.list_reminders(card.ref, payment_id))
    result = card.api.send(batch, WRITE_SECONDS)
    payment = ownership.listed_payment(result[listing], card, payment_id)
    return Found(payment, _about(payment_id, result[asked]))


def _about(payment_id: int, found: Sequence[Reminder]) -> list[Reminder]:
    """Leave out what a portal lists that ignores the filter."""
    return [reminder for reminder in found if reminder.payment_id == payment_id]


def _moved(
    card: CardSession, found: Sequence[Reminder], moment: datetime
) -> list[Command[int] | Command[bool]]:
    """Move the oldest one. Further ones, of a lost answer or another program, are ended."""
    first, *others = found
    if first.is_todo:
        move = activities.move_todo(card.ref, first.activity_id, moment)
    else:
        move = activities.move_configurable(first.activity_id, moment)
    return [move, *(reminder_end.completion(reminder) for reminder in others)]


def _send(
    card: CardSession, payment_id: int, commands: Sequence[Command[int] | Command[bool]]
) -> Sent:
    batch = Batch()
    handles = [batch.add(command) for command in commands]
    return reminder_adding.send(card, batch, payment_id, handles)


def _listed_after(card: CardSession, sent: Sent, payment: Payment) -> Sequence[Reminder]:
    """Return the open reminders after a write.

    Raises WriteFailedError if they, or the card with which they are shown, cannot be read.
    """
    found = sent.open
    if found is None and sent.written.read is not None:
        found = _asked_again(card, payment.id)
    if found is None or sent.written.read is None:
        raise verdicts.unseen(sent.written, payment)
    return _about(payment.id, found)


def _asked_again(card: CardSession, payment_id: int) -> Sequence[Reminder] | None:
    try:
        return card.api.call(activities.list_reminders(card.ref, payment_id), SETTLE_SECONDS)
    except AppError:
        return None


def _remember(card: CardSession, payment_id: int, found: Sequence[Reminder]) -> None:
    # If the application was uninstalled meanwhile, there is nothing to remember. If our database is
    # away, the next reading of the card remembers it: what was written is told all the same.
    with suppress(UnknownPortalError, DatabaseAwayError), card.db.transaction() as session:
        if found:
            stored.save(session, card.member_id, card.ref, found[0], card.clock())
        else:
            stored.forget(session, card.member_id, card.ref, [payment_id])


def _require_near(card: CardSession, day: date) -> None:
    days = (day - reminders.today(card)).days
    if not 0 <= days <= FARTHEST_DAYS:
        raise InputError("not a day to come", code=InputCode.REMIND_DAY, field="day")


def _moment(card: CardSession, day: date) -> datetime:
    zone = card.zone
    moments = [datetime.combine(day, hour, zone) for hour in (MORNING, EVENING)]
    now = card.clock()
    return next(
        (moment for moment in moments if moment > now), datetime.combine(day, MIDNIGHT, zone)
    )


def _day(card: CardSession, moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(card.zone).date().isoformat()


def _stamp(moment: datetime | None) -> str:
    return "" if moment is None else str(int(moment.timestamp()))
