"""What says where money went, and what only looks like it."""

from __future__ import annotations

import pytest

from b24app.domain.statement.matching import match
from tests.domain.test_statement import payment

SIGNED = "12.03.2026;Smith 5/3;100,00\n13.03.2026;Bank;-7,00"
CREDITS = "Date;Text;Debit;Credit\n"


def verdicts(text, amount="100", currency="EUR"):
    """What the lines say that are no heads."""
    found = match(text, [payment("5/3", amount, currency)])
    return [one.verdict for one in found if any(char.isdigit() for char in one.text)]


@pytest.mark.parametrize(
    "line",
    [
        "12.03.2026 RG 5/3 100,00 -",
        "12.03.2026 RG 5/3 100,00 EUR -",
        "12.03.2026\tRG 5/3\t100,00 -",
        "12.03.2026;RG 5/3;100,00 €  -",
    ],
)
def test_a_minus_behind_a_blank_at_the_end_is_one(line):
    assert verdicts(line) == ["outgoing"]


@pytest.mark.parametrize(
    ("heads", "row", "expected"),
    [
        ("Fecha;Concepto;Debe;Haber", "12.03.2026;x 5/3;100,00;", "outgoing"),
        ("Fecha;Concepto;Debe;Haber", "12.03.2026;x 5/3;;100,00", "sure"),
        ("Date;Libellé;Dépenses;Recettes", "12.03.2026;x 5/3;100,00;", "outgoing"),
        ("Tarih;Açıklama;Gider;Gelir", "12.03.2026;x 5/3;100,00;", "outgoing"),
        ("Tag;Text;Zahlungsausgang;Zahlungseingang", "12.03.2026;x 5/3;100,00;", "outgoing"),
        # A day is no amount, whatever else its head says.
        ("Fecha valor;Concepto;Importe", "12.03.2026;x 5/3;100,00", "sure"),
        ("Data valor;Descrição;Valor", "12/03/2026;x 5/3;100,00", "sure"),
    ],
)
def test_heads_say_which_way_the_money_went(heads, row, expected):
    assert verdicts(f"{heads}\n{row}") == [expected]


@pytest.mark.parametrize(
    "rest",
    ["D. Smith", "S&P Ltd", "DB Vertrieb GmbH", "Debit card of Smith", "d'Artagnan", "D/ Mayor"],
)
def test_a_mark_that_may_begin_a_name_is_a_doubt(rest):
    assert verdicts(f"x 5/3 100.00 {rest}") == ["doubtful"]


@pytest.mark.parametrize(
    "rest", ["D", "DR", "S", "D 9.899,00", "DR Bal 900.00", "S\t9.899,00", "DB,", "soll"]
)
def test_a_mark_is_one_before_an_amount_and_at_the_end(rest):
    assert verdicts(f"x 5/3 100.00 {rest}") == ["outgoing"]


def test_a_longer_row_is_read_by_its_heads_only_if_all_are_longer():
    shifted = "12/03/2026;Smith; invoice 5/3;100.00;"

    assert verdicts(f"{CREDITS}{shifted}\n11/03/2026;x;1.00;") == ["unclear", "outgoing"]
    assert verdicts(f"{CREDITS}12/03/2026;5/3;;100.00;\n11/03/2026;x;1.00;;") == [
        "sure",
        "outgoing",
    ]


@pytest.mark.parametrize("currency", ["JPY", "KRW", "HUF"])
def test_a_hundred_thousand_is_not_a_hundred_where_there_are_no_decimals(currency):
    assert verdicts("x 5/3 100,000", "100", currency) == ["differs"]
    assert verdicts("x 5/3 100,000", "100000", currency) == ["sure"]
    assert verdicts("x 5/3 100.00", "100", currency) == ["sure"]


def test_a_balance_with_a_mark_does_not_hide_the_amount():
    assert verdicts("Smith 5/3 100.00 1,100.00CR") == ["unclear"]
    assert verdicts("Smith 5/3 100,00 1.100,00 H") == ["unclear"]
    assert verdicts("Smith 5/3 100,00 H 1.100,00 H") == ["unclear"]


@pytest.mark.parametrize(
    ("head", "currency"),
    [
        ("Сумма, руб.", "RUB"),
        ("Kwota (zł)", "PLN"),
        ("Tutar (TL)", "TRY"),
        ("Jumlah (Rp)", "IDR"),
    ],
)
def test_a_short_currency_in_a_head_is_that_of_its_column(head, currency):
    text = f"Date;Text;{head}\n{SIGNED}"

    assert verdicts(text) == ["doubtful", "outgoing"]
    assert verdicts(text, currency=currency) == ["sure", "outgoing"]


@pytest.mark.parametrize("dash", "\u2052\u05be\u1806\u2e3a\u2e3b\ufe32\u30a0")
def test_a_dash_of_any_script_is_a_minus(dash):
    assert verdicts(f"12.03.2026 RG 5/3 {dash}100.00") == ["outgoing"]
    assert verdicts(f"12.03.2026 RG 5/3 {dash} 100.00") == ["unclear"]


@pytest.mark.parametrize(
    "sign", ["\u2193", "\u2190", "\U0001f53b", "\u274c", "\u2717", "\u2b07\ufe0f"]
)
@pytest.mark.parametrize(
    "form", ["{}100.00", "{} 100.00", "{} 100.00 EUR", "100.00{}", "100.00 EUR {}"]
)
def test_an_arrow_or_a_picture_beside_an_amount_has_to_be_looked_at(sign, form):
    assert verdicts(f"12.03.2026 RG 5/3 {form.format(sign)}") == ["doubtful"]


@pytest.mark.parametrize("form", ["\u2502 {} \u2502", "| {} |", "Shop\u00ae {}", "= {}"])
def test_what_draws_a_table_says_nothing_of_its_amounts(form):
    assert verdicts(f"12.03.2026 RG 5/3 {form.format('100.00')}") == ["sure"]


@pytest.mark.parametrize("end", ["CR -", "CR-", "H -", "- CR", "EUR CR -", "CR −", "C -"])
def test_a_minus_beside_a_mark_of_what_came_in_is_to_be_checked(end):
    assert verdicts(f"x 5/3 100.00 {end}") == ["unclear"]


@pytest.mark.parametrize(
    ("end", "expected"),
    [("+ DR", "outgoing"), ("DR +", "outgoing"), ("CR - Smith", "sure"), ("CR +", "sure")],
)
def test_what_stands_beside_a_mark_does_not_hide_it(end, expected):
    assert verdicts(f"x 5/3 100.00 {end}") == [expected]
