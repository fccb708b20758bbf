"""An advance in the currency of its card: what is proposed, and what cannot be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain import UNREADABLE, Money, ProductRow
from b24app.errors import InputError
from b24app.services.card.billable import Billable
from b24app.services.card.rounding import rounded
from b24app.services.payments.advance import State, Unit, unit_of, work_out
from b24app.services.payments.quantities import comes_to_nothing

SIGNS, CABLES = ("118.00", 10), ("36.50", 8)


def number_of(value):
    return value if isinstance(value, Decimal) else Decimal(value)


def billable(*rows, currency="EUR"):
    return Billable(
        [
            ProductRow(
                number, f"Row {number}", Money(number_of(price), currency), number_of(quantity)
            )
            for number, (price, quantity) in enumerate(rows, start=1)
        ],
        currency,
    )


def advance(text, *rows, unit=Unit.SHARE, currency="EUR", digits=2):
    return work_out(billable(*rows, currency=currency), text, unit, digits)


def offered(found):
    return [str(one.sum.amount) for one in found.proposals]


def test_a_share_is_met_from_both_sides_the_nearer_first():
    found = advance("30", SIGNS, CABLES)

    assert found.state is State.NEAREST
    assert found.asked == Money(Decimal("441.60"), "EUR")
    assert offered(found) == ["455.00", "427.00"]
    assert [str(one.off.amount) for one in found.proposals] == ["13.40", "-14.60"]
    assert [str(one.share) for one in found.proposals] == ["30.9", "29.0"]
    assert [(one.row_id, one.quantity) for one in found.proposals[0].wanted] == [(1, 2), (2, 6)]


def test_of_two_equally_near_sums_the_lower_comes_first():
    found = advance("15", ("10", 3), unit=Unit.AMOUNT)

    assert offered(found) == ["10", "20"]


@pytest.mark.parametrize(
    ("text", "unit"), [("50", Unit.SHARE), ("50,0", Unit.SHARE), (" 20 ", Unit.AMOUNT)]
)
def test_what_can_be_reached_is_one_exact_proposal(text, unit):
    found = advance(text, ("10", 4), unit=unit)

    assert (found.state, offered(found)) == (State.EXACT, ["20"])
    assert found.share == Decimal("50.0")


def test_all_of_it_is_everything_that_costs_something():
    found = advance("100", SIGNS, CABLES, ("0", 3))

    assert found.state is State.EXACT
    assert [(one.row_id, one.quantity) for one in found.proposals[0].wanted] == [(1, 10), (2, 8)]


@pytest.mark.parametrize(
    ("text", "unit", "state"),
    [
        ("100.01", Unit.SHARE, State.TOO_MUCH),
        ("1472.01", Unit.AMOUNT, State.TOO_MUCH),
        ("1.472,01", Unit.AMOUNT, State.TOO_MUCH),
        ("9" * 30, Unit.AMOUNT, State.TOO_MUCH),
        ("0", Unit.SHARE, State.TOO_LITTLE),
        ("-5", Unit.AMOUNT, State.TOO_LITTLE),
        ("0.001", Unit.AMOUNT, State.TOO_LITTLE),
        *((text, Unit.SHARE, State.NO_NUMBER) for text in
          ("", "thirty", "1e3", "NaN", "1_0", "9" * 40, "1,00.5", "--3", "Infinity")),
    ],
)  # fmt: skip
def test_what_cannot_be_an_advance_has_no_proposal(text, unit, state):
    found = advance(text, SIGNS, CABLES, unit=unit)

    assert (found.state, found.proposals) == (state, ())
    assert found.left == Money(Decimal("1472.00"), "EUR")


@pytest.mark.parametrize("text", ["1.234,56", "1,234.56", "1 234,56", "1'234.56"])
def test_thousands_are_read_as_thousands(text):
    found = advance(text, ("1234.56", 2), unit=Unit.AMOUNT)

    assert (found.state, offered(found)) == (State.EXACT, ["1234.56"])


@pytest.mark.parametrize(("digits", "exact"), [(2, "1.23"), (3, "1.2340")])
@pytest.mark.parametrize("text", ["1.234", "1,234"])
def test_what_may_be_thousands_or_a_fraction_is_refused_with_both(text, digits, exact):
    found = advance(text, ("1234", 2), ("1.234", 1), unit=Unit.AMOUNT, digits=digits)

    assert (found.state, found.proposals, found.repairs) == (State.EITHER, (), ("1234", exact))
    assert found.readings[0] == Money(Decimal(1234), "EUR")
    again = [advance(one, ("1234", 2), unit=Unit.AMOUNT, digits=digits) for one in found.repairs]
    assert State.EITHER not in {one.state for one in again}


def test_a_share_is_never_in_the_thousands_and_yen_have_no_fraction():
    assert advance("33.333", ("10", 3)).asked == Money(Decimal("10.00"), "EUR")
    yen = advance("1,234", ("1234", 2), unit=Unit.AMOUNT, currency="JPY", digits=0)
    assert (yen.state, offered(yen)) == (State.EXACT, ["1234"])


@pytest.mark.parametrize(
    "rows", [(), [("0", 3)], [("5.25", 1), ("-10.55", 1)], [(UNREADABLE, 2)], [("3", UNREADABLE)]]
)
def test_nothing_is_proposed_where_nothing_of_a_price_is_left(rows):
    assert advance("30", *rows).state is State.NOTHING_LEFT


def test_a_price_that_nobody_can_read_is_left_out():
    found = advance("50", ("10", 4), (UNREADABLE, 2))

    assert (found.state, offered(found), found.unread) == (State.EXACT, ["20"], 1)


def test_fractions_of_a_quantity_are_left_out():
    found = advance("100", ("10", "2.5"))

    assert offered(found) == ["20"]


@pytest.mark.parametrize(
    ("currency", "digits", "price", "asked", "sums"),
    [
        ("JPY", 0, "1500", "1350", ["1500"]),
        ("JPY", 0, "1500.5", "1350", ["1500.5"]),
        ("KWD", 3, "1.117", "1.005", ["1.12"]),
        ("EUR", 2, "0.0333", "0.03", ["0.03"]),
        ("", 2, "24.33", "21.90", ["24.33"]),
    ],
)
def test_a_share_has_the_decimals_of_its_currency_and_a_sum_those_of_the_portal(
    currency, digits, price, asked, sums
):
    found = advance("30", (price, 3), currency=currency, digits=digits)

    assert found.asked == Money(Decimal(asked), currency)
    assert offered(found) == sums


@pytest.mark.parametrize(
    ("text", "unit"), [("100", Unit.SHARE), ("92.06", Unit.AMOUNT), ("92,0550", Unit.AMOUNT)]
)
def test_all_that_is_left_can_be_asked_for_as_the_portal_rounds_it(text, unit):
    found = advance(text, ("30.685", 3), unit=unit)

    assert (found.state, offered(found)) == (State.EXACT, ["92.06"])
    assert str(found.left.amount) == "92.06"


def test_what_is_one_sum_to_the_portal_is_proposed_once():
    found = advance("0.0025", ("0.001", 10), unit=Unit.AMOUNT, digits=3)

    assert len(offered(found)) == len(set(offered(found)))


def test_a_discount_is_in_an_advance_like_everything_else():
    found = advance("70", ("100", 2), ("-30", 1), unit=Unit.AMOUNT)

    assert found.state is State.EXACT
    assert [(one.row_id, one.quantity) for one in found.proposals[0].wanted] == [(1, 1), (2, 1)]


def test_what_the_portal_would_round_to_nothing_is_not_proposed():
    found = advance("0.01", ("0.004", 1), ("5", 1), unit=Unit.AMOUNT)

    assert offered(found) == ["5"]


def test_only_a_share_and_an_amount_can_be_asked_for():
    assert unit_of("share") is Unit.SHARE
    with pytest.raises(InputError):
        unit_of("pieces")


prices = st.decimals(
    min_value=-(10**9), max_value=10**9, places=7, allow_nan=False, allow_infinity=False
)
rows = st.lists(st.tuples(prices, st.integers(1, 10**6)), max_size=40)


@given(rows, st.text("0123456789.,-e", max_size=12), st.sampled_from(Unit), st.integers(0, 3))
def test_whatever_is_asked_of_whatever_rows_what_is_proposed_can_be_created(
    listed, text, unit, digits
):
    found = advance(text, *listed, unit=unit, digits=digits)

    left = dict(enumerate(listed, start=1))
    for one in found.proposals:
        assert all(1 <= wanted.quantity <= left[wanted.row_id][1] for wanted in one.wanted)
        sums = [left[wanted.row_id][0] * wanted.quantity for wanted in one.wanted]
        assert rounded(Money(sum(sums), "EUR")) == one.sum == found.asked + one.off
        assert not comes_to_nothing(sums, None)
    assert bool(found.proposals) is (found.state in {State.EXACT, State.NEAREST})
