"""Cards as they were read, for tests of the figures: short to write, and random ones."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from b24app.domain import (
    Card,
    Delivery,
    EntityRef,
    Listing,
    Money,
    Payment,
    PaymentDelivery,
    PaymentItem,
    ProductRow,
)
from b24app.services.card.card_reads import CardSnapshot, PaymentLines
from b24app.services.card.product_rows import ReadRows

DEAL = EntityRef(2, 1)


def euros(amount):
    return Money(Decimal(amount), "EUR")


def card(amount="100.00", currency="EUR", *, typed=False):
    money = Money(Decimal(amount), currency)
    return Card(DEAL, "A deal", "1", money, is_amount_typed=typed)


def row(number, price, quantity, currency="EUR"):
    money = Money(Decimal(price), currency)
    return ProductRow(number, f"Row {number}", money, Decimal(quantity))


def payment(number, amount, *, paid=False, currency="EUR"):
    money = Money(Decimal(amount), currency)
    return Payment(number, f"1/{number}", paid, None, 7, 1, "Cash", money)


def delivery(number, price, currency="EUR"):
    money = Money(Decimal(price), currency)
    return Delivery(number, f"1/{number}", False, "Courier", money)


def composition(items=(), links=()):
    """`items`: pairs of a row's number and a quantity. `links`: numbers of deliveries."""
    return PaymentLines(
        Listing(
            PaymentItem(number, 1, Decimal(quantity), row_id)
            for number, (row_id, quantity) in enumerate(items, start=1)
        ),
        Listing(PaymentDelivery(number, 1, one) for number, one in enumerate(links, start=1)),
    )


def core(of=None, rows=(), payments=(), deliveries=(), *, rows_total=None, free=()):
    total = len(rows) if rows_total is None else rows_total
    has_more = total > len(rows)
    return CardSnapshot(
        card=of or card(),
        payments=Listing(payments),
        deliveries=Listing(deliveries),
        rows={one.id: one for one in rows},
        read_rows=ReadRows({}, total, has_more, is_whole=not has_more),
        free=None if free is None else Listing(free),
    )


CURRENCIES = ("EUR", "USD", "JPY", "KWD", "XQZ")
cents = st.decimals("0.00", "100000.00", places=2)
quantities = st.decimals("0.0001", "500", places=4)


@st.composite
def any_cards(draw):
    """Whatever a portal might answer: nothing in it has to fit together."""
    currency = draw(st.sampled_from(CURRENCIES))
    rows = [
        row(number, price, quantity, currency)
        for number, (price, quantity) in enumerate(
            draw(st.lists(st.tuples(cents, quantities), max_size=6)), start=1
        )
    ]
    deliveries = [
        delivery(number, price, draw(st.sampled_from(CURRENCIES)))
        for number, price in enumerate(draw(st.lists(cents, max_size=4)), start=1)
    ]
    payments = [
        payment(
            number, amount, paid=draw(st.booleans()), currency=draw(st.sampled_from(CURRENCIES))
        )
        for number, amount in enumerate(draw(st.lists(cents, max_size=6)), start=1)
    ]
    known = {one.id: draw(compositions()) for one in payments if draw(st.booleans())}
    free = draw(st.none() | st.lists(st.sampled_from(rows or [row(9, "1", "1", currency)])))
    stated = card(draw(cents), currency, typed=draw(st.booleans()))
    total = draw(st.sampled_from([len(rows), len(rows) + 1]))
    read = core(stated, rows, payments, deliveries, rows_total=total, free=free)
    return read, known


@st.composite
def compositions(draw):
    items = draw(st.lists(st.tuples(st.integers(1, 7), quantities), max_size=4))
    return composition(items, draw(st.lists(st.integers(1, 5), max_size=3)))


@st.composite
def kept_books(draw):
    """A card whose payments come to what is in them: too much may be billed, but nothing is odd."""
    numbers = range(1, draw(st.integers(0, 5)) + 1)
    rows = [row(one, draw(cents), draw(st.integers(1, 30))) for one in numbers]
    deliveries = [delivery(one, draw(cents)) for one in range(1, draw(st.integers(0, 3)) + 1)]
    payments, known = [], {}
    for number in range(1, draw(st.integers(0, 5)) + 1):
        chosen = draw(st.sets(st.sampled_from(rows))) if rows else set()
        items = [(one.id, draw(st.integers(1, 20))) for one in sorted(chosen, key=id_of)]
        links = draw(st.sets(st.sampled_from(deliveries))) if deliveries else set()
        known[number] = composition(items, sorted(one.id for one in links))
        prices = {one.id: one.price.amount for one in rows}
        amount = sum((prices[one] * quantity for one, quantity in items), Decimal(0))
        amount += sum((one.price.amount for one in links), Decimal(0))
        payments.append(payment(number, amount, paid=draw(st.booleans())))
    billed = {
        one.id: sum(
            item.quantity for part in known.values() for item in part.items if item.row_id == one.id
        )
        for one in rows
    }
    left = [row(one.id, one.price.amount, one.quantity - billed[one.id]) for one in rows]
    free = [one for one in left if one.quantity > 0]
    return core(card(), rows, payments, deliveries, free=free), known


def id_of(one):
    return one.id


def readable(totals, read):
    """The figures that can be read.

    Of others nobody knows what payments in another currency than the card's hold: of the card's
    products, where the portal does not say what no payment bills, and of deliveries.
    """
    own = read.card.amount.currency
    found = [one for one in totals if one.amount.is_readable]
    unknown = {one.currency for one in totals} - {one.currency for one in found}
    assert own not in unknown or read.free is None
    assert unknown - {own} <= {one.price.currency for one in read.deliveries if one.price.amount}
    return found
