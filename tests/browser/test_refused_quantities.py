"""Quantities that cannot be saved: said on the page, and nothing is sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

REFUSED = {
    "2.5": "Enter a whole number",
    "999": "not that much left to bill. At most: 12",
    "-1": "from 1",
}


@pytest.mark.parametrize("key", ["Enter", "Tab"])
def test_the_page_says_why_a_quantity_is_not_saved(stage, either, key):
    unpaid = stage.payments[3]
    item = stage.items(unpaid)[0]
    before = item.quantity
    row = either.payment(unpaid).locator(f'[data-item-id="{item.id}"]')

    for written, said in REFUSED.items():
        either.hand.write(row.get_by_label("Quantity", exact=True), written)
        either.page.keyboard.press(key)

        expect(either.frame.get_by_role("alert").filter(has_text=said)).to_be_visible()
    assert stage.items(unpaid)[0].quantity == before
    assert stage.executed("crm.item.payment.product.setQuantity") == []
