"""Moving a delivery line to another payment: both steps, or none, or a partial state with a name.

The portal has no move and no transaction. The line is added to the other payment first and taken
out of this one second, so that a delivery is never lost; what fails half-way is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.bitrix import payment_deliveries
from b24app.bitrix.payments import list_payments
from b24app.domain import Payment, PaymentDelivery
from b24app.errors import AppError, InputError, PaidLockedError
from b24app.services import deliveries, portal_writes
from b24app.services.deliveries import Place
from b24app.services.deps import WRITE_SECONDS, Deps
from b24app.services.launches import Acting
from b24app.services.tab import Read
from b24app.services.writes import Kind, Step, StepFailedError
from b24app.storage import partial_actions


@dataclass(frozen=True, slots=True)
class Move:
    """One move: the line and its document, from where to where."""

    source: Payment
    target: Payment
    item_id: int
    document_id: int
    label: str


def move(deps: Deps, acting: Acting, payment_id: int, item_id: int, to_id: int) -> Step:
    """Move a delivery line to another unpaid payment of this card."""
    plan = _plan(deps, acting, payment_id, item_id, to_id)
    both = [payment_id, to_id]
    add = payment_deliveries.add_link(to_id, plan.document_id)
    added = portal_writes.write(deps, acting, add, both)
    if plan.document_id not in deliveries.documents_of(added.read, to_id):
        return _not_added(plan, added)
    delete = payment_deliveries.delete_link(item_id)
    deleted = portal_writes.write(deps, added.acting, delete, both)
    read = deleted.read
    if read is not None and plan.document_id not in deliveries.documents_of(read, payment_id):
        return _step(plan, Kind.DONE, "delivery_moved", 200, read)
    return _take_back(deps, deleted.acting, plan, deleted.error)


def _plan(deps: Deps, acting: Acting, payment_id: int, item_id: int, to_id: int) -> Move:
    if to_id == payment_id:
        raise InputError("the same payment", code="same_payment", field="to")
    at = deliveries.place(deps, acting, payment_id)
    link = at.link(item_id)
    at.document(link.document_id)
    target = portal_writes.present(deps, acting, to_id)
    if target.is_paid:
        raise StepFailedError(PaidLockedError("the other payment is paid"), None, target.number)
    return Move(at.payment, target, item_id, link.document_id, at.label(link.document_id))


def _not_added(plan: Move, written: portal_writes.Written) -> Step:
    if written.error is not None:
        payment = portal_writes.shown_payment(written, plan.target.id)
        raise portal_writes.refusal(written, payment)
    kind = Kind.UNKNOWN if written.is_lost else Kind.FAILED
    return _step(plan, kind, "delivery_not_moved", 502, written.read)


def _take_back(deps: Deps, acting: Acting, plan: Move, error: AppError | None) -> Step:
    """The line is in the other payment and still, or perhaps, in this one: undo the first step."""
    read = portal_writes.settle(deps, acting, [plan.source.id, plan.target.id])
    if read is not None:
        if plan.document_id not in deliveries.documents_of(read, plan.source.id):
            return _step(plan, Kind.DONE, "delivery_moved", 200, read)
        read = _undone(deps, acting, plan, read)
        if plan.document_id not in deliveries.documents_of(read, plan.target.id):
            if error is not None:
                raise StepFailedError(error, read, plan.source.number)
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
    written = portal_writes.write(deps, acting, command, [plan.source.id, plan.target.id])
    return written.read or read


def _remember(deps: Deps, acting: Acting, plan: Move) -> None:
    data = {
        "delivery": plan.label,
        "number": plan.source.number,
        "other": plan.target.number,
        "document_id": plan.document_id,
        "payment_ids": [plan.source.id, plan.target.id],
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
