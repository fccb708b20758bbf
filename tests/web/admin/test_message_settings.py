"""The message with a payment's link, as administrators write it."""

from __future__ import annotations

import html

import pytest

from b24app.storage import settings as stored
from tests.support.app_page import open_page, save
from tests.support.stage import ADMIN


@pytest.fixture
def page(stage):
    opened = open_page(stage, ADMIN)
    opened.get("/settings")
    return opened


def data_of(stage):
    with stage.database.reading() as session:
        return stored.load(session, stage.portal.member_id)


def test_the_message_is_saved_and_shown_with_what_a_client_gets(stage, page):
    typed = "Please pay {amount}:\r\n{link}\n"
    save(page, message_subject=" Invoice  {number} ", message_text=typed)

    data = data_of(stage)
    assert data["message_subject"] == "Invoice {number}"
    assert data["message_text"] == "Please pay {amount}:\n{link}"
    text = page.get("/settings").text
    assert 'value="Invoice {number}"' in text
    assert "Invoice 3653/4</b>" in text
    assert "Please pay €1,250.00:\nhttps://example.com/~a1b2c</p>" in text
    save(page, message_subject="", message_text="")
    assert data_of(stage)["message_text"] == ""
    assert "here is the link for payment 3653/4, €1,250.00:" in page.get("/settings").text


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("message_text", "Pay {amount}", "Put {link} into the text"),
        ("message_text", "{link} {client}", "In braces only {number}"),
        ("message_text", "{link}" + "x" * 600, "At most 600 characters."),
        ("message_text", "{link}\u202e", "Letters, digits and usual signs only."),
        ("message_subject", "{link}", "In braces only {number}"),
        ("message_subject", "x" * 121, "At most 120 characters."),
    ],
)
def test_a_message_that_cannot_be_sent_is_not_saved(stage, page, name, typed, words):
    answer = save(page, **{name: typed})

    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert typed[:100] in html.unescape(answer.text)
    assert data_of(stage) == {}


def test_two_administrators_see_whose_words_differ(stage, page):
    other = open_page(stage, ADMIN)
    other.get("/settings")
    before = {"version": "an older one"}
    save(page, message_text="Pay: {link}")

    answer = save(other, message_text="Zahlen: {link}", **before)

    assert answer.status_code == 409
    assert "Text of the message" in answer.text
    assert "Pay: {link}" in answer.text
    assert "Zahlen: {link}" in answer.text


def test_saving_names_what_was_changed_and_not_the_words(page):
    save(page, message_text="Pay: {link}")

    log = page.get("/settings/activity").text
    assert "message text" in log
    assert "Pay: " not in log
