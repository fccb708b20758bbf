"""The narrowest telephones: words stay whole, and what belongs in one line is in one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.support.browser_stage import DEAL_CARD, MANAGER
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
    someone = sit(Mouse, size=NARROW)

    def open_in(language="en"):
        stage.portal.users[MANAGER].language = language
        someone.go(DEAL_CARD)
        someone.page.get_by_role("tab").nth(2).click()
        someone.enter_frame()
        someone.wait_until_loaded()
        return someone

    return open_in


def test_the_filter_is_one_line_in_every_language(phone):
    for language in LONG_WORDS:
        chips = phone(language).frame.locator(".toolbar .chip")

        assert chips.evaluate_all(TOPS) == 1, language
        expect(chips).to_have_count(3)
        cut = "(all) => all.filter((one) => one.scrollWidth > one.offsetWidth).length"
        assert chips.evaluate_all(cut) == 0, language


def test_words_of_the_tab_are_whole_and_in_one_line(phone, stage):
    someone = phone()
    expect_bill_the_rest_in_one_line(someone)
    for tick in someone.frame.locator("[data-ticks]").all():
        someone.press(tick)
    expect_words_of_each_act_on_selected(someone)

    someone.page.set_viewport_size({"width": 375, "height": 900})
    someone.frame.wait_for_function("() => innerWidth > 320")
    expect_row_below_its_number(someone.payment(stage.payments[3]))


def expect_bill_the_rest_in_one_line(someone):
    assert someone.button("Bill the rest").evaluate(LINES) == 1
    beside = someone.frame.locator("#new-payment, #refresh, #allocation")
    middles = beside.evaluate_all(
        "(all) => new Set(all.map((one) => { const box = one.getBoundingClientRect();"
        " return Math.round(box.top + box.height / 2); })).size"
    )
    assert middles == 1


def expect_words_of_each_act_on_selected(someone):
    for name in ("Mark as paid", "Mark as unpaid", "Delete", "Copy list"):
        label = someone.button(name).locator(".selbar__label")
        assert label.bounding_box()["width"] > 30, name
        assert label.evaluate(LINES) == 1, name


def expect_row_below_its_number(row):
    system = row.locator(".pay__system")
    assert system.evaluate(LINES) == 1
    assert system.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    number, badge = row.locator(".pay__open"), row.locator(".pay__state > .badge")
    tick = row.get_by_role("checkbox").bounding_box()
    assert abs(number.bounding_box()["x"] - badge.bounding_box()["x"]) <= 8
    assert badge.bounding_box()["x"] > tick["x"] + tick["width"]


ROWS = """(rows) => rows.map((row) => {
  const { left, top } = row.getBoundingClientRect();
  const price = row.querySelector("td").getBoundingClientRect();
  return [price.left - left, price.top >= row.querySelector("th").getBoundingClientRect().bottom];
})"""


@pytest.mark.parametrize("opener", ["New payment", "Bill the rest"])
def test_a_short_price_stands_where_the_others_do(sit, stage, opener):
    """€9.00 has room beside its name, €118.00 has none."""
    stage.portal.crm.rows_of(2, 8061)[-1].price = Decimal(9)
    someone = sit(Mouse, size=(375, 900))
    someone.open_tab(opens=False)
    someone.button(opener).click()
    expect(someone.dialog.locator("tbody tr")).to_have_count(2)

    assert someone.dialog.locator("tbody tr").evaluate_all(ROWS) == [[0, True]] * 2


IN_ORDER = """(stops) => stops.every((now, at) => {
  const before = stops[at - 1];
  return !before || now.y > before.y + before.height / 2 || now.x > before.x;
})"""
STOP = """(place) => {
  const at = document.activeElement;
  const { x, y, height } = at.getBoundingClientRect();
  return place.contains(at) ? { name: at.id, x, y, height } : null;
}"""


@pytest.mark.parametrize("width", [375, 900, 1280])
@pytest.mark.usefixtures("stage")
def test_tab_goes_through_the_head_as_one_reads(sit, width):
    someone = sit(Mouse, size=(width, 900))
    someone.open_tab(opens=False)
    someone.frame.locator("#tick-all").check()
    expect(someone.frame.locator("#selected > small")).to_be_visible()

    for place in ("#strip .strip__actions", "#toolbar"):
        someone.frame.locator(".skip").focus()
        stops = []
        for _ in range(14):
            someone.page.keyboard.press("Tab")
            stops.append(someone.frame.locator(place).evaluate(STOP))
        stops = [stop for stop in stops if stop]

        assert len(stops) >= 4
        assert someone.frame.evaluate(IN_ORDER, stops), [stop["name"] for stop in stops]
