"""Read what an edit of a payment's items is about, and prove that it is of this card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from b24app.bitrix.methods import crm, payment_items, payments
from b24app.bitrix.wire.portal_api import Batch, Handle
from b24app.domain import EntityRef, ListedRow, Listing, Payment, PaymentItem, is_readable, is_whole
from b24app.errors import InputCode, NotOnThisCardError, PortalError
from b24app.services.auth.card_session import CardSession
from b24app.services.card import basket_rows, billed_lines, product_rows
from b24app.services.card.billed_lines import Answered
from b24app.services.card.product_rows import ReadRows
from b24app.services.payments import unbilled
from b24app.services.writing import ownership
from b24app.services.writing.change import require_unpaid
from b24app.services.writing.follow import Before
from b24app.services.writing.ownership import Found, before_writing


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
    return _placed(card, payment_id, found, found.beside, needs_all=False)


@before_writing()
def place_in_part(card: CardSession, payment_id: int, rows: int) -> tuple[EditContext, str]:
    """Read like `place`, and the currency of the card, "" if it cannot be read.

    What its rows cost has to be compared, so all `rows` that it had are read. One more call where
    it has more by now and the portal does not say what is free.
    """
    found = ownership.read_about(
        card,
        [payment_id],
        payment_items.list_items,
        lambda batch: (
            _ask_rows(batch, card.ref, rows),
            batch.add(crm.get_card(card.ref), is_optional=True),
        ),
    )
    asked, own_card = found.beside
    at = _placed(card, payment_id, found, asked, needs_all=True)
    return at, unbilled.currency_of(found.result, own_card) or ""


def _placed(
    card: CardSession,
    payment_id: int,
    found: Found[Listing[PaymentItem], Any],
    asked: _RowsRequest,
    *,
    needs_all: bool,
) -> EditContext:
    payment = found.payments[payment_id]
    require_unpaid(payment)
    try:
        listed = found.result[asked.free]
    except PortalError:
        listed = Listing.of((), [None])
    on_card = product_rows.take(found.result, asked.rows, are_needed=True)
    if needs_all and not is_whole(listed):
        on_card = unbilled.all_rows(card, on_card)
    return _context(card, payment, found.about(payment_id), on_card, listed)


@before_writing()
def place_to_add(card: CardSession, payment_id: int, currency: str = "") -> EditContext:
    """Read like `place` what proves an addition, with what a creation would find that is free.

    More calls only where a creation needs them, too. Raises InputError where payments hold lines
    that may be of the rows that are offered, and ChangedMeanwhileError where the card says that it
    has another currency than was seen.
    """
    return _placed_to_add(card, payment_id, needs_known=True, currency=currency)


@before_writing()
def place_to_raise(card: CardSession, payment_id: int) -> EditContext:
    """Read like `place_to_add`. Where nobody knows what is free, the portal decides."""
    return _placed_to_add(card, payment_id, needs_known=False)


def _placed_to_add(
    card: CardSession, payment_id: int, *, needs_known: bool, currency: str = ""
) -> EditContext:
    found = ownership.read_about(
        card,
        [payment_id],
        payment_items.list_items,
        lambda batch: (
            _ask_rows(batch, card.ref),
            batch.add(payments.list_payments(card.ref)),
            billed_lines.ask(batch, card),
            batch.add(crm.get_card(card.ref), is_optional=True) if currency else None,
        ),
    )
    payment = found.payments[payment_id]
    require_unpaid(payment)
    asked, listing, lines, own_card = found.beside
    if own_card is not None:
        unbilled.require_currency(found.result, own_card, currency)
    on_card = product_rows.take(found.result, asked.rows, are_needed=True)
    answered = Answered(found.result, lines, found.result[listing])
    told = unbilled.free_of(card, answered, on_card, asked.free)
    if needs_known and told.is_ambiguous and told.problem:
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


def _ask_rows(batch: Batch, ref: EntityRef, total: int = 0) -> _RowsRequest:
    return _RowsRequest(product_rows.ask(batch, ref, total), batch.add(crm.available_rows(ref)))
