"""A payment's number of twenty characters and more is read to its end, whatever the width."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import expect

NUMBER = "2026-NORTHWIND-000417/12"
LONGEST = "2026-NORTHWIND-LIGHTING-STAGE-0417/12"
LINES = """(number) => {
  const words = document.createRange();
  words.selectNodeContents(number);
  return new Set([...words.getClientRects()].map((line) => Math.round(line.top))).size;
}"""
CUT = """(number) => {
  const words = document.createRange();
  words.selectNodeContents(number);
  const [all, seen] = [words.getBoundingClientRect(), number.getBoundingClientRect()];
  return Math.max(all.bottom - seen.bottom, all.right - seen.right) > 1;
}"""
BESIDE = """(number) => {
  const row = number.closest(".pay__row");
  const [mine, ...others] = [number, ...row.querySelectorAll(".badge, .pay__amount, .btn")]
    .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
  return others.some((one) => one.left < mine.right - 1 && one.right > mine.left + 1 &&
    one.top < mine.bottom - 1 && one.bottom > mine.top + 1);
}"""


def test_a_long_number_is_read_to_its_end_at_every_width(stage, person):
    for payment in stage.payments:
        payment.account_number = NUMBER
    person.open_tab(opens=False)
    number = person.frame.locator(".pay__open > bdi").first
    expect(number).to_have_text(NUMBER)
    for width in (1280, 800, 650, 375, 320):
        person.resize(width)

        assert not number.evaluate(CUT), width
        assert not number.evaluate(BESIDE), width

    person.page.emulate_media(media="print")
    person.resize(794)
    words = person.frame.locator(".pay__open > .vh").first
    expect(words).to_have_text(f"Payment {NUMBER}")
    assert not words.evaluate(BESIDE)


def test_a_number_beside_a_long_amount_is_no_column_of_single_letters(stage, person):
    for payment in stage.payments:
        payment.account_number, payment.sum = LONGEST, Decimal("999999999999.99")
    person.open_tab(opens=False)
    number = person.frame.locator(".pay__open > bdi").first
    for width in (640, 768, 1000):
        person.resize(width)

        assert number.evaluate(LINES) == 1, width
        assert not number.evaluate(CUT), width
        assert not number.evaluate(BESIDE), width
