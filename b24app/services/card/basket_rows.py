"""Find the product rows of payment lines for which the portal names only the basket (quirk 100).

The portal names a line's row where the row refers back to the basket. What an application bills
first has no such reference until the products of the card are saved the next time. So what was
added here is remembered by card: the answer to an addition names the line, the re-read the basket.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from b24app.bitrix.methods import payment_items
from b24app.bitrix.wire.portal_api import BatchResult, Handle
from b24app.domain import EntityRef, Listing, PaymentItem
from b24app.errors import DatabaseAwayError, PortalError, UnknownPortalError
from b24app.services.auth.card_session import CardSession
from b24app.services.card.card_reads import PaymentLines
from b24app.storage import card_memory

log = logging.getLogger(__name__)

Compositions = Mapping[int, PaymentLines]


def named(
    card: CardSession, found: Compositions, ref: EntityRef | None = None
) -> dict[int, PaymentLines]:
    """Return lines with the rows that are remembered of the card, or of a linked one, `ref`."""
    if all(_have_rows(lines.items) for lines in found.values()):
        return dict(found)
    rows = _remembered(card, ref or card.ref)
    return {
        payment_id: replace(lines, items=_with_rows(lines.items, rows))
        for payment_id, lines in found.items()
    }


def named_items(card: CardSession, items: Listing[PaymentItem]) -> Listing[PaymentItem]:
    """Return the items of one payment of the card like `named`."""
    return items if _have_rows(items) else _with_rows(items, _remembered(card, card.ref))


def learned(
    card: CardSession, found: Compositions, result: BatchResult, handles: Iterable[Handle[Any]]
) -> dict[int, PaymentLines]:
    """Return lines with the rows that these writes have just added, and remember them."""
    added = dict(_added(result, handles))
    rows = {
        item.basket_id: added[item.id]
        for lines in found.values()
        for item in lines.items
        if item.row_id is None and item.basket_id is not None and item.id in added
    }
    if not rows:
        return dict(found)
    _remember(card, rows)
    return {
        payment_id: replace(lines, items=_with_rows(lines.items, rows))
        for payment_id, lines in found.items()
    }


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


def _have_rows(items: Listing[PaymentItem]) -> bool:
    return all(item.row_id is not None for item in items)


def _with_rows(items: Listing[PaymentItem], rows: Mapping[int, int]) -> Listing[PaymentItem]:
    given = (
        replace(item, row_id=rows.get(item.basket_id or 0)) if item.row_id is None else item
        for item in items
    )
    return Listing.of(given, items.unread, items.repeated)


def _remembered(card: CardSession, ref: EntityRef) -> Mapping[int, int]:
    try:
        with card.db.reading() as session:
            return card_memory.basket_rows(session, card.member_id, ref)
    except DatabaseAwayError as error:
        # After a write: what it did is told all the same.
        log.warning("not known which products were billed: %s", error)
        return {}


def _remember(card: CardSession, rows: Mapping[int, int]) -> None:
    try:
        with card.db.transaction() as session:
            card_memory.note_basket_rows(session, card.member_id, card.ref, rows, card.clock())
    except (UnknownPortalError, DatabaseAwayError) as error:
        log.warning("not remembered which products were billed: %s", error)
