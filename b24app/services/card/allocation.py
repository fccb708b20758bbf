"""Build the allocation view: product rows against payments, and what is left to bill."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from b24app.domain import UNREADABLE, Payment, ProductRow, is_readable
from b24app.services.auth.card_session import CardSession
from b24app.services.card import tab
from b24app.services.card.card_view import CardView
from b24app.services.card.payment_details import ItemLine

MOST_PAYMENTS = 60
"""The most that are read at once: three parallel calls of twenty payments each."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one payment bills of a row."""

    payment: Payment
    line: ItemLine

    @property
    def quantity(self) -> Decimal:
        """Return the billed quantity."""
        return self.line.item.quantity


@dataclass(frozen=True, slots=True)
class RowUse:
    """One product row: `free` is what no payment bills, below zero if too much is billed."""

    row: ProductRow
    parts: tuple[Part, ...]
    free: Decimal

    @property
    def is_below_zero(self) -> bool:
        """Return whether the row takes something off the card, which no payment can hold."""
        return is_readable(self.row.quantity) and self.row.quantity < 0 and not self.parts


@dataclass(frozen=True, slots=True)
class Allocation:
    """`orphans` are items whose row is gone or was not read; each says which.

    `is_whole` is False if payments were left out, `has_more_rows` is True if rows were, and
    `unread` counts payments and lines that could not be read.
    """

    view: CardView
    rows: tuple[RowUse, ...]
    orphans: tuple[Part, ...]
    is_whole: bool
    has_more_rows: bool
    unread: int

    @property
    def is_all_read(self) -> bool:
        """Return whether what no payment is shown to bill is in none."""
        return self.is_whole and not self.unread


def read(card: CardSession) -> Allocation:
    """Read the card's rows and the lines of its newest payments."""
    shown = tab.details_of_newest(card, MOST_PAYMENTS)
    parts = [
        Part(entry.payment, line)
        for entry in shown.view.payments
        if entry.details is not None
        for line in entry.details.items
    ]
    by_row: dict[int, list[Part]] = {}
    for part in parts:
        by_row.setdefault(part.line.item.row_id or 0, []).append(part)
    unread = shown.view.unread_payments + sum(
        payment.details.unread for payment in shown.view.payments if payment.details is not None
    )
    uses = tuple(_use(row, tuple(by_row.get(row.id, ()))) for row in shown.rows)
    is_whole = all(payment.details is not None for payment in shown.view.payments)
    if unread or (not is_whole and shown.view.is_free_known):
        uses = tuple(replace(use, free=_told(use.row, shown.view)) for use in uses)
    known = {row.id for row in shown.rows}
    orphans = tuple(part for part in parts if part.line.item.row_id not in known)
    return Allocation(shown.view, uses, orphans, is_whole, shown.has_more_rows, unread)


def _use(row: ProductRow, parts: tuple[Part, ...]) -> RowUse:
    billed = sum((part.quantity for part in parts), Decimal(0))
    return RowUse(row, parts, row.quantity - billed)


def _told(row: ProductRow, view: CardView) -> Decimal:
    """Return what the portal says is free of a row, for when not all payments were read."""
    if not view.is_free_known:
        return UNREADABLE
    free = (free_row.quantity for free_row in view.free_rows if free_row.id == row.id)
    return next(free, Decimal(0))
