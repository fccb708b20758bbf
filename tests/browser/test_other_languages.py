"""What other languages need of the style: long words in one line, where lines begin, a mirror."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from b24app.simulator.gallery import STATES
from b24app.simulator.gallery.preparing import perform, prepare
from tests.support.browser_stage import ADMIN, DEAL_CARD, EMPTY_CARD, MANAGER
from tests.support.person import Mouse

PHONE = (375, 900)
LINES = """(one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size;
}"""
STARTS = """(all) => all.flatMap((one) => {
  const found = [], range = document.createRange();
  const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
  let last = null;
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    for (let at = 0; at < text.length; at += 1) {
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      const box = range.getClientRects()[0];
      if (!box?.width || !text.data[at].trim()) continue;
      if (last !== null && box.top - last > 6) found.push(text.data.slice(at, at + 4));
      last = box.top;
    }
  }
  return found;
})"""
EDGES = """(table) => {
  const ends = [...table.querySelectorAll("td > data")].map((one) => {
    const box = one.getBoundingClientRect();
    return [box.left, box.right];
  });
  const farthest = Math.min(...ends.map(([left]) => left));
  const right = new Set(ends.map(([, right]) => Math.round(right)));
  return [Math.round(farthest - table.getBoundingClientRect().left), right.size];
}"""
GROUND = "(one) => getComputedStyle(one).backgroundColor"
CUT_LABELS = """() => [...document.querySelectorAll("#selbar > .btn")]
  .filter((one) => one.checkVisibility() &&
    (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight))
  .map((one) => one.innerText)"""
OUTSIDE = """() => {
  const box = document.querySelector(".pop:popover-open").getBoundingClientRect();
  return box.top < 0 || box.bottom > innerHeight;
}"""


@pytest.fixture
def open_in(sit, stage):
    def open_in(language, size=(1280, 900), card=DEAL_CARD, who=MANAGER):
        stage.portal.users[who].language = language
        someone = sit(Mouse, size=size)
        someone.be(who)
        someone.go(card)
        someone.page.get_by_role("tab").nth(2).click()
        someone.enter_frame()
        someone.wait_until_loaded()
        return someone

    return open_in


def open_settings(sit, stage, language, page, size=PHONE):
    stage.portal.users[ADMIN].language = language
    admin = sit(Mouse, size=size)
    admin.be(ADMIN)
    admin.open_application()
    admin.press(admin.frame.locator(f'[data-section="{page}"]'))
    return admin


@pytest.mark.parametrize("language", ["en", "de", "ar", "pl", "kz", "vn"])
def test_bill_the_rest_is_one_line_on_a_telephone(open_in, language):
    someone = open_in(language, PHONE)

    assert someone.frame.locator("#bill-rest").evaluate(LINES) == 1
    beside = someone.frame.locator("#new-payment, #refresh, #allocation")
    tops = {round(one.bounding_box()["y"]) for one in beside.all()}
    assert len(tops) == 1


@pytest.mark.parametrize(("language", "width"), [("en", 320), ("de", 375), ("vn", 360)])
def test_bill_the_rest_is_one_line_also_where_no_payment_is_made_yet(open_in, language, width):
    someone = open_in(language, (width, 900), EMPTY_CARD)

    assert someone.frame.locator("#bill-rest").evaluate(LINES) == 1


def test_amounts_of_arabic_sums_end_at_the_edge(open_in):
    someone = open_in("ar")
    someone.press(someone.frame.locator("#how-open"))
    sums = someone.frame.locator(".pop:popover-open .sums").first
    expect(sums).to_be_visible()

    space, edges = sums.evaluate(EDGES)

    assert (space <= 2, edges) == (True, 1)


def test_the_only_button_of_a_row_stands_at_its_end_on_a_telephone(open_in, stage):
    prepare(stage.portal, STATES["canceled"])
    perform(stage.portal, STATES["canceled"].meanwhile)
    someone = open_in("de", PHONE, STATES["canceled"].card)
    # Bitrix24 says that the order is canceled when it is asked to mark the payment.
    someone.press(someone.frame.locator("[id^=pay-]").first)
    someone.page.may_fail_to_load = True
    someone.press(someone.dialog.locator(".btn--primary"))
    expect(someone.frame.locator("#flag-canceled")).to_be_visible()
    someone.wait_until_loaded()
    row = someone.frame.locator(".pay__row").first
    expect(row.locator(".pay__actions > .btn")).to_have_count(1)

    # In one go: an answer may still replace the row between two questions.
    width, right, edge = row.evaluate("""(row) => {
      const [button, amount] = [".pay__actions > .btn", ".pay__amount"]
        .map((one) => row.querySelector(one).getBoundingClientRect());
      return [button.width, button.right, amount.right];
    }""")
    assert width < 50
    assert abs(right - edge) < 2


def test_a_button_of_a_selected_row_has_another_ground_than_the_row(open_in, stage):
    someone = open_in("en")
    row = someone.payment(stage.payments[3])
    someone.press(row.locator("[data-ticks]"))
    expect(someone.frame.locator("#many-pay")).to_be_visible()

    for button, ground in (
        (row.locator("[id^=pay-]"), row.locator(".pay__row")),
        (someone.frame.locator("#many-pay"), someone.frame.locator("#toolbar")),
    ):
        assert button.evaluate(GROUND) != ground.evaluate(GROUND)
        assert button.evaluate(GROUND) == "rgb(255, 255, 255)"


def test_a_menu_stays_inside_of_the_frame_when_the_window_gets_narrower(open_in):
    someone = open_in("de", card="/crm/deal/details/8066/")
    someone.press(someone.frame.locator("#how-open"))
    expect(someone.frame.locator(".pop:popover-open .sums").first).to_be_visible()

    someone.resize(375)

    someone.frame.wait_for_function(f"() => !({OUTSIDE})()")


def test_an_address_is_cut_at_its_end_in_arabic_too(open_in, stage):
    someone = open_in("ar")
    someone.press(someone.payment(stage.payments[3]).locator("[id^=to-]"))
    address = someone.frame.locator("[data-recipient] option").first

    expect(address).to_have_text("Ida Holm, ida.holm@northwind.example")
    assert address.evaluate("(one) => getComputedStyle(one).direction") == "ltr"


def test_an_empty_field_shows_its_words_in_the_direction_of_the_page(sit, stage):
    admin = open_settings(sit, stage, "ar", "defaults")
    field = admin.frame.locator("#message-text")
    direction = "(one) => getComputedStyle(one).direction"

    assert field.evaluate(direction) == "rtl"
    admin.hand.write(field, "Pay here: {link}")
    assert field.evaluate(direction) == "ltr"


def test_the_button_that_saves_is_one_line_on_a_telephone(sit, stage):
    admin = open_settings(sit, stage, "de", "cards")
    admin.press(admin.frame.locator("#cards .switch").first)
    expect(admin.frame.locator("#settings-discard")).to_be_visible()

    assert admin.frame.locator("#settings-save").evaluate(LINES) == 1


@pytest.mark.parametrize("language", ["ru", "ua", "vn", "pl"])
def test_the_first_tick_moves_no_row_and_no_filter_breaks(open_in, language):
    someone = open_in(language)
    toolbar = someone.frame.locator("#toolbar")
    before = toolbar.bounding_box()["height"]
    someone.frame.locator("#tick-all").check()
    expect(someone.frame.locator("#selected > small")).to_be_visible()
    for part in someone.frame.locator("#selbar > .btn").all():
        assert part.evaluate("(one) => one.textContent.trim()")
    assert abs(toolbar.bounding_box()["height"] - before) <= 1
    for width in (1160, 1010, 920):
        someone.resize(width)
        assert abs(toolbar.bounding_box()["height"] - before) <= 1
        assert someone.frame.evaluate(CUT_LABELS) == []

    someone.frame.locator("#clear-ticks").click()
    someone.resize(375)
    for name in someone.frame.locator(".chip__name").all():
        assert name.evaluate(LINES) == 1


def test_no_line_begins_in_the_middle_of_a_japanese_word(open_in, stage):
    someone = open_in("ja", PHONE)
    someone.press(someone.payment(stage.payments[3]).locator("[id^=pay-]").first)
    expect(someone.dialog.locator(".btn--primary")).to_be_visible()

    starts = set()
    # Each width breaks the lines at other places, whichever font there is.
    for width in range(320, 420, 5):
        someone.resize(width)
        starts |= set(someone.dialog.locator("h2, p").evaluate_all(STARTS))

    assert len(starts) > 5
    assert [
        start for start in starts if start.startswith((*"ーッャュョ、。", "す。", "すか"))
    ] == []


def test_who_marked_a_payment_is_not_broken_in_a_word_in_spanish(open_in, stage):
    someone = open_in("la")
    who = someone.payment(stage.payments[0]).locator(".pay__when > span")

    expect(who).to_have_text("en línea o automático")
    assert set(who.evaluate_all(STARTS)) <= {"o au", "auto"}


def test_words_of_two_lines_touch_no_edge_of_their_button(open_in):
    someone = open_in("vn", (320, 900), EMPTY_CARD)
    button = someone.frame.locator("#bill-rest")
    assert button.evaluate(LINES) == 2

    space = """(one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      const around = one.closest(".joined").getBoundingClientRect();
      const words = range.getBoundingClientRect();
      return Math.min(words.top - around.top, around.bottom - words.bottom);
    }"""
    assert button.evaluate(space) >= 3


def test_what_failed_names_its_payments_as_japanese_does(open_in, stage):
    someone = open_in("ja")
    someone.page.may_fail_to_load = True
    someone.page.context.set_offline(True)
    errors = someone.frame.locator("body > .toasts .toast--err p")
    small, large = stage.payments[2:]

    for payment, said in ((large, "支払い 3653/4\uff1a[^ ]"), (small, "支払い 3653/4、3653/3$")):
        someone.press(someone.payment(payment).locator("[id^=pay-]").first)
        someone.press(someone.dialog.locator(".btn--primary"))
        expect(errors).to_have_text(re.compile(said))


def test_a_chinese_title_is_not_broken_in_a_word(open_in, stage):
    someone = open_in("sc", PHONE)
    someone.press(someone.payment(stage.payments[3]).locator("[id^=pay-]").first)
    title = someone.dialog.locator("h2")
    expect(title).to_be_visible()

    # Whichever font there is: as narrow as its words let it be.
    title.evaluate("(one) => { one.style.flex = 'none'; one.style.width = 'min-content'; }")
    assert title.evaluate_all(STARTS) == ["3653", "标记为已"]


@pytest.mark.parametrize("language", ["de", "pl", "ms", "kz", "br"])
def test_who_paid_is_one_line_beside_buttons_of_long_words(open_in, language):
    someone = open_in(language)
    who = someone.frame.locator(".pay__when > span")

    expect(who).to_have_count(2)
    assert [one.evaluate(LINES) for one in who.all()] == [1, 1]
    rows = someone.frame.locator(".pay__row").all()
    assert {round(row.bounding_box()["height"]) for row in rows} == {56}
