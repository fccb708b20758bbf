"""Add a reminder in whatever way the portal has: an activity that we draw, or a plain to-do."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app.bitrix.methods import activities
from b24app.bitrix.wire.portal_api import Batch, Handle
from b24app.domain import Drawing, Payment, Reminder
from b24app.errors import AppError, MethodMissingError, PortalError, ValueRefusedError
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_paths
from b24app.services.deps import WRITE_SECONDS
from b24app.services.directories import reminder_means
from b24app.services.directories.reminder_means import BADGE, Means
from b24app.services.writing import sending
from b24app.services.writing.verdicts import WriteResult


@dataclass(frozen=True)
class Sent:
    """A write of reminders. `open` are those listed in the same call, None if they were not.

    `is_adrift`: a to-do was made that could not be given our keys.
    """

    written: WriteResult
    open: Sequence[Reminder] | None
    is_adrift: bool = False


def send(card: CardSession, batch: Batch, payment_id: int, handles: Sequence[Handle[Any]]) -> Sent:
    """Send writes with the list of the reminders and the re-read. Raises if nothing was sent."""
    listing = batch.add(activities.list_reminders(card.ref, payment_id))
    answer = sending.send(card, batch, [payment_id])
    if isinstance(answer, PortalError):
        return Sent(sending.outcome_unknown(card, answer, [payment_id]), None)
    written = sending.written(card, answer, *handles)
    try:
        return Sent(written, answer.result[listing])
    except PortalError:
        return Sent(written, None)


def add(card: CardSession, payment: Payment, moment: datetime, drawing: Drawing) -> Sent:
    """Add a reminder; what the portal lacks is noticed and not tried again for a day.

    With neither way, `written.error` is MethodMissingError.
    """
    with card.db.reading() as session:
        means = reminder_means.read(session, card.member_id, card.clock())
    sent = None
    if means.has_configurable:
        sent = _add_drawn(card, payment, moment, drawing, means)
        if not isinstance(sent.written.error, MethodMissingError):
            return sent
        _learn(card, has_configurable=False)
    if means.has_todo or sent is None:
        sent = _add_todo(card, payment, moment, drawing)
        if isinstance(sent.written.error, MethodMissingError):
            _learn(card, has_todo=False)
    return sent


def _add_drawn(
    card: CardSession, payment: Payment, moment: datetime, drawing: Drawing, means: Means
) -> Sent:
    badge = BADGE if means.has_badge else ""
    sent = _send_drawn(card, payment, moment, drawing, badge)
    if badge and isinstance(sent.written.error, ValueRefusedError):
        # An administrator has deleted it since.
        _learn(card, badge=reminder_means.MISSING)
        return _send_drawn(card, payment, moment, drawing, "")
    return sent


def _send_drawn(
    card: CardSession, payment: Payment, moment: datetime, drawing: Drawing, badge: str
) -> Sent:
    batch = Batch()
    command = activities.add_configurable(card.ref, payment.id, moment, drawing, badge)
    return send(card, batch, payment.id, [batch.add(command)])


def _add_todo(card: CardSession, payment: Payment, moment: datetime, drawing: Drawing) -> Sent:
    path = card_paths.link_to(card, payment.id)
    if path:
        text = f"{drawing.text}\n[URL={path}]{drawing.button}[/URL]"
        drawing = dataclasses.replace(drawing, text=text)
    batch = Batch()
    made = batch.add(activities.add_todo(card.ref, moment, drawing))
    marked = batch.add(activities.mark_todo(made.reference("id"), payment.id))
    listing = batch.add(activities.list_reminders(card.ref, payment.id))
    answer = sending.send(card, batch, [payment.id])
    if isinstance(answer, PortalError):
        return Sent(sending.outcome_unknown(card, answer, [payment.id]), None)
    written = sending.written(card, answer, made)
    try:
        todo_id = answer.result[made]
        answer.result[marked]
        return Sent(written, answer.result[listing])
    except AppError:
        if written.error is not None or written.is_lost:
            return Sent(written, None)
    return _mark_alone(card, payment, todo_id, written)


def _mark_alone(card: CardSession, payment: Payment, todo_id: int, written: WriteResult) -> Sent:
    """Give a to-do our keys by a call of its own: the portal did not resolve the reference."""
    try:
        card.api.call(activities.mark_todo(todo_id, payment.id), WRITE_SECONDS)
    except AppError:
        return Sent(written, None, is_adrift=True)
    return Sent(written, None)


def _learn(card: CardSession, **what: bool | str) -> None:
    with card.db.transaction() as session:
        reminder_means.note(session, card.member_id, card.clock(), **what)
