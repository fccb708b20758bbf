"""A language that nobody speaks: English, every text 40 % longer, to see what has no room."""

from __future__ import annotations

import re
from math import ceil

from babel.dates import get_month_names
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_currency_name

from b24app.web.plumbing.i18n import SPOKEN
from b24app.web.plumbing.languages import CODES, LANGUAGES
from tests.support.looks import CATALOGUES, read_catalogue

LANG, LOCALE = "in", "en_GB"
"""A language of the portal that the application does not speak, and where its words are put."""

MORE = 0.4
KEPT = re.compile(r"(%\(\w+\)[sd]|%%|<[^>]+>|&\w+;)")
LETTERS = re.compile(r"[A-Za-z’]+")


def stretched(text):
    """The text with each word longer, as words of other languages are; placeholders stay."""
    parts = KEPT.split(text)
    return "".join(part if KEPT.fullmatch(part) else LETTERS.sub(_longer, part) for part in parts)


def in_either_length(text):
    """A pattern of the text, where words of a portal stand as they are and ours are longer."""
    words = LETTERS.sub(lambda found: f"(?:{found[0]}|{_longer(found)})", text)
    return re.compile(words.replace(" ", r"\s+"))


def _longer(found):
    word = found[0]
    more = ceil(len(word) * MORE)
    return word[:-1] + word[-2:-1] * more + word[-1:] if len(word) > 2 else word + "o"


def pairs():
    """The pairs of English and longer texts, as `read_catalogue` has them of other languages.

    Months and currencies have their names from Babel, which knows no longer ones.
    """
    names = [*get_month_names("abbreviated", locale=LOCALE).values()]
    names += [get_currency_name(one, count=2, locale=LOCALE) for one in ("EUR", "USD")]
    theirs = [(name, name) for one in names for name in (one, one.capitalize())]
    return [*theirs, *((one, stretched(one)) for one, _ in read_catalogue("de"))]


def write_catalogue(folder):
    """Write the language's words; answers the folder for `speak`."""
    catalogue = Catalog(locale=LOCALE)
    with (CATALOGUES / "de" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file):
            if message.id:
                plural = isinstance(message.id, tuple)
                words = tuple(map(stretched, message.id)) if plural else stretched(message.id)
                catalogue.add(message.id, words, flags=message.flags, context=message.context)
    place = folder / LOCALE / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    with (place / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    return folder


def speak(app, folder, monkeypatch):
    """Let an application speak it to whom the portal calls a speaker of `LANG`."""
    monkeypatch.setitem(LANGUAGES, LANG, LOCALE)
    monkeypatch.setitem(CODES, LOCALE, LANG)
    # First: the last folder says which plural form is meant, and this one has no other language.
    app.extensions["babel"].translation_directories.insert(0, str(folder))
    app.config[SPOKEN] |= {LOCALE}
