"""Links that open somebody's own program: what they hold is data, never a header or a recipient."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.web.tab import message_links
from b24app.web.tab.message_links import MAX_LINK, MAX_RECIPIENT

ODD = "Müller & Söhne\n100% ?= #1 + {x}; «日本»\r\nBcc: evil@example.com\u202e"
SHORT = "3653/4, €1.00\nhttps://nw24.site/~a"


def fields(link):
    return parse_qsl(urlsplit(link).query, keep_blank_values=True, strict_parsing=False)


def test_a_mail_has_its_breaks_as_crlf_and_signs_that_mean_something_encoded():
    link = message_links.email("Payment 3653/4, 100% & more", "Hello,\n\na&b=c? d#e", SHORT)

    assert link.to("ida%2Btag@holm.example") == (
        "mailto:ida%2Btag@holm.example?subject=Payment%203653%2F4%2C%20100%25%20%26%20more"
        "&body=Hello%2C%0D%0A%0D%0Aa%26b%3Dc%3F%20d%23e"
    )
    assert not link.is_shortened


@given(st.text(max_size=60))
def test_whatever_stands_in_a_mail_it_keeps_its_two_fields(text):
    link = message_links.email(text, text, SHORT).to("ida@holm.example")

    found = fields(link)
    assert [name for name, _text in found] == ["subject", "body"]
    assert found[0][1] == " ".join(text.split())
    assert not set("\r\n") & set(found[0][1])
    assert link.isascii()
    assert link.isprintable()
    assert " " not in link


@pytest.mark.parametrize(
    ("link", "start"),
    [
        (message_links.sms(ODD, SHORT).to("+49170"), "sms:+49170?&body="),
        (message_links.whatsapp(ODD, SHORT).to("49170"), "https://wa.me/49170?text="),
        (message_links.whatsapp(ODD, SHORT).to(), "https://wa.me/?text="),
    ],
)
def test_the_text_is_one_field_of_the_other_ways(link, start):
    assert link.startswith(start)
    text = link.removeprefix(start)
    assert not set("&#?=+ \n") & set(text)
    assert unquote(text).replace("\r\n", "\n") == ODD.replace("\r\n", "\n")


def test_telegram_has_the_address_before_the_text():
    link = message_links.telegram("https://nw24.site/~a?b=c&d", "Hello & bye").to()

    assert link == (
        "https://t.me/share/url?url=https%3A%2F%2Fnw24.site%2F~a%3Fb%3Dc%26d&text=Hello%20%26%20bye"
    )


@pytest.mark.parametrize(
    ("typed", "recipient"),
    [
        ("ida.holm@northwind.example", "ida.holm@northwind.example"),
        ("ida+pay@holm.example", "ida%2Bpay@holm.example"),
        ("o'neil&co@holm.example", "o%27neil%26co@holm.example"),
        ("50%@holm.example", "50%25@holm.example"),
        ("who?cc=evil@holm.example", "who%3Fcc%3Devil@holm.example"),
        ("jörg@müller.example", "j%C3%B6rg@m%C3%BCller.example"),
    ],
)
def test_an_address_is_encoded(typed, recipient):
    assert message_links.email_recipient(typed) == recipient


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ida",
        "ida@localhost",
        "Ida Holm <ida@holm.example>",
        "ida@holm.example, evil@example.com",
        "ida@holm.example;evil@example.com",
        "ida@holm.example?bcc=evil@example.com",
        "ida@holm.example&cc=evil@example.com",
        "ida@holm.example\r\nBcc: evil@example.com",
        "ida@holm.example\n",
        "ida@holm.example%0D%0ABcc:evil@example.com",
        "ida@evil@holm.example",
        '"ida holm"@holm.example',
        "ida@holm..example",
        "x" * 65 + "@holm.example",
        "ü" * 60 + "@" + "ü" * 60 + ".example",
    ],
)
def test_what_is_not_exactly_one_address_is_none(typed):
    assert message_links.email_recipient(typed) == ""


@pytest.mark.parametrize(
    ("typed", "phone", "whatsapp"),
    [
        ("+49 170 555 01 23", "+491705550123", "491705550123"),
        ("+49 (0)170/555-01.23", "+491705550123", "491705550123"),
        ("+1\u00a0(555)\u2011010\u201199", "+155501099", "155501099"),
        ("(030) 5550-188", "0305550188", ""),
        ("8 916 555-01-23", "89165550123", ""),
        ("+\u0669\u0666\u0666 \u0665\u0660 1234567", "+966501234567", "966501234567"),
        ("030/5550-188", "0305550188", ""),
        ("033701 / 55501", "03370155501", ""),
        ("0049 33701/55501", "00493370155501", ""),
        ("+380 3412/55501", "+380341255501", "380341255501"),
        ("495/555-01-23", "4955550123", ""),
        ("555-01-23 / 555-01-24", "", ""),
        ("55501/55502", "", ""),
        ("030 5550-188/189", "", ""),
        ("+49 30 5550188/89", "", ""),
        ("0049 30 55501 / 55502", "", ""),
        ("030/5550/188", "", ""),
        ("555 0188\n555 0189", "", ""),
        ("(030) 5550-188 ext. 4", "", ""),
        ("+49 170 5550123;body=x", "", ""),
        ("+49170?body=evil", "", ""),
        ("+49+170 5550123", "", ""),
        ("+4917055,501", "", ""),
        ("112", "", ""),
        ("+12345678901234567", "", ""),
        ("call Ida", "", ""),
        ("", "", ""),
    ],
)
def test_a_number_is_its_sign_and_digits_or_nothing(typed, phone, whatsapp):
    assert message_links.phone_recipient(typed) == phone
    assert message_links.whatsapp_recipient(phone) == whatsapp


@pytest.mark.parametrize("letter", ["a", "ж", "日", "😀", "\n"])
def test_no_link_is_longer_than_windows_takes(letter):
    text = letter + "x" + letter * 600
    for write in (
        lambda: message_links.email("Payment 3653/4", text, SHORT),
        lambda: message_links.sms(text, SHORT),
        lambda: message_links.whatsapp(text, SHORT),
        lambda: message_links.telegram("https://nw24.site/~a", text),
    ):
        link = write()
        assert len(link.to("x" * MAX_RECIPIENT)) <= MAX_LINK
        assert link.is_shortened is (letter != "a")


def test_what_is_too_long_says_what_nobody_can_do_without():
    link = message_links.email("Payment 3653/4", "ж" * 600, SHORT)

    assert link.is_shortened
    assert dict(fields(link.to()))["body"] == SHORT.replace("\n", "\r\n")
