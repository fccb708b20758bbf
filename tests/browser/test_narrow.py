"""The narrowest telephones: words stay whole, and what belongs in one line is in one."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser_stage import MANAGER
from tests.support.person import Mouse

NARROW = (320, 700)
LONG_WORDS = ("pl", "kz", "vn", "ms", "ru")
TOPS = "(all) => new Set(all.map((one) => one.getBoundingClientRect().top)).size"
LINES = """(one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size;
}"""


@pytest.fixture
def phone(sit, stage):
    def open_in(language="en"):
        stage.portal.users[MANAGER].language = language
        someone = sit(Mouse, size=NARROW)
        someone.go("/crm/deal/details/8061/")
        someone.page.get_by_role("tab").nth(2).click()
        someone.enter_frame()
        someone.wait_until_loaded()
        return someone

    return open_in


def test_each_act_on_selected_payments_has_its_words(phone):
    someone = phone()
    for tick in someone.frame.locator("[data-ticks]").all():
        someone.press(tick)

    for name in ("Mark as paid", "Mark as unpaid", "Delete", "Copy list"):
        label = someone.button(name).locator(".selbar__label")
        box = label.bounding_box()
        assert box["width"] > 30, name
        assert label.evaluate(LINES) == 1


@pytest.mark.parametrize("language", LONG_WORDS)
def test_the_filter_is_one_line_in_every_language(phone, language):
    chips = phone(language).frame.locator(".toolbar .chip")

    assert chips.evaluate_all(TOPS) == 1
    expect(chips).to_have_count(3)
    assert chips.evaluate_all("(all) => all.every((one) => one.scrollWidth <= one.offsetWidth)")


def test_what_a_row_says_is_whole_and_stands_below_its_number(phone, stage):
    someone = phone()
    someone.page.set_viewport_size({"width": 375, "height": 900})
    row = someone.payment(stage.payments[3])
    system = row.locator(".pay__system")
    someone.frame.wait_for_function("() => innerWidth > 320")

    assert system.evaluate(LINES) == 1
    assert system.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    number, badge = row.locator(".pay__open"), row.locator(".pay__state > .badge")
    tick = row.get_by_role("checkbox").bounding_box()
    assert abs(number.bounding_box()["x"] - badge.bounding_box()["x"]) <= 8
    assert badge.bounding_box()["x"] > tick["x"] + tick["width"]


def test_bill_the_rest_is_one_line_with_its_amount(phone):
    someone = phone()

    assert someone.button("Bill the rest").evaluate(LINES) == 1
    beside = someone.frame.locator("#new-payment, #refresh, #allocation")
    middles = beside.evaluate_all(
        "(all) => new Set(all.map((one) => { const box = one.getBoundingClientRect();"
        " return Math.round(box.top + box.height / 2); })).size"
    )
    assert middles == 1
