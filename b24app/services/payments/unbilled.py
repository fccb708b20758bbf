"""Read what no payment of a card bills yet, just before a payment is created from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b24app.bitrix.methods import crm, payment_items, payments
from b24app.bitrix.wire.answers import ROWS_PER_PAGE
from b24app.bitrix.wire.batch import MAX_COMMANDS
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import Delivery, ListedRow, Listing, Payment, PaymentItem, is_whole
from b24app.errors import (
    AppError,
    BusinessRefusalError,
    Executed,
    InputCode,
    InputError,
    PortalError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.card import basket_rows, product_rows
from b24app.services.card.doubtful import is_doubtful
from b24app.services.card.payment_details import unbilled_rows, within_card
from b24app.services.card.product_rows import ReadRows
from b24app.services.deps import WRITE_SECONDS
from b24app.services.writing.ownership import before_writing


@dataclass(frozen=True, slots=True)
class BillableRows:
    """The card before a creation: which payments there are and what can be billed.

    `free` is None if the portal does not say, for the reason in `problem`, or if the card has
    several orders with too much in them to compare here. With a `problem` it may lack rows.
    """

    payment_ids: frozenset[int]
    are_all_known: bool
    """Whether there is no payment beside those of `payment_ids`."""
    free: Listing[ListedRow] | None
    rows: Mapping[int, ListedRow]
    problem: AppError | None = None


@before_writing()
def read(card: CardSession) -> BillableRows:
    """Read the basis of a new payment in one call.

    In two for a card with several orders, and where more is offered than the card can have.
    """
    batch = Batch()
    listing = batch.add(payments.list_payments(card.ref))
    available = batch.add(crm.available_rows(card.ref))
    documents = batch.add(crm.list_deliveries(card.ref))
    pages = product_rows.ask(batch, card.ref)
    result = card.api.send(batch, WRITE_SECONDS)
    listed = result[listing]
    # A payment that cannot be read now existed before as well.
    ids = frozenset(payment.id for payment in listed) | frozenset(filter(None, listed.unread))
    are_all = None not in listed.unread
    own = product_rows.take(result, pages, are_needed=True)
    problem: AppError | None = None
    free: Listing[ListedRow] | None = None
    try:
        free = result[available]
    except BusinessRefusalError:
        own, items = _billed_lines(card, listed, own)
        free = None if items is None else unbilled_rows(own.by_id.values(), items)
    except PortalError as error:
        problem = error
    else:
        own, free = _held(card, listed, own, free, _deliveries(result, documents))
    if free is not None and not is_whole(free):
        problem = InputError("not all that can be billed", code=InputCode.ROWS_UNREAD)
    elif isinstance(problem, PortalError):
        # A read: whatever happened to it, nothing was written.
        problem.executed = Executed.NO
    rows = {**{row.id: row for row in free or ()}, **own.by_id}
    return BillableRows(ids, are_all, free, rows, problem)


def _deliveries(result: BatchResult, asked: Handle[Listing[Delivery]]) -> Sequence[Delivery]:
    try:
        return result[asked]
    except PortalError:
        return ()


def _held(
    card: CardSession,
    listed: Listing[Payment],
    own: ReadRows,
    free: Listing[ListedRow],
    deliveries: Sequence[Delivery],
) -> tuple[ReadRows, Listing[ListedRow]]:
    """Return what is free without what the card does not have; one call if there may be some."""
    if not own.is_whole or not is_doubtful(listed, deliveries, own.by_id.values(), free):
        return own, free
    rows, items = _billed_lines(card, listed, own)
    return (own, free) if items is None else (rows, within_card(free, rows.by_id, items))


def _billed_lines(
    card: CardSession, listed: Listing[Payment], first: ReadRows
) -> tuple[ReadRows, list[PaymentItem] | None]:
    """Return all rows of the card and the lines of all its payments (decisions 19).

    None if there are too many to read in one call, or if something in them is unreadable.
    """
    total = first.next_total(ROWS_PER_PAGE) if first.has_more else 0
    batch = Batch()
    items = [batch.add(payment_items.list_items(payment.id)) for payment in listed]
    # Read the first page again: all pages have to show the same point in time.
    pages = product_rows.ask(batch, card.ref, total)
    if len(batch) > MAX_COMMANDS or listed.unread:
        return first, None
    if not items and not first.has_more:
        return first, [] if first.is_whole else None
    result = card.api.send(batch, WRITE_SECONDS)
    lines = [basket_rows.named_items(card, result[handle]) for handle in items]
    rows = product_rows.take(result, pages, are_needed=True)
    if not rows.is_whole or any(line.unread for line in lines):
        return rows, None
    return rows, [item for line in lines for item in line]
