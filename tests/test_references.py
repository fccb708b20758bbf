"""Every reference to a numbered paragraph, in code, templates, tests and pages, leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONTRACT = ROOT / "docs" / "bitrix24" / "rest-contract.md"
DECISIONS = ROOT / "docs" / "decisions.md"
TEXTS = {".py", ".html", ".js", ".css", ".md", ".toml", ".sh", ".mako"}
FOLDERS = ("b24app", "docs", "static", "templates", "tests", "tools")

NUMBER = r"\b\d+(?:\.\d+)?(?![\w-])"
LETTER = r"\b[a-z](?:\.\d+)?(?![\w-])"
AND = r"(?:,\s+|\s+and\s+|\s+to\s+)"
KINDS = (
    (r"(quirk|decision|embedding)s?", NUMBER),
    (r"(rest-contract|REST contract)", LETTER),
)
INSIDE = re.compile(r"(?<![\w./])[a-i]\.\d+(?!\w)")
ABROAD = re.compile(r"\((?:product|interface|style|house|review)\s+\d|\.\./shared|/work/")


def page(path: Path, pattern: str) -> frozenset[str]:
    return frozenset(re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE))


def contract() -> frozenset[str]:
    headed = page(CONTRACT, r"^##+ ([a-i](?:\.\d+)?)\.? ")
    checklist = CONTRACT.read_text(encoding="utf-8").partition("\n## i. ")[2]
    return headed | {f"i.{number}" for number in re.findall(r"^ ?(\d+)\. ", checklist, re.M)}


def paragraphs() -> Mapping[str, frozenset[str]]:
    return {
        "quirk": page(ROOT / "docs" / "bitrix24" / "quirks.md", r"^(\d+)\. "),
        "decision": page(DECISIONS, r"^(\d+)\. "),
        "embedding": page(ROOT / "docs" / "bitrix24" / "embedding.md", r"^##+ (\d+(?:\.\d+)?)\.? "),
        "rest-contract": contract(),
        "REST contract": contract(),
    }


def references(text: str) -> Iterator[tuple[str, str]]:
    """Each paragraph named in a text, of a list and the ends of a range each one."""
    # A sentence may be wrapped, in a comment too.
    line = re.sub(r"\n\s*(?:#|//|\*)?\s*", " ", text)
    for name, number in KINDS:
        for named, listed in re.findall(rf"\b{name}\s+({number}(?:{AND}{number})*)", line):
            for one in re.findall(number, listed):
                yield named, one


def unresolved(text: str) -> list[str]:
    known = paragraphs()
    return [f"{name} {number}" for name, number in references(text) if number not in known[name]]


def sources() -> list[Path]:
    inside = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    paths = [path for path in (*ROOT.iterdir(), *inside) if path.suffix in TEXTS and path.is_file()]
    return [path for path in paths if path != Path(__file__) and not path.name.startswith("htmx")]


def test_every_reference_leads_to_a_paragraph():
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in sources()
        if (found := unresolved(path.read_text(encoding="utf-8")))
    }

    assert wrong == {}


def test_the_contract_and_the_decisions_name_existing_paragraphs():
    named = {
        number
        for path in (CONTRACT, DECISIONS, CONTRACT.with_name("quirks.md"))
        for number in INSIDE.findall(path.read_text(encoding="utf-8"))
    }

    assert named - contract() == set()
    assert len(named) > 20


def test_no_reference_leads_out_of_the_repository():
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in sources()
        if (found := ABROAD.findall(path.read_text(encoding="utf-8")))
    }

    assert wrong == {}


def test_every_page_has_its_paragraphs_once():
    for path in (DECISIONS, CONTRACT.with_name("quirks.md")):
        numbers = re.findall(r"^(\d+)\. ", path.read_text(encoding="utf-8"), re.M)

        assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("only the documented success (quirk 1).", []),
        ("in three shapes (quirks 3 and 4)", []),
        ("see quirks 43 to 48, and embedding 2.3", []),
        ("the portal\n    # refuses (rest-contract\n    # e.5)", []),
        ("Source: REST contract d, quirks 9999 to 48.", ["quirk 9999"]),
        ("(decisions 21 and 900)", ["decision 900"]),
        ("rest-contract e.99", ["rest-contract e.99"]),
        ("rest-contract\n    z.1, and embedding 9.1", ["embedding 9.1", "rest-contract z.1"]),
        ("a decision a person makes, two decisions 2x", []),
    ],
)
def test_a_reference_to_nothing_is_found(text, found):
    assert unresolved(text) == found
