"""New payments: empty, with chosen rows, or with everything that no payment bills yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from b24app.bitrix import payment_deliveries, payment_items, payments
from b24app.bitrix.command import Command
from b24app.bitrix.error_codes import PARAMETER_REFUSED
from b24app.bitrix.portal_api import Batch, BatchResult, Handle
from b24app.domain import ListedRow
from b24app.errors import (
    Executed,
    InputError,
    PortalError,
)
from b24app.services import card_lease, card_reads, items, portal_writes, tab, unbilled
from b24app.services.acting import Acting
from b24app.services.afterwards import Written
from b24app.services.card_reads import Composition, CompositionRequest, CoreRequest
from b24app.services.deps import WRITE_SECONDS, Deps
from b24app.services.made import Made, denied, made_id, settled
from b24app.services.portal_writes import Reread, Sent
from b24app.services.quantities import Wanted, billable, left_over, require_free
from b24app.services.tab import Read
from b24app.services.unbilled import Before
from b24app.services.writes import Kind, Step, StepFailedError
from b24app.storage import partial_actions

IN_ONE_BATCH = 35


def create(deps: Deps, acting: Acting, pay_system_id: int | None, wanted: Sequence[Wanted]) -> Step:
    """Create a payment with the chosen rows. What could not be added is said, the payment stays."""
    if len(wanted) > IN_ONE_BATCH:
        raise InputError("too many rows at once", code="too_many_rows", field="row")
    with card_lease.alone(deps, acting):
        return _create(deps, acting, pay_system_id, wanted)


def _create(
    deps: Deps, acting: Acting, pay_system_id: int | None, wanted: Sequence[Wanted]
) -> Step:
    before = unbilled.read(acting)
    free = before.rows if before.free is None else {row.id: row for row in before.free}
    require_free(wanted, free, set(before.rows))
    made = _make(deps, acting, pay_system_id, wanted, before)
    payment_id = made_id(made)
    missing = _missing(made.read, payment_id, wanted, before.rows)
    if missing is None:
        return _done(made, payment_id, "payment_created_unseen", Kind.UNKNOWN)
    if not missing:
        return _done(made, payment_id, "payment_created" if wanted else "payment_created_empty")
    names = ", ".join(missing)
    return _done(made, payment_id, "payment_created_partly", Kind.PARTIAL, names=names)


def bill_the_rest(deps: Deps, acting: Acting, pay_system_id: int | None) -> Step:
    """Create a payment with every unbilled row, or none at all.

    If a row fails, the new payment is deleted again. If that fails too, the half-finished payment
    is named on the card until somebody has dealt with it.
    """
    with card_lease.alone(deps, acting):
        return _bill_the_rest(deps, acting, pay_system_id)


def _bill_the_rest(deps: Deps, acting: Acting, pay_system_id: int | None) -> Step:
    before = unbilled.read(acting)
    if before.free is None:
        raise before.problem or InputError("too many payments to compare", code="no_estimate")
    wanted = billable(before.free)
    if not wanted:
        # The page shows an older state: somebody else has billed it.
        nothing = InputError("nothing is left to bill", code="nothing_to_bill")
        raise StepFailedError(nothing, portal_writes.settle(deps, acting, []))
    made = _make(deps, acting, pay_system_id, wanted[:IN_ONE_BATCH], before)
    payment_id = made_id(made)
    made = _with_the_others(deps, acting, made, payment_id, wanted[IN_ONE_BATCH:])
    missing = _missing(made.read, payment_id, wanted, before.rows)
    if missing == []:
        left = ", ".join(row.name for row in left_over(before.free))
        return _done(made, payment_id, "rest_billed_but" if left else "rest_billed", names=left)
    if missing is None or made.is_lost:
        # The portal may still be adding rows, or the payment may even be somebody else's.
        names = ", ".join(missing or [before.rows[one.row_id].name for one in wanted])
        return _half_done(deps, acting, made.read, payment_id, names)
    return _clean_up(deps, acting, payment_id, missing)


def _with_the_others(
    deps: Deps, acting: Acting, made: Made, payment_id: int, wanted: Sequence[Wanted]
) -> Made:
    """Add what did not fit into the first batch."""
    for start in range(0, len(wanted), items.AT_ONCE):
        part = wanted[start : start + items.AT_ONCE]
        commands = [payment_items.add_item(payment_id, one.row_id, one.quantity) for one in part]
        written = portal_writes.after_others(
            deps, acting, [payment_id], partial(_add, deps, acting, commands, payment_id)
        )
        is_lost = made.is_lost or written.is_lost
        made = replace(made, read=written.read, is_lost=is_lost)
        if written.error is not None or is_lost:
            break
    return made


def _add(deps: Deps, acting: Acting, commands: Sequence[Command[int]], payment_id: int) -> Written:
    return portal_writes.write_several(deps, acting, commands, [payment_id])


def _clean_up(deps: Deps, acting: Acting, payment_id: int, missing: Sequence[str]) -> Step:
    written = portal_writes.after_others(
        deps,
        acting,
        [payment_id],
        lambda: portal_writes.write(
            deps, acting, payments.delete_payment(payment_id), [payment_id]
        ),
    )
    names = ", ".join(missing)
    if written.read is not None and written.read.core.payment(payment_id) is None:
        return Step(Kind.FAILED, "rest_not_billed", 502, written.read, values={"names": names})
    return _half_done(deps, acting, written.read, payment_id, names)


def _half_done(deps: Deps, acting: Acting, read: Read | None, payment_id: int, names: str) -> Step:
    payment = read.core.payment(payment_id) if read else None
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
    values = {"names": names}
    return Step(
        Kind.PARTIAL, "rest_partly", 502, read, number, payment_id=payment_id, values=values
    )


def _make(
    deps: Deps,
    acting: Acting,
    pay_system_id: int | None,
    wanted: Sequence[Wanted],
    before: Before,
) -> Made:
    """Send the creation once, with its rows and the re-read."""
    batch = Batch()
    add = batch.add(payments.add_payment(acting.ref, pay_system_id))
    new = add.reference()
    rows = {batch.add(payment_items.add_item(new, one.row_id, one.quantity)): one for one in wanted}
    core = card_reads.ask_core(batch, acting.ref)
    lines = CompositionRequest(
        batch.add(payment_items.list_items(new)), batch.add(payment_deliveries.list_links(new))
    )
    try:
        result = acting.api.send(batch, WRITE_SECONDS)
    except PortalError as error:
        if error.executed is not Executed.UNKNOWN:
            raise
        return settled(deps, acting, before)
    made = _made(deps, acting, result, add, core, lines, before)
    late = [one for handle, one in rows.items() if _did_not_arrive(result.error(handle))]
    # What was only found in the list may be somebody else's: nothing is added to it.
    if made.payment_id is None or made.is_lost or not late:
        return made
    adding = [payment_items.add_item(made.payment_id, one.row_id, one.quantity) for one in late]
    written = portal_writes.after_others(
        deps, acting, [made.payment_id], partial(_add, deps, acting, adding, made.payment_id)
    )
    return replace(made, read=written.read, is_lost=written.is_lost)


def _did_not_arrive(error: PortalError | None) -> bool:
    """Whether a row was not even looked at, so that it may be sent again with the payment's id.

    The portal did not resolve the reference to the new payment, which it then refuses as a
    parameter of a wrong type (rest-contract d.3).
    """
    return error is not None and error.code == PARAMETER_REFUSED


def _made(
    deps: Deps,
    acting: Acting,
    result: BatchResult,
    add: Handle[int],
    asked: CoreRequest,
    lines: CompositionRequest,
    before: Before,
) -> Made:
    try:
        payment_id = result[add]
    except PortalError as error:
        if error.executed is Executed.UNKNOWN:
            return settled(deps, acting, before)
        sent = Sent(result, Reread(asked, {}))
        return denied(before, portal_writes.read_after(deps, acting, sent), error)
    try:
        core = card_reads.take_core(result, asked)
        composition = Composition(result[lines.items], result[lines.links])
    except PortalError:
        return Made(payment_id, portal_writes.settle(deps, acting, [payment_id]))
    tab.note_listing(deps, acting, core)
    return Made(payment_id, Read(core, {payment_id: composition}, {}))


def _missing(
    read: Read | None,
    payment_id: int,
    wanted: Sequence[Wanted],
    rows: Mapping[int, ListedRow],
) -> list[str] | None:
    """Names of the rows that are not in the payment as asked. None: nobody knows."""
    composition = read.compositions.get(payment_id) if read else None
    if composition is None:
        return None
    stored = items.quantities_by_row(composition)
    return [
        rows[one.row_id].name for one in wanted if stored.get(one.row_id) != Decimal(one.quantity)
    ]


def _done(made: Made, payment_id: int, code: str, kind: Kind = Kind.DONE, **values: str) -> Step:
    payment = made.read.core.payment(payment_id) if made.read else None
    return Step(
        kind,
        code,
        200 if kind is Kind.DONE else 502,
        made.read,
        payment.number if payment else str(payment_id),
        "",
        payment.pay_system_name if payment else "",
        payment_id=payment_id,
        values=values,
    )
