"""The line items of a payment: added, changed in quantity, removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from b24app.bitrix.command import Command
from b24app.bitrix.methods import crm, payment_items
from b24app.bitrix.wire.portal_api import Batch, Handle
from b24app.domain import EntityRef, ListedRow, Listing, Payment, PaymentItem, is_readable
from b24app.errors import (
    AppError,
    ChangedMeanwhileError,
    InputError,
    NotOnThisCardError,
    PaidLockedError,
    PortalError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.card.card_reads import Composition
from b24app.services.payments import follow
from b24app.services.payments.quantities import Wanted, require_free, too_many
from b24app.services.payments.row_names import few
from b24app.services.writing import afterwards, membership, portal_writes
from b24app.services.writing.afterwards import Written
from b24app.services.writing.membership import LINE_GONE, before_writing
from b24app.services.writing.writes import Kind, Step, StepFailedError, Undo

AT_ONCE = 30
"""Rows one action adds at most: the write and its re-read have to fit into one batch."""


@dataclass(frozen=True, slots=True)
class Place:
    """An unpaid payment of this card, its items, and the card's rows with what is free."""

    payment: Payment
    items: Listing[PaymentItem]
    rows: Mapping[int, ListedRow]
    free: Mapping[int, ListedRow] | None

    def item(self, item_id: int) -> PaymentItem:
        """Raises NotOnThisCardError for an item of another payment."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise NotOnThisCardError("the item is not of this payment", code=LINE_GONE)

    def row_of(self, item: PaymentItem) -> ListedRow | None:
        """The card's row of an item, None for an orphan."""
        return self.rows.get(item.row_id) if item.row_id is not None else None

    def most(self, item: PaymentItem) -> Decimal | None:
        """What the item may be raised to, None where the portal does not tell."""
        if self.free is None or item.row_id is None:
            return None
        free = self.free.get(item.row_id)
        most = item.quantity + (free.quantity if free else Decimal(0))
        return most if is_readable(most) else None


@before_writing()
def place(card: CardSession, payment_id: int) -> Place:
    """Read, in one call, what proves an item edit.

    Raises NotOnThisCardError or GoneError as `membership.present`, and PaidLockedError.
    """
    found = membership.read_about(
        card, [payment_id], payment_items.list_items, lambda batch: _ask_rows(batch, card.ref)
    )
    payment = found.payments[payment_id]
    if payment.is_paid:
        raise StepFailedError(PaidLockedError("the payment is paid"), None, payment.number)
    try:
        free = {row.id: row for row in found.result[found.beside.free]}
    except PortalError:
        free = None
    rows = {row.id: row for row in found.result[found.beside.rows]}
    return Place(payment, found.about(payment_id), {**(free or {}), **rows}, free)


@dataclass(frozen=True, slots=True)
class _RowsRequest:
    rows: Handle[tuple[ListedRow, ...]]
    free: Handle[tuple[ListedRow, ...]]


def _ask_rows(batch: Batch, ref: EntityRef) -> _RowsRequest:
    return _RowsRequest(batch.add(crm.list_product_rows(ref)), batch.add(crm.available_rows(ref)))


def _item(card: CardSession, at: Place, item_id: int) -> PaymentItem:
    """The item; where it is not there, or not any more, the failure brings the present state."""
    try:
        return at.item(item_id)
    except NotOnThisCardError as error:
        read = portal_writes.settle(card, [at.payment.id])
        raise StepFailedError(error, read, at.payment.number) from None


def set_quantity(
    card: CardSession,
    payment_id: int,
    item_id: int,
    quantity: int,
    *,
    shown: Decimal | None,
    may_round: bool,
) -> Step:
    """Set an item's quantity and compare what the portal stored with what was asked.

    `shown` is what the person saw; `may_round` that they agreed to replace a fraction.
    Page: crm-item-payment-product-set-quantity.md.
    """
    at = place(card, payment_id)
    item = _item(card, at, item_id)
    number = at.payment.number
    if shown is not None and shown != item.quantity and quantity != item.quantity:
        read = portal_writes.settle(card, [payment_id])
        raise StepFailedError(ChangedMeanwhileError("the quantity changed"), read, number)
    if not item.is_whole and not may_round:
        raise StepFailedError(InputError("a fraction", code="fraction_asks"), None, number)
    most = at.most(item)
    if most is not None and quantity > most:
        raise StepFailedError(too_many(_name(at, item), most), None, number)
    before = _plain(item.quantity)
    if quantity == item.quantity:
        read = portal_writes.settle(card, [payment_id])
        return Step(Kind.ALREADY, "quantity_saved", 200, read, number, before, before)
    command = payment_items.set_quantity(item_id, quantity)
    written = portal_writes.write(card, command, [payment_id])
    payment = afterwards.shown_payment(written, payment_id)
    stored = _stored(afterwards.shown_composition(written, payment), item_id)
    is_denied = written.error is not None and afterwards.is_bare(written.error)
    if written.error is not None and not (is_denied and stored == quantity):
        more = [(item.row_id, quantity - (stored or Decimal(0)))]
        reason = _reason(written, more, is_there=stored is not None)
        raise afterwards.refusal(written, written.error, payment, reason)
    if stored == quantity:
        return _quantity_saved(card, at, item, quantity, written)
    afterwards.require_seen(written, payment, stored)
    if stored is None:
        raise StepFailedError(ChangedMeanwhileError("removed meanwhile"), written.read, number)
    return afterwards.not_as_asked(
        written, "quantity_differs", number, before, stored=_plain(stored)
    )


def _quantity_saved(
    card: CardSession, at: Place, item: PaymentItem, quantity: int, written: Written
) -> Step:
    """What the portal refused and shows all the same is somebody else's: not to be taken back."""
    payment_id, before = at.payment.id, _plain(item.quantity)
    undo, back = None, []
    if item.is_whole:
        back = [payment_items.set_quantity(item.id, int(item.quantity))]
    if item.is_whole and item.row_id is not None and written.error is None:
        undo = Undo("quantity", payment_id, item.id, int(item.quantity), now=quantity)
    step = Step(
        Kind.DONE, "quantity_saved", 200, written.read, at.payment.number, before, str(quantity)
    )
    step = replace(step, undo=undo)
    return follow.checked(card, step, [follow.Before(at.payment, at.items)], back)


def remove(card: CardSession, payment_id: int, item_id: int) -> Step:
    """Take an item out of a payment. Page: crm-item-payment-product-delete.md."""
    at = place(card, payment_id)
    item = _item(card, at, item_id)
    number, before = at.payment.number, _label(at, item)
    written = portal_writes.write(card, payment_items.delete_item(item_id), [payment_id])
    payment = afterwards.shown_payment(written, payment_id)
    is_there = _stored(afterwards.shown_composition(written, payment), item_id) is not None
    if written.error is not None and is_there:
        reason = _reason(written, [], is_there=True)
        raise afterwards.refusal(written, written.error, payment, reason)
    if is_there:
        return afterwards.not_as_asked(written, "item_not_removed", number, before)
    afterwards.require_seen(written, payment)
    undo, back = None, []
    if item.is_whole and item.row_id is not None:
        undo = Undo("item", payment_id, item.row_id, int(item.quantity))
        back = [payment_items.add_item(payment_id, item.row_id, int(item.quantity))]
    step = Step(Kind.DONE, "item_removed", 200, written.read, number, before, undo=undo)
    return follow.checked(card, step, [follow.Before(at.payment, at.items)], back)


def add(
    card: CardSession, payment_id: int, wanted: Sequence[Wanted], *, may_raise: bool = True
) -> Step:
    """Add rows to a payment. A row it has already is raised: adding it again saves nothing.

    Without `may_raise` a row that is there means that somebody else put it there meanwhile.
    Page: crm-item-payment-product-add.md. Raises InputError for nothing, too much or too many.
    """
    if not wanted:
        raise InputError("no row was chosen", code="nothing_chosen", field="row")
    if len(wanted) > AT_ONCE:
        raise InputError("too many rows at once", code="too_many_rows", field="row")
    at = place(card, payment_id)
    present = {item.row_id: item for item in at.items if item.row_id is not None}
    if not may_raise and any(one.row_id in present for one in wanted):
        read = portal_writes.settle(card, [payment_id])
        changed = ChangedMeanwhileError("the row is there again")
        raise StepFailedError(changed, read, at.payment.number)
    require_free(wanted, at.rows if at.free is None else at.free, set(at.rows))
    if any(not present[one.row_id].is_whole for one in wanted if one.row_id in present):
        raise InputError("a fraction", code="fraction_asks")
    commands = [_adding(payment_id, one, present.get(one.row_id)) for one in wanted]
    expected = {
        one.row_id: one.quantity + (present[one.row_id].quantity if one.row_id in present else 0)
        for one in wanted
    }
    written = portal_writes.write_several(card, commands, [payment_id])
    payment = afterwards.shown_payment(written, payment_id)
    step = _added(written, payment, expected, present, at)
    back = _removing(written, payment_id, at)
    return follow.checked(card, step, [follow.Before(at.payment, at.items)], back)


def _removing(written: Written, payment_id: int, at: Place) -> list[Command[bool]]:
    """What takes back an addition: raised quantities as they were, new items out."""
    found = written.read.compositions.get(payment_id) if written.read else None
    before = {item.id: item for item in at.items}
    back: list[Command[bool]] = []
    for item in found.items if found else ():
        if item.id not in before:
            back.append(payment_items.delete_item(item.id))
        elif before[item.id].quantity != item.quantity and before[item.id].is_whole:
            back.append(payment_items.set_quantity(item.id, int(before[item.id].quantity)))
    return back


def _adding(
    payment_id: int, one: Wanted, there: PaymentItem | None
) -> Command[int] | Command[bool]:
    if there is None:
        return payment_items.add_item(payment_id, one.row_id, one.quantity)
    return payment_items.set_quantity(there.id, int(there.quantity) + one.quantity)


def _added(
    written: Written,
    payment: Payment,
    expected: Mapping[int, Decimal | int],
    present: Mapping[int, PaymentItem],
    at: Place,
) -> Step:
    now = quantities_by_row(afterwards.shown_composition(written, payment))
    failed = [row_id for row_id, quantity in expected.items() if now.get(row_id) != quantity]
    if failed and written.error is None:
        afterwards.require_seen(written, payment, *(now.get(row_id) for row_id in failed))
    if not failed and written.error is not None and len(expected) == 1:
        # The portal took nothing from us: somebody else added the very same at the same moment.
        return Step(Kind.ALREADY, "items_there", 200, written.read, payment.number)
    if not failed:
        code = "items_added" if len(expected) > 1 else "item_added"
        after = ", ".join(f"{at.rows[row_id].name} x {now[row_id]}" for row_id in expected)
        return Step(Kind.DONE, code, 200, written.read, payment.number, "", after[:200])
    unchanged = [row for row in failed if now.get(row) == _before(present.get(row))]
    if len(unchanged) == len(expected) and written.error is not None:
        more = [(row, expected[row] - now.get(row, Decimal(0))) for row in failed]
        reason = _reason(written, more, is_there=True)
        raise afterwards.refusal(written, written.error, payment, reason)
    if len(unchanged) == len(expected) or written.is_lost:
        return afterwards.not_as_asked(written, "items_not_added", payment.number)
    values = few([at.rows[row_id].name for row_id in failed])
    return Step(Kind.PARTIAL, "items_partly", 502, written.read, payment.number, values=values)


def _before(item: PaymentItem | None) -> Decimal | None:
    return item.quantity if item else None


def quantities_by_row(composition: Composition) -> dict[int, Decimal]:
    """What a payment bills of each row."""
    return {item.row_id: item.quantity for item in composition.items if item.row_id is not None}


def _reason(
    written: Written, more: Iterable[tuple[int | None, Decimal]], *, is_there: bool
) -> AppError | None:
    """What the re-read shows to be in the way: the item is gone, or less is free than was asked.

    `more`: the rows with what was to be billed of them beyond what is billed now.
    """
    if not is_there:
        return ChangedMeanwhileError("removed meanwhile")
    if written.read is None or written.read.core.free is None:
        return None
    free = {row.id: row.quantity for row in written.read.core.free}
    if any(row_id is not None and one > free.get(row_id, Decimal(0)) for row_id, one in more):
        return InputError("more than is free", code="too_many", field="quantity")
    return None


def _stored(composition: Composition, item_id: int) -> Decimal | None:
    return next((item.quantity for item in composition.items if item.id == item_id), None)


def _name(at: Place, item: PaymentItem) -> str:
    row = at.row_of(item)
    return row.name if row else ""


def _label(at: Place, item: PaymentItem) -> str:
    return f"{_name(at, item) or 'item'} x {_plain(item.quantity)}"


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
