"""Close the reminders of payments that need none any more: they were paid or deleted."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from b24app.bitrix.command import Command
from b24app.bitrix.methods import activities
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import Reminder
from b24app.errors import AppError, NotFoundError
from b24app.services.auth.card_session import CardSession
from b24app.services.writing.outcome import Outcome
from b24app.storage import reminders as stored

log = logging.getLogger(__name__)

SECONDS = 3.0
"""The payments are already changed; their reminders are not worth a long wait."""

MOST = 50
"""As many commands as a batch carries."""


def after(card: CardSession, outcome: Outcome, payment_id: int) -> None:
    """Close a payment's reminder, if the payment is now as it was asked to be."""
    if outcome.kind.is_well:
        read = outcome.reading
        close(card, [payment_id], read.reminders if read is not None else None)


def close(
    card: CardSession, payment_ids: Iterable[int], known: Mapping[int, Reminder] | None = None
) -> None:
    """Complete the known open reminders of these payments of the card; one call, or none.

    `known` are all those of the card by payment id, if they were just read.

    Never fails: the payments are changed whatever becomes of their reminders, be it that our
    database is away. One that could not be closed stays known, so that the card shows it and it can
    be ended there.
    """
    try:
        _close(card, set(payment_ids), _known(card) if known is None else known)
    except AppError as error:
        log.warning("reminders were not closed: %s", error)


def _known(card: CardSession) -> Mapping[int, Reminder]:
    with card.db.reading() as session:
        return stored.of_card(session, card.member_id, card.ref)


def _close(card: CardSession, payment_ids: set[int], known: Mapping[int, Reminder]) -> None:
    due = [reminder for payment_id, reminder in known.items() if payment_id in payment_ids][:MOST]
    if not due:
        return
    batch = Batch()
    handles = [batch.add(completion(reminder)) for reminder in due]
    try:
        result = card.api.send(batch, SECONDS)
    except NotFoundError:
        # The only one was deleted by a person: a batch of refused calls raises their error.
        ended = [reminder.payment_id for reminder in due]
    else:
        ended = [
            reminder.payment_id
            for reminder, handle in zip(due, handles, strict=True)
            if _is_ended(result, handle)
        ]
    with card.db.transaction() as session:
        stored.forget(session, card.member_id, card.ref, ended)


def completion(reminder: Reminder) -> Command[int] | Command[bool]:
    """Return the command that completes a reminder."""
    if reminder.is_todo:
        return activities.complete_todo(reminder.activity_id)
    return activities.complete_configurable(reminder.activity_id)


def _is_ended(result: BatchResult, handle: Handle[int] | Handle[bool]) -> bool:
    try:
        result[handle]
    except NotFoundError:
        return True
    except AppError as error:
        log.warning("a reminder was not closed: %s", error)
        return False
    return True
