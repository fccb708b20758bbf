"""Files of banks in SWIFT's MT940: an entry is one line, of its day, its amount and its text."""

from __future__ import annotations

import pytest

from b24app.domain.statement.matching import match
from tests.domain.test_statement import payment, said

CARD = [
    payment("5/2", "1234.56", payment_id=1),
    payment("5/3", "100", payment_id=2),
    payment("5/4", "250.50", payment_id=3),
    payment("5/21", "70", payment_id=4),
]
FILE = """:20:STARTUMS
:25:12345678/0123456789
:28C:5/3
:60F:C261127EUR100,00
:61:2611281128CR1234,56NTRFNONREF//B123
:86:166?00GUTSCHRIFT?109310?20EREF+5/2?21SVWZ+Rechnung 5/2?30COBADEFFXXX
?31DE89370400440532013000?32ACME GMBH
:61:2611281128D100,NTRFNONREF
:86:116?00UEBERWEISUNG?20SVWZ+Miete 5/3?32Smith
:61:2611281128C250,50NRTINONREF
:86:109?00RUECKGABE?20Rechnung 5/4?32Smith
:62F:C261128EUR2133,56"""


def told(*lines, of=CARD):
    return said("\n".join(lines), of)


def test_each_entry_of_a_file_is_one_line():
    assert said(FILE, CARD) == ["sure 5/2", "outgoing 5/3", "doubtful 5/4"]

    first = match(FILE, CARD)[0]
    assert first.number == 5
    assert first.text.split("\t")[:2] == ["2026-11-28", "+1234,56 EUR"]
    assert "Rechnung 5/2 GUTSCHRIFT" in first.text


@pytest.mark.parametrize(
    ("mark", "kind", "expected"),
    [
        ("C", "NTRF", "sure 5/3"),
        ("CR", "NMSC", "sure 5/3"),
        ("D", "NTRF", "outgoing 5/3"),
        ("DR", "NDDT", "outgoing 5/3"),
        ("RC", "NTRF", "outgoing 5/3"),
        ("RD", "NTRF", "doubtful 5/3"),
        ("EC", "NTRF", "doubtful 5/3"),
        ("C", "NRTI", "doubtful 5/3"),
    ],
)
def test_the_mark_says_which_way_the_money_went(mark, kind, expected):
    assert told(f":61:2611281128{mark}100,00{kind}X", ":86:Invoice 5/3 of Smith") == [expected]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # A full line is cut anywhere, and goes on in the next one.
        ((f":86:{'Danke fuer die Lieferung vom 28.11. an':<58}5/2", "1"), "sure 5/21"),
        (("86:", ":86:Rechnung 5/21", "Jones & Co"), "sure 5/21"),
        ((":86:166?20SVWZ+Danke fuer Rechn. 5/2?211 Jones",), "sure 5/21"),
        ((":86:166?20SVWZ+Rechnung 5/21?21Jones?32Jones",), "sure 5/21"),
        ((":86:/TRTP/SEPA/IBAN/NL20INGB0001234567/NAME/ACME/REMI/No 5/21/EREF/X",), "sure 5/21"),
        ((":86:166?20OAMT+71,50COAM+1,50SVWZ+5/21",), "sure 5/21"),
        ((":86:/RTRN/AC04/REMI/No 5/21",), "doubtful 5/21"),
        ((":86:Jones",), "likely 5/21"),
    ],
)
def test_the_text_is_read_across_its_lines_and_parts(lines, expected):
    tagged = [line for line in lines if line != "86:"]
    assert told(":61:2611291129C70,00NTRFNONREF", *tagged) == [expected]


@pytest.mark.parametrize(
    ("balance", "expected"),
    [("EUR", "sure 5/3"), ("USD", "currency 5/3")],
)
def test_the_currency_is_that_of_the_account(balance, expected):
    entry = (":61:2611281128C100,00NTRFNONREF", ":86:5/3")
    assert told(f":60F:C261127{balance}9,00", *entry) == [expected]


def test_what_is_no_entry_names_no_payment():
    """The number of a statement and its page look like a payment's."""
    assert told(":28C:5/3", ":61:2611281128C7,00NTRFNONREF", ":86:x", ":86:5/3 100,00") == [
        "nothing"
    ]


def test_lines_of_other_kinds_beside_entries_stay_lines():
    long = f"12.03.2026 Gutschrift {'x' * 50} RG 5/3 100,00 EUR"
    assert told(":61:2611281128C1234,56NTRF5/2", long) == ["sure 5/2", "sure 5/3"]
    assert told("x 5/3 100.00", ":61:2611281128C1234,56NTRF5/2") == ["sure 5/3", "sure 5/2"]
