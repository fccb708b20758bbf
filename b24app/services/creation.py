"""New payments: empty, with chosen rows, or with everything that no payment bills yet.

`crm.item.payment.add` is not idempotent. It is sent once; a lost answer is settled by comparing
the card's payments before and after (crm-item-payment-add.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from b24app.bitrix import crm, payment_deliveries, payment_items, payments
from b24app.bitrix.client import BatchAnswer
from b24app.bitrix.command import Command, Reference
from b24app.domain import ProductRow
from b24app.errors import (
    AppError,
    BatchRefusedError,
    Executed,
    InputError,
    PortalError,
    PortalSilentError,
)
from b24app.services import card_reads, items, portal_writes, tab
from b24app.services.card_reads import Composition
from b24app.services.deps import WRITE_SECONDS, Deps
from b24app.services.launches import Acting
from b24app.services.quantities import Wanted, billable, left_over, require_free
from b24app.services.tab import Read
from b24app.services.writes import Kind, Step, StepFailedError
from b24app.storage import partial_actions

NEW = Reference("$result[add]")
IN_ONE_BATCH = 35


@dataclass(frozen=True, slots=True)
class Before:
    """The card before a creation: which payments there are and what can be billed."""

    payment_ids: frozenset[int]
    free: tuple[ProductRow, ...]
    rows: Mapping[int, ProductRow]


@dataclass(frozen=True)
class Made:
    """What a creation led to. `payment_id` None: none was made, or nobody knows (`read` None)."""

    payment_id: int | None
    read: Read | None
    error: AppError | None = None
    is_lost: bool = False


def create(deps: Deps, acting: Acting, pay_system_id: int | None, wanted: Sequence[Wanted]) -> Step:
    """Create a payment with the chosen rows. What could not be added is said, the payment stays."""
    if len(wanted) > IN_ONE_BATCH:
        raise InputError("too many rows at once", code="too_many_rows", field="row")
    before = _before(deps, acting)
    require_free(wanted, {row.id: row for row in before.free} or before.rows, set(before.rows))
    made = _make(deps, acting, pay_system_id, wanted, before)
    payment_id = _made_id(made)
    missing = _missing(made.read, payment_id, wanted, before.rows)
    if not missing:
        return _done(made, payment_id, "payment_created" if wanted else "payment_created_empty")
    return replace(
        _done(made, payment_id, "payment_created_partly"),
        kind=Kind.PARTIAL,
        status=502,
        values={"names": ", ".join(missing)},
    )


def bill_the_rest(deps: Deps, acting: Acting, pay_system_id: int | None) -> Step:
    """Create a payment with every unbilled row, or none at all.

    If a row fails, the new payment is deleted again. If that fails too, the half-finished payment
    is named on the card until somebody has dealt with it.
    """
    before = _before(deps, acting)
    wanted = billable(before.free)
    if not wanted:
        raise InputError("nothing is left to bill", code="nothing_to_bill")
    made = _make(deps, acting, pay_system_id, wanted[:IN_ONE_BATCH], before)
    payment_id = _made_id(made)
    read = made.read
    for start in range(IN_ONE_BATCH, len(wanted), items.AT_ONCE):
        part = wanted[start : start + items.AT_ONCE]
        commands = [payment_items.add_item(payment_id, one.row_id, one.quantity) for one in part]
        written = portal_writes.write_several(deps, acting, commands, [payment_id])
        read = written.read or read
        if written.error is not None or written.is_lost:
            break
    missing = _missing(read, payment_id, wanted, before.rows)
    if missing:
        return _clean_up(deps, acting, payment_id, missing)
    left = ", ".join(row.name for row in left_over(before.free))
    code = "rest_billed_but" if left else "rest_billed"
    return replace(_done(replace(made, read=read), payment_id, code), values={"names": left})


def _clean_up(deps: Deps, acting: Acting, payment_id: int, missing: Sequence[str]) -> Step:
    written = portal_writes.write_guarded(
        deps, acting, payment_id, while_paid=False, make=payments.delete_payment
    )
    payment = written.read.core.payment(payment_id) if written.read else None
    names = ", ".join(missing)
    if written.read is not None and payment is None:
        return Step(Kind.FAILED, "rest_not_billed", 502, written.read, values={"names": names})
    number = payment.number if payment else str(payment_id)
    with deps.db.transaction() as session:
        partial_actions.add(
            session,
            acting.member_id,
            acting.ref,
            user_id=acting.user_id,
            kind="rest_partly",
            data={"payment_id": payment_id, "number": number, "names": names},
            now=deps.clock(),
        )
    return Step(
        Kind.PARTIAL,
        "rest_partly",
        502,
        written.read,
        number,
        payment_id=payment_id,
        values={"names": names},
    )


def _before(deps: Deps, acting: Acting) -> Before:
    listing = payments.list_payments(acting.ref)
    available = crm.available_rows(acting.ref)
    rows = crm.list_product_rows(acting.ref)
    commands = {"list": listing, "free": available, "rows": rows}
    answer = portal_writes.read_batch(deps, acting, commands, WRITE_SECONDS)
    listed = frozenset(one.id for one in answer.take("list", listing))
    try:
        free = answer.take("free", available)
    except PortalError:
        free = ()
    known = {row.id: row for row in (*free, *answer.take("rows", rows))}
    return Before(listed, free, known)


def _make(
    deps: Deps,
    acting: Acting,
    pay_system_id: int | None,
    wanted: Sequence[Wanted],
    before: Before,
) -> Made:
    """Send the creation once, with its rows and the re-read."""
    add = payments.add_payment(acting.ref, pay_system_id)
    if acting.batch_refused:
        return _make_singly(deps, acting, add, wanted, before)
    commands: dict[str, Command[Any]] = {"add": add}
    for number, one in enumerate(wanted):
        commands[f"row{number}"] = payment_items.add_item(NEW, one.row_id, one.quantity)
    commands.update(card_reads.core_commands(acting.ref))
    commands["new_items"] = payment_items.list_items(NEW)
    commands["new_links"] = payment_deliveries.list_links(NEW)
    try:
        answer = deps.client.batch(acting.tokens, commands, deps.deadline(WRITE_SECONDS))
    except PortalError as error:
        if error.executed is not Executed.UNKNOWN:
            raise
        return _settled(deps, acting, before)
    if isinstance(answer.error("add"), BatchRefusedError):
        acting = tab.remember_batch_refused(deps, acting)
        return _make_singly(deps, acting, add, wanted, before)
    return _made(deps, acting, answer, add)


def _made(deps: Deps, acting: Acting, answer: BatchAnswer, add: Command[int]) -> Made:
    try:
        payment_id = answer.take("add", add)
    except PortalError as error:
        return Made(None, None, error)
    try:
        core = card_reads.take_core(answer, acting.ref)
        composition = Composition(
            answer.take("new_items", payment_items.list_items(payment_id)),
            answer.take("new_links", payment_deliveries.list_links(payment_id)),
        )
    except PortalError:
        return Made(payment_id, portal_writes.settle(deps, acting, [payment_id]))
    tab.note_listing(deps, acting, core)
    return Made(payment_id, Read(core, {payment_id: composition}, {}, acting))


def _make_singly(
    deps: Deps,
    acting: Acting,
    add: Command[int],
    wanted: Sequence[Wanted],
    before: Before,
) -> Made:
    """For portals that refuse these methods in a batch."""
    try:
        payment_id = deps.client.call(acting.tokens, add, deps.deadline(WRITE_SECONDS))
    except PortalError as error:
        if error.executed is Executed.UNKNOWN:
            return _settled(deps, acting, before)
        return Made(None, None, error)
    commands = [payment_items.add_item(payment_id, one.row_id, one.quantity) for one in wanted]
    written = portal_writes.write_several(deps, acting, commands, [payment_id])
    return Made(payment_id, written.read)


def _settled(deps: Deps, acting: Acting, before: Before) -> Made:
    """Find out after a lost answer. Exactly one new payment is taken for the one that was asked."""
    read = portal_writes.settle(deps, acting, [])
    if read is None:
        return Made(None, None, is_lost=True)
    fresh = [one.id for one in read.core.payments if one.id not in before.payment_ids]
    if len(fresh) != 1:
        return Made(None, read, is_lost=True)
    again = portal_writes.settle(deps, acting, fresh) or read
    return Made(fresh[0], again, is_lost=True)


def _made_id(made: Made) -> int:
    """The new payment's id. Raises StepFailedError where none was made or nobody knows."""
    if made.payment_id is not None:
        return made.payment_id
    if made.error is not None:
        raise StepFailedError(made.error, made.read)
    if made.read is None:
        raise StepFailedError(PortalSilentError("nobody knows whether a payment was created"))
    error = PortalSilentError("no new payment is listed after a lost answer", code="not_created")
    raise StepFailedError(error, made.read)


def _missing(
    read: Read | None,
    payment_id: int,
    wanted: Sequence[Wanted],
    rows: Mapping[int, ProductRow],
) -> list[str]:
    """Names of the rows that are not in the payment as asked."""
    stored = items.quantities_by_row(read, payment_id)
    return [
        rows[one.row_id].name for one in wanted if stored.get(one.row_id) != Decimal(one.quantity)
    ]


def _done(made: Made, payment_id: int, code: str) -> Step:
    payment = made.read.core.payment(payment_id) if made.read else None
    return Step(
        Kind.DONE,
        code,
        200,
        made.read,
        payment.number if payment else str(payment_id),
        "",
        payment.pay_system_name if payment else "",
        payment_id=payment_id,
    )
