"""Send writes to the portal with their re-read, and read back after lost answers.

A write and everything the page needs afterwards travel in one batch. The written id is always the
requested one: no list from the portal is trusted to name it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24app.bitrix.command import Command
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.bitrix.wire.transport import Lost
from b24app.domain import Reminder
from b24app.errors import (
    AppError,
    DatabaseAwayError,
    Executed,
    PortalError,
    UnknownPortalError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.card import basket_rows, card_reads
from b24app.services.card.card_reads import CardSnapshot, ReadingRequest
from b24app.services.card.readings import Reading
from b24app.services.card.tab import note_listing
from b24app.services.deps import SETTLE_SECONDS, WRITE_SECONDS
from b24app.services.directories.user_names import Directory
from b24app.services.writing.verdicts import WriteResult

log = logging.getLogger(__name__)

GATEWAY_GAVE_UP = frozenset({502, 504})


@dataclass(frozen=True)
class Sent:
    """A batch of writes that was answered, with the handles of its re-read."""

    result: BatchResult
    reread: ReadingRequest


def write(
    card: CardSession, commands: Sequence[Command[Any]], payment_ids: Sequence[int]
) -> WriteResult:
    """Run writes whose conditions an earlier call has proven, one after another, and re-read.

    `error` is that of the first failed write. There is no transaction: what succeeded stays, and
    the caller compares the re-read with its aim.
    """
    batch = Batch()
    handles = [batch.add(command) for command in commands]
    sent = send(card, batch, payment_ids)
    if isinstance(sent, PortalError):
        return outcome_unknown(card, sent, payment_ids)
    result = written(card, sent, *handles)
    if result.read is None:
        return result
    return replace(result, read=learned(card, result.read, sent.result, handles))


def learned(
    card: CardSession, read: Reading, result: BatchResult, handles: Iterable[Handle[Any]]
) -> Reading:
    """Return a re-read with the rows that these writes have just added, and remember them."""
    rows = read.core.read_rows
    lines = basket_rows.learned(card, read.compositions, rows, result, handles)
    return replace(read, compositions=lines)


def after_others(
    card: CardSession, commands: Sequence[Command[Any]], payment_ids: Sequence[int]
) -> WriteResult:
    """Run later writes of one action: if they cannot be sent, the reason is in `error`.

    If it were raised, it would look as if nothing at all had been changed.
    """
    try:
        return write(card, commands, payment_ids)
    except AppError as error:
        return WriteResult(settle(card, payment_ids), error=error)


def outcome_unknown(
    card: CardSession, cause: PortalError, payment_ids: Sequence[int]
) -> WriteResult:
    """Return what can still be known of a write without a usable answer."""
    note_lost(card, cause)
    return WriteResult(settle(card, payment_ids), cause=cause)


def note_lost(card: CardSession, cause: PortalError) -> None:
    """Note whether the portal may be at it still: it has not answered, or only its proxy has."""
    is_lost = cause.code == Lost.NO_ANSWER.value or cause.http_status in GATEWAY_GAVE_UP
    card.is_answer_lost = card.is_answer_lost or is_lost


def settle(card: CardSession, payment_ids: Sequence[int]) -> Reading | None:
    """Read back after a lost answer, in the time that is left. None: unknown."""
    batch = Batch()
    reread = card_reads.ask_reading(batch, card.ref, payment_ids)
    try:
        return _take(card, Sent(card.api.send(batch, SETTLE_SECONDS), reread))
    except AppError:
        return None


def send(
    card: CardSession,
    batch: Batch,
    payment_ids: Sequence[int],
    *,
    stop_on_error: bool = False,
) -> Sent | PortalError:
    """Send writes, and what their conditions need, with the re-read, in one batch.

    With a returned error it is open what has run; if an error is raised, nothing was executed.
    With `stop_on_error` the first error ends the batch, and the re-read is missing from its answer.
    """
    reread = card_reads.ask_reading(batch, card.ref, payment_ids)
    return send_whole(card, batch, reread, stop_on_error=stop_on_error)


def send_whole(
    card: CardSession, batch: Batch, reread: ReadingRequest, *, stop_on_error: bool
) -> Sent | PortalError:
    """Send like `send` a batch in which the re-read has been asked for, and what is behind it."""
    try:
        return Sent(card.api.send(batch, WRITE_SECONDS, stop_on_error=stop_on_error), reread)
    except PortalError as error:
        if error.executed is Executed.NO:
            raise
        return error


def written(card: CardSession, sent: Sent, *handles: Handle[Any]) -> WriteResult:
    """Return the result of a batch's writes, with the re-read.

    If nobody knows of one whether it ran, that counts, whatever became of those before it.
    """
    read = read_after(card, sent)
    errors = _errors(sent.result, handles)
    unclear = next((error for error in errors if error.executed is Executed.UNKNOWN), None)
    if unclear is not None:
        return WriteResult(read, cause=unclear)
    return WriteResult(read, error=errors[0] if errors else None)


def _errors(result: BatchResult, handles: Sequence[Handle[Any]]) -> list[PortalError]:
    errors: list[PortalError] = []
    for handle in handles:
        try:
            result[handle]
        except PortalError as error:
            errors.append(error)
    return errors


def read_after(card: CardSession, sent: Sent) -> Reading | None:
    """Return the re-read of a write's batch; read again if something is missing in it."""
    read = _take(card, sent)
    asked = sent.reread.compositions
    if read is not None:
        listed = {payment.id for payment in read.core.payments if payment.id in asked}
        if read.compositions.keys() >= listed:
            return read
    return settle(card, list(asked)) or read


def _take(card: CardSession, sent: Sent) -> Reading | None:
    try:
        core = card_reads.take_core(sent.result, sent.reread.core)
    except PortalError:
        return None
    # An act on many names none here: it ends their reminders after its record.
    people, open_reminders = noted(card, core, with_reminders=bool(sent.reread.compositions))
    found = card_reads.take_compositions(sent.result, sent.reread.compositions)
    lines = basket_rows.named(card, found, core.read_rows)
    return Reading(core, lines, people, open_reminders)


def noted(
    card: CardSession, core: CardSnapshot, *, with_reminders: bool = False
) -> tuple[Directory, Mapping[int, Reminder] | None]:
    """Note what the portal lists after a write; return the names and the reminders known of it.

    Nothing can be noted, and nothing is known, if the application was uninstalled meanwhile or our
    database is away: what was written is told all the same, and further steps are carried out.
    """
    try:
        with card.db.transaction() as session:
            known = note_listing(session, card, core)
    except (UnknownPortalError, DatabaseAwayError) as error:
        log.warning("not noted what the portal lists after a write: %s", error)
        return {}, None
    return known.people, known.reminders if with_reminders else None
