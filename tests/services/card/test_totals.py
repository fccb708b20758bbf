"""The figures of the strip add up, whatever the portal says; every difference has a name."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from b24app.domain import Money
from b24app.services.card.adding_up import totals_of
from b24app.services.card.totals import LineKind
from tests.services.card.books import (
    any_cards,
    card,
    composition,
    core,
    delivery,
    euros,
    kept_books,
    payment,
    readable,
    row,
)


def figures(read, known=None):
    [own, *_] = totals_of(read, known or {}, read.free)
    return own


def kinds(lines):
    return [line.kind for line in lines]


def test_the_figures_of_a_card():
    read = core(
        card("120.00"),
        [row(1, "10.00", "8"), row(2, "2.50", "12")],
        [payment(1, "80.00", paid=True), payment(2, "10.00")],
        [delivery(1, "10.00")],
        free=[row(2, "2.50", "12")],
    )

    own = figures(read, {1: composition([(1, 8)]), 2: composition([], [1])})

    assert own.amount == euros("120.00")
    assert (own.paid, own.outstanding) == (euros("80.00"), euros("40.00"))
    assert (own.waiting, own.waiting_count, own.rest) == (euros("10.00"), 1, euros("30.00"))
    assert own.percents == (67, 8, 25)
    assert kinds(own.made_of) == [LineKind.PRODUCTS, LineKind.DELIVERY]
    assert kinds(own.rest_lines) == [LineKind.FREE]
    assert (own.over_billed, own.over_paid, own.stated) == (None, None, None)


@given(any_cards())
def test_figures_and_lines_add_up_in_every_currency(books):
    read, known = books

    found = totals_of(read, known, read.free)

    assert read.card.amount.currency in {one.currency for one in found}
    assert len({one.currency for one in found}) == len(found)
    assert {one.sum.currency for one in read.payments} <= {one.currency for one in found}
    for one in readable(found, read):
        own = [payment for payment in read.payments if payment.sum.currency == one.currency]
        assert one.count == len(own)
        assert one.billed.amount == sum(payment.sum.amount for payment in own)
        assert one.paid + one.outstanding == one.amount
        assert one.paid + one.waiting + one.rest == one.amount
        assert one.waiting + one.rest == one.outstanding
        assert sum(line.amount.amount for line in one.made_of) == one.amount.amount
        assert sum(line.amount.amount for line in one.rest_lines) == one.rest.amount
        assert {line.amount.currency for line in (*one.made_of, *one.rest_lines)} <= {one.currency}


@given(any_cards())
def test_the_bar_shows_what_the_words_say(books):
    read, known = books

    for one in totals_of(read, known, read.free):
        if one.bar is not None:
            assert 0 <= one.bar.paid_to <= one.bar.waiting_to <= 100
            assert (one.bar.waiting_to < 100) == (one.rest.amount > 0)
        if one.percents is not None:
            assert sum(one.percents) == 100
            assert all(percent >= 0 for percent in one.percents)
            parts = (one.paid, one.waiting, one.rest)
            for percent, part in zip(one.percents, parts, strict=True):
                assert (percent == 0) == (part.amount == 0)


@given(kept_books())
def test_too_much_and_too_little_are_named_to_the_cent(books):
    read, known = books

    own = figures(read, known)

    assert LineKind.OTHER not in kinds(own.rest_lines)
    assert LineKind.UNSETTLED not in kinds(own.rest_lines)


@given(any_cards())
def test_over_billed_and_over_paid_are_told_apart(books):
    read, known = books

    for one in readable(totals_of(read, known, read.free), read):
        assert (one.over_billed is None) == (one.rest.amount >= 0 or one.billed.amount <= 0)
        assert (one.over_paid is None) == (one.outstanding.amount >= 0 or one.paid.amount <= 0)


def test_where_discounts_exceed_the_prices_nothing_is_too_much():
    """Nobody has to give money back that nobody has paid."""
    rows = [row(1, "5.25", "1"), row(2, "-10.55", "1")]

    [own] = totals_of(core(card("-5.30"), rows, [], free=rows), {}, rows)

    assert own.outstanding == euros("-5.30")
    assert (own.over_billed, own.over_paid) == (None, None)


def test_over_paid_does_not_hide_over_billed():
    read = core(
        card("100.00"),
        [row(1, "100.00", "1")],
        [payment(1, "105.00", paid=True), payment(2, "20.00")],
    )

    own = figures(read)

    assert own.over_paid == euros("5.00")
    assert own.over_billed == euros("25.00")
    assert own.outstanding == euros("-5.00")
    assert own.percents is None


def test_a_delivery_in_two_payments_is_named():
    read = core(
        card("70.00"),
        [row(1, "50.00", "1")],
        [payment(1, "20.00", paid=True), payment(2, "20.00")],
        [delivery(3, "20.00")],
        free=[row(1, "50.00", "1")],
    )

    own = figures(read, {1: composition([], [3]), 2: composition([], [3])})

    [free, twice] = own.rest_lines
    assert (free.kind, free.amount) == (LineKind.FREE, euros("50.00"))
    assert (twice.kind, twice.number, twice.amount) == (LineKind.TWICE, "1/3", euros("-20.00"))
    assert own.rest == euros("30.00")


def test_a_delivery_that_no_payment_holds_is_named_once_that_is_known():
    read = core(card("20.00"), [], [payment(1, "0.00")], [delivery(3, "20.00")], free=[])

    assert kinds(figures(read).rest_lines) == [LineKind.UNSETTLED]
    assert kinds(figures(read, {1: composition()}).rest_lines) == [LineKind.FREE_DELIVERY]


def test_tax_and_lines_that_are_gone_are_one_line():
    read = core(card("30.00"), [row(1, "30.00", "1")], [payment(1, "45.50")])

    own = figures(read, {1: composition([(1, 1), (None, 2)])})

    [other] = own.rest_lines
    assert (other.kind, other.amount) == (LineKind.OTHER, euros("-15.50"))
    assert own.over_billed == euros("15.50")


def test_what_a_payment_in_another_currency_holds_is_in_no_figure_of_this_one():
    read = core(
        card("3000.00", "USD", typed=True),
        [row(1, "600.00", "2", "USD"), row(2, "100.00", "3", "USD")],
        [payment(1, "1200.00"), payment(2, "100.00", currency="USD")],
        free=[row(2, "100.00", "2", "USD")],
    )

    for known in ({}, {1: composition([(1, 2)]), 2: composition([(2, 1)])}):
        own, euro = totals_of(read, known, read.free)
        assert own.amount == Money(Decimal("300.00"), "USD")
        assert own.outstanding == Money(Decimal("300.00"), "USD")
        assert own.rest == Money(Decimal("200.00"), "USD")
        assert kinds(own.made_of) == [LineKind.PRODUCTS, LineKind.ELSEWHERE]
        assert (euro.amount, euro.outstanding) == (euros("1200.00"), euros("1200.00"))


def test_what_nobody_knows_to_be_billed_in_another_currency_is_not_asked_for_twice():
    """A card with several orders: the portal does not say what can be billed (quirk 39)."""
    rows = [row(1, "100.00", "40", "USD")]
    read = core(card("0", "USD"), rows, [payment(1, "300.00"), payment(2, "0.00")], free=None)

    [dollar, euro] = totals_of(read, {}, None)

    assert not dollar.amount.is_readable
    assert not dollar.outstanding.is_readable
    assert dollar.is_unsettled
    assert (euro.amount, euro.outstanding) == (euros("300.00"), euros("300.00"))

    # The lines of the one that asks for nothing are not needed.
    [dollar, _] = totals_of(read, {1: composition([(1, 3)])}, None)
    assert dollar.outstanding == Money(Decimal("3700.00"), "USD")


def test_lines_in_another_currency_that_name_no_row_are_not_asked_for_twice():
    """The portal does not name the row of a line that an application has billed (quirk 100)."""
    rows = [
        replace(row(1, "100.00", "40", "USD"), is_linked=False),
        replace(row(2, "50.00", "2", "USD"), is_linked=False),
    ]
    left = [replace(rows[0], quantity=Decimal(37)), rows[1]]
    read = core(card("0", "USD"), rows, [payment(1, "300.00")], free=left)
    unnamed = {1: composition([(None, 3)])}

    [dollar, _] = totals_of(read, unnamed, read.free)
    assert dollar.outstanding == Money(Decimal("3800.00"), "USD")

    [dollar, _] = totals_of(read, unnamed, None)
    assert not dollar.outstanding.is_readable

    # Of a row that the portal does name, a line without a row is not: that one's row is gone.
    linked = [replace(one, is_linked=True) for one in rows]
    gone = core(card("0", "USD"), linked, [payment(1, "300.00")], free=linked)
    [dollar, _] = totals_of(gone, unnamed, gone.free)
    assert dollar.outstanding == Money(Decimal("4100.00"), "USD")


def test_a_card_that_is_paid_in_another_currency_only_has_its_own_first_all_the_same():
    read = core(
        card("1300.00", "USD", typed=True),
        [row(1, "600.00", "2", "USD")],
        [payment(1, "1200.00")],
    )

    [dollar, euro] = totals_of(read, {1: composition([(1, 2)])}, read.free)

    assert (euro.currency, euro.outstanding) == ("EUR", euros("1200.00"))
    assert (dollar.amount, dollar.outstanding) == (Money(Decimal(0), "USD"),) * 2


def test_a_delivery_that_two_payments_in_another_currency_hold_is_taken_off_there():
    read = core(
        card("1300.00", "USD", typed=True),
        [],
        [payment(1, "50.00", paid=True), payment(2, "70.00", paid=True)],
        [delivery(1, "20.00")],
    )

    [_, euro] = totals_of(read, {1: composition([], [1]), 2: composition([], [1])}, read.free)

    assert (euro.amount, euro.over_paid) == (euros("100.00"), euros("20.00"))
    assert kinds(euro.rest_lines) == [LineKind.TWICE]
    assert euro.outstanding == euros("-20.00")


def test_a_delivery_that_an_unread_payment_in_another_currency_may_hold_is_not_left_out():
    read = core(
        card("0", "USD"),
        [],
        [payment(1, "50.00", paid=True), payment(2, "0.00")],
        [delivery(1, "20.00"), delivery(2, "0.00")],
    )

    [_, euro] = totals_of(read, {}, read.free)
    assert not euro.amount.is_readable
    assert not euro.outstanding.is_readable
    assert (euro.paid, euro.is_unsettled) == (euros("50.00"), True)

    # What asks for nothing holds none.
    [_, euro] = totals_of(read, {1: composition()}, read.free)
    assert (euro.amount, euro.outstanding) == (euros("70.00"), euros("20.00"))
    [_, euro] = totals_of(read, {1: composition([], [1])}, read.free)
    assert (euro.amount, euro.outstanding) == (euros("50.00"), euros("0.00"))


@pytest.mark.parametrize(
    ("typed", "free", "amount", "kind"),
    [
        (False, None, "100.00", LineKind.PRODUCTS),
        (False, [row(1, "10.00", "1")], "100.00", LineKind.PRODUCTS),
        (True, [row(3, "5.00", "2")], "60.00", LineKind.PRODUCTS),
        (True, None, "100.00", LineKind.CARD),
    ],
)
def test_the_amount_of_a_card_whose_products_were_not_all_read(typed, free, amount, kind):
    read = core(
        card("100.00", typed=typed),
        [row(1, "10.00", "5")],
        [payment(1, "50.00", paid=True)],
        rows_total=60,
        free=free,
    )

    own = figures(read, {1: composition([(1, 5)])})

    assert own.amount == euros(amount)
    assert own.made_of[0].kind is kind
    assert own.paid + own.outstanding == own.amount


def test_a_card_that_says_another_amount_is_quoted():
    read = core(card("90.00", typed=True), [row(1, "100.00", "1")], free=[row(1, "100.00", "1")])

    own = figures(read)

    assert (own.amount, own.stated, own.is_stated_typed) == (euros("100"), euros("90.00"), True)


def test_sums_are_rounded_as_the_portal_rounds_them():
    read = core(card("1.00"), [row(1, "0.333", "3")], [payment(1, "1.00", paid=True)])

    own = figures(read)

    assert own.amount == euros("1.00")
    assert (own.over_billed, own.rest_lines) == (None, ())


@pytest.mark.parametrize(
    ("paid", "waiting", "percents"),
    [
        ("0.00", "0.00", (0, 0, 100)),
        ("37.99", "0.00", (38, 0, 62)),
        ("99.99", "0.00", (99, 0, 1)),
        ("99.98", "0.01", (98, 1, 1)),
        ("0.01", "99.99", (1, 99, 0)),
        ("100.00", "0.00", (100, 0, 0)),
    ],
)
def test_a_hundred_percent_means_all(paid, waiting, percents):
    payments = [payment(1, paid, paid=True), payment(2, waiting)]
    read = core(card("100.00"), [row(1, "100.00", "1")], payments)

    assert figures(read).percents == percents


def test_a_card_without_products_and_payments_is_empty():
    own = figures(core(card("0.00")))

    assert own.is_empty
    assert (own.bar, own.percents) == (None, None)
    assert own.amount == euros("0")
