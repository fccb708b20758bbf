"""The heads of *Allocation* are read word by word in a small frame, too, in any language."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser_stage import DEAL_CARD, MANAGER

LANGUAGES = ("en", "de", "fr", "ru", "ua", "pl", "kz", "id")
BROKEN = """(heads) => heads.flatMap((head) => {
  const text = head.firstChild, range = document.createRange();
  return [...text.data.matchAll(/\\S+/g)].filter(({ index, 0: word }) => {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return range.getClientRects().length > 1;
  }).map(({ 0: word }) => word);
})"""
OUT = "(table) => table.scrollWidth > table.closest('.dialog__body').clientWidth"


def test_no_word_in_the_heads_of_allocation_is_broken(stage, person):
    for language in LANGUAGES:
        stage.portal.users[MANAGER].language = language
        person.page.set_viewport_size({"width": 640, "height": 900})
        person.go(DEAL_CARD)
        person.page.get_by_role("tab").nth(2).click()
        person.enter_frame()
        person.wait_until_loaded()
        person.press(person.frame.locator("#allocation"))
        heads = person.frame.locator("#allocation-view thead th")
        expect(heads).to_have_count(4)

        # At 640 the frame still has its table; below 601 the heads stand in each line.
        assert person.frame.evaluate("innerWidth") > 600
        assert heads.evaluate_all(BROKEN) == [], language
        assert not person.frame.locator("#allocation-view table").evaluate(OUT), language
