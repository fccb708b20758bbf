"""Cards that own no payments: the deals and invoices linked to them, with their payments.

Links are items whose `parentId<type>` is this card, and this item's own `parentId2` and
`parentId31`; for a contact `contactIds`, a company `companyId`, a lead `leadId` (decisions 13).
Every object shown gets a launch of its own, so that all actions are pinned to it, with the same
proofs as on the object's own card.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from b24app.bitrix import crm
from b24app.bitrix.client import BatchAnswer
from b24app.bitrix.command import Command
from b24app.domain import COMPANY, CONTACT, DEAL, INVOICE, LEAD, Card, EntityRef
from b24app.errors import AppError, PortalError
from b24app.services import card_reads, launches, names, tab
from b24app.services.acting import Acting, Ticket
from b24app.services.card_reads import Composition
from b24app.services.card_view import CardView
from b24app.services.deps import Deps
from b24app.services.launches import LAUNCH_DAYS, PROOF
from b24app.services.rendering import view_of
from b24app.services.tab import IN_A_PART, IN_FIRST_CALL, Wish
from b24app.storage import card_memory, refusals
from b24app.storage import launches as stored_launches

AT_ONCE = 10
LINKS_PER_PAGE = 50
MOST_LINKS = 1000
"""Twenty pages each of deals and invoices, beside the card and the proof, fill one batch."""

FILTERS: Mapping[int, str] = {CONTACT: "contactIds", COMPANY: "companyId", LEAD: "leadId"}
OWNERS = (DEAL, INVOICE)


@dataclass(frozen=True)
class Group:
    """One linked object with its payments. `ticket` opens all actions on it, and nothing else.

    `waiting` as in `tab.Shown`: only where one object is linked is there a call left to read them.
    """

    view: CardView
    waiting: tuple[tuple[int, ...], ...]
    rows_total: int
    ticket: Ticket


@dataclass(frozen=True)
class Linked:
    """A card with the groups read now; `more` objects are linked beyond `next_offset`."""

    card: Card
    groups: tuple[Group, ...]
    more: int
    next_offset: int
    updated_at: datetime
    time_zone: str = ""


def show(deps: Deps, acting: Acting, wish: Wish, offset: int = 0) -> Linked:
    """Read the links and the payments of ten linked objects: at most three calls."""
    links = _link_commands(acting.ref, min(offset + AT_ONCE, MOST_LINKS))
    proof: card_reads.Commands = {} if acting.user else PROOF
    raw = crm.get_raw_item(acting.ref)
    first = {**proof, "card": raw, **links}
    answer = _read(deps, acting, first)
    acting = launches.prove(deps, acting, answer)
    item = answer.take("card", raw)
    found = _objects(answer, links, item)
    unread = _unread(answer, links)
    end = offset + AT_ONCE
    part = found[offset:end]
    if wish.is_refresh:
        _forget_refusals(deps, acting, part)
    return Linked(
        card=crm.card_of(acting.ref.entity_type_id, item),
        groups=_groups(deps, acting, part),
        more=max(0, len(found) + unread - end) if part and end < MOST_LINKS else 0,
        next_offset=end,
        updated_at=deps.clock(),
        time_zone=acting.user.time_zone if acting.user else "",
    )


def _link_commands(ref: EntityRef, most: int) -> dict[str, Command[Any]]:
    """The pages that hold the newest `most` linked deals, and as many invoices."""
    key = FILTERS.get(ref.entity_type_id, f"parentId{ref.entity_type_id}")
    return {
        f"links{owner}from{start}": crm.list_items_of(owner, {key: ref.entity_id}, ["id"], start)
        for owner in OWNERS
        for start in range(0, most, LINKS_PER_PAGE)
    }


def _objects(
    answer: BatchAnswer, links: Mapping[str, Command[Any]], item: Mapping[str, object]
) -> list[EntityRef]:
    """The linked objects, newest first. A filter the portal does not know means: no such links."""
    found: set[EntityRef] = set()
    for owner in OWNERS:
        for key in (one for one in links if one.startswith(f"links{owner}from")):
            try:
                rows = answer.take(key, links[key])
            except PortalError:
                continue
            ids = (str(row["id"]) for row in rows)
            found.update(EntityRef(owner, int(one)) for one in ids if one.isdigit())
        parent = str(item.get(f"parentId{owner}") or "")
        if parent.isdigit() and int(parent):
            found.add(EntityRef(owner, int(parent)))
    return sorted(found, key=lambda ref: (ref.entity_type_id, -ref.entity_id))


def _unread(answer: BatchAnswer, links: Mapping[str, Command[Any]]) -> int:
    """How many linked objects are on pages that were not asked for."""
    asked = len(links) // len(OWNERS) * LINKS_PER_PAGE
    totals = (answer.total(f"links{owner}from0") or 0 for owner in OWNERS)
    return sum(max(0, total - asked) for total in totals)


def _groups(deps: Deps, acting: Acting, objects: Sequence[EntityRef]) -> tuple[Group, ...]:
    middle = (len(objects) + 1) // 2
    halves = [part for part in (objects[:middle], objects[middle:]) if part]
    people = names.missing(names.directory(deps, acting.member_id))
    seen = [_seen_before(deps, acting, part) for part in halves]
    requests: list[dict[str, Command[Any]]] = [
        {**_core_commands(part), **card_reads.composition_commands(known)}
        for part, known in zip(halves, seen, strict=True)
    ]
    if requests:
        requests[0].update(names.commands(people))
    answers = _read_all(deps, acting, requests)
    if answers and isinstance(answers[0], BatchAnswer):
        names.take(deps, acting.member_id, answers[0], people)
    groups: list[Group] = []
    for part, known, answer in zip(halves, seen, answers, strict=True):
        if isinstance(answer, AppError):
            raise answer
        found = card_reads.take_compositions(answer, known)
        groups.extend(
            _group(deps, acting, ref, answer, found) for ref in part if _is_seen(answer, ref)
        )
    if len(objects) > 1:
        # Three calls are made by now: what else payments are made of is read when they are opened.
        return tuple(replace(group, waiting=()) for group in groups)
    return tuple(groups)


def _seen_before(deps: Deps, acting: Acting, objects: Sequence[EntityRef]) -> list[int]:
    """Payments whose composition is worth asking for beside the lists: the newest of each."""
    if acting.batch_refused:
        return []
    with deps.db.reading() as session:
        known = [card_memory.payment_ids(session, acting.member_id, ref) for ref in objects]
    newest = [sorted(ids, reverse=True) for ids in known]
    in_turn = [one for rank in zip_longest(*newest) for one in rank if one is not None]
    return in_turn[:IN_FIRST_CALL]


def _prefix(ref: EntityRef) -> str:
    return f"o{ref.entity_type_id}x{ref.entity_id}_"


def _core_commands(objects: Sequence[EntityRef]) -> dict[str, Command[Any]]:
    return {
        _prefix(ref) + key: command
        for ref in objects
        for key, command in card_reads.core_commands(ref).items()
    }


def _part(answer: BatchAnswer, ref: EntityRef) -> BatchAnswer:
    """The part of an answer that is about one object, under the keys of `core_commands`."""
    prefix = _prefix(ref)

    def mine(values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key.removeprefix(prefix): value
            for key, value in values.items()
            if key.startswith(prefix)
        }

    return BatchAnswer(
        mine(answer.results),
        mine(answer.errors),
        mine(answer.totals),
        mine(answer.nexts),
        answer.application,
        answer.is_halted,
    )


def _is_seen(answer: BatchAnswer, ref: EntityRef) -> bool:
    """Whether the acting user may see the object and its payments; others are not counted."""
    part = _part(answer, ref)
    return part.error("card") is None and part.error("list") is None


def _group(
    deps: Deps,
    acting: Acting,
    ref: EntityRef,
    answer: BatchAnswer,
    compositions: Mapping[int, Composition],
) -> Group:
    core = card_reads.take_core(_part(answer, ref), ref)
    ticket = _ticket(acting, ref)
    own = replace(acting, ref=ref, launch_id=ticket.launch_id)
    now = deps.clock()
    if acting.user is not None:
        with deps.db.transaction() as session:
            stored_launches.save(
                session,
                launch_id=ticket.launch_id,
                member_id=acting.member_id,
                user=acting.user,
                ref=ref,
                proven_at=now,
                expires_at=now + timedelta(days=LAUNCH_DAYS),
            )
    tab.note_listing(deps, own, core)
    people = names.note(deps, acting.member_id, names.payers(core.payments))
    view = view_of(deps, own, core, card_reads.complete(core, compositions), people)
    ids = [one.payment.id for one in view.payments if one.details is None]
    waiting = tuple(
        tuple(ids[start : start + IN_A_PART]) for start in range(0, len(ids), IN_A_PART)
    )
    return Group(view, waiting, core.rows_total, ticket)


def _ticket(acting: Acting, ref: EntityRef) -> Ticket:
    """One launch for each object of this opening, found again by every refresh."""
    text = f"{acting.launch_id}:{ref.entity_type_id}:{ref.entity_id}"
    launch_id = hashlib.sha256(text.encode()).hexdigest()[:32]
    return Ticket(launch_id, acting.member_id, ref, acting.language, "", is_grouped=True)


def _forget_refusals(deps: Deps, acting: Acting, objects: Sequence[EntityRef]) -> None:
    with deps.db.transaction() as session:
        for ref in objects:
            refusals.clear(session, acting.member_id, acting.user_id, ref)


def _read(deps: Deps, acting: Acting, commands: card_reads.Commands) -> BatchAnswer:
    if not acting.batch_refused:
        answer = deps.client.batch(acting.tokens, commands, deps.deadline())
        if not any(card_reads.is_batch_refusal(answer, key) for key in commands):
            return answer
    return deps.client.singles(acting.tokens, commands, deps.deadline())


def _read_all(
    deps: Deps, acting: Acting, requests: Sequence[card_reads.Commands]
) -> list[BatchAnswer | AppError]:
    if acting.batch_refused:
        return [deps.client.singles(acting.tokens, one, deps.deadline()) for one in requests]
    answers = deps.client.batches(acting.tokens, requests, deps.deadline())
    for answer, commands in zip(answers, requests, strict=True):
        if isinstance(answer, BatchAnswer) and any(
            card_reads.is_batch_refusal(answer, key) for key in commands
        ):
            refused = tab.remember_batch_refused(deps, acting)
            return _read_all(deps, refused, requests)
    return answers
