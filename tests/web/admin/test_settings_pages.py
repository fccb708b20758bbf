"""The five pages of the settings: which one an address shows, and what each brings along."""

from __future__ import annotations

import re

import pytest

from tests.support.app_page import open_page, save
from tests.support.stage import MANAGER


@pytest.fixture
def page(stage):
    page = open_page(stage)
    page.get("/settings", first=1)
    return page


def known_people(text):
    return re.findall(r'data-known="([^"]*)"', text)


@pytest.mark.parametrize(
    ("path", "query", "shown"),
    [
        ("/settings", {}, "cards"),
        ("/settings/cards", {}, "cards"),
        ("/settings/rules", {}, "rules"),
        ("/settings/defaults", {}, "defaults"),
        ("/settings", {"page": "diagnostics"}, "diagnostics"),
        ("/settings", {"page": "elsewhere"}, "cards"),
    ],
)
def test_an_address_shows_its_page_and_brings_the_whole_form(page, path, query, shown):
    text = page.get(path, **query).text

    assert f'id="settings" data-page="{shown}"' in text
    assert re.search(rf'data-section="{shown}" aria-current="page"', text)
    assert text.count("aria-current") == 1
    for field in ('name="card"', 'name="who-pay"', 'name="retention_days"'):
        assert field in text


@pytest.mark.parametrize("name", ["activity", "diagnostics"])
def test_what_is_read_by_itself_says_which_page_it_is_of(page, name):
    assert f'id="{name}" data-panel="{name}"' in page.get(f"/settings/{name}").text


def test_who_acted_lately_can_be_chosen_outside_of_bitrix24(stage, page):
    assert "Marta Lindqvist" not in known_people(page.get("/settings/rules").text)

    stage.tab(MANAGER).post("/payments/1039/pay")

    assert known_people(page.get("/settings/rules").text) == ["Anna Berger", "Marta Lindqvist"]


def test_what_changed_is_counted_in_words(page):
    text = page.get("/settings").text

    assert "1 unsaved change: {names}" in text
    assert "2 unsaved changes: {names}" in text
    assert "these are the defaults" in text
    assert "Saved " in save(page).text
