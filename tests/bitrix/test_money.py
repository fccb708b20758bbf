from __future__ import annotations

import json
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.methods import crm, payment_items, payments
from b24app.bitrix.wire.answers import parse
from b24app.domain import UNREADABLE, EntityRef, Payment, is_readable

DEAL = EntityRef(2, 1)
AS_JSON = st.decimals(-(10**11), 10**11, places=4)
AS_TEXT = st.decimals(-(10**15), 10**15, places=4) | st.decimals(-(10**18), 10**18, places=20)


def payment_of(text: str) -> Payment:
    body = parse(f'{{"result":[{{"id":1,"paid":"N","currency":"USD","sum":{text}}}]}}'.encode())
    assert body is not None
    [payment] = payments.list_payments(DEAL).decode(body["result"])
    return payment


@given(AS_JSON)
def test_any_amount_is_read_as_it_was_meant(amount):
    """As old portals print it, as new ones do, and with all digits of its double."""
    for text in (json.dumps(format(amount, "f")), format(amount, "f"), f"{float(amount):.17g}"):
        payment = payment_of(text)

        assert payment.sum.amount == amount
        assert isinstance(payment.sum.amount, Decimal)


@given(AS_TEXT.filter(lambda amount: abs(amount) < 10**18))
def test_an_amount_that_comes_as_text_is_exact(amount):
    assert payment_of(json.dumps(format(amount, "f"))).sum.amount == amount


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,8})?([eE][+-]?[0-9])?", fullmatch=True))
def test_any_json_number_is_no_float_and_right_to_fifteen_digits(text):
    amount = payment_of(text).sum.amount

    assert isinstance(amount, Decimal)
    if is_readable(amount):
        assert abs(amount - Decimal(text)) <= abs(Decimal(text)) * Decimal("5e-15") + Decimal(
            "1e-10"
        )
    else:
        assert abs(Decimal(text)) >= 10**18


@pytest.mark.parametrize(
    "text",
    [
        "1e27",
        "1000000000000000000000000000",
        '"99999999999999999999999999999.99"',
        '"1e400"',
        '"1e-400"',
        '"NaN"',
        "NaN",
        "-Infinity",
        '"1_000"',
        '"1,000.50"',
        '"\N{ARABIC-INDIC DIGIT FIVE}"',
        '"abc"',
        "null",
        "true",
        "[]",
        '{"amount": 5}',
        '" "',
    ],
)
def test_an_amount_that_nobody_can_read_is_unreadable_and_nothing_else_is(text):
    payment = payment_of(text)

    assert payment.sum.amount is UNREADABLE
    assert (payment.id, payment.sum.currency) == (1, "USD")


def test_the_famous_tenths_add_up():
    body = parse(b'{"result":[0.1,0.2]}')

    assert body is not None
    one, two = cast("list[Decimal]", body["result"])
    assert one + two == Decimal("0.3")


FOUR_PLACES = st.decimals(0, 10**6, places=4)


@given(FOUR_PLACES, FOUR_PLACES)
def test_a_quantity_left_of_doubles_is_the_quantity_left(total, billed):
    """Bitrix24 subtracts doubles: of 4.1 with 0.1 billed 3.9999999999999996 are left, it says."""
    left = f"{float(total) - float(billed):.17g}"
    body = parse(
        f'{{"result":{{"productRows":[{{"id":1,"price":1,"quantity":{left}}}]}}}}'.encode()
    )
    assert body is not None

    [row] = crm.available_rows(DEAL).decode(body["result"])

    assert row.quantity == total - billed


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("3.9999999999999996", "4"),
        ('"2.00005"', "2.0001"),
        ('"1000.00000"', "1000"),
        ("0.5", "0.5"),
    ],
)
def test_a_quantity_has_four_decimals(sent, read):
    body = parse(f'{{"result":[{{"id":1,"rowId":2,"quantity":{sent}}}]}}'.encode())
    assert body is not None

    [item] = payment_items.list_items(5).decode(body["result"])

    assert str(item.quantity) == read
