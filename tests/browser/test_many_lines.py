"""A payment of more lines than an answer brings: whoever changes one stays where they are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state import sale, seed

LINES = 60


@pytest.fixture
def far_down(stage, person):
    """In front of the last lines of a long payment."""
    crm = stage.portal.crm
    payment = stage.payments[3]
    for number in range(LINES):
        row = seed._row(crm, crm.cards[2, 8061], f"Frame {number:02}", "10", "3")
        sale.add_product(crm, payment, row, Decimal(1))
    person.open_tab()
    return person, person.payment(payment).locator("[data-item-id]")


def expect_to_stay(person, top):
    person.wait_until_opened()
    expect(person.frame.locator("[data-waits][open]")).to_have_count(0)
    assert person.page.evaluate("scrollY") == top > 0


def test_a_change_far_down_in_a_long_payment_throws_nobody_to_the_top(far_down):
    person, lines = far_down
    asked = []
    person.page.on("request", lambda one: asked.append(one.url) if "details?" in one.url else None)
    more = person.button("Increase quantity", lines.nth(LINES))
    more.scroll_into_view_if_needed()
    top = person.page.evaluate("scrollY")

    person.press(more)

    expect(person.said).to_contain_text("Quantity saved")
    expect_to_stay(person, top)
    person.expect_focus_on(more)
    assert len(asked) == 1

    # Once more, where reading again fails at first: what is open asks for itself.
    person.page.may_fail_to_load = True
    person.page.route("**/payments/details*", lambda route: route.abort(), times=1)
    person.press(lines.nth(LINES - 1).locator(".btn--remove"))

    expect(person.said).to_contain_text("Item removed")
    expect(lines).to_have_count(LINES + 2)
    expect_to_stay(person, top)

    # Who removes several by keyboard goes on with the next one, and at the end with the one before.
    for left, following in ((LINES + 2, LINES - 1), (LINES + 1, LINES - 1)):
        person.expect_focus_on(lines.nth(following).locator(".btn--remove"))
        person.page.keyboard.press("Enter")
        expect(lines).to_have_count(left - 1)
        person.wait_until_opened()
