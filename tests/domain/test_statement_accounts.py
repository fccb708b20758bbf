"""Account numbers in what is kept of a statement's line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain.statement.accounts import LENGTHS, shortened

GERMAN = "DE89370400440532013000"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"5/2;{GERMAN};100,00", "5/2;DE89…3000;100,00"),
        ("ACME DE89 3704 0044 0532 0130 00 EUR 100", "ACME DE89…3000 EUR 100"),
        ("DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", "DE89…3000"),
        ("de89370400440532013000 5/2", "de89…3000 5/2"),
        # Blanks of four and a word behind it that could be its end.
        ("NO93 8601 1117 947 5/2", "NO93…7947 5/2"),
        ("GB29 NWBK 6016 1331 9268 19 RENT", "GB29…6819 RENT"),
        ("MT84MALT011000012345MTLCAST001S", "MT84…001S"),
        (f"{GERMAN} to NO9386011117947", "DE89…3000 to NO93…7947"),
        ("DE89-3704-0044-0532-0130-00", "DE89…3000"),
        ("BE68.5390.0754.7034.", "BE68…7034."),
        (f"IBAN{GERMAN},iban{GERMAN.lower()}", "IBANDE89…3000,ibande89…3000"),
        # What follows makes a right number of it again.
        ("NO43 5943 5189 991 334/2 RENT", "NO43…9991 334/2 RENT"),
        ("AT394720769565343797 6807/2 RENT", "AT39…3797 6807/2 RENT"),
        # What is paid, with the same check digits.
        ("RF18 5390 0754 7034 5/2", "RF18 5390 0754 7034 5/2"),
        # Wrong check digits, no country, letters and digits of other scripts, a number of ours.
        ("DE88370400440532013000", "DE88370400440532013000"),
        ("RG12 5/2 1.234,56 EUR", "RG12 5/2 1.234,56 EUR"),
        ("AB29 0000 0000 0000 5/2", "AB29 0000 0000 0000 5/2"),
        ("S\u212a31 1200 0000 1987 4263 7541", "S\u212a31 1200 0000 1987 4263 7541"),
        ("DE\u0668\u0669370400440532013000", "DE\u0668\u0669370400440532013000"),
        # Glued to other text, before and behind.
        (f"Kto{GERMAN} 5/2", "KtoDE89…3000 5/2"),
        (f"?31{GERMAN}?32ACME", "?31DE89…3000?32ACME"),
        (f"IBAN{GERMAN}BIC", "IBANDE89…3000BIC"),
        ("KtoDE89 3704 0044 0532 0130 00 5/2", "KtoDE89…3000 5/2"),
        # Neither in one piece nor in groups of four, and with more figures: no IBAN.
        ("KtoDE8937 040044 0532013000", "KtoDE8937 040044 0532013000"),
        (f"Kto{GERMAN}0", f"Kto{GERMAN}0"),
        ("MT84MALT011000012345MTLCAST001SX", "MT84MALT011000012345MTLCAST001SX"),
        (f"{GERMAN}0", f"{GERMAN}0"),
        ("", ""),
    ],
)
def test_an_account_keeps_its_ends_only(line, kept):
    assert shortened(line) == kept


@given(st.text(max_size=200))
def test_no_line_is_too_odd(line):
    assert len(shortened(line)) <= len(line)


def written(country: str, length: int, digits: int, blank: str) -> str:
    """An IBAN with right check digits, in groups of four."""
    number = str(digits).zfill(length - 4)[: length - 4]
    letters = "".join(str(int(letter, 36)) for letter in country)
    whole = f"{country}{98 - int(f'{number}{letters}00') % 97:02d}{number}"
    return blank.join(whole[at : at + 4] for at in range(0, len(whole), 4))


@given(
    st.sampled_from(sorted(LENGTHS.items())),
    st.integers(0, 10**29 - 1),
    st.sampled_from(["", " ", "\u00a0"]),
    st.from_regex(r"[0-9]{1,5}/[0-9]{1,2} [A-Z]{0,6} [0-9]{1,5},00", fullmatch=True),
)
def test_every_right_number_goes_and_all_else_stays(kind, digits, blank, behind):
    country, length = kind
    number = written(country, length, digits, blank)
    plain = number.replace(blank, "") if blank else number

    assert shortened(f"5/1 {number} {behind}") == f"5/1 {plain[:4]}…{plain[-4:]} {behind}"


GLUED = st.from_regex(r"[A-Za-z]{0,8}|\?[0-9]{2}|[A-Z]{2,4}[0-9]{2}", fullmatch=True)


@given(
    st.sampled_from(sorted(LENGTHS.items())),
    st.integers(0, 10**29 - 1),
    st.sampled_from(["", " "]),
    GLUED.filter(lambda before: shortened(before + "AD") == before + "AD"),
    st.from_regex(r"[A-Za-z]{0,4}", fullmatch=True),
)
def test_a_right_number_goes_whatever_it_is_glued_to(kind, digits, blank, before, behind):
    country, length = kind
    number = written(country, length, digits, blank)
    plain = number.replace(blank, "") if blank else number

    assert shortened(f"{before}{number}{behind}") == f"{before}{plain[:4]}…{plain[-4:]}{behind}"


WORDS = st.one_of(
    st.from_regex(r"[A-Za-z]{1,12}", fullmatch=True),
    # References, dates and amounts, also glued to the letters of a country.
    st.from_regex(r"[A-Z]{3,6}[0-9]{1,8}", fullmatch=True),
    st.from_regex(r"[0-9]{1,8}([/.,-][0-9]{1,4}){0,2}", fullmatch=True),
    st.sampled_from(["trade12", "INVOICEDE2026", "KtoNr", "5/2", "EUR", "RE-2026-0012"]),
)


@given(st.lists(WORDS, max_size=14), st.sampled_from([" ", ", ", ";"]))
def test_an_ordinary_line_stays_as_it_is(words, between):
    line = between.join(words)

    assert shortened(line) == line


@given(
    st.sampled_from(sorted(LENGTHS.items())),
    st.integers(0, 10**29 - 1),
    st.integers(1, 96),
    st.from_regex(r"[A-Za-z]{1,8}", fullmatch=True),
)
def test_a_reference_as_long_as_an_account_stays(kind, digits, wrong_by, before):
    country, length = kind
    number = written(country, length, digits, "")
    line = f"{before}{number[:2]}{(int(number[2:4]) + wrong_by) % 97:02d}{number[4:]}"

    assert shortened(line) == line
