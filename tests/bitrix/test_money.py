from __future__ import annotations

import json
from decimal import Decimal
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix import payments
from b24app.bitrix.answers import parse
from b24app.domain import EntityRef

AMOUNTS = st.decimals(-(10**15), 10**15, places=4) | st.decimals(-(10**18), 10**18, places=20)


def parsed(text):
    return parse(f'{{"result":[{{"id":1,"paid":"N","currency":"USD","sum":{text}}}]}}'.encode())


@given(AMOUNTS)
def test_any_amount_is_read_exactly_as_it_was_written(amount):
    for text in (format(amount, "f"), json.dumps(format(amount, "f"))):
        body = parsed(text)
        assert body is not None
        [payment] = payments.list_payments(EntityRef(2, 1)).decode(body["result"])

        assert payment.sum.amount == amount
        assert isinstance(payment.sum.amount, Decimal)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,8})?([eE][+-]?[0-9])?", fullmatch=True))
def test_any_json_number_is_no_float(text):
    body = parsed(text)

    assert body is not None
    [row] = cast("list[dict[str, object]]", body["result"])
    value = row["sum"]
    assert not isinstance(value, float)
    assert Decimal(str(value)) == Decimal(text)


def test_the_famous_tenths_add_up():
    body = parse(b'{"result":[0.1,0.2]}')

    assert body is not None
    one, two = cast("list[Decimal]", body["result"])
    assert one + two == Decimal("0.3")
