"""Account numbers in what is kept of a statement's line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain.statement.accounts import shortened

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
        # What is paid, with the same check digits.
        ("RF18 5390 0754 7034 5/2", "RF18 5390 0754 7034 5/2"),
        # Wrong check digits, a word, an amount, a number of ours.
        ("DE88370400440532013000", "DE88370400440532013000"),
        ("RG12 5/2 1.234,56 EUR", "RG12 5/2 1.234,56 EUR"),
        (f"X{GERMAN}", f"X{GERMAN}"),
        (f"{GERMAN}0", f"{GERMAN}0"),
        ("", ""),
    ],
)
def test_an_account_keeps_its_ends_only(line, kept):
    assert shortened(line) == kept


@given(st.text(max_size=200))
def test_no_line_is_too_odd(line):
    assert len(shortened(line)) <= len(line)


@given(st.integers(0, 10**16 - 1), st.sampled_from(["", " "]))
def test_no_right_number_stays(account, blank):
    number = f"{account:018d}"
    check = 98 - int(f"{number}131400") % 97  # DE as digits, and 00 for the check digits.
    whole = f"DE{check:02d}{number}"
    written = blank.join(whole[at : at + 4] for at in range(0, len(whole), 4))

    assert number not in shortened(f"from {written}, 5/2").replace(" ", "")
