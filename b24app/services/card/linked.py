"""Show the linked deals and invoices, with their payments, on a card that owns no payments.

Links are items whose `parentId<type>` is this card, and this item's own `parentId2` and
`parentId31`; for a contact `contactIds`, a company `companyId`, a lead `leadId` (decisions 13).
Every object shown gets its own launch, so that all actions are limited to it, with the same proofs
as on the object's own card.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from b24app.bitrix.methods import crm
from b24app.bitrix.wire.answers import ROWS_PER_PAGE
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import COMPANY, CONTACT, DEAL, INVOICE, LEAD, Card, EntityRef
from b24app.errors import AppError, PortalError, UnexpectedAnswerError
from b24app.services.auth import launches
from b24app.services.auth.card_session import CardSession, SessionClaims
from b24app.services.auth.launches import LAUNCH_DAYS
from b24app.services.card import basket_rows, card_reads, tab
from b24app.services.card.build_view import kept_of, view_of
from b24app.services.card.card_reads import CardSnapshot, Compositions, CoreRequest
from b24app.services.card.card_view import CardView, Filter
from b24app.services.card.linked_totals import Sum, together
from b24app.services.card.tab import IN_A_PART, IN_FIRST_CALL, MOST_SHOWN, ListOptions
from b24app.services.directories import user_names
from b24app.storage import card_memory, refusals
from b24app.storage import launches as stored_launches
from b24app.storage.session import Session

AT_ONCE = 10
MOST_LINKS = 1000
"""Twenty pages each of deals and invoices, with the card and the proof, fill one batch."""

FILTERS: Mapping[int, str] = {CONTACT: "contactIds", COMPANY: "companyId", LEAD: "leadId"}
OWNERS = (DEAL, INVOICE)


@dataclass(frozen=True)
class LinkedCard:
    """One linked object with its payments. `ticket` allows actions on it, and nothing else.

    `waiting` as in `tab.Shown`: a call is left to read them only if one object is linked.
    """

    view: CardView
    waiting: tuple[tuple[int, ...], ...]
    rows_total: int
    ticket: SessionClaims


@dataclass(frozen=True)
class Linked:
    """A card with the groups read now; `more` objects are linked after `next_offset`.

    With `is_more_unknown` there may be further ones, and the portal does not say how many.
    `unread` is the number of those asked for now whose answers make no sense.
    """

    card: Card
    groups: tuple[LinkedCard, ...]
    more: int
    is_more_unknown: bool
    unread: int
    next_offset: int
    updated_at: datetime
    time_zone: str = ""

    @property
    def has_more(self) -> bool:
        """Return whether there are, or may be, linked cards that are not shown yet."""
        return self.more > 0 or self.is_more_unknown

    @property
    def next_count(self) -> int:
        """Return how many of `more` are read at once next."""
        return min(self.more, AT_ONCE)

    @property
    def totals(self) -> tuple[Sum, ...]:
        """Return the totals of these groups' cards, in each currency."""
        views = (group.view for group in self.groups)
        return together(Sum(total.amount, total.paid) for view in views for total in view.totals)

    @property
    def counts(self) -> Mapping[Filter, int]:
        """Count the payments shown in these groups, by filter."""
        views = (group.view for group in self.groups)
        states = Counter(entry.payment.state[0] for view in views for entry in view.payments)
        return {Filter.ALL: states.total(), Filter.UNPAID: states["N"], Filter.PAID: states["Y"]}


def show(card: CardSession, wish: ListOptions, offset: int = 0) -> Linked:
    """Read the links and the payments of ten linked objects: at most three calls."""
    batch = Batch()
    proof = None if card.user else launches.ask_proof(batch)
    raw = batch.add(crm.get_raw_item(card.ref))
    links = _ask_links(batch, card.ref, min(offset + AT_ONCE, MOST_LINKS))
    result = card.api.send(batch)
    if proof is not None:
        launches.prove(card, result, proof)
    item = result[raw]
    found = _objects(result, links, item)
    unread, is_unknown = _unread(result, links)
    end = offset + AT_ONCE
    part = found[offset:end]
    is_open = bool(part) and end < MOST_LINKS
    if wish.is_refresh:
        _forget_refusals(card, part)
    groups = _groups(card, part)
    return Linked(
        card=crm.card_of(card.ref, item),
        groups=tuple(group for group in groups if group is not None),
        more=max(0, len(found) + unread - end) if is_open else 0,
        is_more_unknown=is_unknown and is_open,
        unread=sum(group is None for group in groups),
        next_offset=end,
        updated_at=card.clock(),
        time_zone=card.time_zone,
    )


Links = Mapping[int, Sequence[Handle[tuple[Mapping[str, object], ...]]]]
"""By owner type, the handles of the pages of linked objects."""


def _ask_links(batch: Batch, ref: EntityRef, most: int) -> Links:
    """Ask for the pages that hold the newest `most` linked deals, and as many invoices."""
    key = FILTERS.get(ref.entity_type_id, f"parentId{ref.entity_type_id}")
    return {
        owner: [
            batch.add(crm.list_items_of(owner, {key: ref.entity_id}, ["id"], start))
            for start in range(0, most, ROWS_PER_PAGE)
        ]
        for owner in OWNERS
    }


def _objects(result: BatchResult, links: Links, item: Mapping[str, object]) -> list[EntityRef]:
    """Return linked objects, newest first. A filter the portal does not know has no links."""
    found: set[EntityRef] = set()
    for owner in OWNERS:
        for handle in links[owner]:
            try:
                rows = result[handle]
            except PortalError:
                continue
            ids = (crm.id_in(row, "id") for row in rows)
            found.update(EntityRef(owner, entity_id) for entity_id in ids if entity_id)
        parent = crm.id_in(item, f"parentId{owner}")
        if parent:
            found.add(EntityRef(owner, parent))
    return sorted(found, key=lambda ref: (ref.entity_type_id, -ref.entity_id))


def _unread(result: BatchResult, links: Links) -> tuple[int, bool]:
    """Count the linked objects on pages not asked for, and return whether that is unknown."""
    unread, is_unknown = 0, False
    for pages in links.values():
        total = result.total(pages[0]) or 0
        asked = len(pages) * ROWS_PER_PAGE
        if total > asked:
            unread += total - asked
        else:
            is_unknown = is_unknown or not _is_last(result, pages[-1])
    return unread, is_unknown


def _is_last(result: BatchResult, page: Handle[tuple[Mapping[str, object], ...]]) -> bool:
    try:
        return not result.goes_on(page, len(result[page]))
    except PortalError:
        return True


def _groups(card: CardSession, objects: Sequence[EntityRef]) -> list[LinkedCard | None]:
    """Return the objects the acting user may see; None for one whose answer makes no sense."""
    middle = (len(objects) + 1) // 2
    halves = [part for part in (objects[:middle], objects[middle:]) if part]
    with card.db.reading() as session:
        known = user_names.directory(session, card)
        seen = [_seen_before(session, card, part) for part in halves]
        lapsed = {ref for ref in objects if card_memory.has_lapsed(session, card.member_id, ref)}
    batches = [Batch() for _ in halves]
    cores = [
        {ref: card_reads.ask_listing(batch, ref, has_lapsed=ref in lapsed) for ref in part}
        for batch, part in zip(batches, halves, strict=True)
    ]
    lines = [
        card_reads.ask_compositions(batch, payment_ids, is_optional=True)
        for batch, payment_ids in zip(batches, seen, strict=True)
    ]
    names_asked = user_names.ask(batches[0], known) if batches else None
    answers = card.api.send_all(batches)
    if names_asked is not None and isinstance(answers[0], BatchResult):
        user_names.store_names(card, answers[0], names_asked)
    most = MOST_SHOWN // max(1, len(objects))
    groups: list[LinkedCard | None] = []
    for core_asked, lines_asked, answer in zip(cores, lines, answers, strict=True):
        if isinstance(answer, AppError):
            raise answer
        found = card_reads.take_compositions(answer, lines_asked)
        groups.extend(
            _group(card, ref, _core(answer, asked), found, most)
            for ref, asked in core_asked.items()
            if _is_seen(answer, asked)
        )
    if len(objects) > 1:
        # Three calls are made by now: other payments' lines are read when they are opened.
        return [group and replace(group, waiting=()) for group in groups]
    return groups


def _seen_before(session: Session, card: CardSession, objects: Sequence[EntityRef]) -> list[int]:
    """Return the payments whose lines are asked for with the lists: the newest of each."""
    known = [card_memory.payment_ids(session, card.member_id, ref) for ref in objects]
    newest = [sorted(ids, reverse=True) for ids in known]
    in_turn = [
        payment_id for rank in zip_longest(*newest) for payment_id in rank if payment_id is not None
    ]
    return in_turn[:IN_FIRST_CALL]


def _is_seen(result: BatchResult, asked: CoreRequest) -> bool:
    """Return whether the acting user may see the object and its payments; others do not count."""
    return result.error(asked.card) is None and result.error(asked.payments) is None


def _core(result: BatchResult, asked: CoreRequest) -> CardSnapshot | None:
    try:
        return card_reads.take_core(result, asked)
    except UnexpectedAnswerError:
        return None


def _group(
    card: CardSession,
    ref: EntityRef,
    core: CardSnapshot | None,
    compositions: Compositions,
    most: int,
) -> LinkedCard | None:
    if core is None:
        return None
    compositions = basket_rows.named(card, compositions, core.read_rows, ref)
    ticket = _ticket(card, ref)
    own = card.on_linked(ticket)
    now = card.clock()
    with card.db.transaction() as session:
        if card.user is not None:
            stored_launches.save(
                session,
                launch_id=ticket.launch_id,
                member_id=card.member_id,
                user=card.user,
                ref=ref,
                expires_at=now + timedelta(days=LAUNCH_DAYS),
            )
        noted = tab.note_listing(session, own, core)
        kept = kept_of(session, own, noted)
    view = view_of(own, core, card_reads.complete(core, compositions), noted.people, kept)
    view = view.cut(most)
    ids = [entry.payment.id for entry in view.payments if entry.details is None]
    return LinkedCard(view, card_reads.parts(ids, IN_A_PART), core.rows_total, ticket)


def _ticket(card: CardSession, ref: EntityRef) -> SessionClaims:
    """Return the ticket of this object's launch, the same for every refresh of this opening."""
    text = f"{card.launch_id}:{ref.entity_type_id}:{ref.entity_id}"
    launch_id = hashlib.sha256(text.encode()).hexdigest()[:32]
    return SessionClaims(launch_id, card.member_id, ref, card.language, "", is_grouped=True)


def _forget_refusals(card: CardSession, objects: Sequence[EntityRef]) -> None:
    with card.db.transaction() as session:
        for ref in objects:
            refusals.clear(session, card.member_id, card.user_id, ref)
