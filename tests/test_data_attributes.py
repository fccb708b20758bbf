"""docs/data-attributes.md names every attribute, its setters and its readers as they are."""

from __future__ import annotations

import pytest

from tools import data_attributes
from tools.data_attributes import PAGE, ROW, UNTOLD, found, listed, meanings

TEXT = PAGE.read_text(encoding="utf-8")
FOUND = found()


def test_the_page_has_every_attribute_with_its_setters_and_readers():
    told = {name: (set_in, read_in) for name, _meaning, set_in, read_in in ROW.findall(TEXT)}

    expected = {name: (listed(one.set_in), listed(one.read_in)) for name, one in FOUND.items()}

    assert told == expected, "run `make fmt`"


def test_every_attribute_has_a_meaning():
    assert [name for name, words in meanings(TEXT).items() if words in {UNTOLD, ""}] == []


def test_nothing_is_set_that_nobody_reads_and_nothing_read_that_nobody_sets():
    assert [name for name, one in FOUND.items() if not one.read_in] == []
    assert [name for name, one in FOUND.items() if not one.set_in] == []


def test_what_is_fixed_for_tests_from_outside_is_there():
    for name in ("payment-id", "paid", "item-id", "delivery-item-id"):
        assert f"data-{name}" in FOUND


@pytest.mark.parametrize(
    ("name", "text", "is_set", "is_read"),
    [
        ("a.html", '<p data-new="1">', True, False),
        ("a.html", "<p hx-target='[data-new]'>", False, True),
        ("a.html", "{# data-new was here #}", False, False),
        ("a.css", ".x[data-new] { color: red; }", False, True),
        ("a.css", ".x::before { content: attr(data-new); }", False, True),
        ("a.js", 'elt.dataset.new = "";', True, False),
        ("a.js", 'elt.dataset.new ||= "";', True, False),
        ("a.js", "delete elt.dataset.new;", True, False),
        ("a.js", 'elt.toggleAttribute("data-new", yes);', True, False),
        ("a.js", "Object.assign(elt.dataset, { new: one });", True, False),
        ("a.js", 'if (elt.dataset.new === "copy") go();', False, True),
        ("a.js", 'if ("new" in config.elt.dataset) go();', False, True),
        ("a.js", "pay?.dataset.new", False, True),
        ("a.js", 'page.querySelector("[data-new]")', False, True),
        ("a.js", "/* dataset.new was here */", False, False),
    ],
)
def test_setting_and_reading_are_told_apart(tmp_path, monkeypatch, name, text, is_set, is_read):
    for place in ("TEMPLATES", "STATIC"):
        (tmp_path / place).mkdir()
        monkeypatch.setattr(data_attributes, place, tmp_path / place)
    folder = "TEMPLATES" if name.endswith(".html") else "STATIC"
    (tmp_path / folder / name).write_text(text, encoding="utf-8")

    uses = found().get("data-new", data_attributes.Uses())

    assert uses.set_in == ({name} if is_set else set())
    assert uses.read_in == ({name} if is_read else set())


def test_the_page_keeps_its_meanings_when_it_is_written_anew(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(data_attributes, "PAGE", page)

    assert data_attributes.main() == 0
    assert meanings(page.read_text(encoding="utf-8")) == meanings(TEXT)
