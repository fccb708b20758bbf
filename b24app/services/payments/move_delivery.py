"""Move a delivery line to another payment: both steps, or none, or a named partial state.

The portal has no move and no transaction. The line is first added to the other payment and then
removed from this one, so that a delivery is never lost; a move that fails half-way is undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from b24app.bitrix.command import Command
from b24app.bitrix.methods import payment_deliveries
from b24app.bitrix.wire.portal_api import Batch
from b24app.domain import Payment
from b24app.errors import AppError, Executed, PortalError
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind, UndoKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import half_done
from b24app.services.card.card_reads import PaymentLines
from b24app.services.card.half_done import HalfDone
from b24app.services.card.readings import Reading
from b24app.services.deps import SETTLE_SECONDS
from b24app.services.payments import deliveries, delivery_places
from b24app.services.payments.delivery_places import Holder
from b24app.services.payments.move_plan import Move, Wish, plan_move
from b24app.services.writing import card_lease, follow, sending, verdicts
from b24app.services.writing.deed import Deed, WriteRequest
from b24app.services.writing.outcome import Outcome, Undo
from b24app.services.writing.perform import perform
from b24app.services.writing.verdicts import WriteResult


@dataclass(frozen=True)
class Moved:
    """The result of both steps in one batch. `removed` is None if the second was not run."""

    added: WriteResult
    removed: WriteResult | None = None


def move(card: CardSession, asked: WriteRequest, payment_id: int, wish: Wish) -> Outcome:
    """Move a delivery line to another unpaid payment of this card. Two calls if all goes well."""

    def run() -> Outcome:
        plan = plan_move(card, payment_id, wish)
        outcome = _move(card, plan)
        return follow.checked(card, outcome, plan.before, _moving_back(plan, outcome))

    deed = Deed(Action.DELIVERIES, DeedName.MOVE_DELIVERY, payment_id)
    return perform(card, asked, deed, lambda: card_lease.work_alone(card, run, deed.repeats(asked)))


def _move(card: CardSession, plan: Move) -> Outcome:
    item_id = plan.item_id
    if not plan.has_it:
        moved = _add_and_remove(card, plan)
        outcome = _after_both(card, plan, moved)
        if outcome is not None:
            return outcome
    # Removing a line that is already gone changes nothing, so an uncertain step is repeated.
    remove = payment_deliveries.delete_link(item_id)
    removed = sending.after_others(card, [remove], plan.both)
    if _is_in_source(removed.read, plan) is not False:
        return _take_back(card, plan, removed)
    if _holds(removed.read, plan, plan.target.id) is False:
        return _in_neither(card, plan, removed)
    return _done(plan, removed.read)


def _moving_back(plan: Move, outcome: Outcome) -> list[Command[int] | Command[bool]]:
    """Return how to undo a move; empty if the target already had the delivery."""
    lines = _lines_there(plan, outcome.reading)
    if lines is None or plan.has_it:
        return []
    back: list[Command[int] | Command[bool]] = [
        payment_deliveries.add_link(plan.source.id, plan.document_id)
    ]
    return back + [payment_deliveries.delete_link(line) for line in lines]


def _lines_there(plan: Move, read: Reading | None) -> list[int] | None:
    """Return the target's lines with the document; None if they are not known."""
    found = read.compositions.get(plan.target.id) if read else None
    if found is None:
        return None
    return [link.id for link in found.links if link.document_id == plan.document_id]


def _add_and_remove(card: CardSession, plan: Move) -> Moved:
    """Send both steps in one batch that ends at the first error.

    Old portals refuse the first step with `null` and no error, which would not end the batch. So
    the lines of the other payment are read in between: this gate takes its id from the line that is
    new there. If there is none, the reference becomes the whole list, which an `int` parameter
    refuses with code 100, and the second step is not run (rest-contract d.3).
    """
    batch = Batch()
    add = batch.add(payment_deliveries.add_link(plan.target.id, plan.document_id))
    count = batch.add(payment_deliveries.list_links(plan.target.id))
    batch.add(payment_deliveries.list_links(count.reference(plan.there, "paymentId")))
    remove = batch.add(payment_deliveries.delete_link(plan.item_id))
    sent = sending.send(card, batch, plan.both, stop_on_error=True)
    if isinstance(sent, PortalError):
        return Moved(sending.outcome_unknown(card, sent, plan.both))
    added = sending.written(card, sent, add)
    if not sent.result.is_answered(remove):
        return Moved(added)
    try:
        sent.result[remove]
    except PortalError as error:
        if error.executed is Executed.UNKNOWN:
            return Moved(added)
        return Moved(added, replace(added, error=error))
    return Moved(added, added)


def _after_both(card: CardSession, plan: Move, moved: Moved) -> Outcome | None:
    """Return the outcome, or None if the line is in both payments and one step is left."""
    added, removed = moved.added, moved.removed
    is_in_source = _is_in_source(added.read, plan)
    is_in_target = _holds(added.read, plan, plan.target.id)
    is_unread = is_in_source is None or is_in_target is None
    if is_unread and added.error is None and (removed is None or removed.error):
        return _half_done(card, plan, HalfDone.DELIVERY_TWICE, added.read)
    is_taken_out = removed is not None and removed.error is None
    if is_in_source is False and is_in_target is False and is_taken_out:
        return _put_back(card, plan)
    target = verdicts.shown_payment(added, plan.target.id)
    if not is_in_target:
        return _not_added(plan, added, target)
    if is_in_source is False:
        return _moved(card, plan, added.read, is_taken_out=is_taken_out)
    if removed is not None and removed.error is not None:
        return _take_back(card, plan, removed)
    return None


def _done(plan: Move, read: Reading | None) -> Outcome:
    """Report the line as moved. Moving back would take a document the target had before."""
    outcome = _ended(plan, OutcomeKind.DONE, OutcomeCode.DELIVERY_MOVED, read)
    lines = _lines_there(plan, read)
    if plan.has_it or not lines:
        return outcome
    document = plan.document_id
    back = Undo(UndoKind.MOVE, plan.target.id, lines[0], now=document, to_id=plan.source.id)
    return replace(outcome, undo=back)


def _moved(card: CardSession, plan: Move, read: Reading | None, *, is_taken_out: bool) -> Outcome:
    """Report the line as moved. If somebody else removed it, they may have moved it elsewhere."""
    outcome = _done(plan, read)
    if is_taken_out:
        return outcome
    holders = _holders_besides(card, plan)
    if not holders:
        return outcome
    values = deliveries.told_twice(plan.target.id, plan.document, holders)
    shown = [*plan.both, *(holder.payment.id for holder in holders[: deliveries.MOST_SHOWN])]
    return replace(
        outcome,
        code=OutcomeCode.DELIVERY_MOVED_TWICE,
        undo=None,
        reading=sending.settle(card, shown) or read,
        number=plan.target.number,
        values=values,
        also=tuple(shown[1:]),
    )


def _holders_besides(card: CardSession, plan: Move) -> Sequence[Holder]:
    """Return the other payments that now bill the delivery, as far as the portal says."""
    batch = Batch()
    asked = delivery_places.ask(batch, card, delivery_places.known(card) - {plan.target.id})
    try:
        result = card.api.send(batch, SETTLE_SECONDS)
        return delivery_places.take(card, result, asked, plan.target.id).of(plan.document_id)
    except AppError:
        return ()


def _is_in_source(read: Reading | None, plan: Move) -> bool | None:
    """Return whether the line is still where it was. None: unknown."""
    if read is None:
        return None
    if read.core.is_gone(plan.source.id):
        return False
    composition = read.compositions.get(plan.source.id)
    if composition is None:
        return None
    return _told(composition, any(link.id == plan.item_id for link in composition.links))


def _holds(read: Reading | None, plan: Move, payment_id: int) -> bool | None:
    """Return whether a payment holds the document now. None: unknown."""
    if read is None:
        return None
    if read.core.is_gone(payment_id):
        return False
    composition = read.compositions.get(payment_id)
    if composition is None:
        return None
    return _told(composition, plan.document_id in deliveries.documents_of(composition))


def _told(composition: PaymentLines, is_there: bool) -> bool | None:
    """Return the finding, or None if a missing line may be an unreadable one."""
    return None if not is_there and composition.links.unread else is_there


def _not_added(plan: Move, written: WriteResult, target: Payment) -> Outcome:
    verdicts.shown_composition(written, target)
    if written.error is not None:
        raise verdicts.refusal(written, written.error, target)
    if written.is_lost:
        return _ended(plan, OutcomeKind.UNKNOWN, OutcomeCode.NOT_CONFIRMED, written.read)
    return _ended(plan, OutcomeKind.FAILED, OutcomeCode.DELIVERY_NOT_MOVED, written.read)


def _take_back(card: CardSession, plan: Move, removed: WriteResult) -> Outcome:
    """Undo the first step: the line is in the other payment and still, or perhaps, in this one.

    Nothing is undone while the second step may still be running, or if the other payment already
    had the document.
    """
    read = removed.read
    if read is not None and not removed.is_lost and _is_in_source(read, plan):
        if not plan.has_it:
            read = _undone(card, plan, read)
        if plan.has_it or _holds(read, plan, plan.target.id) is False:
            if removed.error is not None:
                source = read.core.payments_by_id.get(plan.source.id) or plan.source
                raise verdicts.refusal(replace(removed, read=read), removed.error, source)
            return _ended(plan, OutcomeKind.FAILED, OutcomeCode.DELIVERY_NOT_MOVED, read)
    return _half_done(card, plan, HalfDone.DELIVERY_TWICE, read)


def _undone(card: CardSession, plan: Move, read: Reading) -> Reading:
    composition = read.compositions.get(plan.target.id)
    links = composition.links if composition else ()
    line = next((link.id for link in links if link.document_id == plan.document_id), None)
    if line is None:
        return read
    command = payment_deliveries.delete_link(line)
    written = sending.after_others(card, [command], plan.both)
    return written.read or read


def _in_neither(card: CardSession, plan: Move, removed: WriteResult) -> Outcome:
    """Somebody else has just removed it from the other payment: put it back if we took it out."""
    if removed.error is None and not removed.is_lost:
        return _put_back(card, plan)
    if removed.is_lost:
        return _half_done(card, plan, HalfDone.DELIVERY_NOWHERE, removed.read)
    return _ended(plan, OutcomeKind.FAILED, OutcomeCode.DELIVERY_NOT_MOVED, removed.read)


def _put_back(card: CardSession, plan: Move) -> Outcome:
    """Report the line as here again: somebody else just removed it from the other payment."""
    command = payment_deliveries.add_link(plan.source.id, plan.document_id)
    written = sending.after_others(card, [command], plan.both)
    if _holds(written.read, plan, plan.source.id):
        return _ended(plan, OutcomeKind.FAILED, OutcomeCode.DELIVERY_NOT_MOVED, written.read)
    return _half_done(card, plan, HalfDone.DELIVERY_NOWHERE, written.read)


def _half_done(card: CardSession, plan: Move, kind: HalfDone, read: Reading | None) -> Outcome:
    """Name the state on the card until the portal shows it settled, also after reloads."""
    data = {
        "delivery": plan.label,
        "number": plan.source.number,
        "other": plan.target.number,
        "document_id": plan.document_id,
        "payment_ids": plan.both,
    }
    half_done.remember(card, kind, data)
    return _ended(plan, OutcomeKind.PARTIAL, OutcomeCode(kind), read)


def _ended(plan: Move, kind: OutcomeKind, code: OutcomeCode, read: Reading | None) -> Outcome:
    return Outcome(
        kind,
        code,
        read,
        plan.source.number,
        plan.source.number,
        plan.target.number if kind is OutcomeKind.DONE else "",
        values={"delivery": plan.label, "other": plan.target.number},
        also=(plan.target.id,),
    )
