"""The settings: five pages in one line of a telephone, and a toast beside what it would cover."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser_stage import ADMIN
from tests.support.story import DEAL_TAB, open_settings, seat

COVERED = """() => {
  const over = document.querySelector(".toast").getBoundingClientRect();
  const settings = document.querySelector("#settings");
  const walker = document.createTreeWalker(settings, NodeFilter.SHOW_TEXT);
  const covered = [];
  while (walker.nextNode()) {
    const range = new Range();
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects()) {
      const isBeside = box.right <= over.left || box.left >= over.right;
      if (box.width && !isBeside && box.bottom > over.top && box.top < over.bottom) {
        covered.push(walker.currentNode.data.trim());
      }
    }
  }
  return covered.filter(Boolean);
}"""


def unbind(stage):
    kept = [one for one in stage.portal.installation.placements if one.code != DEAL_TAB]
    stage.portal.installation.placements[:] = kept


def test_problems_break_no_line_of_a_telephone(stage, new_page):
    unbind(stage)
    admin = seat(new_page(size=(375, 800)), stage, ADMIN)
    open_settings(admin, "Rules")
    badge = admin.frame.locator("#problems")
    expect(badge).to_contain_text("1")

    links = admin.frame.locator(".tabs").get_by_role("link").all()

    assert len({round(one.bounding_box()["y"]) for one in links}) == 1
    tabs, box = admin.frame.locator(".tabs").bounding_box(), badge.bounding_box()
    assert tabs["x"] <= box["x"]
    assert box["x"] + box["width"] <= tabs["x"] + tabs["width"]


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_refusal_covers_no_words_of_the_rules(stage, new_page, language):
    stage.portal.users[ADMIN].language = language
    admin = seat(new_page(size=(1280, 1000)), stage, ADMIN)
    admin.page.may_fail_to_load = True
    admin.open_application()
    admin.frame.locator('a[href$="rules"]').click()
    admin.frame.locator("#rules select").first.select_option("users")

    admin.frame.locator("#settings-save").click()

    expect(admin.frame.locator(".toast")).to_be_visible()
    admin.page.mouse.move(640, 500)
    admin.page.mouse.wheel(0, 3000)
    admin.page.wait_for_timeout(500)
    assert admin.frame.evaluate(COVERED) == []
