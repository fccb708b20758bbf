"""The kit of the marketplace is sound, and its linter names what is broken in one that is not."""

from __future__ import annotations

import json
import re
import shutil
import struct
import zlib
from pathlib import Path

import pytest

from tools import screenshots, walks
from tools.market import __main__ as command
from tools.market import card, lint
from tools.market.kit import LANGUAGES, ROOT, Places
from tools.market.pictures import LEGAL, PICTURES

FULL, KEYWORDS = "market/en/full.txt", "market/en/keywords.txt"
PICTURE = "market/de/screenshots/1-payments-of-a-deal.png"


@pytest.fixture
def places(tmp_path):
    """A copy of the kit and of what it is checked against."""
    for name in ("market", "tools/market", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("images"))
    shutil.copy(ROOT / "install.json", tmp_path)
    for name in ("tests", "b24app", "deploy", "templates", "tools/attack"):
        (tmp_path / name).symlink_to(ROOT / name)
    return Places(tmp_path)


def png(width, height, colour):
    """A picture of one colour; 2 is without, 6 with transparency."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    lines = (b"\0" + b"\x80" * width * (3 if colour == 2 else 4)) * height
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def change(name, old, new):
    """Replace a text in a file of the kit."""

    def act(root):
        text = (root / name).read_text(encoding="utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), encoding="utf-8")

    return act


def add(name, text):
    def act(root):
        path = root / name
        path.write_text(path.read_text(encoding="utf-8").strip() + text, encoding="utf-8")

    return act


def write(name, data):
    return lambda root: (root / name).write_bytes(data)


def remove(name):
    return lambda root: (root / name).unlink()


BROKEN = {
    "a text differs from its source": (add(FULL, "x"), "is not what its sources say"),
    "a text is missing": (remove("market/ru/short.txt"), "market/ru/short.txt is missing"),
    "keywords too long": (add(KEYWORDS, ", payments" * 200), "at most 2000 are allowed"),
    "a brand in keywords": (add(KEYWORDS, ", Bitrix24 payments"), "the brand 'bitrix'"),
    "a brand inside a keyword": (add(KEYWORDS, ", send by whatsapp"), "the brand 'whatsapp'"),
    "too many tags": (add("market/de/tags.txt", ", mehr"), "has 6 entries"),
    "a short text of three sentences": (add("market/en/short.txt", " One. Two."), "one or two"),
    "the title in the short text": (add("market/en/short.txt", " Deal Payments"), "repeats"),
    "another title": (add("market/de/title.txt", " Pro"), "install.json calls the app"),
    "the portal's name misspelled": (add(FULL, " Bitrix 24"), "spells 'Bitrix 24'"),
    "the wrong alphabet": (add(FULL, " оплата"), "not in its language"),
    "another language": (
        write("market/de/installation.txt", b"Press Install and wait. It adds the tab by itself."),
        "does not read like de",
    ),
    "a promise": (add(FULL, " The best app."), "promises too much"),
    "a name that the app does not use": (add(FULL, ' Press "Pay all".'), "'Pay all'"),
    "a feature that is not named": (change(FULL, "Remind me", "Recall"), "docs/reminders.md"),
    "no word of the plan": (change(FULL, "Plan:", "About:"), "says nothing about plan"),
    "no word of the shop": (change(FULL, "Shop:", "About:"), "says nothing about shop"),
    "no hours of support": (change("market/ru/support.txt", "Часы", "Дни"), "about hours"),
    "a setting without a word": (
        change("market/de/installation.txt", "- Regeln:", "- Anderes:"), "about rules",
    ),
    "a small picture": (write(PICTURE, png(640, 360, 2)), "is 640 x 360, not 1280 x 720"),
    "a picture with transparency": (write(PICTURE, png(1280, 720, 6)), "has transparency"),
    "too few pictures": (
        lambda root: [one.unlink() for one in sorted((root / PICTURE).parent.iterdir())[2:]],
        "has 2 of 5 pictures",
    ),
    "an icon that is none": (write("market/icon.png", b"GIF89a"), "is missing, or no PNG"),
    "an icon with transparency": (write("market/icon.png", png(650, 650, 6)), "has transparency"),
    "letters in the icon": (
        add("tools/market/icon.svg", "<text>B24</text>"), "may be somebody's brand",
    ),
    "another scope than the manifest's": (
        change("market/version-card.json", '"user_brief"', '"user"'), "version-card.json is not",
    ),
    "a scope that the manifest has since": (
        change("install.json", '{"scope": "crm"', '{"scope": "im", "reason": "x"}, {"scope": "c"'),
        "version-card.md is not",
    ),
    "a licence of another product": (
        change("market/en/license.html", "Deal Payments", "Deal Pay"), "does not name",
    ),
    "a licensor who is not the card's": (
        change("market/vendor.toml", 'licensor = ""', 'licensor = "Lumen Ltd."'),
        "does not name 'Lumen Ltd.'",
    ),
    "a legal page in another language": (
        change("market/de/privacy.html", 'lang="de"', 'lang="en"'), "is not in de",
    ),
    "a legal page that needs more": (
        add("market/de/privacy.html", "<script src=a.js></script>"), "needs other files",
    ),
    "a line of the checklist without a row": (
        change("docs/marketplace.md", "| 33 |", "| 133 |"), "has 0 rows for line 33",
    ),
    "a row with a test that is not there": (
        change("docs/marketplace.md", "::test_a_line_says", "::test_nothing_says"), "there is no",
    ),
    "a row that shows nothing": (
        change("docs/marketplace.md", "`market/en/short.txt`", "yes"), "no test, picture or page",
    ),
}  # fmt: skip


def test_the_kit_is_sound():
    assert lint.problems(Places()) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_kit_is_named(places, name):
    break_it, words = BROKEN[name]
    break_it(places.root)

    assert [one for one in lint.problems(places) if words in one]


def test_a_page_that_has_landed_asks_for_its_words(places):
    (places.root / "docs/statements.md").write_text("# Statements\n")
    text = (places.root / FULL).read_text().replace("bank statement:", "")
    (places.root / FULL).write_text(text)

    assert [one for one in lint.problems(places) if "docs/statements.md" in one]


def test_the_pictures_of_the_kit_go_the_ways_of_those_of_the_pages():
    """A change of a page is followed in one place: tools/walks.py."""
    kit = (ROOT / "tools" / "market" / "pictures.py").read_text()

    assert not re.search(r"get_by_(role|label|text)", kit)
    assert {walks.many, walks.advance, walks.statement} <= set(PICTURES.values())
    assert {walks.many, walks.advance, walks.statement} <= set(screenshots.PICTURES.values())


def test_the_menu_item_is_ticked():
    made = json.loads((ROOT / "market/version-card.json").read_text())

    assert made["ticks"]["Add custom page and menu item"] is True
    assert made["menu_title"] == made["app_name"]
    assert card.version_card(Places()) == made


def test_what_is_open_is_listed_and_no_release(places, capsys):
    assert command.main(["--check"], places) == 0
    assert "market/vendor.toml: licensor, app_url" in capsys.readouterr().out
    assert command.main(["--release"], places) == 1


def test_what_the_owner_says_is_in_the_texts(places):
    change("market/vendor.toml", 'support_email = ""', 'support_email = "help@lumen.example"')(
        places.root
    )

    command.write(places)

    for language in ("en", "de", "ru"):
        text = (places.market / language / "support.txt").read_text()
        assert ": help@lumen.example\n" in text
        assert "[[support_phone]]" in text


def test_the_release_is_named_in_one_place_and_the_changelog():
    release = Places().manifest["release"]
    changelog = Path(ROOT / "CHANGELOG.md").read_text()

    assert f"## [{release}]" in changelog


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_there_in_each_language_and_no_other(language):
    found = {one.name for one in (ROOT / "market" / language / "screenshots").iterdir()}

    assert found == {f"{number}-{name}.png" for number, name in enumerate(PICTURES, 1)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LEGAL)
def test_the_legal_pages_say_what_the_app_says(client, language, name):
    kept = (ROOT / f"market/{language}/{name}.html").read_text(encoding="utf-8")
    served = client.get(LEGAL[name], query_string={"LANG": language}).text

    assert sentences(kept) == sentences(served), "make market"


def sentences(page):
    """What a legal page says, but for who is named in it."""
    main = page.partition("<main")[2].partition("</main>")[0]
    said = re.findall(r"<(p|h\d|t[hd]|li)\b[^>]*>(.*?)</\1>", main, re.DOTALL)
    plain = [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for _, text in said]
    assert len(plain) > 10
    return [text for text in plain if "Deal Payments" not in text]
