"""What is pressed right after a quantity was typed: it is saved first, then the press counts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def unpaid(stage):
    return stage.payments[3]


@pytest.fixture
def item(stage, unpaid):
    return stage.items(unpaid)[0]


@pytest.fixture
def field(either, item):
    return either.frame.locator(f"#qty-{item.id}")


def test_mark_as_paid_saves_what_was_typed_and_asks_about_the_new_sum(
    stage, either, unpaid, item, field
):
    before = either.payment(unpaid).locator(".pay__amount").inner_text()
    either.hand.write(field, "5")

    either.press(either.button("Mark as paid", either.payment(unpaid)))

    expect(either.dialog).to_contain_text("Mark payment 3653/4 as paid?")
    assert item.quantity == 5
    after = either.payment(unpaid).locator(".pay__amount").inner_text()
    assert after != before
    expect(either.dialog).to_contain_text(after)
    assert len(stage.executed("crm.item.payment.product.setQuantity")) == 1
    either.hand.leave(either.dialog)
    expect(either.button("Mark as paid", either.payment(unpaid))).to_be_focused()


def test_every_other_button_waits_for_the_quantity_too(either, unpaid, item, field):
    row = either.payment(unpaid)
    opened = (
        (either.button("More actions", row), row.locator(".menu:popover-open")),
        (either.button("Send", row), row.get_by_role("link", name="E-mail")),
        (either.button("New payment"), either.dialog.get_by_label("Everything left")),
        (either.button("Allocation"), either.dialog.get_by_text("What is billed where")),
    )
    for quantity, (button, what_comes) in enumerate(opened, start=2):
        either.hand.write(field, str(quantity))
        either.press(button)
        expect(what_comes).to_be_visible()
        assert item.quantity == quantity
        either.page.keyboard.press("Escape")
        expect(what_comes).to_be_hidden()
    either.hand.write(field, "7")
    with either.page.expect_response(re.compile("refresh=1")):
        either.press(either.button("Refresh"))
    assert item.quantity == 7


def test_what_cannot_be_saved_opens_nothing_and_the_field_says_why(
    stage, either, unpaid, item, field
):
    either.page.may_fail_to_load = True
    pay = either.button("Mark as paid", either.payment(unpaid))
    either.hand.write(field, "99")
    if either.hand.name == "mouse":
        either.press(pay)
    else:
        # It is told when the field is left, before any other control is reached.
        either.page.keyboard.press("Tab")
        either.page.keyboard.press("Shift+Tab")
    expect(field).to_be_focused()
    expect(either.payment(unpaid).get_by_role("alert")).to_contain_text("at most 12 pcs")

    stage.fail("*", "busy", times=50)
    either.hand.write(field, "3")
    either.press(pay)

    expect(either.alert).to_contain_text("busy")
    expect(either.dialog).to_have_count(0)
    assert item.quantity == 12


def test_a_slow_press_finds_the_button_that_took_the_place_of_the_old_one(person, unpaid, item):
    """The answer to Enter comes while the mouse button is down."""
    person.open_tab()
    field = person.frame.locator(f"#qty-{item.id}")
    person.hand.write(field, "5")
    pay = person.button("Mark as paid", person.payment(unpaid))
    box = pay.bounding_box()
    person.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    person.page.keyboard.press("Enter")
    person.page.mouse.down()
    expect(person.said).to_contain_text("Quantity saved")
    person.page.mouse.up()

    expect(person.dialog).to_contain_text("Mark payment 3653/4 as paid?")
