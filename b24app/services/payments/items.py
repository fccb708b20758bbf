"""Change the quantity of a payment's line items or remove them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from b24app.bitrix.command import Command
from b24app.bitrix.methods import payment_items
from b24app.domain import PaymentItem
from b24app.errors import AppError, ChangedMeanwhileError, InputCode, InputError
from b24app.services.actions import Action, DeedName, OutcomeCode, OutcomeKind, UndoKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card.card_reads import PaymentLines
from b24app.services.payments.item_lines import EditContext, place, place_to_raise
from b24app.services.payments.quantities import can_be_asked, too_many
from b24app.services.payments.row_names import times
from b24app.services.writing.change import After, Change, Edit, Verdict, change
from b24app.services.writing.deed import WriteRequest
from b24app.services.writing.outcome import Outcome, Undo


@dataclass(frozen=True, slots=True)
class NewQuantity:
    """A quantity to save. `expected_quantity` is what the person saw before.

    `may_round`: the person agreed to replace a fraction.
    """

    quantity: int
    expected_quantity: Decimal | None
    may_round: bool


def set_quantity(
    card: CardSession, asked: WriteRequest, payment_id: int, item_id: int, wish: NewQuantity
) -> Outcome:
    """Set an item's quantity and compare what the portal stored with what was requested.

    Page: crm-item-payment-product-set-quantity.md.
    """
    quantity, shown = wish.quantity, wish.expected_quantity
    is_raised = shown is None or quantity > shown

    def plan(at: EditContext) -> Edit | Verdict:
        item = at.item(item_id)
        _require_settable(at, item, wish)
        # Of several items the log has to say which one.
        before = _label(at, item)
        if quantity == item.quantity:
            return Verdict(OutcomeKind.ALREADY, OutcomeCode.QUANTITY_SAVED, before, str(quantity))
        return Edit(
            commands=[payment_items.set_quantity(item_id, quantity)],
            is_done=lambda after: _is_stored(after, item_id, quantity),
            done=lambda after: _quantity_saved(after, item, quantity, before),
            not_done=lambda after: _differs(after, item_id, before),
            why_not=lambda after: _why_not(after, item, quantity),
            is_refusal_final=True,
            contents=at.contents,
            take_back=lambda _: setting(item, int(item.quantity)),
        )

    verify = place_to_raise if is_raised else place
    name = DeedName.SET_QUANTITY
    return change(card, asked, Change(Action.ITEMS, name, payment_id, verify, plan))


def _is_stored(after: After, item_id: int, quantity: int) -> bool | None:
    stored = _stored(after, item_id)
    return after.has(stored == quantity, stored)


def setting(item: PaymentItem, quantity: int) -> list[Command[bool]]:
    """Return how to set the quantity back; empty for a fraction, which cannot be set again."""
    return [payment_items.set_quantity(item.id, quantity)] if item.is_whole else []


def _require_settable(at: EditContext, item: PaymentItem, wish: NewQuantity) -> None:
    if wish.expected_quantity not in {None, item.quantity} and wish.quantity != item.quantity:
        raise ChangedMeanwhileError("the quantity changed")
    if not item.is_whole and not wish.may_round:
        raise InputError("a fraction", code=InputCode.FRACTION_ASKS)
    most = at.most(item)
    if most is not None and wish.quantity > most:
        raise too_many(_name(at, item), most)


def _quantity_saved(after: After, item: PaymentItem, quantity: int, before: str) -> Verdict:
    """Report the saved quantity. After a refusal it is somebody else's, so there is no undo."""
    undo = None
    if can_be_asked(item.quantity) and item.row_id is not None and after.error is None:
        whole = int(item.quantity)
        undo = Undo(UndoKind.QUANTITY, after.payment_id, item.id, whole, now=quantity)
    return Verdict(OutcomeKind.DONE, OutcomeCode.QUANTITY_SAVED, before, str(quantity), undo=undo)


def _differs(after: After, item_id: int, before: str) -> Verdict:
    stored = _stored(after, item_id) or Decimal(0)
    values = {"stored": _plain(stored)}
    return Verdict(OutcomeKind.FAILED, OutcomeCode.QUANTITY_DIFFERS, before, values=values)


def _why_not(after: After, item: PaymentItem, quantity: int) -> AppError | None:
    stored = _stored(after, item.id)
    if stored is None:
        return ChangedMeanwhileError("removed meanwhile")
    more = [(item.row_id, quantity - stored)]
    return too_much(after, more) if after.error else None


def remove(card: CardSession, asked: WriteRequest, payment_id: int, item_id: int) -> Outcome:
    """Remove an item from a payment. Page: crm-item-payment-product-delete.md."""

    def plan(at: EditContext) -> Edit:
        item = at.item(item_id)
        before = _label(at, item)
        undo, back = None, []
        if item.is_whole and item.row_id is not None:
            if can_be_asked(item.quantity):
                undo = Undo(UndoKind.ITEM, payment_id, item.row_id, int(item.quantity))
            back = [payment_items.add_item(payment_id, item.row_id, int(item.quantity))]
        return Edit(
            commands=[payment_items.delete_item(item_id)],
            is_done=lambda after: after.lacks(_stored(after, item_id) is not None),
            done=lambda after: Verdict(
                OutcomeKind.DONE,
                OutcomeCode.ITEM_REMOVED,
                before,
                # Refused but gone: somebody else may have removed it.
                undo=undo if after.error is None else None,
            ),
            not_done=lambda _: Verdict(OutcomeKind.FAILED, OutcomeCode.ITEM_NOT_REMOVED, before),
            contents=at.contents,
            take_back=lambda _: back,
        )

    name = DeedName.REMOVE_ITEM
    return change(card, asked, Change(Action.ITEMS, name, payment_id, place, plan))


def quantities_by_row(composition: PaymentLines) -> dict[int, Decimal]:
    """Return what a payment bills of each row."""
    found: dict[int, Decimal] = {}
    for item in composition.items:
        if item.row_id is not None:
            found[item.row_id] = found.get(item.row_id, Decimal(0)) + item.quantity
    return found


def too_much(after: After, more: Iterable[tuple[int | None, Decimal]]) -> AppError | None:
    """Return the error if the re-read shows that less is free than requested.

    `more`: rows with the quantity to be billed in addition to what is billed now.
    """
    read = after.written.read
    if read is None or read.core.free is None:
        return None
    free = {row.id: row.quantity for row in read.core.free}
    if any(
        row_id is not None and quantity > free.get(row_id, Decimal(0)) for row_id, quantity in more
    ):
        return InputError("more than is free", code=InputCode.TOO_MANY, field="quantity")
    return None


def _stored(after: After, item_id: int) -> Decimal | None:
    items = after.composition.items
    return next((item.quantity for item in items if item.id == item_id), None)


def _name(at: EditContext, item: PaymentItem) -> str:
    row = at.row_of(item)
    return row.name if row else ""


def _label(at: EditContext, item: PaymentItem) -> str:
    # Of a long deal not all rows are read for a write; what has no name here goes by its number.
    name = _name(at, item) or f"#{item.row_id or item.id}"
    return times(name, _plain(item.quantity))


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
