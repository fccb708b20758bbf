"""What is computed from numbers of which some are unreadable: unknown in, unknown out."""

from __future__ import annotations

import copy
import math
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain import UNREADABLE, Listing, Money, is_readable
from b24app.services.card.adding_up import totals_of
from b24app.services.card.card_reads import PaymentLines
from b24app.services.card.card_view import (
    Filter,
    PaymentView,
    Sort,
    arranged,
)
from b24app.services.card.payment_details import Sources, details_of, unbilled_rows
from b24app.services.payments.quantities import billable, left_over
from tests.services.card.books import any_cards, kept_books

NUMBERS = st.decimals(-1000, 1000, places=4) | st.just(UNREADABLE)


@st.composite
def spoiled(draw, books):
    """Books of which numbers, and whole rows, could not be read."""
    read, known = draw(books)

    def maybe(listing):
        kept = [_spoil(draw, one) for one in listing if draw(st.integers(0, 9))]
        return Listing.of(kept, [None] * (len(listing) - len(kept)))

    spoilt = replace(
        read,
        card=_spoil(draw, read.card),
        payments=maybe(read.payments),
        deliveries=maybe(read.deliveries),
        rows={key: _spoil(draw, one) for key, one in read.rows.items()},
        free=None if read.free is None else maybe(read.free),
    )
    return spoilt, {
        key: PaymentLines(maybe(one.items), maybe(one.links)) for key, one in known.items()
    }


def _spoil(draw, value):
    """The same with some of its numbers unreadable."""
    changes: dict[str, Any] = {}
    for field in fields(value):
        present = getattr(value, field.name)
        if isinstance(present, Money) and not draw(st.integers(0, 3)):
            changes[field.name] = Money(UNREADABLE, present.currency)
        elif isinstance(present, Decimal) and not draw(st.integers(0, 3)):
            changes[field.name] = UNREADABLE
    return replace(value, **changes)


def everything_of(value, depth=0):
    """Ask an object, and what it is made of, for all that it can say."""
    if depth > 4:
        return
    if isinstance(value, tuple):
        for one in value:
            everything_of(one, depth + 1)
    elif is_dataclass(value):
        for name in dir(value):
            if not name.startswith("_"):
                found = getattr(value, name)
                if not callable(found):
                    everything_of(found, depth + 1)


@given(spoiled(any_cards() | kept_books()))
def test_no_number_is_a_reason_to_raise(books):
    read, known = books

    everything_of(totals_of(read, known, read.free))
    views = [PaymentView(one, read.card.ref) for one in read.payments]
    for sort in Sort:
        assert len(arranged(views, Filter.ALL, sort)) == len(views)
    for payment in read.payments:
        composition = known.get(payment.id)
        if composition is not None:
            free = None if read.free is None else {one.id: one for one in read.free}
            deliveries = {one.id: one for one in read.deliveries}
            everything_of(
                details_of(
                    payment,
                    composition.items,
                    composition.links,
                    Sources(read.rows, deliveries, free),
                )
            )
    items = [item for one in known.values() for item in one.items]
    left = unbilled_rows(read.rows.values(), items)
    assert all(one.quantity >= 1 for one in billable(left))
    left_over(left)


@given(spoiled(kept_books()))
def test_what_is_summed_from_an_unreadable_amount_is_unreadable(books):
    read, known = books
    currency = read.card.amount.currency

    own = next(one for one in totals_of(read, known, read.free) if one.currency == currency)

    mine = [one for one in read.payments if one.sum.currency == currency]
    is_whole = not read.payments.unread
    paid = is_whole and all(one.sum.is_readable for one in mine if one.is_paid)
    waiting = is_whole and all(one.sum.is_readable for one in mine if not one.is_paid)
    assert own.paid.is_readable is paid
    assert own.waiting.is_readable is waiting
    assert own.billed.is_readable is (paid and waiting)
    if not paid:
        assert not own.outstanding.is_readable
        assert own.over_paid is None
    if not (paid and waiting):
        assert own.over_billed is None
        assert own.bar is None
        assert own.percents is None


@given(spoiled(kept_books()))
def test_an_amount_is_known_where_all_it_is_made_of_is(books):
    read, known = books
    own = totals_of(read, known, read.free)[0]

    made_of = [line.amount.is_readable for line in own.made_of]
    assert own.amount.is_readable is all(made_of)
    if read.deliveries.unread and not own.is_typed:
        assert not own.amount.is_readable


OPERATIONS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / b if b else a,
    lambda a, b: a // b if b else a,
    lambda a, b: a % b if b else a,
    lambda a, b: -a + abs(b),
    lambda a, b: sum([a, b], Decimal(0)),
]


@given(NUMBERS, NUMBERS, st.sampled_from(OPERATIONS))
def test_arithmetic_with_what_is_unreadable_is_unreadable(first, second, operation):
    result = operation(first, second)

    assert is_readable(result) is (is_readable(first) and is_readable(second))


@given(NUMBERS)
def test_the_unreadable_is_neither_more_nor_less_than_anything(number):
    for less, more in ((number, UNREADABLE), (UNREADABLE, number)):
        assert not any([less < more, less > more, less <= more, less >= more, less == more])


def test_there_is_one_and_it_says_nothing():
    assert (str(UNREADABLE), f"{UNREADABLE:.2f}", f"{UNREADABLE}") == ("", "", "")
    assert (int(UNREADABLE), round(UNREADABLE), math.floor(UNREADABLE)) == (0, 0, 0)
    assert UNREADABLE.normalize() is UNREADABLE
    assert UNREADABLE.quantize(Decimal("0.01"), rounding="ROUND_UP") is UNREADABLE
    assert copy.deepcopy(Money(UNREADABLE, "EUR")).amount is UNREADABLE
    assert {UNREADABLE: 1}[UNREADABLE] == 1


@pytest.mark.parametrize("count", [3, 300])
def test_sums_of_what_can_be_read_are_exact(count):
    """Python alone would round them to 28 digits."""
    most = Decimal("999999999999999999.0000000000000000000001")

    total = sum((Money(most, "EUR") for _ in range(count)), Money(Decimal(0), "EUR"))

    assert total.amount == Decimal(count * 10**18 - count) + count * Decimal(
        "0.0000000000000000000001"
    )
    assert (total - total).amount == 0
