"""Moving a delivery line to another payment: both steps, or none, or a partial state with a name.

The portal has no move and no transaction. The line is added to the other payment first and taken
out of this one second, so that a delivery is never lost; what fails half-way is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from b24app.bitrix import payment_deliveries
from b24app.bitrix.payments import list_payments
from b24app.domain import Payment, PaymentDelivery
from b24app.errors import InputError
from b24app.services import afterwards, deliveries, portal_writes
from b24app.services.afterwards import Written
from b24app.services.deliveries import Place
from b24app.services.deps import WRITE_SECONDS, Deps
from b24app.services.launches import Acting
from b24app.services.tab import Read
from b24app.services.writes import Kind, Step
from b24app.storage import partial_actions


@dataclass(frozen=True, slots=True)
class Move:
    """One move: the line and its document, from where to where.

    `is_there`: the other payment had the document before, so that nothing of ours is in it.
    """

    source: Payment
    target: Payment
    item_id: int
    document_id: int
    label: str
    is_there: bool

    @property
    def both(self) -> list[int]:
        """The ids of both payments."""
        return [self.source.id, self.target.id]


def move(deps: Deps, acting: Acting, payment_id: int, item_id: int, to_id: int) -> Step:
    """Move a delivery line to another unpaid payment of this card."""
    plan = _plan(deps, acting, payment_id, item_id, to_id)
    if not plan.is_there:
        added = portal_writes.write(
            deps, acting, payment_deliveries.add_link(to_id, plan.document_id), plan.both
        )
        target = afterwards.shown_payment(added, to_id)
        if not _holds(added.read, plan, to_id):
            return _not_added(plan, added, target)
        acting = added.acting
    delete = payment_deliveries.delete_link(item_id)
    deleted = portal_writes.after_others(
        deps, acting, plan.both, lambda: portal_writes.write(deps, acting, delete, plan.both)
    )
    if _holds(deleted.read, plan, payment_id) is False:
        return _step(plan, Kind.DONE, "delivery_moved", 200, deleted.read)
    return _take_back(deps, deleted.acting, plan, deleted)


def _plan(deps: Deps, acting: Acting, payment_id: int, item_id: int, to_id: int) -> Move:
    if to_id == payment_id:
        raise InputError("the same payment", code="same_payment", field="to")
    at = deliveries.place(deps, acting, payment_id)
    link = at.link(item_id)
    at.document(link.document_id)
    other = deliveries.place(deps, acting, to_id)
    label = at.label(link.document_id)
    is_there = any(one.document_id == link.document_id for one in other.links)
    return Move(at.payment, other.payment, item_id, link.document_id, label, is_there)


def _holds(read: Read | None, plan: Move, payment_id: int) -> bool | None:
    """Whether a payment holds the document now. None: nobody knows."""
    if read is None:
        return None
    if read.core.payment(payment_id) is None:
        return False
    composition = read.compositions.get(payment_id)
    return None if composition is None else plan.document_id in deliveries.documents_of(composition)


def _not_added(plan: Move, written: Written, target: Payment) -> Step:
    afterwards.shown_composition(written, target)
    if written.error is not None:
        raise afterwards.refusal(written, written.error, target)
    code = "not_confirmed" if written.is_lost else "delivery_not_moved"
    kind = Kind.UNKNOWN if written.is_lost else Kind.FAILED
    return _step(plan, kind, code, 502, written.read)


def _take_back(deps: Deps, acting: Acting, plan: Move, deleted: Written) -> Step:
    """The line is in the other payment and still, or perhaps, in this one: undo the first step.

    Nothing is undone while the second step may still be running, or where the other payment had
    the document before.
    """
    read = deleted.read
    if read is not None and not deleted.is_lost and _holds(read, plan, plan.source.id):
        if not plan.is_there:
            read = _undone(deps, acting, plan, read)
        if plan.is_there or _holds(read, plan, plan.target.id) is False:
            if deleted.error is not None:
                raise afterwards.refusal(replace(deleted, read=read), deleted.error, plan.source)
            return _step(plan, Kind.FAILED, "delivery_not_moved", 502, read)
    _remember(deps, acting, plan)
    return _step(plan, Kind.PARTIAL, "delivery_twice", 502, read)


def _undone(deps: Deps, acting: Acting, plan: Move, read: Read) -> Read:
    composition = read.compositions.get(plan.target.id)
    links = composition.links if composition else ()
    line = next((one.id for one in links if one.document_id == plan.document_id), None)
    if line is None:
        return read
    command = payment_deliveries.delete_link(line)
    written = portal_writes.after_others(
        deps, acting, plan.both, lambda: portal_writes.write(deps, acting, command, plan.both)
    )
    return written.read or read


def _remember(deps: Deps, acting: Acting, plan: Move) -> None:
    data = {
        "delivery": plan.label,
        "number": plan.source.number,
        "other": plan.target.number,
        "document_id": plan.document_id,
        "payment_ids": plan.both,
    }
    with deps.db.transaction() as session:
        partial_actions.add(
            session,
            acting.member_id,
            acting.ref,
            user_id=acting.user_id,
            kind="delivery_twice",
            data=data,
            now=deps.clock(),
        )


def _step(plan: Move, kind: Kind, code: str, status: int, read: Read | None) -> Step:
    return Step(
        kind,
        code,
        status,
        read,
        plan.source.number,
        plan.source.number,
        plan.target.number if kind is Kind.DONE else "",
        values={"delivery": plan.label, "other": plan.target.number},
        also=(plan.target.id,),
    )


def targets(
    deps: Deps, acting: Acting, payment_id: int, item_id: int
) -> tuple[Place, PaymentDelivery, list[Payment]]:
    """What the move dialog offers: the line where it is, and the other unpaid payments."""
    at = deliveries.place(deps, acting, payment_id)
    link = at.link(item_id)
    at.document(link.document_id)
    listing = list_payments(acting.ref, paid=False)
    answer = portal_writes.read_batch(deps, acting, {"list": listing}, WRITE_SECONDS)
    others = [one for one in answer.take("list", listing) if one.id != payment_id]
    return at, link, others
