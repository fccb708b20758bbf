"""No cell of a CSV file is a formula, whatever a spreadsheet takes for the separator."""

from __future__ import annotations

import csv
import sys
import unicodedata
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from b24app.web.plumbing import spreadsheet

SEPARATORS = ",;\t| :/"


@cache
def signs():
    """Every character that a spreadsheet may read as the beginning of a formula."""
    every = map(chr, range(sys.maxunicode))
    return [one for one in every if unicodedata.normalize("NFKC", one)[:1] in {"=", "+", "-", "@"}]


CELLS = st.deferred(
    lambda: st.text(
        st.one_of(st.sampled_from([*SEPARATORS, *signs(), "\r", "\n", '"', "'"]), st.characters())
    )
)


def file_of(*rows):
    return "".join(spreadsheet.pieces(rows)).removeprefix(spreadsheet.BOM)


def begins(cell):
    """What a spreadsheet looks at: past quotes and blanks that it may drop."""
    return cell.lstrip('" \u00a0\u3000')[:1]


@given(st.lists(st.lists(CELLS, min_size=1), min_size=1))
@example([["Bob;=1+1;"]])
@example([["Bob\t=1+1"]])
@example([["\uff1d1+1"]])
@example([['Bob";=1+1;"']])
@example([["first\r\n=1+1"]])
def test_no_cell_is_a_formula_whatever_separates(rows):
    text = file_of(*rows)

    for separator in SEPARATORS:
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            lines = text.splitlines()
            for row in csv.reader(lines, delimiter=separator, quoting=quoting):
                assert not [cell for cell in row if begins(cell) in signs()]


def test_no_sign_of_a_formula_is_forgotten():
    for sign in signs():
        assert spreadsheet.harmless(f"{sign}1+1")[0] == "'", hex(ord(sign))


@given(st.lists(st.lists(CELLS, min_size=1), min_size=1))
def test_the_file_has_one_line_a_row_and_no_control_characters(rows):
    text = file_of(*rows)

    assert len(text.split("\r\n")) == len(rows) + 1
    assert not [one for one in text.replace("\r\n", "") if unicodedata.category(one) == "Cc"]


@pytest.mark.parametrize(
    "text",
    ["Marta Lindqvist", "Anna-Maria", "2026-07-01T09:00:00+00:00", "8061/4", "a@b.example", ""],
)
def test_what_is_no_formula_stays_as_it_is(text):
    assert spreadsheet.harmless(text) == text


def test_a_long_file_comes_in_pieces():
    rows = [[str(number)] for number in range(spreadsheet.ROWS_AT_ONCE * 2 + 1)]

    pieces = list(spreadsheet.pieces(rows))

    assert len(pieces) == 4
    assert "".join(pieces).count("\r\n") == len(rows)
