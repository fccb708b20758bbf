"""Nothing lies over an amount, however long it is and however narrow the frame."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import seed
from tests.support.browser_stage import DEAL_CARD, MANAGER
from tests.support.person import Mouse

WIDTHS = (1280, 1034, 900, 768, 700, 634, 375, 320)
SUMS = (Decimal("12345678.90"), Decimal("999999999999.99"))
ALL_HAVE = """(sum) => [...document.querySelectorAll(".pay__amount data")]
  .every((one) => Number(one.value) === Number(sum))"""
COVERED = """() => [...document.querySelectorAll(".pay")].flatMap((pay) => {
  const amount = pay.querySelector(".pay__amount > *").getBoundingClientRect();
  const texts = document.createRange();
  texts.selectNodeContents(pay.querySelector(".pay__state"));
  const buttons = [...pay.querySelectorAll(".pay__actions .btn")];
  const places = buttons.map((one) => one.getBoundingClientRect());
  return [...places, ...texts.getClientRects()]
    .filter((one) => one.width && one.left < amount.right && one.right > amount.left &&
      one.top < amount.bottom && one.bottom > amount.top)
    .map((one) => [pay.dataset.number, one.left, amount.right]);
})"""
OUTSIDE = """() => [...document.querySelectorAll(".pay__actions .btn, .pay__amount > *")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML)"""

CUT = """() => [
  ...[...document.querySelectorAll(".pay__open > bdi")]
    .filter((one) => one.scrollWidth > one.clientWidth),
  ...[...document.querySelectorAll(".figures dd > *")].filter((one) =>
    one.getBoundingClientRect().right > one.closest(".strip").getBoundingClientRect().right),
].map((one) => one.textContent)"""

TWICE_AS_LARGE = """() => {
  const all = [...document.querySelectorAll("#tab, #tab *")];
  const sizes = all.map((one) => parseFloat(getComputedStyle(one).fontSize));
  for (const [at, one] of all.entries()) one.style.fontSize = `${sizes[at] * 2}px`;
}"""
PUSHED_OUT = """() => [...document.querySelectorAll(".facts dd:first-of-type > *, .sums td")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right >
    one.closest(".facts, .how").getBoundingClientRect().right)
  .map((one) => one.textContent.trim())"""


@pytest.mark.parametrize(("payments", "language"), [(4, "en"), (4, "ru"), (60, "de")])
def test_an_amount_is_never_covered(stage, sit, payments, language):
    crm = type(stage.portal.crm)()
    stage.portal.crm = crm
    seed.fill(crm, payments)
    stage.portal.users[MANAGER].language = language
    someone = sit(Mouse)
    someone.go(DEAL_CARD)
    someone.page.get_by_role("tab").nth(2).click()
    someone.enter_frame()
    expect(someone.frame.locator("#payments [data-payment-id]")).to_have_count(payments)

    expect_all_in_sight(someone, "sums of the seed")
    for amount in SUMS:
        for payment in crm.payments.values():
            payment.sum = amount
        someone.press(someone.frame.locator("#refresh"))
        someone.frame.wait_for_function(ALL_HAVE, arg=str(amount))
        expect(someone.frame.locator("#strip")).to_be_visible()
        expect_all_in_sight(someone, amount)


def expect_all_in_sight(someone, amount):
    for width in WIDTHS:
        someone.page.set_viewport_size({"width": width, "height": 900})
        # The rows of a long list are measured after the resize.
        someone.page.wait_for_timeout(100)
        assert someone.frame.evaluate(COVERED) == [], (amount, width)
        assert someone.frame.evaluate(OUTSIDE) == [], (amount, width)
        assert someone.frame.evaluate(CUT) == [], (amount, width)


def test_larger_text_pushes_no_amount_out(stage, sit):
    someone = sit(Mouse)
    someone.open_tab()
    number = someone.payment(stage.payments[3]).locator(".facts > div").first
    someone.press(someone.button("How this adds up"))
    expect(someone.frame.locator(".sums").first).to_be_visible()
    line = number.bounding_box()["height"]
    someone.frame.evaluate(TWICE_AS_LARGE)

    for width in (1280, 375):
        someone.resize(width)
        assert someone.frame.evaluate(PUSHED_OUT) == [], width
        assert number.bounding_box()["height"] < 2.5 * line, width
