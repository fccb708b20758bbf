"""What the rows of a dialog come to: exactly what the page itself would show, whatever they are.

A payment's sum is rounded by the portal, once, when its lines were added up.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b24app.domain import Money
from b24app.web.plumbing import i18n
from tests.support.acts import SIGNS

SHOWN = re.compile(r'<data value="(-?[\d.]+)"(?: class="long")?>')
TOTAL = re.compile(r'id="dialog-sum".*?</b>', re.DOTALL)

prices = st.decimals(
    min_value=-(10**15), max_value=10**15, places=7, allow_nan=False, allow_infinity=False
)
rows = st.lists(st.tuples(st.integers(1, 1_000_000), prices), min_size=1, max_size=12)


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def asked(tab, rows, currency="EUR", lines=()):
    tab.get(
        "/payments/sums",
        currency=currency,
        chosen="_".join(f"{quantity}x{price:f}" for quantity, price in rows),
        line=[f"{SIGNS + number}_{q}x{price:f}" for number, (q, price) in enumerate(lines)],
    )
    return tab.answer.text


def total_in(text):
    (total,) = TOTAL.findall(text)
    return Decimal(SHOWN.findall(total)[0])


def as_portal(total):
    cents = total.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return total if total == cents else cents


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(rows)
def test_only_the_total_is_rounded_and_only_at_its_end(stage, rows):
    with localcontext(prec=100):
        expected = as_portal(sum((quantity * price for quantity, price in rows), Decimal(0)))
        tab = stage.open()

        text = asked(tab, rows, lines=rows)

        assert tab.answer.status_code == 200, text
        assert total_in(text) == expected
        assert ("data-refused" in text) is (expected <= 0)
        for number, (quantity, price) in enumerate(rows):
            line = text.split(f'id="line-{SIGNS + number}"')[1]
            assert Decimal(SHOWN.findall(line)[0]) == quantity * price


@pytest.mark.parametrize(
    ("currency", "rows"),
    [
        ("JPY", [(3, Decimal("1500.5"))]),
        ("EUR", [(7, Decimal("0.0000005"))]),
        ("EUR", [(1, Decimal("-10.55")), (1, Decimal("5.25"))]),
        ("", [(12, Decimal("24.33"))]),
        ("KWD", [(1, Decimal("1.1"))]),
        ("XQZ", [(1, Decimal(5))]),
    ],
)
def test_a_sum_reads_as_it_would_on_the_page(stage, currency, rows):
    text = asked(stage.open(), rows, currency)

    total = as_portal(sum((quantity * price for quantity, price in rows), Decimal(0)))
    with stage.app.test_request_context():
        assert str(i18n.money(Money(total, currency))) in text


def test_nothing_chosen_is_said_so(stage):
    text = asked(stage.open(), [])

    assert "Choose at least one product" in text
    assert "data-refused" in text


@pytest.mark.parametrize(
    "query",
    [
        {"chosen": "x"}, {"chosen": "1x"}, {"chosen": "x1"}, {"chosen": "1x1e9"},
        {"chosen": "1x1,5"}, {"chosen": "-1x5"}, {"chosen": "1.5x5"}, {"chosen": "1x5_"},
        {"chosen": "٣x5"}, {"chosen": "1x" + "9" * 4000}, {"line": "5x5"}, {"line": "a_5x5"},
        {"chosen": "1xNaN"}, {"currency": "<b>"}, {"currency": "E" * 99, "chosen": "1x1"},
    ],
)  # fmt: skip
def test_what_is_no_quantity_and_price_is_refused(stage, query):
    tab = stage.open()

    assert tab.get("/payments/sums", **query).status_code == 422
    assert "<b>" not in tab.answer.text


def test_three_hundred_rows_fit_into_an_address_that_the_server_takes(stage):
    rows = [(12, Decimal("12345.67"))] * 300
    tab = stage.open()

    text = asked(tab, rows)

    assert total_in(text) == 300 * 12 * Decimal("12345.67")
    assert len(tab.answer.request.url) < 8000


def test_nobody_is_asked(stage):
    tab = stage.tab()
    stage.forget_calls()

    asked(tab, [(1, Decimal(5))])

    assert stage.http_calls == []


@pytest.mark.parametrize("zero", ["-0", "-0.00", "-0.0000"])
@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD", ""])
def test_nothing_is_never_less_than_nothing(stage, currency, zero):
    with stage.app.test_request_context():
        assert "-" not in i18n.money(Money(Decimal(zero), currency))
