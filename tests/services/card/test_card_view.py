"""The header's figures and the order of the list, computed from what the portal answered."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from b24app.domain import Card, Delivery, EntityRef, Money, Payment, PaymentItem, ProductRow
from b24app.services.card.card_view import (
    Filter,
    PaymentView,
    Sort,
    arranged,
)
from b24app.services.card.payment_details import Sources, details_of, unbilled_rows

DEAL = EntityRef(2, 1)


def card(amount="100.00", currency="EUR"):
    return Card(DEAL, "A deal", "1", Money(Decimal(amount), currency))


def payment(number, amount, *, paid=False, currency="EUR", date_paid=None):
    money = Money(Decimal(amount), currency)
    return Payment(number, f"1/{number}", paid, date_paid, 7, 1, "Cash", money)


def delivery(price):
    return Delivery(1, "1/1", False, "Courier", Money(Decimal(price), "EUR"))


def row(number, quantity, price="10.00"):
    return ProductRow(number, f"Row {number}", Money(Decimal(price), "EUR"), Decimal(quantity))


def test_the_sum_of_a_payment_is_the_truth_and_the_difference_is_said():
    details = details_of(
        payment(1, "24.00"),
        [PaymentItem(1, 1, Decimal(2), 5), PaymentItem(2, 1, Decimal(1), None, 77)],
        [],
        Sources({5: row(5, "4")}, {}, {5: row(5, "2")}),
    )

    assert details.items_sum == Money(Decimal("20.00"), "EUR")
    assert details.difference == Money(Decimal("4.00"), "EUR")
    assert details.items[0].max_quantity == Decimal(4)
    assert details.items[1].price is None


def test_what_is_left_of_several_orders_is_rows_minus_billed():
    left = unbilled_rows(
        [row(1, "5"), row(2, "1")],
        [PaymentItem(1, 1, Decimal("1.5"), 1), PaymentItem(2, 1, Decimal(1), 2)],
    )

    assert [(one.id, one.quantity) for one in left] == [(1, Decimal("3.5"))]


def shown(*payments):
    return [PaymentView(one, DEAL) for one in payments]


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        (Sort.NEWEST, [3, 2, 1]),
        (Sort.OLDEST, [1, 2, 3]),
        (Sort.AMOUNT_DOWN, [2, 3, 1]),
        (Sort.AMOUNT_UP, [3, 1, 2]),
        (Sort.PAID_DATE, [1, 3, 2]),
    ],
)
def test_the_list_is_sorted_the_same_way_every_time(sort, ids):
    paid_at = datetime(2026, 5, 1, tzinfo=UTC)
    views = shown(
        payment(1, "5.00", paid=True, date_paid=paid_at), payment(2, "9.00"), payment(3, "5.00")
    )

    assert [one.payment.id for one in arranged(views, Filter.ALL, sort)] == ids


def test_a_stale_paid_date_of_an_unpaid_payment_does_not_sort():
    stale = payment(2, "1.00", date_paid=datetime(2026, 6, 1, tzinfo=UTC))
    real = payment(1, "1.00", paid=True, date_paid=datetime(2026, 5, 1, tzinfo=UTC))

    first = arranged(shown(stale, real), Filter.ALL, Sort.PAID_DATE)[0]

    assert first.payment.id == 1
