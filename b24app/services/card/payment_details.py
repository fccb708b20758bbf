"""Join what one payment holds with the card's rows and documents. Pure: no calls, no words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from b24app.domain import (
    Delivery,
    ListedRow,
    Listing,
    Money,
    Payment,
    PaymentDelivery,
    PaymentItem,
    ProductRow,
    is_readable,
    is_whole,
)
from b24app.services.card.rounding import rounded

ZERO = Decimal(0)

Row = TypeVar("Row", ListedRow, ProductRow)
Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One product line. Name and price are unknown ("" and None) if its row was not read.

    `is_orphan`: its row is no longer on the card. `max_quantity` is the most a person may set:
    the current quantity plus what is free; None if the portal does not say.
    """

    item: PaymentItem
    name: str = ""
    price: Money | None = None
    sum: Money | None = None
    unit: str = ""
    max_quantity: Decimal | None = None
    is_orphan: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery line; `delivery` is None if the card does not list the document (quirk 108)."""

    item: PaymentDelivery
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """Items and deliveries of one payment. `difference` is its sum minus that of its lines.

    It is also None if a line or its price could not be read, or if a line is in a currency other
    than the payment's: then they cannot be added up. `rounding` is what rounding the sum of the
    lines once, as the portal does, adds to it; None where there is none, or they do not add up.
    """

    items: tuple[ItemLine, ...]
    deliveries: tuple[DeliveryLine, ...]
    items_sum: Money
    deliveries_sum: Money
    difference: Money | None = None
    rounding: Money | None = None
    unread: int = 0
    """The number of lines that could not be read."""

    @property
    def is_in_two_currencies(self) -> bool:
        """Return whether items have a currency other than the payment's (decisions 38)."""
        return self.items_sum.currency != self.deliveries_sum.currency


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of payment lines, by id.

    With `has_all_rows`, a row that is not in `rows` is gone, otherwise it was not read.
    `free_rows` is None if the portal does not say.
    """

    rows: Mapping[int, ProductRow]
    deliveries: Mapping[int, Delivery]
    free_rows: Mapping[int, ProductRow] | None = None
    has_all_rows: bool = True
    may_be_unnamed: bool = False
    """Whether a line without a row may be of a row that is on the card (quirk 100)."""

    @property
    def row_ids(self) -> list[int]:
        """Return the row ids in the card's order."""
        return sorted(self.rows, key=lambda row_id: (self.rows[row_id].sort, row_id))


def details_of(
    payment: Payment,
    items: Sequence[PaymentItem],
    links: Sequence[PaymentDelivery],
    sources: Sources,
) -> Details:
    """Join a payment's items and deliveries with their sources.

    The payment's own `sum` decides: `difference` is what the lines do not explain.
    """
    item_lines = tuple(
        _item_line(item, sources)
        for item in in_order_of(sources.row_ids, items, lambda item: item.row_id)
    )
    delivery_lines = tuple(
        DeliveryLine(link, sources.deliveries.get(link.document_id))
        for link in in_order_of(sources.deliveries, links, lambda link: link.document_id)
    )
    currency = payment.sum.currency
    items_sum = _sum([line.sum for line in item_lines if line.sum], currency)
    prices = [line.delivery.price for line in delivery_lines if line.delivery]
    deliveries_sum = _sum([price for price in prices if price.currency == currency], currency)
    difference = rounding = None
    is_explained = is_whole(items) and is_whole(links) and all(map(_is_explained, item_lines))
    if {items_sum.currency, *(price.currency for price in prices)} == {currency} and is_explained:
        exact = items_sum + deliveries_sum
        nearest = rounded(exact, payment.sum)
        difference, rounding = _if_any(payment.sum - nearest), _if_any(nearest - exact)
    return Details(
        item_lines,
        delivery_lines,
        items_sum,
        deliveries_sum,
        difference,
        rounding,
        sum(len(lines.unread) for lines in (items, links) if isinstance(lines, Listing)),
    )


def _if_any(rest: Money) -> Money | None:
    return rest if rest.is_readable and rest.amount else None


def in_order_of(
    card: Iterable[int], lines: Iterable[Line], origin: Callable[[Line], int | None]
) -> list[Line]:
    """Return lines in the order of the card, the others last, as the portal lists them.

    The portal lists by id, and a line that is removed and put back gets a new id: it would come
    last.
    """
    places: dict[int | None, int] = {row_id: place for place, row_id in enumerate(card)}
    return sorted(lines, key=lambda line: places.get(origin(line), len(places)))


def _is_explained(line: ItemLine) -> bool:
    return line.sum is not None or line.is_orphan


def _sum(amounts: Sequence[Money], currency: str) -> Money:
    """Return the sum of amounts in one currency; zero in `currency` if there are none."""
    if not amounts:
        return Money(ZERO, currency)
    return sum(amounts[1:], amounts[0])


def _item_line(item: PaymentItem, sources: Sources) -> ItemLine:
    free = (sources.free_rows or {}).get(item.row_id or 0)
    row = sources.rows.get(item.row_id or 0) or free
    if row is None:
        is_named = item.row_id is not None
        is_orphan = sources.has_all_rows if is_named else not sources.may_be_unnamed
        return ItemLine(item, is_orphan=is_orphan)
    most = item.quantity + (free.quantity if free else ZERO)
    return ItemLine(
        item,
        row.name,
        row.price,
        row.price * item.quantity,
        row.measure,
        None if sources.free_rows is None or not is_readable(most) else most,
    )


def unbilled_rows(rows: Iterable[Row], items: Iterable[PaymentItem]) -> Listing[Row]:
    """Return rows with what no item bills yet: an estimate for cards with several orders."""
    billed: dict[int, Decimal] = {}
    for item in items:
        if item.row_id is not None:
            billed[item.row_id] = billed.get(item.row_id, ZERO) + item.quantity
    left = (replace(row, quantity=row.quantity - billed.get(row.id, ZERO)) for row in rows)
    # Not `> 0`: something may be left of a quantity that cannot be read.
    return Listing(row for row in left if not row.quantity <= 0)


def within_card(
    free: Listing[Row], rows: Mapping[int, Row], items: Iterable[PaymentItem]
) -> Listing[Row]:
    """Return free rows with no more than the card has beside what lines bill (quirk 101)."""
    left = {row.id: row.quantity for row in unbilled_rows(rows.values(), items)}
    held = (
        replace(row, quantity=_lesser(row.quantity, left.get(row.id, ZERO)))
        if row.id in rows
        else row
        for row in free
    )
    return Listing.of((row for row in held if not row.quantity <= 0), free.unread, free.repeated)


def _lesser(one: Decimal, other: Decimal) -> Decimal:
    """Return the lesser of two quantities, or the one that cannot be read."""
    return min(one, other) if is_readable(one) and is_readable(other) else one
