"""Make a new payment, and find out whether it exists and what is in it.

`crm.item.payment.add` is not idempotent, so it is sent once; after a lost or wrong answer, the
card's payments before and after are compared (crm-item-payment-add.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from b24app.bitrix.methods import payment_deliveries, payment_items, payments
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import ListedRow, is_readable
from b24app.errors import (
    AppError,
    CanceledNotCreatedError,
    Executed,
    InputCode,
    InputError,
    ParameterRefusedError,
    PortalBusyError,
    PortalError,
    PortalSilentError,
    UnexplainedRefusalError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_reads
from b24app.services.card.card_reads import (
    CompositionRequest,
    CoreRequest,
    PaymentLines,
    ReadingRequest,
)
from b24app.services.card.readings import Reading, payment_in
from b24app.services.deps import WRITE_SECONDS
from b24app.services.payments import items
from b24app.services.payments.quantities import RowQuantity
from b24app.services.payments.unbilled import BillableRows
from b24app.services.writing import follow, sending
from b24app.services.writing.outcome import WriteFailedError
from b24app.services.writing.sending import Sent


@dataclass(frozen=True)
class Made:
    """The result of a creation. `payment_id` None: none was made, or unknown (`read` None).

    `maybe_id` is the one payment that is new on the card after a refusal which proves nothing.
    `refused` are the rows to which the portal said no without a reason, `apart` those of them, and
    of what comes later, that it takes into another payment only.
    """

    payment_id: int | None
    read: Reading | None
    error: AppError | None = None
    is_lost: bool = False
    refused: frozenset[int] = frozenset()
    busy: frozenset[int] = frozenset()
    """Rows for which the portal had no time: it did not look at them."""
    apart: tuple[RowQuantity, ...] = ()
    maybe_id: int | None = None


@dataclass(frozen=True, slots=True)
class CreationRequest:
    """The handles of a creation and of its re-read in the same batch."""

    add: Handle[int]
    core: CoreRequest
    lines: CompositionRequest


def make(
    card: CardSession,
    pay_system_id: int | None,
    wanted: Sequence[RowQuantity],
    before: BillableRows,
) -> Made:
    """Send the creation once, with its rows and the re-read."""
    batch = Batch()
    add = batch.add(payments.add_payment(card.ref, pay_system_id))
    new = add.reference()
    rows = {
        batch.add(payment_items.add_item(new, chosen.row_id, chosen.quantity)): chosen
        for chosen in wanted
    }
    core = card_reads.ask_core(batch, card.ref)
    lines = CompositionRequest(
        batch.add(payment_items.list_items(new)), batch.add(payment_deliveries.list_links(new))
    )
    asked = CreationRequest(add, core, lines)
    try:
        result = card.api.send(batch, WRITE_SECONDS)
    except PortalError as error:
        if error.executed is Executed.NO:
            raise
        sending.note_lost(card, error)
        return settled(card, before)
    made = _made(card, result, asked, before)
    if made.read is not None:
        made = replace(made, read=sending.learned(card, made.read, result, rows))
    if _is_another(made, before):
        return settled(card, before)
    made = replace(made, refused=_refused(result, rows), busy=_busy(result, rows))
    late = [chosen for handle, chosen in rows.items() if _did_not_arrive(result.error(handle))]
    # A payment only found in the list may be somebody else's: nothing is added to it.
    if made.payment_id is None or made.is_lost or not late:
        return made
    return _with_late(card, made, made.payment_id, late)


def _with_late(card: CardSession, made: Made, payment_id: int, late: Sequence[RowQuantity]) -> Made:
    adding = [payment_items.add_item(payment_id, chosen.row_id, chosen.quantity) for chosen in late]
    written = sending.after_others(card, adding, [payment_id])
    return replace(made, read=written.read, is_lost=written.is_lost)


def _is_another(made: Made, before: BillableRows) -> bool:
    """Return whether the answered id is not that of a new payment of this card.

    Nothing is added to such a payment, and above all it is never deleted.
    """
    if made.payment_id is None or made.is_lost:
        return False
    is_elsewhere = made.read is not None and made.read.core.is_gone(made.payment_id)
    return is_elsewhere or made.payment_id in before.payment_ids


def _refused(result: BatchResult, rows: Mapping[Handle[int], RowQuantity]) -> frozenset[int]:
    """Return the rows that the portal answered with nothing, as if they were there already."""
    found = set()
    for handle, chosen in rows.items():
        try:
            result[handle]
        except UnexplainedRefusalError:
            found.add(chosen.row_id)
        except PortalError:
            continue
    return frozenset(found)


def _busy(result: BatchResult, rows: Mapping[Handle[int], RowQuantity]) -> frozenset[int]:
    """Return the rows for which the portal had no time."""
    found = (one for one in rows if isinstance(result.error(one), PortalBusyError))
    return frozenset(rows[one].row_id for one in found)


def _did_not_arrive(error: PortalError | None) -> bool:
    """Return whether a row was not processed and may be sent again with the payment's id.

    The portal did not resolve the reference to the new payment, and then refused it as a parameter
    of a wrong type (rest-contract d.3).
    """
    return isinstance(error, ParameterRefusedError)


def _made(
    card: CardSession, result: BatchResult, asked: CreationRequest, before: BillableRows
) -> Made:
    try:
        payment_id = result[asked.add]
    except PortalError as error:
        if error.executed is Executed.UNKNOWN:
            return settled(card, before)
        sent = Sent(result, ReadingRequest(asked.core, {}))
        return denied(before, sending.read_after(card, sent), error)
    try:
        core = card_reads.take_core(result, asked.core)
        composition = PaymentLines(result[asked.lines.items], result[asked.lines.links])
    except PortalError:
        return Made(payment_id, sending.settle(card, [payment_id]))
    people, _ = sending.noted(card, core)
    return Made(payment_id, Reading(core, {payment_id: composition}, people))


def settled(card: CardSession, before: BillableRows) -> Made:
    """Find out after a lost answer. Exactly one new payment is taken to be the requested one.

    None is where not all were known before: an older one would be called half done.
    """
    read = sending.settle(card, [])
    if read is None:
        return Made(None, None, is_lost=True)
    fresh = _fresh(before, read)
    if len(fresh) != 1 or not before.are_all_known:
        return Made(None, read, is_lost=True)
    again = sending.settle(card, fresh) or read
    return Made(fresh[0], again, is_lost=True)


def denied(before: BillableRows, read: Reading | None, error: PortalError) -> Made:
    """Judge a refusal. Without a reason it counts only if no new payment is listed.

    A listed one may be somebody else's: nothing that the portal tells of it says who made it, and
    a new one of any application is empty at first. So the result is unknown; if there is one only,
    it can be named, and the person looks at it before another is created.
    """
    if error.executed is not Executed.DOUBTFUL:
        return Made(None, read, error)
    fresh = _fresh(before, read) if read is not None else []
    if read is not None and not fresh:
        return Made(None, read, error)
    is_sole = len(fresh) == 1 and before.are_all_known
    unknown = PortalSilentError("denied, and no list bears it out", code=error.code)
    return Made(None, read, unknown, maybe_id=fresh[0] if is_sole else None)


def _fresh(before: BillableRows, read: Reading) -> list[int]:
    """Return the payments that are new on the card."""
    return [payment.id for payment in read.core.payments if payment.id not in before.payment_ids]


def made_id(made: Made) -> int:
    """Return the new payment's id. Raises WriteFailedError if none was made or it is unknown."""
    if made.payment_id is not None:
        return made.payment_id
    if made.error is not None:
        raise WriteFailedError(made.error, made.read)
    if made.read is None:
        raise WriteFailedError(PortalSilentError("nobody knows whether a payment was created"))
    error = PortalSilentError("no new payment is listed after a lost answer", code="not_created")
    raise WriteFailedError(error, made.read)


def missing(
    read: Reading | None, payment_id: int, wanted: Sequence[RowQuantity]
) -> list[RowQuantity] | None:
    """Return the rows that are not in the payment as requested. None: unknown."""
    composition = read.compositions.get(payment_id) if read else None
    if composition is None:
        return None
    stored = items.quantities_by_row(composition)
    lacking = [chosen for chosen in wanted if stored.get(chosen.row_id) != Decimal(chosen.quantity)]
    if lacking and not (composition.is_whole and all(map(is_readable, stored.values()))):
        return None
    if lacking and any(item.row_id is None for item in composition.items):
        # After a lost answer nobody knows of which row the lines of the new payment are.
        return None
    return lacking


def why_no_sum(read: Reading | None, payment_id: int) -> AppError:
    """Return why a payment with all rows asks for nothing."""
    if follow.is_rounded_away(read, payment_id):
        return InputError("rounded to nothing", code=InputCode.NO_AMOUNT, field="row")
    return CanceledNotCreatedError("no sum follows the rows")


def with_apart(
    made: Made,
    wanted: Sequence[RowQuantity],
    sent: int,
    lacking: Sequence[RowQuantity],
    rows: Mapping[int, ListedRow],
) -> Made:
    """Return a creation with the rows that the portal takes into another payment only.

    Their product is in this one (quirk 101). None of them where something else lacks, too, where
    the payment has no amount, or where they would lower it: then it is not what was wanted. The
    first of `wanted` were `sent`.
    """
    payment = payment_in(made.read, made.payment_id or 0)
    there = {rows[one.row_id].product_id for one in wanted[:sent] if one not in lacking}
    of_these = {rows[one.row_id].product_id for one in lacking}
    later = [one for one in wanted[sent:] if rows[one.row_id].product_id in of_these]
    found = (*lacking, *later)
    are_apart = of_these <= there and made.refused.issuperset(one.row_id for one in lacking)
    if not are_apart or payment is None or payment.sum.amount <= 0:
        return made
    if any(rows[one.row_id].bare_billed_price < 0 for one in found):
        return made
    return replace(made, apart=found)


def priced_first(
    wanted: Sequence[RowQuantity], rows: Mapping[int, ListedRow]
) -> tuple[RowQuantity, ...]:
    """Return rows that cost nothing behind others of their product, which may take no second."""
    of_product = Counter(rows[one.row_id].product_id for one in wanted)

    def is_behind(chosen: RowQuantity) -> bool:
        row = rows[chosen.row_id]
        return of_product[row.product_id] > 1 and row.bare_billed_price <= 0

    return tuple(sorted(wanted, key=is_behind))
