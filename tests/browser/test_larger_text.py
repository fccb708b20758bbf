"""A browser that shows no text smaller than 32 px: nothing is cut or over something else."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sit_down
from tests.support.browser_stage import ADMIN, MANAGER
from tests.support.chromium import CHROMIUM_OPTIONS, PATIENCE_MS
from tests.support.looks import expect_no_scroll_bars, settle_words
from tests.support.person import Mouse
from tools import chromium

CUT_ON_TELEPHONES = "shows not all of"
"""The chosen one of a list that is as wide as the page; opened, it shows all of its words."""

LEAST = "--blink-settings=minimumFontSize=32,minimumLogicalFontSize=32"


@pytest.fixture
def sit_there(browser, stage):
    """Seats somebody who has set it so in their browser."""
    large = browser.browser_type.launch(
        executable_path=chromium.path(), args=[*CHROMIUM_OPTIONS, LEAST]
    )
    context = large.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield lambda who: sit_down(context.new_page(), stage, Mouse, who)
    large.close()


def test_every_word_is_read_where_text_is_more_than_twice_as_large(sit_there):
    reader = sit_there(MANAGER)
    reader.open_tab()
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


def test_every_setting_is_read_there(stage, sit_there):
    manager = sit_there(MANAGER)
    manager.open_tab(opens=False)
    manager.press(manager.button("Mark as paid", manager.payment(stage.payments[3])))
    manager.press(manager.button("Mark as paid", manager.dialog))
    expect(manager.status(stage.payments[3])).to_have_text("Paid")
    manager.page.close()
    stage.portal.users[ADMIN].language = "en"
    admin = sit_there(ADMIN)
    admin.open_application()
    for page in ("rules", "defaults", "activity", "diagnostics"):
        admin.press(admin.frame.locator(f'[data-section="{page}"]'))
        expect(admin.frame.locator(f'[data-panel="{page}"]').first).to_be_visible()
        # The log has four columns there, of as many pixels as in usual text.
        for width in (1280, 375) if page == "activity" else (1280, 768, 375):
            admin.resize(width)
            faults = settle_words(admin.frame)
            if width == 375:
                faults = [one for one in faults if CUT_ON_TELEPHONES not in one]
            assert faults == [], (page, width)
        admin.resize(1280)
