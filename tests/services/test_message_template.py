"""The text for a client: which placeholders it may have, and that values are never templates."""

from __future__ import annotations

import pytest

from b24app.services import message_template
from b24app.services.message_template import MAX_SUBJECT, MAX_TEXT

VALUES = {"number": "3653/4", "amount": "€1.00", "link": "https://nw24.site/~a"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ""),
        ("Pay here: {link}", ""),
        ("{number} {amount}\n{link}", ""),
        ("Pay {amount}", "no_link"),
        ("Pay", "no_link"),
        ("{link} {name}", "placeholder"),
        ("{link} {Number}", "placeholder"),
        ("{link} {}", "placeholder"),
        ("{link} {amount", "placeholder"),
        ("{link} amount}", "placeholder"),
        ("{{link}}", "placeholder"),
        ("{link} {amount.__class__}", "placeholder"),
        ("{link} {amount!r}", "placeholder"),
        ("{link} \x07", "characters"),
        ("{link} \u202e", "characters"),
        ("x" * (MAX_TEXT - 6) + "{link}", ""),
        ("x" * (MAX_TEXT - 5) + "{link}", "longer_than_600"),
    ],
)
def test_a_text_is_checked(text, error):
    assert message_template.text_error(text) == error


@pytest.mark.parametrize(
    ("subject", "error"),
    [
        ("", ""),
        ("Your payment", ""),
        ("{number}: {amount}", ""),
        ("{link}", "placeholder"),
        ("a\nb", ""),
        ("x" * MAX_SUBJECT, ""),
        ("x" * (MAX_SUBJECT + 1), "longer_than_120"),
    ],
)
def test_a_subject_has_no_link(subject, error):
    assert message_template.subject_error(subject) == error


def test_typed_text_has_one_kind_of_break():
    typed = "  Hello, \r\n\r\n pay\rhere \n"

    assert message_template.cleaned(typed) == "Hello,\n\n pay\nhere"
    assert message_template.cleaned(typed, is_one_line=True) == "Hello, pay here"


def test_values_are_filled_in_once():
    odd = {**VALUES, "number": "{link} {amount}"}

    assert message_template.fill("{number}: {amount}", odd) == "{link} {amount}: €1.00"
    assert message_template.fill("{name} {", odd) == "{name} {"


def test_only_a_line_of_its_own_is_left_out_with_the_link():
    text = "Hello,\npay {link} or\n {link} \nBye"

    assert message_template.without_link(text) == "Hello,\npay {link} or\nBye"
