"""Change the quantity of a payment's line items or remove them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from b24app.bitrix.command import Command
from b24app.bitrix.methods import crm, payment_items, payments
from b24app.bitrix.wire.portal_api import Batch, Handle
from b24app.domain import EntityRef, ListedRow, Listing, Payment, PaymentItem, is_readable, is_whole
from b24app.errors import (
    AppError,
    ChangedMeanwhileError,
    InputCode,
    InputError,
    NotOnThisCardError,
    PortalError,
)
from b24app.services.actions import Action, DeedName, OutcomeCode, UndoKind
from b24app.services.auth.card_session import CardSession
from b24app.services.card import basket_rows, billed_lines, product_rows
from b24app.services.card.billed_lines import Answered
from b24app.services.card.card_reads import PaymentLines
from b24app.services.card.product_rows import ReadRows
from b24app.services.payments import unbilled
from b24app.services.payments.quantities import can_be_asked, too_many
from b24app.services.writing import ownership
from b24app.services.writing.change import (
    After,
    Change,
    Edit,
    Verdict,
    change,
    require_unpaid,
)
from b24app.services.writing.deed import WriteRequest
from b24app.services.writing.follow import Before
from b24app.services.writing.outcome import Outcome, OutcomeKind, Undo
from b24app.services.writing.ownership import before_writing


@dataclass(frozen=True, slots=True)
class EditContext:
    """A payment of this card, its items, and the card's rows with what is free."""

    payment: Payment
    items: Listing[PaymentItem]
    rows: Mapping[int, ListedRow]
    free: Mapping[int, ListedRow] | None

    @property
    def contents(self) -> Before:
        """Return the lines that the payment's sum has to follow."""
        return Before(self.payment, self.items)

    def item(self, item_id: int) -> PaymentItem:
        """Return an item. Raises NotOnThisCardError for an item of another payment."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise NotOnThisCardError("the item is not of this payment", code=InputCode.LINE_GONE)

    def row_of(self, item: PaymentItem) -> ListedRow | None:
        """Return the card's row of an item, None for an orphan."""
        return self.rows.get(item.row_id) if item.row_id is not None else None

    def most(self, item: PaymentItem) -> Decimal | None:
        """Return what the item may be raised to, None if the portal does not say."""
        if self.free is None or item.row_id is None:
            return None
        free = self.free.get(item.row_id)
        most = item.quantity + (free.quantity if free else Decimal(0))
        return most if is_readable(most) else None


@before_writing()
def place(card: CardSession, payment_id: int) -> EditContext:
    """Read what proves an item edit, in one call.

    Raises NotOnThisCardError or GoneError like `ownership.present`, and like `require_unpaid`: the
    portal may refuse further reads of a paid payment, which would look like missing rights.
    """
    found = ownership.read_about(
        card, [payment_id], payment_items.list_items, lambda batch: _ask_rows(batch, card.ref)
    )
    payment = found.payments[payment_id]
    require_unpaid(payment)
    try:
        listed = found.result[found.beside.free]
    except PortalError:
        listed = Listing.of((), [None])
    on_card = product_rows.take(found.result, found.beside.rows, are_needed=True)
    return _context(card, payment, found.about(payment_id), on_card, listed)


@before_writing()
def place_to_add(card: CardSession, payment_id: int) -> EditContext:
    """Read like `place` what proves an addition, with what a creation would find that is free.

    More calls only where a creation needs them, too.
    """
    found = ownership.read_about(
        card,
        [payment_id],
        payment_items.list_items,
        lambda batch: (
            _ask_rows(batch, card.ref),
            batch.add(payments.list_payments(card.ref)),
            billed_lines.ask(batch, card),
        ),
    )
    payment = found.payments[payment_id]
    require_unpaid(payment)
    asked, listing, lines = found.beside
    on_card = product_rows.take(found.result, asked.rows, are_needed=True)
    answered = Answered(found.result, lines, found.result[listing])
    told = unbilled.free_of(card, answered, on_card, asked.free)
    if told.is_ambiguous and told.problem:
        raise told.problem
    listed = Listing.of((), [None]) if told.free is None else told.free
    return _context(card, payment, found.about(payment_id), told.rows, listed)


def _context(
    card: CardSession,
    payment: Payment,
    items: Listing[PaymentItem],
    on_card: ReadRows,
    listed: Listing[ListedRow],
) -> EditContext:
    free = {row.id: row for row in listed}
    (named,) = basket_rows.named_items(card, [items], on_card)
    # Of a row that was not read nobody can say that nothing of it is free.
    known = free if is_whole(listed) else None
    return EditContext(payment, named, {**free, **on_card.by_id}, known)


@dataclass(frozen=True, slots=True)
class _RowsRequest:
    rows: product_rows.Pages
    free: Handle[Listing[ListedRow]]


def _ask_rows(batch: Batch, ref: EntityRef) -> _RowsRequest:
    return _RowsRequest(product_rows.ask(batch, ref), batch.add(crm.available_rows(ref)))


@dataclass(frozen=True, slots=True)
class NewQuantity:
    """A quantity to save. `expected_quantity` is what the person saw before.

    `may_round`: the person agreed to replace a fraction.
    """

    quantity: int
    expected_quantity: Decimal | None = None
    may_round: bool = False


def set_quantity(
    card: CardSession, asked: WriteRequest, payment_id: int, item_id: int, wish: NewQuantity
) -> Outcome:
    """Set an item's quantity and compare what the portal stored with what was requested.

    Page: crm-item-payment-product-set-quantity.md.
    """
    quantity = wish.quantity

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

    return change(card, asked, Change(Action.ITEMS, DeedName.SET_QUANTITY, payment_id, place, plan))


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
            done=lambda _: Verdict(OutcomeKind.DONE, OutcomeCode.ITEM_REMOVED, before, undo=undo),
            not_done=lambda _: Verdict(OutcomeKind.FAILED, OutcomeCode.ITEM_NOT_REMOVED, before),
            contents=at.contents,
            take_back=lambda _: back,
        )

    return change(card, asked, Change(Action.ITEMS, DeedName.REMOVE_ITEM, payment_id, place, plan))


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
    return f"{_name(at, item) or 'item'} x {_plain(item.quantity)}"


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
