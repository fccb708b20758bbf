"""What a manager does on the first day, in as few presses as can be."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.person import Mouse


class CountingMouse(Mouse):
    """Counts its presses."""

    presses = 0

    def press(self, locator, clicks=1):
        super().press(locator, clicks)
        self.presses += 1


@pytest.fixture
def newcomer(stage, sit):
    """Somebody who sees the tab for the first time. Nothing has been opened or pressed."""
    assert stage.was_installed
    someone = sit(CountingMouse)
    someone.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    someone.open_tab(opens=False)
    return someone


def test_who_owes_what_is_read_without_a_press(stage, newcomer):
    unpaid = [one for one in stage.payments if not one.is_paid]

    expect(newcomer.frame.locator(".figures .is-due")).to_contain_text("11,410.00")
    expect(newcomer.frame.locator("#strip")).to_contain_text("Waiting in 2 payments €9,938.00")
    for payment in unpaid:
        expect(newcomer.status(payment)).to_have_text("Unpaid")
        expect(newcomer.payment(payment).locator(".pay__amount")).to_be_in_viewport()
    assert newcomer.hand.presses == 0


def test_a_payment_is_marked_paid_in_two_presses(stage, newcomer):
    unpaid = stage.payments[2]

    newcomer.press(newcomer.button("Mark as paid", newcomer.payment(unpaid)))
    newcomer.press(newcomer.button("Mark as paid", newcomer.dialog))

    expect(newcomer.status(unpaid)).to_have_text("Paid")
    assert newcomer.hand.presses == 2


def test_an_advance_of_thirty_percent_is_billed_in_three_presses(stage, newcomer):
    newcomer.press(newcomer.button("New payment"))
    newcomer.press(newcomer.dialog.get_by_role("radio", name="An advance"))
    expect(newcomer.frame.get_by_role("spinbutton", name="Advance")).to_have_value("30")
    expect(newcomer.frame.locator("#dialog-sum")).to_have_text("€455.00")
    newcomer.press(newcomer.button("Create payment", newcomer.dialog))

    expect(newcomer.frame.locator("[data-payment-id]")).to_have_count(5)
    assert str(stage.payments[-1].sum) in {"455", "455.00"}
    assert newcomer.hand.presses == 3


def test_a_quantity_is_corrected_in_two_presses_and_the_history_says_of_what(stage, newcomer):
    payment = stage.payments[3]
    place = newcomer.payment(payment)

    newcomer.press(newcomer.opener(payment))
    newcomer.wait_until_opened()
    newcomer.press(newcomer.button("Decrease quantity", place).first)

    expect(place.locator(".pay__amount")).to_have_text("€7,395.00")
    changed = "Quantity changed: Pendant lamp Aria 40 ×\u00a012 → 11"
    expect(place.locator(".log__entry").first).to_contain_text(changed)
    assert newcomer.hand.presses == 2


def test_a_link_is_handed_over_in_one_press(stage, newcomer):
    payment = stage.payments[2]

    newcomer.press(newcomer.button("Copy public link", newcomer.payment(payment)))

    link = newcomer.payment(payment).get_by_role("textbox", name="Public link")
    expect(newcomer.frame.locator("#live")).to_have_text("Public link copied")
    copied = newcomer.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == link.input_value() != ""
    assert newcomer.hand.presses == 1
