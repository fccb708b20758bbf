"""`make translations`: gather the texts of the application, and compile what translators wrote.

A catalogue is `b24app/translations/<locale>/LC_MESSAGES/messages.po`. New texts are put into every
one, empty; what is no longer said anywhere goes. Nothing is guessed from similar texts: a wrong
sentence about money is worse than an English one. Sorted and without line numbers, so that two
people who add texts seldom meet.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from b24app.web.plumbing.languages import LANGUAGES

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in every compiled catalogue; the present would make each a new one."""

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "b24app" / "translations"
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
LOCALES = tuple(sorted(set(LANGUAGES.values()) - {"en"}))


def gathered() -> Catalog:
    """Return every text of the application, with the files that say it."""
    catalog = Catalog(project="Deal Payments", charset="utf-8", fuzzy=False)
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    for folder in ("b24app", "templates"):
        inside = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(f"{folder}/")
        ]
        places = {key.removeprefix(f"{folder}/"): value for key, value in options.items()}
        for name, line, text, comments, context in extract_from_dir(
            ROOT / folder, inside, places, KEYWORDS, comment_tags=("For translators:",)
        ):
            catalog.add(
                text, None, [(f"{folder}/{name}", line)], context=context, auto_comments=comments
            )
    return catalog


def path_of(locale: str) -> Path:
    """Return where a locale's catalogue is."""
    return FOLDER / locale / "LC_MESSAGES" / "messages.po"


def read(locale: str) -> Catalog:
    """Return a locale's catalogue; an empty one if it has none yet."""
    path = path_of(locale)
    if not path.exists():
        return Catalog(locale=locale, project="Deal Payments", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def brought_up_to(texts: Catalog, locale: str) -> Catalog:
    """Return a locale's catalogue with exactly these texts."""
    old = read(locale)
    new = Catalog(locale=locale, project="Deal Payments", charset="utf-8", fuzzy=False)
    for message in texts:
        if message.id:
            known = old.get(message.id, message.context)
            said = known.string if known and isinstance(known.id, type(message.id)) else ""
            new.add(
                message.id,
                said or _nothing(message.id, new.num_plurals),
                auto_comments=message.auto_comments,
                context=message.context,
            )
    return new


def _nothing(text: object, plurals: int) -> str | tuple[str, ...]:
    return "" if isinstance(text, str) else ("",) * plurals


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as the text of its file."""
    file = io.BytesIO()
    write_po(file, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    plural = f'"Plural-Forms: {catalog.plural_forms}\\n"\n'
    head = f'msgid ""\nmsgstr ""\n"Language: {catalog.locale}\\n"\n{plural}'
    head += '"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return head.encode() + file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as the application reads it: the same bytes for the same words."""
    catalog.creation_date = catalog.revision_date = LONG_AGO
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def missing(catalog: Catalog) -> Iterator[str]:
    """Yield the texts a catalogue has no words for."""
    for message in catalog:
        said = message.string if isinstance(message.string, list | tuple) else [message.string]
        if message.id and not all(said):
            yield str(message.id)


def main() -> int:
    """Bring all catalogues up to date and compile them. Returns the exit status."""
    texts = gathered()
    for locale in LOCALES:
        catalog = brought_up_to(texts, locale)
        path = path_of(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalog))
        path.with_suffix(".mo").write_bytes(compiled(read(locale)))
        open_texts = len(list(missing(catalog)))
        print(f"{locale:<8} {len(catalog)} texts, {open_texts or 'none'} without words")
    return 0


if __name__ == "__main__":
    sys.exit(main())
