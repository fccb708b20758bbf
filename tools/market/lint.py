"""What is wrong with the kit, as the moderators' checklist has it (rest-contract i)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

from tools.market import card, checklist, words
from tools.market.kit import LANGUAGES, OPEN, Places, texts, values
from tools.market.png import head_of

LONGEST_KEYWORDS = 2000
MOST_CHOICES = 5
LONGEST_SHORT = 350
MOST_SENTENCES = 2
LEAST_PICTURES = 5
PICTURE, ICON = (1280, 720), (650, 650)
TAG = re.compile(r"<[^>]+>")
FORBIDDEN_IN_ICON = re.compile(r"<(text|image|use|foreignObject|script)\b|href=", re.I)
MESSAGES = re.compile(r'^msg(?:id|str(?:\[\d\])?) "(.+)"$', re.MULTILINE)


def problems(places: Places) -> list[str]:
    """Return what has to be put right, one line each; empty for a sound kit."""
    return [problem for check in CHECKS for problem in check(places)]


def _each_text(places: Places) -> Iterator[tuple[str, str, str]]:
    """Yield language, field and text of every file of the card that is there."""
    for language in LANGUAGES:
        for field in texts(places, language):
            path = places.file(language, field)
            if path.is_file():
                yield language, field, path.read_text(encoding="utf-8")


def _sources(places: Places) -> Iterator[str]:
    for language in LANGUAGES:
        for field, text in texts(places, language).items():
            path = places.file(language, field)
            name = path.relative_to(places.root)
            if not path.is_file():
                yield f"{name} is missing: make market"
            elif path.read_text(encoding="utf-8") != text:
                yield f"{name} is not what its sources say: make market"


def _lengths(places: Places) -> Iterator[str]:
    for language, field, whole in _each_text(places):
        name, text = f"{language}/{field}", whole.strip()
        if not text:
            yield f"{name} is empty"
        if field == "keywords" and len(text) > LONGEST_KEYWORDS:
            yield f"{name} has {len(text)} characters, at most {LONGEST_KEYWORDS} are allowed"
        if field in {"categories", "tags"} and len(text.split(", ")) > MOST_CHOICES:
            yield f"{name} has {len(text.split(', '))} entries, at most {MOST_CHOICES} are allowed"
        if field == "short":
            yield from _short(name, text, places.manifest["name"])
        if field == "title" and text != places.manifest["name"]:
            yield f"{name} is {text!r}, but install.json calls the app {places.manifest['name']!r}"


def _short(name: str, text: str, product: str) -> Iterator[str]:
    if len(text) > LONGEST_SHORT or len(re.findall(r"[.!?](?:\s|$)", text)) > MOST_SENTENCES:
        yield f"{name} has to be one or two sentences of at most {LONGEST_SHORT} characters"
    if product in text:
        yield f"{name} repeats the title"


def _words(places: Places) -> Iterator[str]:
    for language, field, text in _each_text(places):
        name = f"{language}/{field}"
        if field in {"title", "keywords", "tags", "categories"}:
            lower = re.split(r"[\s,]+", text.lower())
            found = [
                brand for brand in words.BRANDS if any(part.startswith(brand) for part in lower)
            ]
            yield from (f"{name} holds the brand {brand!r}" for brand in found)
        right = words.SPELLINGS[language]
        for spelled in words.NOT_A_SPELLING.findall(text):
            if spelled != right:
                yield f"{name} spells {spelled!r}, which is {right}"
        for promise in words.PROMISES[language].finditer(text):
            yield f"{name} promises too much: {promise[0]!r}"


def _languages(places: Places) -> Iterator[str]:
    for language, field, text in _each_text(places):
        name, own = f"{language}/{field}", OPEN.sub("", text)
        foreign = words.FOREIGN_TO.get(language)
        if foreign and (found := foreign.search(own)):
            yield f"{name} is not in its language: {found[0]!r}"
        if field in {"full", "installation", "test_data"}:
            said = set(re.findall(r"\w+", own.lower()))
            missing = words.TYPICAL[language] - said
            if len(missing) > 1:
                yield f"{name} does not read like {language}: no {', '.join(sorted(missing))}"


def _names_of_the_app(places: Places) -> Iterator[str]:
    known = {one: _messages(places, one) | words.NO_NAMES[one] for one in LANGUAGES}
    for language, field, text in _each_text(places):
        for quoted in words.QUOTED[language].findall(text):
            if quoted not in known[language]:
                yield f"{language}/{field} names {quoted!r}, which the app does not say"


def _messages(places: Places, language: str) -> set[str]:
    # English stands in every catalogue, as what is translated.
    locale = "de" if language == "en" else language
    path = places.root / f"b24app/translations/{locale}/LC_MESSAGES/messages.po"
    return set(MESSAGES.findall(path.read_text(encoding="utf-8")))


def _contents(places: Places) -> Iterator[str]:
    for language, field, text in _each_text(places):
        at, lower = LANGUAGES.index(language), text.lower()
        for what, said in words.ALWAYS.get(field, {}).items():
            if said[at] not in lower:
                yield f"{language}/{field} says nothing about {what}: {said[at]!r} is missing"
        for page, named in words.FEATURES.items() if field == "full" else ():
            if places.has_page(page) and named[at] not in lower:
                yield f"{language}/{field} does not name docs/{page}.md: no {named[at]!r}"


def _pictures(places: Places) -> Iterator[str]:
    for language in LANGUAGES:
        folder = places.market / language / "screenshots"
        found = sorted(folder.glob("*"))
        if len(found) < LEAST_PICTURES:
            yield f"market/{language}/screenshots has {len(found)} of {LEAST_PICTURES} pictures"
        for path in found:
            yield from _picture(places, path.relative_to(places.root).as_posix(), PICTURE)
    yield from _picture(places, "market/icon.png", ICON)


def _picture(places: Places, name: str, size: tuple[int, int]) -> Iterator[str]:
    path = places.root / name
    head = head_of(path) if path.is_file() else None
    if head is None:
        yield f"{name} is missing, or no PNG"
        return
    if (head.width, head.height) != size:
        yield f"{name} is {head.width} x {head.height}, not {size[0]} x {size[1]}"
    if head.may_be_transparent:
        yield f"{name} has transparency"


def _icon(places: Places) -> Iterator[str]:
    drawing = (places.root / "tools/market/icon.svg").read_text(encoding="utf-8")
    if found := FORBIDDEN_IN_ICON.search(drawing):
        yield f"icon.svg holds {found[0]!r}: letters and pictures may be somebody's brand"


def _card(places: Places) -> Iterator[str]:
    made = card.version_card(places)
    for name, text in (("json", card.as_json(made)), ("md", card.as_page(made))):
        path = places.market / f"version-card.{name}"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            yield f"market/version-card.{name} is not what install.json says: make market"


def _legal(places: Places) -> Iterator[str]:
    for language in LANGUAGES:
        licensor = values(places, language)["licensor"]
        for page in ("license", "privacy"):
            name = f"market/{language}/{page}.html"
            path = places.root / name
            if not path.is_file():
                yield f"{name} is missing: make market"
                continue
            page_text = path.read_text(encoding="utf-8")
            if f'<html lang="{language}"' not in page_text:
                yield f"{name} is not in {language}"
            if re.search(r"<script|<link[^>]+stylesheet", page_text):
                yield f"{name} needs other files: it has to open by itself"
            read = re.sub(r"\s+", " ", unescape(TAG.sub("", page_text)))
            for who in (places.manifest["name"], licensor):
                if f": {who}" not in read:
                    yield f"{name} does not name {who!r} as product or licensor"


CHECKS: tuple[Callable[[Places], Iterator[str]], ...] = (
    _sources, _lengths, _words, _languages, _names_of_the_app, _contents, _pictures, _icon, _card,
    _legal, checklist.problems,
)  # fmt: skip
