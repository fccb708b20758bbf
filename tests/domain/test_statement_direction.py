"""A line is ticked by itself only where a sign, a mark or a column says that the money came in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain.statement.matching import match
from tests.domain.test_statement import payment

SIGNED = "12.03.2026;Smith 5/3;100,00\n13.03.2026;Bank;-7,00"
RECEIVED = [
    "x 5/3 +100.00",
    "x 5/3 100.00+",
    "x 5/3 100,00 +",
    "x 5/3 100.00 CR",
    "x 5/3 100,00 EUR H",
    "12.03.2026\tSmith 5/3\t+ 100,00 €",
    "Date;Text;Debit;Credit\n12.03.2026;x 5/3;;100.00",
    "Fecha;Concepto;Debe;Haber\n12.03.2026;x 5/3;;100,00",
    "Date;Libellé;Dépenses;Recettes\n12.03.2026;x 5/3;;100,00",
    "Tarih;Açıklama;Gider;Gelir\n12.03.2026;x 5/3;;100,00",
    "Tag;Text;Zahlungsausgang;Zahlungseingang\n12.03.2026;x 5/3;;100,00",
    f"Tag;Text;Betrag\n{SIGNED}",
    f"Дата;Назначение;Сумма\n{SIGNED}".replace("-7,00", "7,00-"),
    f"Tag;Text;Betrag\n{SIGNED}".replace("-7,00", "(7,00)"),
    "Tag;Text;Betrag;Saldo\n12.03.2026;x 5/3;100,00;9,00\n13.03.2026;Bank;-7,00;2,00",
    # Rows without heads, as they are copied from a page.
    SIGNED,
    SIGNED.replace(";", "\t").replace("-7,00", "- 7,00 €").replace("100,00", "100,00 €"),
    # A day, an hour and nothing are no amounts beside it.
    "Tag;Zeit;Text;Gebühr;Betrag\n12.03;09.15;x 5/3;0,00;100,00\n13.03;09.15;Bank;0,00;-7,00",
]
UNSAID = [
    "x 5/3 100.00",
    "x 5/3 100.00 EUR",
    "Gutschrift Smith 5/3 EUR 100,00",
    "Payment received 5/3 100.00",
    # A table without a minus, or with one in another table, or in another column.
    "Tag;Text;Betrag\n12.03.2026;x 5/3;100,00",
    f"Tag;Text;Betrag\n{SIGNED.replace('-', '')}",
    f"Tag;Text;Betrag\n{SIGNED.replace('Smith 5/3', 'x')}\n"
    "Tag;Text;Betrag\n14.03.2026;Smith 5/3;100,00",
    "Tag;Text;Betrag;Saldo\n12.03.2026;x 5/3;100,00;-5,00",
    "12.03.2026;x 5/3;100,00;9,00\n13.03.2026;Bank;-7,00;2,00",
    "12.03.2026;x 5/3;100,00\n13.03.2026;-7,00;Bank",
    "12.03.2026;x;5/3 EUR 100,00\n13.03.2026;Bank;-7,00",
    "x 5/3 100.00\nFee: -5.00",
    # Heads that nobody knows, and two amounts of which either may be what came.
    "Date;Text;Payments;Receipts\n12.03.2026;x 5/3;100.00;",
    "Data;Opis;Winien;Ma\n12.03.2026;x 5/3;100,00;",
    "Date;Text;Invoice amount;Paid\n12.03.2026;x 5/3;100.00;40.00\n12.03.2026;y;-5.00;1.00",
    "Дата;Текст;Сумма;Комиссия\n12.03.2026;x 5/3;100,00;1,50\n13.03.2026;y;-5,00;0,10",
    "Date;Text;Amount;Sum\n12.03.2026;x 5/3;100.00;100.00\n13.03.2026;y;-5.00;-5.00",
    "Date;Text;Amount due\n12.03.2026;x 5/3;100.00",
    "Date;Text;Fee\n12.03.2026;x 5/3;100.00",
    "Date;Text;Sign;Amount\n12.03.2026;x 5/3;-;100.00",
    # What is said elsewhere: in the line above, by a sign that nobody knows, by a word.
    "SEPA debit failed\nInvoice 5/3 EUR 100.00",
    "Outgoing payments\n12.03.2026 Invoice 5/3 EUR 100.00",
    "Outgoing payments 1\n12.03.2026 Invoice 5/3 EUR 100.00",
    "x 5/3 ↓ 100.00",
    "x 5/3 ∓100.00",
    "x 5/3 100.00 ❌",
    "x 5/3 100 EUR of 900",
    "x 5/3 100.00 part payment",
    "x 5/3 100.00 исх.",
    "Rate 5/3 100.00",
    "Hauptstr. 5/3 EUR 100,00",
]
OUT = [
    "12.03.2026 RG 5/3 100,00 -",
    "12.03.2026 RG 5/3 100,00 EUR -",
    "12.03.2026\tRG 5/3\t100,00 -",
    "12.03.2026;RG 5/3;100,00 €  -",
]


def received(text, currency="EUR"):
    """The lines that would be ticked."""
    found = match(text, [payment("5/3", "100", currency)])
    return [one.number for one in found if one.is_received]


@pytest.mark.parametrize("text", RECEIVED)
def test_what_says_that_money_came_in_is_received(text):
    assert len(received(text)) == 1


@pytest.mark.parametrize("text", UNSAID)
def test_what_does_not_say_where_the_money_went_is_not(text):
    assert received(text) == []


@pytest.mark.parametrize("text", OUT)
def test_a_minus_behind_a_blank_at_the_end_is_one(text):
    assert [one.verdict for one in match(text, [payment("5/3", "100")])] == ["outgoing"]


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

    assert received(text) == []
    assert received(text, currency) == [2]


AMOUNTS = st.sampled_from(["100", "100.00", "100,00", "EUR 100", "€100,00", "100.00 EUR"])
WORDS = st.text(st.characters(exclude_characters="+", exclude_categories=["Cs"]), max_size=12)
MARKS = {"cr", "c", "h", "crdt", "credit", "haben", "кт", "кр", "贷", "貸", "入"}


@given(AMOUNTS, WORDS, WORDS, st.sampled_from([" ", "\t", ";", ", "]))
def test_no_text_without_a_sign_a_mark_or_heads_is_received(amount, before, behind, separator):
    text = separator.join([before.replace("\n", " "), "payment 5/3", amount, behind])
    if any(word in MARKS for word in behind.casefold().split()[:1]):
        return

    assert received(text.replace("\r", " ")) == []
