"""Show a card's payments: at most three calls to the portal for up to twenty payments.

A card seen before asks for the known payments' composition in parallel with the first call;
a new one shows its payments after one call and reads their composition in a second request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from b24app.bitrix.wire.portal_api import Batch, BatchResult
from b24app.domain import ProductRow, is_whole
from b24app.errors import GoneError, NotOnThisCardError
from b24app.services.auth import launches
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_reads, carried_core, readings, reminders, returned
from b24app.services.card.build_view import LISTS, Noted, kept_of, view_of
from b24app.services.card.card_reads import CardSnapshot, Compositions, CoreRequest
from b24app.services.card.card_view import CardView, Filter, Sort
from b24app.services.card.readings import Reading
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
    is_first: bool = False
    """It is the first of its page, whose script is therefore of this version."""


@dataclass(frozen=True)
class TabContent:
    """A rendered card's data. `waiting` are groups of payments whose lines are not read yet."""

    view: CardView
    waiting: tuple[tuple[int, ...], ...]
    rows_total: int
    rows: tuple[ProductRow, ...] = ()
    has_more_rows: bool = False
    """The card has more product rows than are ever read at once."""
    carried: str = ""
    """The card as it was read, sealed for the request that reads the first group; see `details`."""
    tells_abroad: bool = False
    """Whether it was read what all payments in other currencies than the card's hold."""


def show(card: CardSession, wish: ListOptions) -> TabContent:
    """Read the card and everything about its payments that is cheap to read.

    Raises UnprovenError and the portal's errors; then nothing may be shown.
    """
    if wish.is_refresh:
        # First, so that it also happens if the portal cannot be read now.
        launches.prove_now(card)
        with card.db.transaction() as session:
            refusals.clear(session, card.member_id, card.user_id, card.ref)
    listed = _read(card, ORDERS[wish.sort])
    core = listed.core
    with card.db.transaction() as session:
        noted = note_listing(session, card, core)
        kept = kept_of(session, card, noted)
    view = view_of(card, core, listed.compositions, noted.people, kept)
    view = view.arranged(wish.filter, wish.sort).cut(MOST_SHOWN)
    newest = [entry.payment.id for entry in view.payments if entry.details is None]
    # Where batches are refused it takes two calls per payment: only for those that a person opens
    # (decisions 11).
    waiting = () if card.api.refuses_batch else card_reads.parts(newest, DETAILS_AT_ONCE)
    carried = ""
    if waiting and wish.is_first:
        carried = carried_core.sealed(card, listed.asked, listed.answer, core)
    return TabContent(view, waiting, core.rows_total, carried=carried)


def note_listing(session: Session, card: CardSession, core: CardSnapshot) -> Noted:
    """Remember which payments the portal listed; return what is known of the card now.

    The list proves ownership for five minutes, and says what to ask for at the next opening.
    """
    payment_ids = [payment.id for payment in core.payments]
    card.listed_at = card.clock()
    stored_launches.note_listed(
        session, card.member_id, card.launch_id, payment_ids, card.listed_at
    )
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


def details(
    card: CardSession, payment_ids: Sequence[int], rows_total: int, carried: str = ""
) -> TabContent:
    """Read the lines of up to 20 payments that this session was shown.

    `carried` is what `show` gave the page; without it, or where it is over, the card is read, too.
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
    core = carried_core.opened(card, carried)
    ahead = 0 if core is not None else card_reads.core_commands(rows_total)
    parts = [wanted] if is_one_call else card_reads.halves(wanted, ahead)
    read = (
        readings.read_lines(card, core, parts)
        if core
        else readings.read_to_the_end(card, parts, rows_total)
    )
    view = view_of(card, read.core, read.compositions, read.people)
    kept = tuple(entry for entry in view.payments if entry.payment.id in set(wanted))
    shown = replace(view, payments=kept)
    return TabContent(shown, (), read.core.rows_total, tells_abroad=_tells_abroad(view))


def _tells_abroad(view: CardView) -> bool:
    """Return whether all payments in other currencies were read, but for those of nothing."""
    own = view.card.amount.currency
    abroad = [entry for entry in view.payments if entry.payment.sum.currency != own]
    return all(entry.details is not None or not entry.payment.sum.amount for entry in abroad)


def details_of_newest(card: CardSession, most: int) -> TabContent:
    """Read the lines of the newest payments of the card, in parallel calls."""
    launches.prove_now(card)
    most = min(most, DETAILS_AT_ONCE) if card.api.refuses_batch else most
    newest = sorted(card.listed, reverse=True)[:most]
    read = readings.read_to_the_end(card, card_reads.parts(newest, IN_A_PART), 0)
    view = view_of(card, read.core, read.compositions, read.people)
    rows = tuple(sorted(read.core.rows.values(), key=lambda row: (row.sort, row.id)))
    return TabContent(view, (), read.core.rows_total, rows, read.core.read_rows.has_more)


def read_card(card: CardSession, payment_ids: Sequence[int]) -> Reading:
    """Read the card and the lines of payments that are proven to be of it."""
    return readings.read_parts(card, [payment_ids] if payment_ids else [], 0)


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


@dataclass(frozen=True, slots=True)
class _Listed:
    """A card that was listed, and the portal's answer to what was `asked` of it."""

    core: CardSnapshot
    compositions: Compositions
    asked: CoreRequest
    answer: BatchResult


def _read(card: CardSession, order: Mapping[str, str]) -> _Listed:
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
    answer = readings.or_raise(answers[0])
    if proof is not None:
        launches.prove(card, answer, proof)
    core = card_reads.take_core(answer, core_asked)
    if isinstance(answers[-1], BatchResult):
        user_names.store_names(card, answers[-1], names_asked)
    found = readings.compositions(card, core, asked, answers)
    if core_asked.returned is None and len(batches) == 1 and len(core.payments) <= IN_A_PART:
        # Two calls are left, and what is not read yet needs one: see `details`.
        core = replace(core, returned=returned.look(card, core.payments))
    return _Listed(core, card_reads.complete(core, found), core_asked, answer)
