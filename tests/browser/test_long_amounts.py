"""Amounts of twelve digits: whole, beside their names, and over nothing that can be pressed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import sale
from tests.support.looks import expect_no_scroll_bars, settle_words
from tests.support.person import Mouse

TIMES = Decimal("54321987.654")
CURRENCY = "KWD"
"""Three decimals, and a name of letters: the longest that is written anywhere."""

ONE_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunternehmen"
FRACTION = Decimal("123456789.1234")

OPENED = (
    "#how-open",
    "#allocation",
    "#bill-rest",
    "#new-payment",
    "[id^=items-][id$=-add]",
    "[id^=deliveries-][id$=-add]",
)
BROKEN = r"""() => {
  const broken = [];
  const opened = [...document.querySelectorAll("dialog[open], .pop:popover-open")].at(-1);
  const root = opened ?? document.body;
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    if (parent.closest("bdi, code, template, script") || !parent.checkVisibility()) continue;
    if (parent.closest(".vh") || getComputedStyle(parent).clipPath !== "none") continue;
    for (const word of texts.currentNode.data.matchAll(/[\p{L}\d.,]+/gu)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      const lines = [...range.getClientRects()].filter((line) => line.width > 1);
      if (new Set(lines.map((line) => Math.round(line.top))).size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""
CLOSE = """() => {
  for (const one of document.querySelectorAll(":popover-open")) one.hidePopover();
  for (const one of document.querySelectorAll("dialog[open]")) one.close();
}"""


def make_long(stage):
    """Let the demo deal be about as much as anybody may ever write."""
    crm = stage.portal.crm
    many = next(one for one in crm.items.values() if one.payment_id == 1039)
    many.quantity = FRACTION
    for row in crm.rows_of(2, 8061):
        row.price = Decimal("12.345") if row.basket_id == many.entity_id else row.price * TIMES
        if row.basket_id:
            crm.baskets[row.basket_id].price = row.basket_price
    for shipment in crm.shipments_of(2, 8061):
        shipment.price, shipment.currency = shipment.price * TIMES, CURRENCY
        shipment.service_name = ONE_WORD
    for order in crm.orders_of(2, 8061):
        order.currency = CURRENCY
    for payment in crm.payments_of(2, 8061):
        payment.currency = CURRENCY
        sale.recalculate(crm, payment)
    deal = crm.cards[2, 8061]
    deal.currency, deal.opportunity = CURRENCY, deal.opportunity * TIMES


@pytest.fixture
def rich(stage, sit):
    make_long(stage)
    someone = sit(Mouse)
    someone.open_tab(opens=False)
    someone.frame.evaluate("document.querySelectorAll('.pay__open').forEach((one) => one.click())")
    someone.wait_until_opened()
    return someone


def faults(someone, widths):
    found = []
    for width in widths:
        someone.page.set_viewport_size({"width": width, "height": 900})
        expect_no_scroll_bars(someone.frame)
        found += [(width, one) for one in settle_words(someone.frame)]
        found += [(width, one) for one in someone.frame.evaluate(BROKEN)]
    someone.page.set_viewport_size({"width": 1280, "height": 900})
    return found


def test_long_amounts_are_whole_in_the_list_and_in_opened_payments(rich):
    assert faults(rich, (320, 375, 640, 768, 1024, 1130, 1280)) == []


def test_long_amounts_are_whole_in_what_opens(rich):
    wrong = []
    for opener in OPENED:
        rich.frame.locator(opener).first.evaluate("(one) => one.click()")
        opened = rich.frame.locator("dialog[open], .pop:popover-open")
        expect(opened).to_be_visible()
        expect(opened.locator(".skel:visible")).to_have_count(0)
        wrong += [(opener, *one) for one in faults(rich, (320, 375, 640, 1280))]
        rich.frame.evaluate(CLOSE)

    assert wrong == []
    expect_sums_to_begin_in_sight(rich)


def expect_sums_to_begin_in_sight(someone):
    """Where they fit on neither side of their button, however slowly they come growing."""
    someone.page.set_viewport_size({"width": 1280, "height": 420})
    sums = someone.frame.locator(".pop--sums")
    sums.evaluate("(pop) => pop.style.setProperty('animation-duration', '60s', 'important')")
    someone.frame.locator("#how-open").evaluate("(one) => one.click()")
    someone.frame.wait_for_function(
        "() => document.querySelector('.pop--sums:popover-open')?.style.translate"
    )
    sums.evaluate("(pop) => pop.getAnimations().forEach((one) => one.finish())")
    top = sums.evaluate("(pop) => pop.getBoundingClientRect().top")
    assert top == pytest.approx(8, abs=1)
