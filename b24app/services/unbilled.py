"""What a card has that no payment bills yet, read just before a payment is created from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app.bitrix import crm, payment_items, payments
from b24app.bitrix.batch import MAX_COMMANDS
from b24app.domain import ProductRow
from b24app.errors import BusinessRefusalError, Executed, PortalError
from b24app.services import card_reads, membership
from b24app.services.acting import Acting
from b24app.services.card_reads import Commands
from b24app.services.card_view import unbilled_rows
from b24app.services.deps import WRITE_SECONDS, Deps
from b24app.services.membership import before_writing


@dataclass(frozen=True, slots=True)
class Before:
    """The card before a creation: which payments there are and what can be billed.

    `free` is None where the portal does not tell, for the reason in `problem`, or where the card
    has several orders and too much in them to be compared here.
    """

    payment_ids: frozenset[int]
    free: tuple[ProductRow, ...] | None
    rows: Mapping[int, ProductRow]
    problem: PortalError | None = None


@before_writing()
def read(deps: Deps, acting: Acting) -> Before:
    """Read the basis of a new payment, in one call; in two for a card with several orders."""
    listing = payments.list_payments(acting.ref)
    available = crm.available_rows(acting.ref)
    rows = crm.list_product_rows(acting.ref)
    commands: Commands = {"list": listing, "free": available, "rows": rows}
    answer = membership.read_batch(deps, acting, commands, WRITE_SECONDS)
    listed = frozenset(one.id for one in answer.take("list", listing))
    own = {row.id: row for row in answer.take("rows", rows)}
    problem: PortalError | None = None
    free: tuple[ProductRow, ...] | None = None
    try:
        free = answer.take("free", available)
    except BusinessRefusalError:
        total = answer.total("rows") or len(own)
        own, free = _estimate(deps, acting, listed, own, total)
    except PortalError as error:
        # A read: whatever became of it, nothing was written.
        error.executed = Executed.NO
        problem = error
    return Before(
        listed, free, {**own, **{row.id: own.get(row.id, row) for row in free or ()}}, problem
    )


def _estimate(
    deps: Deps,
    acting: Acting,
    listed: frozenset[int],
    rows: dict[int, ProductRow],
    total: int,
) -> tuple[dict[int, ProductRow], tuple[ProductRow, ...] | None]:
    """All rows, and what the payments leave of them, on a card with several orders (decisions 19).

    None where they are too many to be read in one call.
    """
    items = {f"items{one}": payment_items.list_items(one) for one in listed}
    pages = card_reads.further_rows(acting.ref, total)
    commands = {**items, **pages}
    if len(commands) > MAX_COMMANDS:
        return rows, None
    if not commands:
        return rows, tuple(rows.values())
    answer = membership.read_batch(deps, acting, commands, WRITE_SECONDS)
    billed = [item for key, command in items.items() for item in answer.take(key, command)]
    further = [row for key, command in pages.items() for row in answer.take(key, command)]
    rows = {**rows, **{row.id: row for row in further}}
    return rows, unbilled_rows(rows.values(), billed)
