"""Deals with an awkward list of products, put beside those of the seed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from b24app.simulator.portal_state.records import DEAL, Card, ProductRow

GIFTS, DISCOUNT, YEN, NO_CURRENCY, TINY, MANY, NOTHING = range(8201, 8208)
CREATED = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
PIECES = (796, "pcs")

PRODUCTS = {
    GIFTS: [("Catalogue", "0", "3"), ("Sample", "0.00", "1")],
    DISCOUNT: [("Lamp", "5.25", "1"), ("Voucher", "-10.55", "1")],
    YEN: [("Paper lantern", "1500.5", "3"), ("Tassel", "80", "2")],
    NO_CURRENCY: [("Loose lamp", "24.33", "12")],
    TINY: [("Grain of phosphor", "0.0000005", "7"), ("Tube", "0.3", "3")],
    MANY: [(f"Frame {number:03}", f"{number}.25", "1") for number in range(1, 301)],
    NOTHING: [],
}
CURRENCIES = {YEN: "JPY", NO_CURRENCY: ""}


def add_deal(crm, entity_id, most=None):
    """Add one of these deals with its product rows, `most` of them; answers the rows."""
    currency = CURRENCIES.get(entity_id, "EUR")
    products = PRODUCTS[entity_id][:most]
    amount = sum((Decimal(price) * Decimal(q) for _, price, q in products), Decimal(0))
    deal = Card(DEAL, entity_id, f"Odd {entity_id}", CREATED, amount, currency, "EXECUTING")
    crm.add_card(deal)
    return [add_row(crm, deal, *product) for product in products]


def add_row(crm, deal, name, price, quantity):
    row_id = crm.next_id("row")
    row = ProductRow(
        row_id, deal.entity_type_id, deal.id, row_id - 8000, name, Decimal(price),
        Decimal(quantity), *PIECES, sort=10 * (1 + len(crm.rows_of(deal.entity_type_id, deal.id))),
    )  # fmt: skip
    crm.product_rows[row_id] = row
    return row


def held_by_payments(crm, number):
    """What each payment of the deal holds of each row, by name."""
    names = {row.basket_id: row.product_name for row in crm.rows_of(2, number)}
    return [
        {names[item.entity_id]: int(item.quantity) for item in crm.items_of(payment.id, "product")}
        for payment in crm.payments_of(2, number)
    ]
