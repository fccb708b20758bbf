"""The page's language is that of its words; numbers and dates follow the frame's LANG."""

from __future__ import annotations

import re

import pytest

from b24app.web.plumbing.i18n import SPOKEN
from b24app.web.plumbing.languages import LANGUAGES
from tests.support.stage import DEAL, MANAGER, Tab, token_in

LEGAL = ("/legal/license", "/legal/privacy")
HTML = re.compile(r'<html lang="([^"]*)" dir="(\w+)">')


def shell(stage, language):
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    return stage.frame("/placement", fields, LANG=language)


@pytest.fixture
def spoken(stage, monkeypatch):
    """Let the application have words of a language."""

    def add(locale):
        monkeypatch.setitem(stage.app.config, SPOKEN, stage.app.config[SPOKEN] | {locale})

    return add


@pytest.mark.parametrize("code", [*LANGUAGES, "xx", "ar", ""])
def test_words_that_are_english_are_called_english(stage, code):
    for answer in (shell(stage, code), stage.frame("/", stage.post_fields(MANAGER), LANG=code)):
        assert HTML.search(answer.text).groups() == ("en", "ltr")


def test_numbers_and_dates_follow_the_frame(stage):
    tab = Tab(stage, token_in(shell(stage, "de")))

    text = tab.show().text

    assert "18.400,00" in text
    assert "18,400.00" not in text


@pytest.mark.parametrize(("code", "tag"), [("de", "de"), ("br", "pt-BR"), ("ua", "uk")])
def test_a_language_that_has_words_is_named_by_its_tag(stage, spoken, code, tag):
    spoken(LANGUAGES[code])

    assert HTML.search(shell(stage, code).text).group(1) == tag
    assert HTML.search(shell(stage, "en").text).group(1) == "en"


@pytest.mark.parametrize("path", ["/", "/install", "/placement", *LEGAL])
def test_pages_outside_of_a_frame_are_english(client, path):
    assert HTML.search(client.get(path).text).group(1) == "en"


def test_a_date_in_another_language_than_the_page_is_called_so(stage):
    russian = Tab(stage, token_in(shell(stage, "ru"))).show().text
    english = Tab(stage, token_in(shell(stage, "en"))).show().text

    assert re.search(r'<time datetime="[^"]+" lang="ru">[^<]*\w+\. 202\d', russian)
    assert "<time" in english
    assert not re.search(r"<time[^>]* lang=", english)
