"""Show a card's payments: at most three calls to the portal for up to twenty payments.

A card seen before asks for the known payments' composition in parallel with the first call;
a new one shows its payments after one call and reads their composition in a second request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from b24app.bitrix.wire.portal_api import Batch, BatchResult
from b24app.domain import Payment, ProductRow, Reminder, is_whole
from b24app.errors import AppError, GoneError, NotOnThisCardError
from b24app.services.auth import launches
from b24app.services.auth.card_session import CardSession
from b24app.services.card import basket_rows, card_reads, product_rows, reminders, returned
from b24app.services.card.build_view import LISTS, Noted, kept_of, view_of
from b24app.services.card.card_reads import (
    CardSnapshot,
    CompositionRequest,
    Compositions,
    PaymentLines,
)
from b24app.services.card.card_view import CardView, Filter, Sort
from b24app.services.directories import user_names
from b24app.storage import cached_lists, card_memory, refusals
from b24app.storage import launches as stored_launches
from b24app.storage.session import Session

MOST_SHOWN = 500
"""Payments on one page. Nobody looks through more, and browsers draw them slowly."""

IN_FIRST_CALL = 4
DETAILS_AT_ONCE = 20
IN_A_PART = 12
"""Two commands per payment, the core and twenty pages of rows must fit into one batch of 50."""

ORDERS: Mapping[Sort, Mapping[str, str]] = {
    Sort.NEWEST: {"id": "desc"},
    Sort.OLDEST: {"id": "asc"},
    Sort.AMOUNT_DOWN: {"sum": "desc"},
    Sort.AMOUNT_UP: {"sum": "asc"},
    Sort.PAID_DATE: {"datePaid": "desc"},
    # Since when a payment waits is known here alone.
    Sort.WAITING: {"id": "asc"},
}
"""What the portal is asked to sort by; ties and unpaid payments are sorted here afterwards."""


@dataclass(frozen=True, slots=True)
class ListOptions:
    """The person's options for the list."""

    filter: Filter = Filter.ALL
    sort: Sort = Sort.NEWEST
    is_refresh: bool = False


@dataclass(frozen=True)
class TabContent:
    """A rendered card's data. `waiting` are groups of payments whose lines are not read yet."""

    view: CardView
    waiting: tuple[tuple[int, ...], ...]
    rows_total: int
    rows: tuple[ProductRow, ...] = ()
    has_more_rows: bool = False
    """The card has more product rows than are ever read at once."""


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


def show(card: CardSession, wish: ListOptions) -> TabContent:
    """Read the card and everything about its payments that is cheap to read.

    Raises UnprovenError and the portal's errors; then nothing may be shown.
    """
    if wish.is_refresh:
        # First, so that it also happens if the portal cannot be read now.
        launches.prove_now(card)
        with card.db.transaction() as session:
            refusals.clear(session, card.member_id, card.user_id, card.ref)
    core, compositions = _read(card, ORDERS[wish.sort])
    with card.db.transaction() as session:
        noted = note_listing(session, card, core)
        kept = kept_of(session, card, noted)
    view = view_of(card, core, compositions, noted.people, kept)
    view = view.arranged(wish.filter, wish.sort).cut(MOST_SHOWN)
    newest = [entry.payment.id for entry in view.payments if entry.details is None]
    # Where batches are refused it takes two calls per payment: only for those that a person opens
    # (decisions 11).
    waiting = () if card.api.refuses_batch else card_reads.parts(newest, DETAILS_AT_ONCE)
    return TabContent(view, waiting, core.rows_total)


def note_listing(session: Session, card: CardSession, core: CardSnapshot) -> Noted:
    """Remember which payments the portal listed; return what is known of the card now.

    The list proves ownership for five minutes, and says what to ask for at the next opening.
    """
    payment_ids = [payment.id for payment in core.payments]
    stored_launches.note_listed(session, card.member_id, card.launch_id, payment_ids, card.clock())
    first_sights = card_memory.save_known_payments(
        session,
        card.member_id,
        card.ref,
        payment_ids,
        card.clock(),
        is_whole=is_whole(core.payments),
        lapsed=returned.lapsed(core.payments, core.returned),
    )
    lists = cached_lists.load_several(session, card.member_id, *LISTS)
    known = user_names.names_in(lists.get(user_names.KIND), card)
    payers = user_names.payers(core.payments)
    return Noted(
        people=user_names.queue_unknown_ids(session, card, known, payers),
        first_sights=first_sights,
        reminders=reminders.note(session, card, core.reminders),
        lists=lists,
    )


def details(card: CardSession, payment_ids: Sequence[int], rows_total: int) -> TabContent:
    """Read the lines of up to 20 payments that this session was shown.

    Raises NotOnThisCardError for any other payment, before the portal is asked, and GoneError
    if none of them is left.
    """
    launches.prove_now(card)
    wanted = tuple(dict.fromkeys(payment_ids))[:DETAILS_AT_ONCE]
    if not set(wanted) <= card.shown:
        raise NotOnThisCardError("a payment that this session was not shown")
    wanted = tuple(payment_id for payment_id in wanted if payment_id in card.listed)
    if not wanted:
        raise GoneError("the payments were deleted meanwhile")
    # For the list two calls were already made on a card with linked objects (decisions 13), and
    # where something may have been given back (58).
    is_one_call = (card.is_grouped or card.has_lapsed) and len(wanted) <= IN_A_PART
    ahead = card_reads.core_commands(rows_total)
    parts = [wanted] if is_one_call else card_reads.halves(wanted, ahead)
    read = _read_to_the_end(card, parts, rows_total)
    view = view_of(card, read.core, read.compositions, read.people)
    kept = tuple(entry for entry in view.payments if entry.payment.id in set(wanted))
    return TabContent(replace(view, payments=kept), (), read.core.rows_total)


def details_of_newest(card: CardSession, most: int) -> TabContent:
    """Read the lines of the newest payments of the card, in parallel calls."""
    launches.prove_now(card)
    most = min(most, DETAILS_AT_ONCE) if card.api.refuses_batch else most
    newest = sorted(card.listed, reverse=True)[:most]
    read = _read_to_the_end(card, card_reads.parts(newest, IN_A_PART), 0)
    view = view_of(card, read.core, read.compositions, read.people)
    rows = tuple(sorted(read.core.rows.values(), key=lambda row: (row.sort, row.id)))
    return TabContent(view, (), read.core.rows_total, rows, read.core.read_rows.has_more)


def read_card(card: CardSession, payment_ids: Sequence[int]) -> Reading:
    """Read the card and the lines of payments that are proven to be of it."""
    return _read_parts(card, [payment_ids] if payment_ids else [], 0)


def read_again(card: CardSession, payment_id: int | None) -> Reading:
    """Read the card and one payment of it, for a replayed answer.

    A payment that another session of the same person created is noted as shown to this one, too,
    once the portal lists it on this card.
    """
    if payment_id and payment_id in card.listed:
        return read_card(card, [payment_id])
    read = read_card(card, [])
    if payment_id not in read.core.payments_by_id:
        return read
    with card.db.transaction() as session:
        note_listing(session, card, read.core)
    return read_card(card, [payment_id])


def _read(
    card: CardSession, order: Mapping[str, str]
) -> tuple[CardSnapshot, dict[int, PaymentLines]]:
    """Read the card and, if still necessary, prove the opener in the same call."""
    seen = sorted(card.seen_before, reverse=True)[:DETAILS_AT_ONCE]
    first = Batch()
    proof = None if card.user else launches.ask_proof(first)
    core_asked = card_reads.ask_listing(first, card.ref, has_lapsed=card.has_lapsed, order=order)
    parts = [seen] if len(seen) <= IN_FIRST_CALL else card_reads.thirds(seen, len(first))
    batches = [first, *(Batch() for _ in parts[1:])]
    # If batches are refused, this would be two calls per payment: then only the first call's
    # reads are sent (decisions 11).
    asked = [
        card_reads.ask_compositions(batch, ids, is_optional=True)
        for batch, ids in zip(batches, parts, strict=True)
    ]
    # With the last part, as below: nobody else asks for them where no lines are left to read.
    names_asked = user_names.ask_beside(batches[-1], card.nameless)
    answers = card.api.send_all(batches)
    answer = _or_raise(answers[0])
    if proof is not None:
        launches.prove(card, answer, proof)
    core = card_reads.take_core(answer, core_asked)
    if isinstance(answers[-1], BatchResult):
        user_names.store_names(card, answers[-1], names_asked)
    found = _compositions(card, core, asked, answers)
    if core_asked.returned is None and len(batches) == 1 and len(core.payments) <= IN_A_PART:
        # Two calls are left, and what is not read yet needs one: see `details`.
        core = replace(core, returned=returned.look(card, core.payments))
    return core, card_reads.complete(core, found)


def _or_raise(answer: BatchResult | AppError) -> BatchResult:
    if isinstance(answer, AppError):
        raise answer
    return answer


def _compositions(
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


def _read_to_the_end(card: CardSession, parts: Sequence[Sequence[int]], rows_total: int) -> Reading:
    """Read with all product rows: once more only if the first reading asked for too few."""
    asked = min(rows_total, product_rows.MOST)
    read = _read_parts(card, parts, asked)
    while read.core.read_rows.has_more and asked < product_rows.MOST:
        asked = read.core.read_rows.next_total(asked)
        read = _read_parts(card, parts, asked)
    return read


def _read_parts(card: CardSession, parts: Sequence[Sequence[int]], rows_total: int) -> Reading:
    """Read the core with the first part's lines, and the other parts in parallel."""
    with card.db.reading() as session:
        known = user_names.directory(session, card)
    batches = [Batch() for _ in parts] or [Batch()]
    core_asked = card_reads.ask_core(batches[0], card.ref, rows_total=rows_total)
    asked = [
        card_reads.ask_compositions(batch, ids)
        for batch, ids in zip(batches, parts or [()], strict=True)
    ]
    # With the last part: the core makes the first one long, and whoever waits for the longest.
    names_asked = user_names.ask(batches[-1], known)
    answers = card.api.send_all(batches)
    core = card_reads.take_core(_or_raise(answers[0]), core_asked)
    named, people = answers[-1], names_asked.known
    if isinstance(named, BatchResult):
        people = user_names.store_names(card, named, names_asked)
    return Reading(core, _compositions(card, core, asked, answers), people)
