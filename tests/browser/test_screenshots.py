"""The pictures of the pages are written only where somebody could see a change."""

from __future__ import annotations

import pytest

from tools import screenshots
from tools.stage import StageError

BOX = "<body style='margin:0;background:rgb({0},{0},{0})'><p style='background:{1}'>Paid</p>"


@pytest.fixture
def picture(browser):
    """A picture of a page in a grey and a colour."""
    page = browser.new_page(viewport={"width": 80, "height": 60})

    def take(grey, colour="teal"):
        page.set_content(BOX.format(grey, colour))
        return page.screenshot()

    yield take
    page.close()


@pytest.mark.parametrize(
    ("grey", "colour", "is_written"),
    [(200, "teal", False), (201, "teal", False), (230, "teal", True), (200, "red", True)],
)
def test_a_picture_is_written_where_it_changed_for_the_eye(
    browser, picture, tmp_path, grey, colour, is_written
):
    path = tmp_path / "tab.png"
    before, after = picture(200), picture(grey, colour)
    assert screenshots.keep(browser, path, before) == "is new"

    verdict = screenshots.keep(browser, path, after)

    assert verdict == ("is new" if is_written else "is as it was")
    assert path.read_bytes() == (after if is_written else before)


def test_a_picture_of_another_size_is_another_picture(browser, picture, tmp_path):
    path = tmp_path / "tab.png"
    wide = browser.new_page(viewport={"width": 81, "height": 60})
    wide.set_content(BOX.format(200, "teal"))
    screenshots.keep(browser, path, wide.screenshot())
    wide.close()

    assert screenshots.keep(browser, path, picture(200)) == "is new"


def test_a_page_that_never_stands_still_is_said_so(browser):
    page = browser.new_page()
    page.set_content(
        "<p></p><script>"
        "setInterval(() => { document.querySelector('p').textContent = Math.random(); });"
        "</script>"
    )

    with pytest.raises(StageError, match="never stands still"):
        screenshots.settled(page)
    page.close()
