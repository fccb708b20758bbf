"""Put more products into a payment than one request can carry: in parts, one request each.

The page requests one part after another and shows the progress. The state is stored with the card,
so that the work can be stopped or interrupted and later continues from what the portal shows then:
a row that is in the payment is never sent again, whoever added it, nor one that was in it and that
somebody has taken out. Nor is anything sent at a price that nobody has seen: then the work ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from b24app.bitrix.methods import payment_items
from b24app.domain import ListedRow, is_whole
from b24app.errors import BusinessRefusalError, GoneError, NotFoundError, NotOnThisCardError
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import half_done
from b24app.services.card.readings import Reading, payment_in
from b24app.services.deps import PART_SECONDS
from b24app.services.payments import (
    adding_items,
    filling_ending,
    filling_prices,
    filling_state,
)
from b24app.services.payments.filling_state import IN_A_PART, Filling
from b24app.services.payments.item_lines import EditContext, place_in_part, place_to_add
from b24app.services.payments.quantities import RowQuantity, require_free
from b24app.services.writing import card_lease, change, follow, sending, verdicts
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.outcome import Outcome, WriteFailedError
from b24app.services.writing.perform import perform
from b24app.storage import partial_actions

OVER = "filling_over"
"""Code of a filling that is finished, given up, or not of this card."""

FEWEST = 5


def begin(card: CardSession, filling: Filling, rows: Mapping[int, ListedRow]) -> Outcome:
    """Store what is still to be added to a payment with its first rows; the page goes on."""
    names = {row.row_id: rows[row.row_id].name for row in filling.wanted}
    wanted = filling_prices.as_seen(filling.wanted, rows)
    filling = replace(filling, names=names, wanted=wanted, on_card=len(rows))
    kept = half_done.remember(card, half_done.HalfDone.FILLING, filling_state.data_of(filling))
    return _going_on(replace(filling, id=kept.id))


def add(
    card: CardSession,
    asked: WriteRequest,
    payment_id: int,
    wanted: Sequence[RowQuantity],
    currency: str = "",
) -> Outcome:
    """Add rows to an existing payment, in one request or in several.

    `currency` is the card's as it was seen.

    Rows that it already has are raised if allowed, and only in one request.
    """
    may_raise = not asked.is_undo
    addition = adding_items.change_to(payment_id, wanted, may_raise=may_raise, currency=currency)
    turn = card_lease.Turn(card)

    def run() -> Outcome:
        # Asked here: who has waited for others has less time left.
        is_short = len(wanted) <= card.api.writes_within(PART_SECONDS, adding_items.AT_ONCE)
        at = None if is_short else place_to_add(card, payment_id, currency)
        there = {item.row_id for item in at.items} if at else set()
        if at is None or any(row.row_id in there for row in wanted):
            return change.carry_out(card, addition)
        return _begin_adding(card, at, wanted, currency)

    deed = Deed(Action.ITEMS, DeedName.ADD_ITEMS, payment_id, is_repeatable=False)
    return perform(card, asked, deed, lambda: turn.run(run), turn)


def _begin_adding(
    card: CardSession, at: EditContext, wanted: Sequence[RowQuantity], currency: str
) -> Outcome:
    free = at.rows if at.free is None else at.free
    require_free(wanted, free, set(at.rows))
    payment = at.payment
    filling = Filling(0, payment.id, payment.number, tuple(wanted), names={}, done=0, is_new=False)
    return begin(card, replace(filling, currency=currency), {**at.rows, **free})


def find(card: CardSession, filling_id: int) -> Filling:
    """Return one filling of this card. Raises NotOnThisCardError."""
    with card.db.reading() as session:
        present = partial_actions.of_card(session, card.member_id, card.ref)
        for action in present:
            if action.id == filling_id and action.kind == half_done.HalfDone.FILLING:
                return filling_state.read(action.id, action.data)
    raise NotOnThisCardError("no such filling on this card", code=OVER)


def find_shown(card: CardSession, filling_id: int) -> Filling:
    """Return one whose payment this opening was shown. Raises NotOnThisCardError like `find`."""
    filling = find(card, filling_id)
    half_done.require_shown(card, [filling.payment_id], OVER)
    return filling


def go_on(card: CardSession, asked: WriteRequest, filling_id: int) -> Outcome:
    """Add the next part, based on what the payment holds now. Two calls. Raises as `find_shown`."""
    filling = find_shown(card, filling_id)
    action = Action.CREATE if filling.is_new else Action.ITEMS
    deed = Deed(action, DeedName.FILL, filling.payment_id)
    return perform(
        card, asked, deed, lambda: card_lease.work_alone(card, lambda: _go_on(card, filling_id))
    )


def _go_on(card: CardSession, filling_id: int) -> Outcome:
    filling = find(card, filling_id)
    try:
        at, currency = place_in_part(card, filling.payment_id, filling.on_card)
    except (GoneError, NotOnThisCardError):
        _settle(card, filling)
        gone = GoneError("the payment was deleted meanwhile")
        raise WriteFailedError(gone, sending.settle(card, [])) from None
    filling, part = _next_part(filling, at)
    part = part[: card.api.writes_within(PART_SECONDS, IN_A_PART)]
    if not part:
        return _finished(card, filling, sending.settle(card, [filling.payment_id]))
    changed = filling_prices.changed(filling, at, currency)
    if changed is not None:
        return _ended(card, filling, sending.settle(card, [filling.payment_id]), changed)
    return _add(card, filling, part, at)


def _next_part(filling: Filling, at: EditContext) -> tuple[Filling, list[RowQuantity]]:
    """Return the rows to send next, without what was billed elsewhere or taken out meanwhile."""
    there = {item.row_id for item in at.items}
    # A line that could not be read, or of which nobody knows the row, may be any of them.
    gone = filling.added - there if is_whole(at.items) and None not in there else frozenset()
    over = there | filling.refused | gone
    waiting = [row for row in filling.wanted if row.row_id not in over]
    free = at.free
    taken = {
        row.row_id
        for row in waiting
        if free is not None and (row.row_id not in free or row.quantity > free[row.row_id].quantity)
    }
    filling = replace(
        filling,
        done=sum(row.row_id in there for row in filling.wanted),
        refused=(filling.refused | taken | gone) - there,
    )
    return filling, [row for row in waiting if row.row_id not in taken][: filling.part]


def _add(
    card: CardSession, filling: Filling, part: Sequence[RowQuantity], at: EditContext
) -> Outcome:
    payment_id = filling.payment_id
    commands = [payment_items.add_item(payment_id, row.row_id, row.quantity) for row in part]
    written = sending.write(card, commands, [payment_id])
    payment = verdicts.shown_payment(written, payment_id)
    composition = verdicts.shown_composition(written, payment)
    now = {item.row_id: item for item in composition.items}
    held = {row.row_id for row in filling.wanted if row.row_id in now}
    failed = [row.row_id for row in part if row.row_id not in held]
    is_refusal = isinstance(written.error, BusinessRefusalError | NotFoundError)
    filling = replace(
        filling,
        done=len(held),
        refused=(filling.refused | set(failed if is_refusal else ())) - held,
        part=max(FEWEST, filling.part // 2) if written.is_lost else filling.part,
        added=filling.added | held,
    )
    sent = Outcome(OutcomeKind.DONE, OutcomeCode.FILLING, written.read)
    back = [payment_items.delete_item(now[row.row_id].id) for row in part if row.row_id in now]
    followed = follow.checked(card, sent, [at.contents], back)
    if followed is not sent:
        return followed
    _keep(card, filling)
    if len(failed) == len(part) and written.error is not None and not is_refusal:
        raise verdicts.refusal(written, written.error, payment)
    if written.is_lost or (failed and written.error is None):
        return _stopped(filling)
    if filling.done + len(filling.refused) < filling.total:
        return _going_on(filling)
    return _finished(card, filling, written.read)


def _going_on(filling: Filling) -> Outcome:
    return Outcome(
        OutcomeKind.DONE,
        OutcomeCode.FILLING,
        number=filling.number,
        after=f"{filling.done}/{filling.total}",
        values={"filling": str(filling.id), "done": str(filling.done), "total": str(filling.total)},
        payment_id=filling.payment_id,
    )


def _stopped(filling: Filling) -> Outcome:
    """Stop the page from going on: the portal may still be working on the part it got."""
    return replace(_going_on(filling), kind=OutcomeKind.PARTIAL, code=OutcomeCode.FILLING_STOPPED)


def _finished(card: CardSession, filling: Filling, read: Reading | None) -> Outcome:
    return _ended(card, filling, read, filling_ending.ending(filling, read))


def _ended(
    card: CardSession, filling: Filling, read: Reading | None, ending: filling_ending.Ending
) -> Outcome:
    _settle(card, filling)
    payment = payment_in(read, filling.payment_id)
    return Outcome(
        ending.kind,
        ending.code,
        read,
        payment.number if payment else filling.number,
        after=payment.pay_system_name if payment and filling.is_new else "",
        values=ending.values,
        payment_id=filling.payment_id,
    )


def _keep(card: CardSession, filling: Filling) -> None:
    with card.db.transaction() as session:
        partial_actions.change(session, card.member_id, filling.id, filling_state.data_of(filling))


def _settle(card: CardSession, filling: Filling) -> None:
    with card.db.transaction() as session:
        partial_actions.settle(session, card.member_id, filling.id)
