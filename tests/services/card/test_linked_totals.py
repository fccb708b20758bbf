"""Linked cards are added up by currency."""

from __future__ import annotations

from decimal import Decimal

from b24app.domain import UNREADABLE, Money
from b24app.services.card.linked_totals import Sum, together


def one(currency, amount, paid):
    return Sum(Money(Decimal(amount), currency), Money(Decimal(paid), currency))


def test_each_currency_adds_up_by_itself_in_the_order_of_coming():
    found = together([one("USD", "10", "4"), one("EUR", "0.1", "0"), one("USD", "1.5", "0")])

    assert found == (one("USD", "11.5", "4"), one("EUR", "0.1", "0"))
    assert found[0].outstanding == Money(Decimal("7.5"), "USD")


def test_a_currency_in_which_there_is_nothing_is_left_out_unless_there_is_no_other():
    assert together([one("EUR", "0", "0"), one("USD", "1", "0")]) == (one("USD", "1", "0"),)
    assert together([one("EUR", "0", "0")]) == (one("EUR", "0", "0"),)
    assert together([]) == ()


def test_what_nobody_can_read_makes_the_total_unreadable():
    odd = Sum(Money(UNREADABLE, "EUR"), Money(Decimal(1), "EUR"))

    (found,) = together([one("EUR", "5", "2"), odd])

    assert not found.amount.is_readable
    assert found.paid == Money(Decimal(3), "EUR")
