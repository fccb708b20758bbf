"""What was given back is neither paid nor due, whatever else a card holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given

from b24app.domain import Listing, Payment
from b24app.services.card.adding_up import totals_of
from b24app.services.card.card_reads import CardSnapshot
from b24app.services.card.totals import LineKind
from tests.services.card.books import any_cards, card, core, euros, payment, readable, row


def returned(read: CardSnapshot) -> CardSnapshot:
    """The same card, every second unpaid payment of which was given back."""

    def told(one: Payment) -> Payment:
        return replace(one, is_returned=not one.is_paid and one.id % 2 == 0)

    return replace(read, payments=Listing.of(map(told, read.payments), read.payments.unread))


@given(any_cards())
def test_figures_add_up_without_what_was_given_back(books):
    read, known = books
    before = {one.currency: one for one in totals_of(read, known, read.free)}
    now = returned(read)

    for one in readable(totals_of(now, known, now.free), now):
        was = before[one.currency]
        back = sum(
            payment.sum.amount
            for payment in now.payments
            if payment.is_returned and payment.sum.currency == one.currency
        )
        assert one.paid == was.paid
        assert one.waiting.amount == was.waiting.amount - back
        assert one.paid + one.outstanding == one.amount
        assert one.waiting + one.rest == one.outstanding
        assert was.amount.amount - back <= one.amount.amount <= was.amount.amount
        assert (one.over_paid or euros("0")).amount == (was.over_paid or euros("0")).amount


def test_it_is_taken_off_only_as_far_as_nothing_else_asks_for_it():
    rows = [row(1, "10.00", "10")]
    back = replace(payment(1, "60.00"), is_returned=True)

    [alone] = totals_of(core(card("100.00"), rows, [back]), {}, None)
    assert (alone.amount, alone.outstanding) == (euros("40.00"), euros("40.00"))
    assert [line.kind for line in alone.made_of][-1] is LineKind.RETURNED
    assert alone.stated is None

    again = [back, payment(2, "80.00")]
    [billed] = totals_of(core(card("100.00"), rows, again), {}, None)
    assert (billed.amount, billed.outstanding) == (euros("80.00"), euros("80.00"))
    assert (billed.over_billed, billed.rest.amount) == (None, Decimal(0))


def test_it_is_not_taken_off_once_more_as_billed_in_another_currency():
    """As long as nobody knows what the payment in dollars bills."""
    rows, free = [row(1, "10.00", "10")], [row(1, "10.00", "3")]
    back = replace(payment(1, "30.00"), is_returned=True)

    own, _ = totals_of(
        core(card("100.00"), rows, [back, payment(2, "45.00", currency="USD")], free=free), {}, free
    )

    assert (own.amount, own.outstanding) == (euros("30.00"), euros("30.00"))
