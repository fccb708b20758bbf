"""Whose money a line of a statement tells of."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from b24app.domain.statement import money_words
from tests.domain.test_statement_doubts import verdict


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("Day;Text;Outflow;Inflow\n12.03.2026;x 5/3;100.00;", "EUR", "outgoing"),
        ("Day;Text;Outflow;Inflow\n12.03.2026;x 5/3;;100.00", "EUR", "sure"),
        ("Day;Text;Amount;Currency\n12.03.2026;x 5/3;100.00;643", "EUR", "currency"),
        ("Day;Text;Amount;Currency\n12.03.2026;x 5/3;100.00;643", "RUB", "sure"),
        ("Day;Text;Amount;Currency\n12.03.2026;x 5/3;100.00;999", "EUR", "currency"),
        ("Day;Text;Amount;Currency\n12.03.2026;x 5/3;100.00;руб.", "RUB", "sure"),
        ("Day;Text;Amount;Currency\n12.03.2026;x 5/3;100.00;руб.", "EUR", "currency"),
        ("Day;Text;Amount;Valuta\n12.03.2026;x 5/3;100.00;13.03.26", "EUR", "sure"),
        ("x 5/3 100.00 EUR TAN 1234", "EUR", "sure"),
        ("x 5/3 100.00 TAN 1234", "EUR", "doubtful"),
        ("x 5/3 100.00 EUR USD", "EUR", "doubtful"),
        ("x 5/3 100.00 points", "EUR", "doubtful"),
        ("ИНН 7701234567 счёт 5/3 за услуги, НДС не облагается, 100,00", "RUB", "sure"),
        ("ИНН 7701234567 счёт 5/3 за услуги. Без НДС. 100,00", "RUB", "sure"),
        ("ИНН 7701234567 счёт 5/3 за услуги, НДС 20% 100,00", "RUB", "unclear"),
    ],
)
def test_columns_and_words_of_currencies_and_taxes(text, currency, expected):
    assert verdict(text, currency=currency) == expected


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("100.00 Canadian dollars", "USD", "doubtful"),
        ("100.00 Canadian dollars", "CAD", "sure"),
        ("US $100.00", "CAD", "doubtful"),
        ("US $100.00", "USD", "sure"),
        ("$100.00", "CAD", "sure"),
        ("100.00 белорусских рублей", "RUB", "doubtful"),
        ("100.00 российских рублей", "RUB", "sure"),
        ("100.00 швейцарских франков", "CHF", "sure"),
        ("EURUSD 100.00", "EUR", "doubtful"),
        ("Russian Standard 100.00 EUR", "EUR", "sure"),
    ],
)
def test_a_country_says_whose_dollars_they_are(text, currency, expected):
    assert verdict(f"x 5/3 {text}", currency=currency) == expected


def test_every_sign_and_name_means_currencies():
    known = money_words.CODES
    for listed in (money_words.SIGNS, money_words.NAMES):
        wrong = {one for codes in listed.values() for one in codes.split()} - known
        assert wrong == set()
    assert money_words.currencies_of("złotych") == {"PLN"}
    assert "USD" in money_words.currencies_of("ДОЛЛАРОВ")


def test_every_sign_of_a_currency_that_unicode_has_is_one():
    signs = [chr(at) for at in range(sys.maxunicode + 1) if unicodedata.category(chr(at)) == "Sc"]

    assert [one for one in signs if not money_words.CURRENCY_SIGN.fullmatch(one)] == []
    assert not money_words.CURRENCY_SIGN.search("aZ0 -+*/%§&#'\".,;:№ßЖ中")
