"""Amounts as people of every language write them."""

from __future__ import annotations

import html
import re
import unicodedata
from decimal import Decimal
from itertools import product

import pytest
from babel import localedata
from flask import g
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain import UNREADABLE, Money
from b24app.web.plumbing import i18n
from b24app.web.plumbing.languages import LANGUAGES

NBSP = "\N{NO-BREAK SPACE}"
CURRENCIES = ("EUR", "USD", "KWD", "CHF", "JPY", "BYN", "KZT", "XQZ", "XAF", "PLN", "RUB", "UAH")
GLUED = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")
"""A letter right before or after a digit."""


@pytest.fixture(scope="module")
def app(sqlite_databases, tmp_path_factory):
    from tests.support.stage import Stage

    folder = tmp_path_factory.mktemp("money")
    stage = Stage(sqlite_databases.clean(folder), folder / "rest-log")
    yield stage.app
    stage.close()


AMOUNT = re.compile(r'<data value="[-\d.]*"(?: class="long")?>(.*)</data>', re.DOTALL)


def shown(app, amount, currency, locale="en"):
    with app.test_request_context():
        g.language = locale
        markup = str(i18n.money(Money(Decimal(amount), currency)))
    return html.unescape(AMOUNT.fullmatch(markup).group(1))


@pytest.mark.parametrize(
    ("amount", "currency", "is_long"),
    [("1234567.89", "EUR", False), ("123456.789", "KWD", False), ("1234567.891", "KWD", True)],
)
def test_an_amount_that_needs_room_says_so(app, amount, currency, is_long):
    with app.test_request_context():
        g.language = "en"
        assert ('class="long"' in i18n.money(Money(Decimal(amount), currency))) is is_long


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "text"),
    [
        ("en", "1117", "KWD", f"KWD{NBSP}1,117.000"),
        ("en", "-12.34", "XQZ", f"-XQZ{NBSP}12.34"),
        ("ar", "-12.34", "EUR", f"\u200f\u200e-12.34{NBSP}€"),  # the minus before its digits
        ("en", "1117", "EUR", "€1,117.00"),
        ("en", "1117", "CAD", "CA$1,117.00"),
        ("de", "1117", "KWD", f"1.117,000{NBSP}KWD"),
        ("tr", "1117", "KWD", f"KWD{NBSP}1.117,000"),
        ("tr", "1117", "TRY", "₺1.117,00"),
        ("pt_BR", "1117", "BRL", f"R${NBSP}1.117,00"),
        ("pt_BR", "-1117", "", "-1.117,00"),
        ("en", "5", "", "5.00"),
        ("de", "5", "", "5,00"),
        ("en", "0.0000005", "EUR", "€0.0000005"),
        ("en", "-10.55", "EUR", "-€10.55"),
        ("en", "1500.5", "JPY", "¥1,500.5"),
        ("en", "123456789012345678.1234", "EUR", "€123,456,789,012,345,678.1234"),
    ],
)
def test_an_amount_is_written_as_its_language_does(app, locale, amount, currency, text):
    assert shown(app, amount, currency, locale) == text


@pytest.mark.parametrize("locale", sorted(set(LANGUAGES.values())))
def test_no_letter_touches_a_digit_in_our_languages(app, locale):
    cases = product(CURRENCIES, ("0", "1117", "-1117.5", "0.001"))
    texts = {(currency, amount): shown(app, amount, currency, locale) for currency, amount in cases}

    assert {case: text for case, text in texts.items() if GLUED.search(text)} == {}


@given(st.sampled_from(localedata.locale_identifiers()), st.sampled_from(CURRENCIES))
def test_no_letter_touches_a_digit_in_any_language(app, locale, currency):
    assert not GLUED.search(shown(app, "-1117.25", currency, locale))


@given(
    st.text(max_size=40).filter(lambda text: not re.search(r"[\ud800-\udfff]", text)),
    st.decimals(-(10**12), 10**12, places=4),
)
def test_a_currency_of_any_name_is_shown_and_changes_no_digit(app, currency, amount):
    text = shown(app, amount, currency)

    number = f"{abs(amount):,f}".rstrip("0").rstrip(".") if amount else "0"
    assert number.split(".")[0] in text
    assert currency.strip()[:5] in text or not any(map(_is_visible, currency))


def _is_visible(character):
    return unicodedata.category(character)[0] not in "ZC" and character not in "<>&"


@pytest.mark.parametrize(
    ("code", "name"), [("EUR", "euros"), ("XQZ", "XQZ"), ("", "an unknown currency")]
)
def test_a_currency_has_a_name_in_a_sentence(app, code, name):
    with app.test_request_context():
        assert i18n.currency_name(code) == name
        assert i18n.currency_title(code)[1:] == name[1:]


def test_an_amount_that_cannot_be_read_says_so(app):
    with app.test_request_context():
        assert i18n.money(Money(UNREADABLE, "EUR")) == '<data value="">unreadable</data>'
        assert i18n.quantity(UNREADABLE) == "unreadable"


@pytest.mark.parametrize(
    "name", ["Europe", "../../etc/passwd", "", "x" * 5000, "\x00", "posixrules/"]
)
def test_a_zone_that_does_not_load_is_none(name):
    from b24app.services import time_zones

    assert time_zones.load(name) is None


@given(st.text(max_size=60))
def test_whatever_a_zone_is_called_nothing_is_raised(name):
    from b24app.services import time_zones

    time_zones.load(name)
