"""The page's language is that of its words; numbers and dates follow the frame's LANG."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import g
from markupsafe import Markup

from b24app.web.plumbing import i18n
from b24app.web.plumbing.i18n import SPOKEN
from b24app.web.plumbing.languages import LANGUAGES
from tests.support.stage import ADMIN, DEAL, MANAGER, Tab, token_in

LEGAL = ("/legal/license", "/legal/privacy")
HTML = re.compile(r'<html lang="([^"]*)" dir="(\w+)">')


def shell(stage, language):
    fields = stage.post_fields(MANAGER, DEAL, {"ID": "8061"})
    return stage.frame("/placement", fields, LANG=language)


@pytest.mark.parametrize("code", ["en", "in", "xx", ""])
def test_words_that_are_english_are_called_english(stage, code):
    for answer in (shell(stage, code), stage.frame("/", stage.post_fields(MANAGER), LANG=code)):
        assert HTML.search(answer.text).groups() == ("en", "ltr")


def test_numbers_and_dates_follow_the_frame(stage):
    tab = Tab(stage, token_in(shell(stage, "de")))

    text = tab.show().text

    assert "18.400,00" in text
    assert "18,400.00" not in text


TAGS = {
    "br": "pt-BR",
    "la": "es",
    "ua": "uk",
    "kz": "kk",
    "sc": "zh-Hans",
    "tc": "zh-Hant",
    "vn": "vi",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_is_named_by_the_tag_of_its_language(stage, code):
    direction = "rtl" if code == "ar" else "ltr"

    assert HTML.search(shell(stage, code).text).groups() == (TAGS.get(code, code), direction)


def test_the_tab_says_its_words_in_the_language_of_the_frame(stage):
    tab = Tab(stage, token_in(shell(stage, "de")))

    text = tab.show().text

    assert "Als bezahlt markieren" in text
    assert "Mark as paid" not in text


@pytest.mark.parametrize("path", ["/", "/install", "/placement", *LEGAL])
def test_pages_outside_of_a_frame_are_english(client, path):
    assert HTML.search(client.get(path).text).group(1) == "en"


def test_a_date_in_another_language_than_the_page_is_called_so(stage, monkeypatch):
    monkeypatch.setitem(stage.app.config, SPOKEN, frozenset({"en"}))
    russian = Tab(stage, token_in(shell(stage, "ru"))).show().text
    english = Tab(stage, token_in(shell(stage, "en"))).show().text

    assert re.search(r'<time datetime="[^"]+" lang="ru">[^<]*\w+\. 202\d', russian)
    assert "<time" in english
    assert not re.search(r"<time[^>]* lang=", english)


@pytest.mark.parametrize(
    ("locale", "text"), [("en", "a, b"), ("ar", "\u2068a\u2069، \u2068b\u2069"), ("ja", "a、b")]
)
def test_a_list_has_the_commas_of_its_language_and_no_part_is_turned_around(app, locale, text):
    with app.test_request_context():
        g.language = locale
        assert i18n.joined(["a", "b"]) == text


def test_a_list_of_what_is_for_a_page_is_for_a_page(app):
    with app.test_request_context():
        assert i18n.joined([Markup("<b>1</b>"), "A&B", 2]) == Markup("<b>1</b>, A&amp;B, 2")
        assert not isinstance(i18n.joined(["A&B"]), Markup)


def test_equal_moments_are_told_each_in_its_zone_and_language(app):
    moscow = timezone(timedelta(hours=3))
    noon = datetime(2026, 3, 4, 12, 5, 33, tzinfo=UTC)
    asked = [(noon, ""), (noon.astimezone(moscow), ""), (noon, "Asia/Tokyo")]
    told = []
    for locale in ("en", "de", "en"):
        for moment, zone in asked:
            with app.test_request_context():
                i18n.use_language(locale)
                i18n.use_time_zone(zone)
                told.append([str(i18n.when(moment, form)) for form in ("full", "day", "time")])

    assert told[:3] == told[6:]
    assert [re.sub("<.*?>", "", times[2]) for times in told[:6]] == [
        *("12:05\N{NARROW NO-BREAK SPACE}PM", "3:05\N{NARROW NO-BREAK SPACE}PM"),
        *("9:05\N{NARROW NO-BREAK SPACE}PM", "12:05", "15:05", "21:05"),
    ]
    assert told[1][0] == (
        '<time datetime="2026-03-04T15:05:33+03:00">'
        "Mar 4, 2026, 3:05\N{NARROW NO-BREAK SPACE}PM</time>"
    )
    assert told[3][1] == '<time datetime="2026-03-04T12:05:33+00:00">04.03.2026</time>'


@pytest.mark.parametrize(
    ("words", "gap"), [("Payment 7:", " "), ("支払い 7\uff1a", ""), ("不可。", "")]
)
def test_no_space_follows_a_mark_that_holds_its_own(words, gap):
    assert i18n.gap(words) == gap


def test_what_failed_ends_as_the_language_ends_a_sentence(bare_stage):
    bare_stage.portal.install_app()
    wizard = bare_stage.frame("/install", bare_stage.post_fields(ADMIN), LANG="ja")
    bare_stage.portal.faults.add("placement.bind", "error_500", times=9)
    headers = {"Authorization": f"Bearer {token_in(wizard)}", "HX-Request": "true"}
    page = bare_stage.client.post("/install/steps/tabs", headers=headers).text
    note = re.search(r'role="alert">.*?<p>(.*?)</p>', page, re.DOTALL).group(1)

    assert re.match(r"<b>[^<.。]+</b>。[^ .]", note)
    assert re.search(r"。[^ ]*送ってください\uff1a<code>\w+</code>$", note)


@pytest.mark.parametrize("page", LEGAL)
def test_the_parties_have_the_colon_of_their_language(client, page):
    assert "<strong>製品</strong>\uff1aDeal Payments<br>" in client.get(f"{page}?LANG=ja").text
