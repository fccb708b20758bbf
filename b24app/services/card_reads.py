"""What is asked of a card in a batch, and what the answers mean. No transactions, no rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from b24app.bitrix import crm, payment_deliveries, payment_items, payments
from b24app.bitrix.portal_api import Batch, BatchResult, Handle
from b24app.domain import (
    Card,
    Delivery,
    EntityRef,
    ListedRow,
    Payment,
    PaymentDelivery,
    PaymentItem,
    ProductRow,
)
from b24app.errors import BusinessRefusalError, PortalError

ROWS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Core:
    """A card with everything but the composition of its payments.

    `rows` holds the rows read so far of `rows_total`; with `are_rows_unread` the portal did not
    tell them at all. `free` is None where the portal does not tell, with `is_estimate` where that
    is because of several orders (decisions 19).
    """

    card: Card
    payments: tuple[Payment, ...]
    deliveries: tuple[Delivery, ...]
    rows: Mapping[int, ProductRow]
    rows_total: int
    free: tuple[ProductRow, ...] | None
    is_estimate: bool = False
    are_rows_unread: bool = False

    @property
    def has_all_rows(self) -> bool:
        """Whether a row that is not in `rows` is not in the card either."""
        return not self.are_rows_unread and len(self.rows) >= self.rows_total

    def payment(self, payment_id: int) -> Payment | None:
        """The payment of this id, if the portal lists it on this card."""
        return next((one for one in self.payments if one.id == payment_id), None)

    @property
    def deliveries_by_id(self) -> dict[int, Delivery]:
        """The card's delivery documents by id."""
        return {delivery.id: delivery for delivery in self.deliveries}


@dataclass(frozen=True, slots=True)
class Composition:
    """The items and delivery lines of one payment."""

    items: tuple[PaymentItem, ...]
    links: tuple[PaymentDelivery, ...]


@dataclass(frozen=True, slots=True)
class CoreRequest:
    """The handles of a card's reads in a batch."""

    card: Handle[Card]
    payments: Handle[tuple[Payment, ...]]
    deliveries: Handle[tuple[Delivery, ...]]
    rows: Handle[tuple[ListedRow, ...]]
    free: Handle[tuple[ListedRow, ...]]
    further: tuple[Handle[tuple[ListedRow, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class CompositionRequest:
    """The handles of one payment's items and delivery lines in a batch."""

    items: Handle[tuple[PaymentItem, ...]]
    links: Handle[tuple[PaymentDelivery, ...]]


def ask_core(
    batch: Batch,
    ref: EntityRef,
    *,
    order: Mapping[str, str] | None = None,
    rows_total: int = 0,
) -> CoreRequest:
    """Ask for card, payments, deliveries, product rows, and rows not billed yet: five commands.

    One more for each page of product rows past the first, as far as `rows_total`.
    """
    return CoreRequest(
        card=batch.add(crm.get_card(ref)),
        payments=batch.add(payments.list_payments(ref, order=order)),
        deliveries=batch.add(crm.list_deliveries(ref)),
        rows=batch.add(crm.list_product_rows(ref)),
        free=batch.add(crm.available_rows(ref)),
        further=ask_further_rows(batch, ref, rows_total),
    )


def take_core(result: BatchResult, asked: CoreRequest) -> Core:
    """Decode the answers to `ask_core`.

    Raises the portal's error for card, payments and deliveries, without which nothing true could
    be shown. Product rows only add names, so a refusal there is tolerated.
    """
    card = result[asked.card]
    free, is_estimate = _take_free(result, asked.free, card)
    rows = _take_rows(result, asked.rows, card)
    core = Core(
        card=card,
        payments=result[asked.payments],
        deliveries=result[asked.deliveries],
        rows=rows or {},
        rows_total=result.total(asked.rows) or len(rows or {}),
        free=free,
        is_estimate=is_estimate,
        are_rows_unread=rows is None,
    )
    further: dict[int, ProductRow] = {}
    for handle in asked.further:
        further.update(_take_rows(result, handle, card) or {})
    return replace(core, rows={**core.rows, **further}) if further else core


def _take_free(
    result: BatchResult, asked: Handle[tuple[ListedRow, ...]], card: Card
) -> tuple[tuple[ProductRow, ...] | None, bool]:
    try:
        return tuple(row.of(card) for row in result[asked]), False
    except BusinessRefusalError:
        # The only business refusal of this method is "does not support multiple orders".
        return None, True
    except PortalError:
        return None, False


def _take_rows(
    result: BatchResult, asked: Handle[tuple[ListedRow, ...]], card: Card
) -> dict[int, ProductRow] | None:
    try:
        return {row.id: row.of(card) for row in result[asked]}
    except PortalError:
        return None


def ask_further_rows(
    batch: Batch, ref: EntityRef, total: int
) -> tuple[Handle[tuple[ListedRow, ...]], ...]:
    """Ask for the product rows past the first page, one command a page of 50."""
    starts = range(ROWS_PER_PAGE, total, ROWS_PER_PAGE)
    return tuple(batch.add(crm.list_product_rows(ref, start=start)) for start in starts)


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


def take_compositions(
    result: BatchResult, asked: Mapping[int, CompositionRequest]
) -> dict[int, Composition]:
    """Decode the answers to `ask_compositions`; a payment that could not be read is left out."""
    found: dict[int, Composition] = {}
    for payment_id, handles in asked.items():
        try:
            found[payment_id] = Composition(result[handles.items], result[handles.links])
        except PortalError:
            continue
    return found


def complete(core: Core, compositions: Mapping[int, Composition]) -> dict[int, Composition]:
    """Those whose rows were all read. Others have rows past the first page, which come later."""
    if core.are_rows_unread or core.has_all_rows:
        return dict(compositions)
    return {
        payment_id: composition
        for payment_id, composition in compositions.items()
        if all(one.row_id is None or one.row_id in core.rows for one in composition.items)
    }


def halves(ids: Sequence[int]) -> list[Sequence[int]]:
    """Split ids for two parallel calls: commands of one batch run one after another."""
    if len(ids) <= 4:
        return [ids] if ids else []
    middle = (len(ids) + 1) // 2
    return [ids[:middle], ids[middle:]]
