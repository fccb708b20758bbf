"""What a typed number means in the habits of each country, and what nobody can know."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain.typed_number import readings
from b24app.web.plumbing.languages import CODES

CLEAR = {
    "1234.56": (
        "1234.56", "1234,56", "1.234,56", "1,234.56", "1 234,56", "1 234.56", "1'234.56",
        "1’234.56", "1’234,56", "1\u00a0234,56", "1\u202f234,56", " 1234.56 ", "+1234.56",
        "١٬٢٣٤٫٥٦", "١٢٣٤٫٥٦", "۱٬۲۳۴٫۵۶", "१,२३४.५६", "１，２３４．５６",
    ),
    "1234567": (
        "1234567", "1.234.567", "1,234,567", "1 234 567", "1'234'567", "12,34,567", "१२,३४,५६७",
        "١٬٢٣٤٬٥٦٧",
    ),
    "1234": ("1234", "1 234", "1'234", "1234,0", "01234", "1234.00"),
    "-5": ("-5", "\u22125", "-5,00"),
    "0.5": ("0.5", "0,5", "0.500", "٠٫٥", "0٫500"),
    "1.234": ("1٫234", "1.2340", "1,23400"),
    "30": ("30", "٣٠", "３０", "๓๐", "30\u200f"),
}  # fmt: skip

NOTHING = (
    "", " ", "thirty", "1e3", "NaN", "Infinity", "1_0", "--3", "1.", ".5", "1..2", "1,23,45",
    "1.23.45", "1 23", "12'34", "1.234 567", "1,234,56", "1.234.56", "1²", "½", "30 %", "€30",
    "1,000.5.5", "1٫2٫3", "1٬23", "9" * 40, "1 " * 40,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"), [(text, value) for value, texts in CLEAR.items() for text in texts]
)
def test_what_can_be_read_in_one_way_is_read_so(text, value):
    assert readings(text) == (Decimal(value),)


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_number_is_none(text):
    assert readings(text) == ()


@pytest.mark.parametrize("text", ["1.234", "1,234", "१,२३४", "１，２３４", "1،234"])
def test_one_separator_before_three_digits_is_a_thousand_or_a_fraction(text):
    assert readings(text) == (Decimal(1234), Decimal("1.234"))


@pytest.mark.parametrize("language", [*CODES, "hi", "en_IN", "ar_EG", "fa"])
@given(cents=st.integers(min_value=0, max_value=10**12))
def test_every_amount_is_read_as_the_page_writes_it(language, cents):
    amount = Decimal(cents) / 100
    for form in ("#,##0.00", "0.00"):
        written = format_decimal(amount, format=form, locale=language)
        assert readings(written) == (amount,), re.sub(r"\s", "_", written)
