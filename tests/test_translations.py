"""Catalogues have every text of the application in every language, with the same values in it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from b24app.services.manifest import Manifest
from b24app.web.plumbing.languages import CODES, LANGUAGES
from tools import translations

VALUES = re.compile(r"%\(\w+\)[sd]|%%|<[^>]+>")
COUNTED = "%(num)s"
LOCALES = translations.LOCALES
NAMES = {
    "%(name)s (ID\xa0%(id)s)", "%(title)s. %(text)s", "%(title)s, item %(number)s",
    "Smart process %(number)s",
}  # fmt: skip
"""Texts of several words that are the same in every language."""


@pytest.fixture(scope="module")
def texts():
    return translations.gathered()


def ids(catalog: Catalog):
    return {(message.context, message.id) for message in catalog if message.id}


def said(message):
    string = message.string
    return [string] if isinstance(string, str) else list(string)


def test_there_are_nineteen_languages():
    assert len({*LOCALES, "en"}) == 19


@pytest.mark.parametrize("locale", LOCALES)
def test_catalogue_has_exactly_the_texts_of_the_application(texts, locale):
    assert ids(translations.read(locale)) == ids(texts), "run `make translations`"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_has_words(locale):
    catalog = translations.read(locale)
    assert list(translations.missing(catalog)) == []
    assert not any(message.fuzzy for message in catalog if message.id)


@pytest.mark.parametrize("locale", LOCALES)
def test_words_hold_the_same_values(locale):
    wrong = [
        text
        for message in translations.read(locale)
        for text in (said(message) if message.id else ())
        if not holds_values_of(text, message.id)
    ]
    assert wrong == []


def holds_values_of(text, english):
    if isinstance(english, str):
        return sorted(VALUES.findall(text)) == sorted(VALUES.findall(english))
    # "One row" may say its number in words.
    return set(VALUES.findall(text)) | {COUNTED} == set(VALUES.findall(english[-1])) | {COUNTED}


@pytest.mark.parametrize("locale", LOCALES)
def test_each_plural_form_has_words(locale):
    catalog = translations.read(locale)
    for message in catalog:
        if isinstance(message.id, tuple):
            assert len(said(message)) == catalog.num_plurals, message.id


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_is_left_in_english(locale):
    left = [
        text
        for message in translations.read(locale)
        if message.id and not message.context
        for text, english in zip(said(message), [*_each(message.id)] * 6, strict=False)
        if text == english and len(english.split()) > 2 and text not in NAMES
    ]
    assert left == []


def _each(text):
    return [text] if isinstance(text, str) else text


NAMED = re.compile(r"(?:[Pp]ress|[Uu]se|with) (?=[A-Z])")
"""Comes before the name of a button in an English sentence."""


def buttons_named_in(english, texts):
    for before in NAMED.finditer(english):
        rest = english[before.end() :]
        ends = (len(one.group()) for one in re.finditer(r".+?\b(?=\W|$)", rest))
        starts = [rest[:end] for end in itertools.accumulate(ends)]
        named = [one for one in starts if one in texts and one != english]
        if named:
            yield named[-1]


@pytest.mark.parametrize("locale", LOCALES)
def test_sentence_names_a_button_as_the_button_is_named(locale):
    catalog = translations.read(locale)
    texts = {one.id: str(one.string) for one in catalog if one.id and isinstance(one.id, str)}
    wrong = [
        (texts[button], words)
        for english, words in texts.items()
        for button in buttons_named_in(english, texts)
        if texts[button].casefold() not in words.casefold()
    ]
    assert wrong == []


def test_buttons_are_found_in_english_sentences():
    texts = ("Refresh", "Bill the rest", "New payment", "New", "Press New payment.")
    assert list(buttons_named_in("Press Refresh, or bill it with Bill the rest.", texts)) == [
        "Refresh",
        "Bill the rest",
    ]
    assert list(buttons_named_in("Press New payment.", texts)) == ["New payment"]
    assert list(buttons_named_in("Press Ctrl+C to copy", texts)) == []


CYRILLIC = {"ru": "Битрикс24", "uk": "Бітрікс24", "kk": "Битрикс24"}


@pytest.mark.parametrize("locale", LOCALES)
def test_bitrix24_is_spelt_as_it_calls_itself(locale):
    own = CYRILLIC.get(locale, "Bitrix24")
    texts = [
        (message.id, text)
        for message in translations.read(locale)
        if isinstance(message.id, str)
        for text in said(message)
    ]
    assert [text for name, text in texts if "Bitrix24" in name and own not in text] == []
    assert own == "Bitrix24" or not [text for name, text in texts if name and "Bitrix24" in text]


def test_no_number_is_turned_around_in_arabic():
    """2026-0512 between Arabic words would read 0512-2026; what leaves our pages has no marks."""
    alone = "\u2068%(number)s\u2069"
    counted = ("%(number)s ", "User ", "Smart process ")
    turned = [
        message.id
        for message in translations.read("ar")
        if isinstance(message.id, str)
        and "%(number)s" in said(message)[0].replace(alone, "")
        and not message.id.startswith(counted)
    ]
    assert turned == ["Payment %(number)s is expected"]  # the title of an activity in the portal


def test_no_other_number_of_a_sentence_is_turned_around_in_arabic():
    """Where a sentence has two: a delivery beside a payment, or one payment beside another."""
    second = re.compile(r"(?:[Dd]elivery|payments?|and|nor) %\((delivery|other|payment)\)s")
    turned = [
        message.id
        for message in translations.read("ar")
        if isinstance(message.id, str)
        for name in second.findall(message.id)
        if f"\u2068%({name})s\u2069" not in said(message)[0]
    ]
    assert turned == []


CJK = "[\u3040-\u30ff\u4e00-\u9fff]"
LATIN_MARKS = f"{CJK} ?[,:;!?()]|[,:;!?()] ?{CJK}"
WRONG_MARKS = {
    # A plain space lets a line begin with what should end the one before.
    "fr": " [:;!?»]|« ",
    "ja": f"{LATIN_MARKS}|Bitrix24 {CJK}|{CJK} Bitrix24",
    "zh_Hans": LATIN_MARKS,
    "zh_Hant": LATIN_MARKS,
}


@pytest.mark.parametrize("locale", WRONG_MARKS)
def test_marks_stand_as_the_language_writes_them(locale):
    wrong = [
        text
        for message in translations.read(locale)
        for text in (said(message) if message.id else ())
        if re.search(WRONG_MARKS[locale], VALUES.sub("0", text))
    ]
    assert wrong == []


ELSEWISE = {
    "ar": "اً",
    "it": r"(?i)\b(aggiunga|apra|attenda|chieda|controlli|prema|riprovi|scelga|usi|verifichi)\b",
    "pl": r"(?i)\bproszę\b",
}
"""How these catalogues neither speak to people nor spell: the rest of them does otherwise."""


@pytest.mark.parametrize("locale", ELSEWISE)
def test_a_catalogue_speaks_to_people_in_one_way(locale):
    words = [text for message in translations.read(locale) for text in said(message)]
    assert [text for text in words if re.search(ELSEWISE[locale], text)] == []


def test_no_template_writes_the_colon_of_a_language():
    """Between a name and what it is: French has a space before it, Japanese one of its own."""
    pages = (Path(__file__).parents[1] / "templates").rglob("*.html")
    glued = [page.name for page in pages if re.search(r"[}%]}: |~ ': '", page.read_text("utf-8"))]
    assert glued == []


@pytest.mark.parametrize("locale", LOCALES)
def test_compiled_catalogue_is_that_of_the_text(locale):
    path = translations.path_of(locale)
    assert path.with_suffix(".mo").read_bytes() == translations.compiled(
        translations.read(locale)
    ), "run `make translations`"


def test_every_language_of_bitrix24_has_a_catalogue():
    assert {*LANGUAGES.values()} == {*LOCALES, "en"}


def test_texts_call_the_tab_as_the_portal_does():
    manifest = Manifest.read(Path(__file__).parents[1] / "install.json")
    titles = {**manifest.tab_titles, **manifest.other_tab_titles}
    sentence = "Open a deal or an invoice and choose the Payments tab."
    texts = {code: sentence for code in LANGUAGES if LANGUAGES[code] == "en"}
    for locale in LOCALES:
        found = translations.read(locale).get(sentence)
        texts[CODES[locale]] = str(found and found.string)

    assert texts.keys() == titles.keys() == LANGUAGES.keys()
    assert {code for code, text in texts.items() if titles[code] not in text} == set()
