"""Read what no payment of a card bills yet, just before a payment is created from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from b24app.bitrix.methods import crm, payments
from b24app.bitrix.wire.answers import ROWS_PER_PAGE
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import Card, ListedRow, Listing, Money, is_whole
from b24app.errors import (
    AppError,
    BusinessRefusalError,
    ChangedMeanwhileError,
    Executed,
    InputCode,
    InputError,
    PortalError,
)
from b24app.services.auth.card_session import CardSession
from b24app.services.card import billed_lines, product_rows
from b24app.services.card.billed_lines import Answered
from b24app.services.card.doubtful import held, is_doubtful
from b24app.services.card.payment_details import within_card
from b24app.services.card.product_rows import ReadRows
from b24app.services.card.rounding import finest
from b24app.services.deps import WRITE_SECONDS
from b24app.services.payments.quantities import RowQuantity
from b24app.services.writing.ownership import before_writing


@dataclass(frozen=True, slots=True)
class Free:
    """What can be billed of the rows of a card.

    `free` is None if nobody can say, for the reason in `problem`, or if the card has several
    orders with too much in them to compare here. With a `problem` it may lack rows. `withheld` are
    those of `free` that the portal does not offer, although nobody billed them.
    """

    rows: ReadRows
    free: Listing[ListedRow] | None
    problem: AppError | None = None
    withheld: frozenset[int] = frozenset()

    @property
    def is_ambiguous(self) -> bool:
        """Return whether lines bill rows of the card, and nobody knows which."""
        return self.free is None and isinstance(self.problem, InputError)


@dataclass(frozen=True, slots=True)
class BillableRows:
    """The card before a creation: which payments there are and what can be billed."""

    payment_ids: frozenset[int]
    are_all_known: bool
    """Whether there is no payment beside those of `payment_ids`."""
    told: Free
    rows: Mapping[int, ListedRow]
    """All that are known, on the pages of the card or among the free ones."""
    like: Money | None = None
    """A sum of the portal that shows to how many decimals it rounds."""

    def names(self, chosen: Iterable[RowQuantity]) -> list[str]:
        """Return the names of these rows."""
        return [self.rows[one.row_id].name for one in chosen]


@before_writing()
def read(card: CardSession, currency: str = "") -> BillableRows:
    """Read the basis of a new payment at once.

    Raises ChangedMeanwhileError where the card says that it has another currency than was seen.

    In two steps or more for a card with several orders, or with more rows or payments than one
    step tells of.
    """
    batch = Batch()
    listing = batch.add(payments.list_payments(card.ref))
    available = batch.add(crm.available_rows(card.ref))
    pages = product_rows.ask(batch, card.ref)
    lines = billed_lines.ask(batch, card)
    own_card = batch.add(crm.get_card(card.ref), is_optional=True) if currency else None
    result = card.api.read(batch, WRITE_SECONDS)
    if own_card is not None:
        require_currency(result, own_card, currency)
    listed = result[listing]
    # A payment that cannot be read now existed before as well.
    ids = frozenset(payment.id for payment in listed) | frozenset(filter(None, listed.unread))
    are_all = None not in listed.unread
    own = product_rows.take(result, pages, are_needed=True)
    told = free_of(card, Answered(result, lines, listed), own, available)
    rows = {**{row.id: row for row in told.free or ()}, **told.rows.by_id}
    return BillableRows(ids, are_all, told, rows, finest(one.sum for one in listed))


def require_currency(result: BatchResult, asked: Handle[Card], seen: str) -> None:
    """Raise ChangedMeanwhileError if the card says that it has another currency than was seen."""
    if currency_of(result, asked) not in {None, seen}:
        raise ChangedMeanwhileError("another currency", code=InputCode.REST_CHANGED)


def currency_of(result: BatchResult, asked: Handle[Card]) -> str | None:
    """Return the currency of the card, None if it cannot be read."""
    try:
        return result[asked].amount.currency
    except PortalError:
        return None


def free_of(
    card: CardSession, answered: Answered, own: ReadRows, available: Handle[Listing[ListedRow]]
) -> Free:
    """Return what can be billed, from the answers to `available` and to what is `answered`."""
    problem: AppError | None = None
    free: Listing[ListedRow] | None = None
    try:
        free = answered.result[available]
    except BusinessRefusalError:
        own = all_rows(card, own)
        items = billed_lines.take(card, answered, own, may_ask=True)
        if own.is_whole and items is not None:
            return _told(own, held(answered.payments, _all(own), own.by_id, items))
    except PortalError as error:
        problem = error
        # A read: whatever happened to it, nothing was written.
        problem.executed = Executed.NO
    else:
        return _held(card, answered, own, free)
    return Free(own, None, problem)


def _held(card: CardSession, answered: Answered, own: ReadRows, free: Listing[ListedRow]) -> Free:
    """Return what is free without what the card does not have."""
    listed = answered.payments
    if not free:
        return _told(own, free)
    own = all_rows(card, own)
    items = billed_lines.take(card, answered, own, may_ask=False)
    if items is None:
        if not is_doubtful(listed, own.by_id.values(), free):
            # What is left in a basket may be more than its row has by now.
            return _told(own, within_card(free, own.by_id, []))
        items = billed_lines.take(card, answered, own, may_ask=True)
    if items is None:
        return Free(own, None, _not_all(InputCode.ROWS_UNREAD))
    told = _told(own, held(listed, free, own.by_id, items))
    offered = {row.id for row in free}
    withheld = frozenset(row.id for row in told.free or () if row.id not in offered)
    return replace(told, withheld=withheld)


def _told(own: ReadRows, free: Listing[ListedRow] | None) -> Free:
    if free is None:
        return Free(own, None, _not_all(InputCode.ROWS_UNCLEAR))
    return Free(own, free, None if is_whole(free) else _not_all(InputCode.ROWS_UNREAD))


def _all(own: ReadRows) -> Listing[ListedRow]:
    return Listing(own.by_id.values())


def _not_all(code: InputCode) -> InputError:
    return InputError("not all that can be billed", code=code)


def all_rows(card: CardSession, first: ReadRows) -> ReadRows:
    """Return all rows of the card, in one more call if they are not on the first page."""
    if not first.has_more:
        return first
    batch = Batch()
    # The first page again: all pages have to show the same point in time.
    pages = product_rows.ask(batch, card.ref, first.next_total(ROWS_PER_PAGE))
    return product_rows.take(card.api.send(batch, WRITE_SECONDS), pages, are_needed=True)
