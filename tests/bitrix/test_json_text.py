"""The door for JSON: whatever comes, what goes in is bounded, exact, and safe to work with."""

from __future__ import annotations

import contextlib
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix.wire import json_text
from b24app.domain import UNREADABLE, is_readable

AMOUNTS = st.decimals(-(10**10), 10**10, places=4)
"""With two more digits a double could not tell two of them apart."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | AMOUNTS.map(float) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


def read(text: str) -> object:
    return json_text.read(text.encode("utf-8", "surrogatepass"))


@given(AMOUNTS)
def test_an_amount_printed_with_seventeen_digits_is_the_amount(amount):
    printed = f"{float(amount):.17g}"

    assert json_text.number(printed) == amount
    assert read(f"[{printed}]") == [amount]


@given(AMOUNTS, AMOUNTS)
def test_what_a_double_leaves_of_a_difference_is_cleaned(first, second):
    left = repr(float(first) - float(second))

    read_difference = json_text.number(left)

    assert abs(read_difference - (first - second)) <= Decimal("0.0001")
    if first == second:
        assert read_difference == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.9999999999999996", "4"),
        ("24.329999999999998", "24.33"),
        ("0.30000000000000004", "0.3"),
        ("2258.0699999999997", "2258.07"),
        ("-0.0", "0"),
        ("0e5", "0"),
        ("3.552713678800501e-15", "0"),
        ("-2.4e-14", "0"),
        ("1e-400", "0"),
        ("0.0000005", "0.0000005"),
        ("1.5e3", "1500"),
        ("100000000.0000001", "100000000"),
        ("1e27", "1000000000000000000000000000"),
    ],
)
def test_a_number_is_read_to_fifteen_digits(text, number):
    assert json_text.number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["NaN", "Infinity", "-Infinity", "1e400", "1e99999999999999999999", "9" * 5000, "-" + "9" * 99],
)
def test_a_number_that_is_none_is_unreadable_in_its_own_place(text):
    found: Any = read(f"[{text}, 5]")

    assert found[0] is UNREADABLE
    assert found[1] == 5


@pytest.mark.parametrize("text", ["9007199254740993", str(2**70), "-5"])
def test_whole_numbers_are_ids_as_well_and_stay_exact(text):
    assert read(text) == int(text)


@given(JSON)
def test_what_json_says_is_what_is_read(value):
    found = read(json.dumps(value))

    assert found == json.loads(
        json.dumps(value).replace("\\u0000", ""), parse_float=json_text.number
    )


@given(st.text(st.characters(categories=["Cs", "Lu", "Cc"]), max_size=20))
def test_a_text_can_be_written_in_any_encoding(text):
    [[key, value]] = read(json.dumps({text: text})).items()  # type: ignore[attr-defined]

    assert key == value
    assert "\x00" not in value
    value.encode("utf-8")


def test_half_an_emoji_is_replaced_and_a_whole_one_stays():
    assert read('["Lamp \\ud83d", "Lamp \\ud83d\\ude00", "nul\\u0000", "\\\\ud83d"]') == [
        "Lamp \N{REPLACEMENT CHARACTER}",
        "Lamp \N{GRINNING FACE}",
        "nul",
        "\\ud83d",
    ]


@pytest.mark.parametrize("sign", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_nothing_turns_the_words_around_a_text(sign):
    """A currency called so would show 100.00 as 00.001; Hebrew is turned without such signs."""
    escaped = f"\\u{sign:04x}"

    texts = read(f'["EUR{chr(sign)}", "EUR{escaped}", "{escaped.upper().replace("U", "u")}\u05d0"]')

    assert texts == ["EUR", "EUR", "\u05d0"]


def test_bytes_that_are_no_text_are_replaced():
    assert json_text.read(b'["Caf\xe9"]') == ["Caf\N{REPLACEMENT CHARACTER}"]
    assert json_text.read(b'["\xed\xa0\xbd"]') == ["\N{REPLACEMENT CHARACTER}" * 3]
    assert json_text.read(b'\xef\xbb\xbf{"a":1}') == {"a": 1}
    assert json_text.read(b'["tab\there"]') == ["tab\there"]


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:\\0e.-', max_size=200).map(str.encode))
def test_whatever_comes_is_read_or_refused(body):
    with contextlib.suppress(json_text.JsonError):
        json_text.read(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 40 + b"]" * 40,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"[" * 1_000_000,
        b"]" * 1_000,
        b"[" + b"{}," * 120_000 + b"{}]",
        b"[" + b"1," * 120_000 + b"1]",
        b'["' + b'","' * 120_000 + b'"]',
        b'"' * 1_000_000,
        b'"' + b"\\" * 1_000_001,
    ],
)
def test_more_than_anybody_needs_is_refused(body):
    with pytest.raises(json_text.JsonError):
        json_text.read(body)


def test_signs_inside_of_texts_are_no_structure():
    text = '[{,"\\' * 40_000

    assert json_text.read(json.dumps([text]).encode()) == [text]
    assert json_text.weight(json.dumps([text]).encode()) == 1


TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


@given(JSON | st.text('",[]{}\\:', max_size=20), st.booleans())
def test_what_stands_outside_of_texts_is_counted_and_nothing_else(value, is_ascii):
    text = json.dumps(value, ensure_ascii=is_ascii)
    outside = TEXT.sub("", text)

    counted = json_text.weight(text.encode("utf-8", "surrogatepass"))

    assert counted == sum(map(outside.count, ",[{"))


@pytest.mark.parametrize("depth", [json_text.MAX_DEPTH, json_text.MAX_DEPTH + 1])
def test_brackets_inside_of_texts_are_no_depth_and_hide_none(depth):
    inside = json.dumps('"]]}"\\')
    body = f"[{inside}," * depth + "7" + "]" * depth

    if depth > json_text.MAX_DEPTH:
        with pytest.raises(json_text.JsonError, match="deep"):
            read(body)
    else:
        assert read(body)


def test_a_card_with_a_thousand_rows_is_no_burden():
    row = {f"field{number}": number for number in range(27)}
    body = json.dumps({"rows": [row] * 1000, "free": [row] * 1000, "more": [row] * 500}).encode()

    found = json_text.read(body)

    assert len(found["rows"]) == 1000  # type: ignore[index]


@given(st.decimals(allow_nan=True, allow_infinity=True).map(str))
def test_any_number_is_a_decimal(text):
    number = json_text.number(text)

    assert isinstance(number, Decimal)
    assert not is_readable(number) or len(number.as_tuple().digits) <= 15 or number == Decimal(text)
