"""What a card has that no payment bills yet, read just before a payment is created from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app.bitrix import crm, payment_items, payments
from b24app.bitrix.batch import MAX_COMMANDS
from b24app.bitrix.portal_api import Batch
from b24app.domain import ListedRow
from b24app.errors import BusinessRefusalError, Executed, PortalError
from b24app.services import card_reads
from b24app.services.acting import Acting
from b24app.services.card_view import unbilled_rows
from b24app.services.deps import WRITE_SECONDS
from b24app.services.membership import before_writing


@dataclass(frozen=True, slots=True)
class Before:
    """The card before a creation: which payments there are and what can be billed.

    `free` is None where the portal does not tell, for the reason in `problem`, or where the card
    has several orders and too much in them to be compared here.
    """

    payment_ids: frozenset[int]
    free: tuple[ListedRow, ...] | None
    rows: Mapping[int, ListedRow]
    problem: PortalError | None = None


@before_writing()
def read(acting: Acting) -> Before:
    """Read the basis of a new payment, in one call; in two for a card with several orders."""
    batch = Batch()
    listing = batch.add(payments.list_payments(acting.ref))
    available = batch.add(crm.available_rows(acting.ref))
    rows = batch.add(crm.list_product_rows(acting.ref))
    result = acting.api.send(batch, WRITE_SECONDS)
    listed = frozenset(one.id for one in result[listing])
    own = {row.id: row for row in result[rows]}
    problem: PortalError | None = None
    free: tuple[ListedRow, ...] | None = None
    try:
        free = result[available]
    except BusinessRefusalError:
        total = result.total(rows) or len(own)
        own, free = _estimate(acting, listed, own, total)
    except PortalError as error:
        # A read: whatever became of it, nothing was written.
        error.executed = Executed.NO
        problem = error
    return Before(
        listed, free, {**own, **{row.id: own.get(row.id, row) for row in free or ()}}, problem
    )


def _estimate(
    acting: Acting,
    listed: frozenset[int],
    rows: dict[int, ListedRow],
    total: int,
) -> tuple[dict[int, ListedRow], tuple[ListedRow, ...] | None]:
    """All rows, and what the payments leave of them, on a card with several orders (decisions 19).

    None where they are too many to be read in one call.
    """
    batch = Batch()
    items = [batch.add(payment_items.list_items(one)) for one in sorted(listed)]
    pages = card_reads.ask_further_rows(batch, acting.ref, total)
    if len(batch) > MAX_COMMANDS:
        return rows, None
    if not len(batch):
        return rows, tuple(rows.values())
    result = acting.api.send(batch, WRITE_SECONDS)
    billed = [item for handle in items for item in result[handle]]
    further = [row for handle in pages for row in result[handle]]
    rows = {**rows, **{row.id: row for row in further}}
    return rows, unbilled_rows(rows.values(), billed)
