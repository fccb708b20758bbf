"""*Refresh* in a dialog that is older than Bitrix24 reads it again, and keeps what was typed."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.support import odd_cards
from tests.support.acts import CABLES, COURIER, LARGE, SIGNS, SMALL
from tests.support.person import Keyboard

CHECK = "Check the new amount."


def open_new(someone):
    someone.press(someone.button("New payment"))
    expect(someone.dialog.get_by_role("radio", name="Everything left")).to_be_checked()


def quantity(someone):
    return someone.dialog.locator(f'[data-row="{SIGNS}"] input[type=number]')


def total(someone):
    return someone.dialog.locator("#dialog-sum")


def refuse(someone, stage, more="1.11"):
    """Somebody changes the price while the dialog is open, and it is sent."""
    someone.page.may_fail_to_load = True
    row = stage.portal.crm.product_rows[SIGNS]
    row.price += Decimal(more)
    someone.press(someone.dialog.locator("[type=submit]").first)
    expect(someone.dialog.get_by_text(CHECK)).to_be_visible()
    return row


def reread(someone):
    someone.press(someone.dialog.get_by_role("button", name="Refresh"))
    expect(someone.dialog.get_by_role("button", name="Refresh")).to_have_count(0)


def test_what_was_typed_stays_beside_the_new_price(stage, either):
    before = {one.id for one in stage.payments}
    open_new(either)
    either.hand.write(quantity(either), "2")
    either.hand.choose(either.dialog.get_by_label("Payment system"), "Bank transfer")
    row = refuse(either, stage)

    reread(either)

    expect(either.dialog).to_be_visible()
    expect(either.dialog.get_by_text(CHECK)).to_be_visible()
    expect(quantity(either)).to_have_value("2")
    expect(either.dialog.get_by_label("Payment system")).to_have_value("7")
    expect(either.dialog.get_by_role("radio", name="Chosen items")).to_be_checked()
    price = either.dialog.locator(f'[data-row="{SIGNS}"] td').first
    expect(price).to_contain_text(str(row.price))
    expect(price.locator("del")).to_contain_text(str(row.price - Decimal("1.11")))
    either.press(either.button("Create payment", either.dialog))
    expect(either.dialog).to_have_count(0)
    [made] = [one for one in stage.payments if one.id not in before]
    assert [int(one.quantity) for one in stage.items(made) if one.entity_id == row.basket_id] == [2]


def test_the_focus_is_on_what_is_chosen(stage, sit):
    person = sit(Keyboard)
    person.open_tab()
    open_new(person)
    person.hand.write(quantity(person), "2")
    refuse(person, stage)

    reread(person)

    expect(person.dialog.get_by_role("radio", name="Chosen items")).to_be_focused()
    person.page.keyboard.press("Space")
    expect(person.dialog.get_by_role("radio", name="Chosen items")).to_be_checked()
    expect(quantity(person)).to_have_value("2")


def test_the_rest_is_told_anew_with_its_new_amount(stage, person):
    person.open_tab()
    person.press(person.button("Bill the rest"))
    former = person.dialog.locator(".dialog__title").inner_text()
    refuse(person, stage)

    reread(person)

    expect(person.dialog.locator(".dialog__title")).not_to_have_text(former)
    person.press(person.button("Bill the rest", person.dialog))
    expect(person.dialog).to_have_count(0)


def test_an_advance_is_worked_out_anew(stage, person):
    person.open_tab()
    open_new(person)
    person.press(person.dialog.get_by_role("radio", name="An advance"))
    person.hand.write(person.dialog.locator("#advance-number"), "50")
    expect(person.dialog.locator("#advance-answer")).not_to_have_attribute("aria-busy", "true")
    refuse(person, stage, "100")

    reread(person)

    expect(person.dialog.locator("#advance-number")).to_have_value("50")
    expect(person.dialog.get_by_role("radio", name="An advance")).to_be_checked()
    expect(person.button("Create payment", person.dialog)).to_be_enabled()


def test_without_a_connection_all_stays_and_it_can_be_tried_again(stage, person):
    person.open_tab()
    open_new(person)
    person.hand.write(quantity(person), "2")
    refuse(person, stage)
    person.page.context.set_offline(True)

    person.press(person.dialog.get_by_role("button", name="Refresh"))

    expect(person.dialog.get_by_text("No connection")).to_be_visible()
    expect(quantity(person)).to_have_value("2")
    person.page.context.set_offline(False)
    reread(person)
    expect(quantity(person)).to_have_value("2")


def test_items_are_added_with_the_quantity_that_was_typed(stage, person):
    person.open_tab()
    payment = stage.portal.crm.payments[SMALL]
    person.choose_in_menu(payment, "Add items")
    person.hand.write(quantity(person), "3")
    refuse(person, stage)

    reread(person)

    expect(quantity(person)).to_have_value("3")
    person.press(person.button("Add to payment", person.dialog))
    expect(person.said.get_by_text(re.compile("Item"))).to_be_visible()


@pytest.mark.parametrize("latency", [0.6, 4])
def test_a_dialog_that_was_closed_meanwhile_gets_nothing(stage, person, latency):
    person.open_tab()
    open_new(person)
    person.hand.write(quantity(person), "2")
    refuse(person, stage)
    stage.portal.switches.request_ms = int(1000 * latency)
    person.press(person.dialog.get_by_role("button", name="Refresh"))
    person.page.keyboard.press("Escape")
    expect(person.dialog).to_have_count(0)
    stage.portal.switches.request_ms = 0

    open_new(person)
    person.page.wait_for_timeout(1000 * latency)

    expect(person.dialog.get_by_text(CHECK)).to_have_count(0)
    expect(quantity(person)).not_to_have_value("2")


def test_what_was_not_there_before_is_not_chosen_by_itself(stage, person):
    """A colleague has added one, and more is left of another: neither is billed unasked."""
    before = {one.id for one in stage.payments}
    crm = stage.portal.crm
    person.open_tab()
    open_new(person)
    person.hand.write(quantity(person), "2")
    added = odd_cards.add_row(crm, crm.cards[2, 8061], "Spare transformer", "900", "1")
    crm.product_rows[CABLES].quantity += 5
    refuse(person, stage)

    reread(person)

    boxes = person.dialog.locator("[data-row] [type=checkbox]:checked")
    expect(boxes).to_have_count(2)
    expect(person.dialog.locator(f'[data-row="{added.id}"] [type=checkbox]')).not_to_be_checked()
    person.press(person.button("Create payment", person.dialog))
    expect(person.dialog).to_have_count(0)
    [made] = [one for one in stage.payments if one.id not in before]
    billed = {one.entity_id: int(one.quantity) for one in stage.items(made)}
    assert billed == {crm.product_rows[SIGNS].basket_id: 2, crm.product_rows[CABLES].basket_id: 8}


def test_everything_left_is_all_that_is_left_by_then(stage, person):
    crm = stage.portal.crm
    person.open_tab()
    open_new(person)
    odd_cards.add_row(crm, crm.cards[2, 8061], "Spare transformer", "900", "1")
    refuse(person, stage)

    reread(person)

    expect(person.dialog.locator("[data-row] [type=checkbox]:checked")).to_have_count(3)


def test_a_delivery_that_somebody_billed_meanwhile_has_to_be_chosen_again(stage, person):
    crm = stage.portal.crm
    [line] = crm.items_of(LARGE, "delivery")
    del crm.items[line.id]
    person.open_tab()
    person.choose_in_menu(crm.payments[SMALL], "Add delivery")
    expect(person.dialog.locator(f"[type=radio][value='{COURIER}']")).to_be_checked()
    crm.items[line.id] = line
    person.page.may_fail_to_load = True
    person.press(person.dialog.locator("[type=submit]:visible"))
    words = person.dialog.locator(".toast")
    expect(words).to_be_visible()
    said = words.locator("p").first.inner_text()

    reread(person)

    expect(words).to_contain_text(said)
    expect(person.dialog.locator("[type=radio]:checked")).to_have_count(0)
