"""Clicks on the signs beside a quantity: all are counted, and saved together."""

from __future__ import annotations

from itertools import pairwise

from playwright.sync_api import expect

from tests.browser.test_controls import quantities, row_of

TIME_CLICKS = "() => { window.clicks = []; onclick = (event) => clicks.push(event.timeStamp); }"


def test_quantity_is_changed_by_its_buttons_and_sent_once(stage, either):
    unpaid = stage.payments[2]
    item = stage.items(unpaid)[0]
    row = row_of(either, unpaid, item)
    # Not the payment that a fresh answer shows open: it and the focus in it are kept open here.
    either.press(either.payment(unpaid).locator(".pay__open"))
    before = item.quantity
    either.frame.evaluate(TIME_CLICKS)

    for _ in range(3):
        either.press(either.button("Decrease quantity", row))

    expect(either.said).to_contain_text("Quantity saved")
    expect(row.get_by_label("Quantity", exact=True)).to_have_attribute("value", str(before - 3))
    assert quantities(stage, unpaid)[item.id] == before - 3
    # Where a busy machine lets more time pass between two clicks, each of them is saved by itself.
    if max(later - one for one, later in pairwise(either.frame.evaluate("clicks"))) < 500:
        assert len(stage.executed("crm.item.payment.product.setQuantity")) == 1
    expect(either.button("Decrease quantity", row)).to_be_focused()
