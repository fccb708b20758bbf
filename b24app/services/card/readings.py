"""Read a card together with what is in some of its payments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from b24app.bitrix.wire.portal_api import Batch, BatchResult
from b24app.domain import Payment, Reminder
from b24app.errors import AppError
from b24app.services.auth.card_session import CardSession
from b24app.services.card import basket_rows, card_reads, product_rows
from b24app.services.card.card_reads import (
    CardSnapshot,
    CompositionRequest,
    Compositions,
    PaymentLines,
)
from b24app.services.directories import user_names


@dataclass(frozen=True)
class Reading:
    """The result of one reading of the portal."""

    core: CardSnapshot
    compositions: Compositions
    people: Mapping[int, str | None]
    reminders: Mapping[int, Reminder] | None = None
    """The open ones that were known of the card then, by payment id; None if nobody looked."""


def payment_in(read: Reading | None, payment_id: int) -> Payment | None:
    """Return a payment as a reading lists it, None if it does not, or if there is none."""
    return read.core.payments_by_id.get(payment_id) if read is not None else None


def or_raise(answer: BatchResult | AppError) -> BatchResult:
    """Return one of parallel answers, or raise what it is instead."""
    if isinstance(answer, AppError):
        raise answer
    return answer


def compositions(
    card: CardSession,
    core: CardSnapshot,
    asked: Sequence[Mapping[int, CompositionRequest]],
    answers: Sequence[BatchResult | AppError],
) -> dict[int, PaymentLines]:
    """Join parallel answers. The payments of a failed one stay waiting and are read again."""
    found: dict[int, PaymentLines] = {}
    for part, answer in zip(asked, answers, strict=True):
        if isinstance(answer, BatchResult):
            found.update(card_reads.take_compositions(answer, part))
    return basket_rows.named(card, found, core.read_rows)


def read_to_the_end(card: CardSession, parts: Sequence[Sequence[int]], rows_total: int) -> Reading:
    """Read with all product rows: once more only if the first reading asked for too few."""
    asked = min(rows_total, product_rows.MOST)
    read = read_parts(card, parts, asked)
    while read.core.read_rows.has_more and asked < product_rows.MOST:
        asked = read.core.read_rows.next_total(asked)
        read = read_parts(card, parts, asked)
    return read


def read_parts(card: CardSession, parts: Sequence[Sequence[int]], rows_total: int) -> Reading:
    """Read the core with the first part's lines, and the other parts in parallel."""
    first = Batch()
    asked = card_reads.ask_core(first, card.ref, rows_total=rows_total)
    return _read_with(card, first, parts, lambda answer: card_reads.take_core(answer, asked))


def read_lines(card: CardSession, core: CardSnapshot, parts: Sequence[Sequence[int]]) -> Reading:
    """Read the lines of parts in parallel, of a card that was read a moment ago."""
    return _read_with(card, Batch(), parts, lambda _: core)


def _read_with(
    card: CardSession,
    first: Batch,
    parts: Sequence[Sequence[int]],
    take_core: Callable[[BatchResult], CardSnapshot],
) -> Reading:
    """Read lines, the first part's behind what `first` asks for, the others in parallel."""
    with card.db.reading() as session:
        known = user_names.directory(session, card)
    batches = [first, *(Batch() for _ in parts[1:])]
    asked = [
        card_reads.ask_compositions(batch, ids)
        for batch, ids in zip(batches, parts or [()], strict=True)
    ]
    # With the last part: the core makes the first one long, and whoever waits for the longest.
    names_asked = user_names.ask(batches[-1], known)
    answers = card.api.send_all(batches)
    core = take_core(or_raise(answers[0]))
    named, people = answers[-1], names_asked.known
    if isinstance(named, BatchResult):
        people = user_names.store_names(card, named, names_asked)
    return Reading(core, compositions(card, core, asked, answers), people)
