"""A browser that shows no text smaller than 32 px: nothing is cut or over something else."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sit_down
from tests.support.chromium import CHROMIUM_OPTIONS, PATIENCE_MS
from tests.support.looks import expect_no_scroll_bars, settle_words
from tests.support.person import Mouse
from tools import chromium

LEAST = "--blink-settings=minimumFontSize=32,minimumLogicalFontSize=32"


@pytest.fixture
def reader(browser, stage):
    """Somebody in the opened tab who has set it so in their browser."""
    large = browser.browser_type.launch(
        executable_path=chromium.path(), args=[*CHROMIUM_OPTIONS, LEAST]
    )
    context = large.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    someone = sit_down(context.new_page(), stage, Mouse)
    someone.open_tab()
    yield someone
    large.close()


def test_every_word_is_read_where_text_is_more_than_twice_as_large(reader):
    for width in (1280, 768, 375):
        reader.resize(width)
        expect_no_scroll_bars(reader.frame)
        assert settle_words(reader.frame) == [], width

    reader.resize(1280)
    for name in ("New payment", "Allocation"):
        reader.press(reader.button(name))
        expect(reader.dialog.locator(".dialog__foot")).to_be_visible()
        assert settle_words(reader.frame) == [], name
        reader.page.keyboard.press("Escape")
        expect(reader.dialog).to_have_count(0)
