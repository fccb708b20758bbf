"""Find the product rows of payment lines where the portal does not name them, or another one.

The portal names a line's row where the row refers back to the basket. What an application bills
first has no such reference until the products of the card are saved the next time (quirk 100), and
rows with the same product, or with none, may share a basket (quirk 101). So what was added here is
remembered by card: the answer to an addition names the line, the re-read the basket.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24app.bitrix.methods import payment_items
from b24app.bitrix.wire.portal_api import BatchResult, Handle
from b24app.domain import EntityRef, ListedRow, Listing, PaymentItem
from b24app.errors import DatabaseAwayError, PortalError, UnknownPortalError
from b24app.services.auth.card_session import CardSession
from b24app.services.card.card_reads import Compositions, PaymentLines
from b24app.services.card.product_rows import ReadRows
from b24app.storage import card_memory
from b24app.storage.card_memory import LineRows

log = logging.getLogger(__name__)

NOTHING = LineRows({}, {})


def named(
    card: CardSession, found: Compositions, rows: ReadRows, ref: EntityRef | None = None
) -> dict[int, PaymentLines]:
    """Return lines with the rows that are remembered of the card, or of a linked one, `ref`."""
    on_card = _OnCard.of(rows)
    if all(on_card.explains(lines.items) for lines in found.values()):
        return dict(found)
    return _all_named(found, on_card, _remembered(card, ref or card.ref))


def named_items(
    card: CardSession, lists: Sequence[Listing[PaymentItem]], rows: ReadRows
) -> list[Listing[PaymentItem]]:
    """Return the items of some payments of the card like `named`."""
    on_card = _OnCard.of(rows)
    if all(map(on_card.explains, lists)):
        return list(lists)
    noted = _remembered(card, card.ref)
    return [on_card.named(items, noted) for items in lists]


def learned(
    card: CardSession,
    found: Compositions,
    rows: ReadRows,
    result: BatchResult,
    handles: Iterable[Handle[Any]],
) -> dict[int, PaymentLines]:
    """Return lines with the rows that these writes have just added, and remember them."""
    added = dict(_added(result, handles))
    noted = LineRows(
        {
            item.basket_id: added[item.id]
            for lines in found.values()
            for item in lines.items
            if item.basket_id is not None and item.id in added
        },
        {line_id: (row_id, _product(rows, row_id)) for line_id, row_id in added.items()},
    )
    if not added:
        return dict(found)
    # What the portal names now, it does not name when the rows of the card are made anew.
    _remember(card, noted)
    return _all_named(found, _OnCard.of(rows), noted)


@dataclass(frozen=True, slots=True)
class _OnCard:
    """The rows of the card that are known, and how many there are of each product."""

    rows: Mapping[int, ListedRow]
    is_whole: bool
    of_product: Mapping[int, int]

    @classmethod
    def of(cls, rows: ReadRows) -> _OnCard:
        products = Counter(row.product_id for row in rows.by_id.values())
        return cls(rows.by_id, rows.is_whole, products)

    def explains(self, items: Listing[PaymentItem]) -> bool:
        """Return whether the portal names the rows of these lines, and can name no other one."""
        return all(item.row_id is not None and not self.is_shared(item.row_id) for item in items)

    def is_shared(self, row_id: int) -> bool:
        """Return whether the card has other rows with the product of this one."""
        row = self.rows.get(row_id)
        return row is not None and self.of_product[row.product_id] > 1

    def named(self, items: Listing[PaymentItem], noted: LineRows) -> Listing[PaymentItem]:
        """Return lines with their rows, as far as they are told or noted."""
        given = (self._named(item, noted) for item in items)
        return Listing.of(given, items.unread, items.repeated)

    def _named(self, item: PaymentItem, noted: LineRows) -> PaymentItem:
        row_id, product_id = noted.by_line.get(item.id, (None, None))
        if row_id is not None and self._may_be_there(row_id) and self._may_be(item, row_id):
            return replace(item, row_id=row_id)
        if item.row_id is not None:
            return item
        if row_id is not None:
            return replace(item, row_id=self._only_one(product_id), product_id=product_id)
        of_basket = noted.by_basket.get(item.basket_id or 0, card_memory.SEVERAL)
        if of_basket and self._may_be_there(of_basket) and not self.is_shared(of_basket):
            return replace(item, row_id=of_basket)
        return item

    def _may_be_there(self, row_id: int) -> bool:
        return row_id in self.rows or not self.is_whole

    def _may_be(self, item: PaymentItem, row_id: int) -> bool:
        """Return whether a line is of a row for all that the portal says: of its product."""
        told, noted = self.rows.get(item.row_id or 0), self.rows.get(row_id)
        if item.row_id is None:
            return True
        return told is not None and noted is not None and told.product_id == noted.product_id

    def _only_one(self, product_id: int | None) -> int | None:
        """Return the row that took the place of one that is gone: the only one of its product."""
        found = [row.id for row in self.rows.values() if row.product_id == product_id]
        return found[0] if product_id and len(found) == 1 and self.is_whole else None


def _all_named(found: Compositions, on_card: _OnCard, noted: LineRows) -> dict[int, PaymentLines]:
    return {
        payment_id: replace(lines, items=on_card.named(lines.items, noted))
        for payment_id, lines in found.items()
    }


def _product(rows: ReadRows, row_id: int) -> int:
    row = rows.by_id.get(row_id)
    return row.product_id if row else 0


def _added(result: BatchResult, handles: Iterable[Handle[Any]]) -> Iterator[tuple[int, int]]:
    """Give the ids of the lines that the portal answered, each with its product row."""
    for handle in handles:
        row_id = payment_items.added_row(handle.command)
        if row_id is None:
            continue
        try:
            yield result[handle], row_id
        except PortalError:
            continue


def _remembered(card: CardSession, ref: EntityRef) -> LineRows:
    try:
        with card.db.reading() as session:
            return card_memory.line_rows(session, card.member_id, ref)
    except DatabaseAwayError as error:
        # After a write: what it did is told all the same.
        log.warning("not known which products were billed: %s", error)
        return NOTHING


def _remember(card: CardSession, noted: LineRows) -> None:
    try:
        with card.db.transaction() as session:
            card_memory.note_line_rows(session, card.member_id, card.ref, noted, card.clock())
    except (UnknownPortalError, DatabaseAwayError) as error:
        log.warning("not remembered which products were billed: %s", error)
