"""Read what all payments of a card bill, beside what the portal says is free.

The portal may offer what is billed once more (quirk 101), so of a row no more is free than its
quantity less what lines bill.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from b24app.bitrix.methods import payment_items
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import Listing, Payment, PaymentItem
from b24app.errors import PortalError
from b24app.services.auth.card_session import CardSession
from b24app.services.card import basket_rows
from b24app.services.card.product_rows import ReadRows
from b24app.services.deps import WRITE_SECONDS

BESIDE = 40
"""Payments whose lines are read in the same batch as other questions."""

MOST = 500
"""Payments whose lines are compared: as many as a page shows."""

ALONE, MOST_ALONE = 20, 50
"""The same two, where the portal needs a call for each."""

Lines = Mapping[int, Handle[Listing[PaymentItem]]]
"""The handles of the lines of payments in a batch."""


def ask(batch: Batch, card: CardSession) -> Lines:
    """Ask for the lines of the newest payments that the portal has listed on this card before."""
    most = ALONE if card.api.refuses_batch else BESIDE
    return _ask(batch, sorted(card.listed | card.seen_before, reverse=True)[:most])


def _ask(batch: Batch, payment_ids: Iterable[int]) -> Lines:
    return {
        payment_id: batch.add(payment_items.list_items(payment_id)) for payment_id in payment_ids
    }


@dataclass(frozen=True)
class Answered:
    """What was asked for in a batch of the card, and the payments that were listed in it."""

    result: BatchResult
    asked: Lines
    payments: Listing[Payment]


def take(
    card: CardSession, answered: Answered, rows: ReadRows, *, may_ask: bool
) -> list[PaymentItem] | None:
    """Return the lines of all payments with their rows. `may_ask`: more calls for those unread.

    None if there are too many, or if something in them is unreadable.
    """
    payments = answered.payments
    found = _taken(answered.result, answered.asked)
    unread = [payment.id for payment in payments if payment.id not in found]
    most = MOST_ALONE if card.api.refuses_batch else MOST
    if payments.unread or len(unread) > (most if may_ask else 0):
        return None
    if unread:
        further = Batch()
        asked = _ask(further, unread)
        found |= _taken(card.api.read(further, WRITE_SECONDS), asked)
    lines = [found[payment.id] for payment in payments if payment.id in found]
    if len(lines) != len(payments) or any(listed.unread for listed in lines):
        return None
    named = basket_rows.named_items(card, lines, rows)
    return [item for listed in named for item in listed]


def _taken(result: BatchResult, asked: Lines) -> dict[int, Listing[PaymentItem]]:
    found: dict[int, Listing[PaymentItem]] = {}
    for payment_id, handle in asked.items():
        try:
            found[payment_id] = result[handle]
        except PortalError:
            continue
    return found
