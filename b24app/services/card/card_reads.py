"""Ask for a card in a batch and decode the answers. No transactions, no rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from b24app.bitrix.methods import crm, payment_deliveries, payment_items, payments
from b24app.bitrix.wire.portal_api import Batch, BatchResult, Handle
from b24app.domain import (
    Card,
    Delivery,
    EntityRef,
    ListedRow,
    Listing,
    Money,
    Payment,
    PaymentDelivery,
    PaymentItem,
    ProductRow,
    Reminder,
)
from b24app.errors import BusinessRefusalError, PortalError, UnexpectedAnswerError
from b24app.services.card import product_rows, reminders, returned
from b24app.services.card.product_rows import Pages, ReadRows
from b24app.services.card.rounding import finest

CORE = 4
"""Commands of a card's core, beside the pages of its product rows."""

MOST_LINES = 3_000
"""Lines of all payments read at once: as many as a page can show quickly."""


@dataclass(frozen=True, slots=True)
class CardSnapshot:
    """A card with everything except the lines of its payments.

    `rows` holds the product rows read so far. `free` is None if the portal does not say; with
    `is_estimate`, because of several orders (decisions 19).
    """

    card: Card
    payments: Listing[Payment]
    deliveries: Listing[Delivery]
    rows: Mapping[int, ProductRow]
    read_rows: ReadRows
    free: Listing[ProductRow] | None
    is_estimate: bool = False
    reminders: reminders.Listed | None = None
    """None: not asked, or not told."""
    returned: frozenset[int] | None = None
    """Payments whose money was given back. None: not asked, or not told."""

    @property
    def rows_total(self) -> int:
        """Return how many product rows there are, as far as is known."""
        return self.read_rows.total

    @property
    def has_all_rows(self) -> bool:
        """Return whether a row that is not in `rows` is not on the card either."""
        return self.read_rows.is_whole

    @property
    def finest_sum(self) -> Money | None:
        """Return the sum of the portal's own that shows best to how many decimals it rounds."""
        own = self.card.amount
        of_card = [] if self.card.is_amount_typed else [own]
        return finest([*of_card, *(payment.sum for payment in self.payments)], own.currency)

    @property
    def payments_by_id(self) -> dict[int, Payment]:
        """Return the payments that the portal lists on this card by id."""
        return {payment.id: payment for payment in self.payments}

    def is_gone(self, payment_id: int) -> bool:
        """Return whether this payment is no longer on the card, not just unreadable."""
        is_listed = payment_id in self.payments_by_id
        return not is_listed and not self.payments.may_hold(payment_id)

    @property
    def deliveries_by_id(self) -> dict[int, Delivery]:
        """Return the card's delivery documents by id."""
        return {delivery.id: delivery for delivery in self.deliveries}


@dataclass(frozen=True, slots=True)
class PaymentLines:
    """The items and delivery lines of one payment."""

    items: Listing[PaymentItem]
    links: Listing[PaymentDelivery]

    @property
    def unread(self) -> int:
        """Return how many of its lines could not be read."""
        return len(self.items.unread) + len(self.links.unread)

    @property
    def is_whole(self) -> bool:
        """Return whether all of its lines were read."""
        return not self.unread


Compositions = Mapping[int, PaymentLines]
"""What is in payments, by their ids; without those of which it was not read."""


@dataclass(frozen=True, slots=True)
class CoreRequest:
    """The handles of a card's reads in a batch."""

    card: Handle[Card]
    payments: Handle[Listing[Payment]]
    deliveries: Handle[Listing[Delivery]]
    rows: Pages
    free: Handle[Listing[ListedRow]]
    reminders: Handle[Listing[Reminder]] | None = None
    returned: returned.ReturnedRequest | None = None


@dataclass(frozen=True, slots=True)
class CompositionRequest:
    """The handles of one payment's items and delivery lines in a batch."""

    items: Handle[Listing[PaymentItem]]
    links: Handle[Listing[PaymentDelivery]]


def ask_core(
    batch: Batch,
    ref: EntityRef,
    *,
    order: Mapping[str, str] | None = None,
    rows_total: int = 0,
) -> CoreRequest:
    """Ask for card, payments, deliveries, product rows, and rows not billed yet: five commands.

    Each page of product rows after the first, up to `rows_total`, takes one more.
    """
    return CoreRequest(
        card=batch.add(crm.get_card(ref)),
        payments=batch.add(payments.list_payments(ref, order=order)),
        deliveries=batch.add(crm.list_deliveries(ref)),
        rows=product_rows.ask(batch, ref, rows_total),
        free=batch.add(crm.available_rows(ref)),
    )


def ask_listing(
    batch: Batch, ref: EntityRef, *, has_lapsed: bool, order: Mapping[str, str] | None = None
) -> CoreRequest:
    """Ask like `ask_core` where payments are listed: for reminders, and for what was given back.

    The latter only with `has_lapsed`: a payment was paid once and was unpaid again.
    """
    return replace(
        ask_core(batch, ref, order=order),
        reminders=reminders.ask(batch, ref),
        returned=returned.ask(batch, ref) if has_lapsed else None,
    )


def take_core(result: BatchResult, asked: CoreRequest) -> CardSnapshot:
    """Decode the answers to `ask_core`.

    Raises the portal's error for card, payments and deliveries, without which nothing true could
    be shown. Product rows only add names, so their refusal is tolerated. Deliveries that make no
    sense are tolerated too, and reported as unread.
    """
    card = result[asked.card]
    free, is_estimate = _take_free(result, asked.free, card)
    rows = product_rows.take(result, asked.rows)
    return CardSnapshot(
        card=card,
        payments=result[asked.payments],
        deliveries=_take_deliveries(result, asked.deliveries),
        rows={row_id: row.of(card) for row_id, row in rows.by_id.items()},
        read_rows=rows,
        free=free,
        is_estimate=is_estimate,
        reminders=reminders.take(result, asked.reminders) if asked.reminders else None,
        returned=returned.take(result, asked.returned) if asked.returned else None,
    )


def _take_deliveries(result: BatchResult, asked: Handle[Listing[Delivery]]) -> Listing[Delivery]:
    try:
        return result[asked]
    except UnexpectedAnswerError:
        if not result.is_answered(asked):
            raise
        return Listing.of((), [None])


def _take_free(
    result: BatchResult, asked: Handle[Listing[ListedRow]], card: Card
) -> tuple[Listing[ProductRow] | None, bool]:
    try:
        rows = result[asked]
        return Listing.of((row.of(card) for row in rows), rows.unread), False
    except BusinessRefusalError:
        # The only business refusal of this method is "does not support multiple orders".
        return None, True
    except PortalError:
        return None, False


def ask_compositions(
    batch: Batch, payment_ids: Iterable[int], *, is_optional: bool = False
) -> dict[int, CompositionRequest]:
    """Ask for the items and the delivery lines of payments: two commands each."""
    return {
        payment_id: CompositionRequest(
            batch.add(payment_items.list_items(payment_id), is_optional=is_optional),
            batch.add(payment_deliveries.list_links(payment_id), is_optional=is_optional),
        )
        for payment_id in payment_ids
    }


@dataclass(frozen=True, slots=True)
class ReadingRequest:
    """The handles of a card's reads, with the lines of some of its payments, in a batch."""

    core: CoreRequest
    compositions: dict[int, CompositionRequest]


def ask_reading(batch: Batch, ref: EntityRef, payment_ids: Sequence[int]) -> ReadingRequest:
    """Ask for the card and for the lines of these payments."""
    return ReadingRequest(ask_core(batch, ref), ask_compositions(batch, payment_ids))


def take_compositions(
    result: BatchResult, asked: Mapping[int, CompositionRequest]
) -> dict[int, PaymentLines]:
    """Decode the answers to `ask_compositions`; a payment that could not be read is left out.

    So are those beyond `MOST_LINES`: they are read when a person opens them.
    """
    found: dict[int, PaymentLines] = {}
    lines = 0
    for payment_id, handles in asked.items():
        try:
            read = PaymentLines(result[handles.items], result[handles.links])
        except PortalError:
            continue
        lines += len(read.items) + len(read.links)
        if lines <= MOST_LINES or not found:
            found[payment_id] = read
    return found


def complete(core: CardSnapshot, compositions: Compositions) -> dict[int, PaymentLines]:
    """Return those whose rows were all read. The others' rows are on pages that come later."""
    if not core.read_rows.has_more:
        return dict(compositions)
    return {
        payment_id: composition
        for payment_id, composition in compositions.items()
        if all(item.row_id is None or item.row_id in core.rows for item in composition.items)
    }


def core_commands(rows_total: int) -> int:
    """Return how many commands `ask_core` takes, without what a listing adds."""
    return CORE + product_rows.pages(rows_total)


def parts(ids: Sequence[int], size: int) -> tuple[tuple[int, ...], ...]:
    """Split ids into parts of a size, but for the last one."""
    return tuple(tuple(ids[start : start + size]) for start in range(0, len(ids), size))


def halves(ids: Sequence[int], ahead: int = 0) -> list[Sequence[int]]:
    """Split ids for two parallel calls: commands of one batch run one after another.

    `ahead` commands stand before those of the first part, two of which read a payment: with fewer
    payments it is not the last that is waited for.
    """
    if len(ids) <= 4:
        return [ids] if ids else []
    middle = max(1, (len(ids) + 1 - ahead // 2) // 2)
    return [ids[:middle], ids[middle:]]


def thirds(ids: Sequence[int], ahead: int) -> list[Sequence[int]]:
    """Split ids for three parallel calls, the first of which has `ahead` commands of its own.

    All of them have as many commands, where there are ids enough: it is the longest call that a
    person waits for.
    """
    share = -(-(ahead + 2 * len(ids)) // 3)
    first = max(0, share - ahead) // 2
    return [ids[:first], *halves(ids[first:])]
