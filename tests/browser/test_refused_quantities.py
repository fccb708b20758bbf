"""What a field cannot hold: said at the field, with a repair if there is one; nothing is sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

LAMP = "Pendant lamp Aria 40"
REFUSED = {
    "2.5": ("enter a whole number, because Bitrix24 would drop the fraction.", "2"),
    "999": ("at most 12 pcs can be billed.", "12"),
    "-1": ("enter a whole number, 1 or more.", "1"),
}


def row_of(someone, payment, item):
    return someone.payment(payment).locator(f'[data-item-id="{item.id}"]')


def error_of(someone, payment):
    return someone.payment(payment).get_by_role("alert")


@pytest.fixture
def unpaid(stage):
    return stage.payments[3]


@pytest.fixture
def item(stage, unpaid):
    return stage.items(unpaid)[0]


@pytest.fixture
def field(either, unpaid, item):
    return row_of(either, unpaid, item).get_by_label("Quantity", exact=True)


def test_the_page_says_at_the_field_why_a_quantity_is_not_saved(stage, either, unpaid, item, field):
    before = item.quantity

    for key in ("Enter", "Tab"):
        for written, (said, repair) in REFUSED.items():
            either.hand.write(field, written)
            either.page.keyboard.press(key)

            error = error_of(either, unpaid)
            expect(error).to_have_count(1)
            expect(error).to_contain_text(f"{LAMP}: {said} The quantity is still {before}.")
            expect(either.button(f"Use {repair}", error)).to_be_visible()
            expect(field).to_have_value(written)
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(field).to_have_accessible_description(error.inner_text().replace("\n", " "))
    # Thousands are never saved as a few.
    for written in ("2.000,00", "2,000.00", "2.000.000", "1.234,56"):
        either.hand.write(field, written)
        expect(error_of(either, unpaid)).to_have_count(0)
        either.page.keyboard.press("Enter")
        said = f"{LAMP}: enter a whole number, 1 or more."
        expect(error_of(either, unpaid), written).to_contain_text(said)
    expect(either.said).to_have_count(0)
    expect_not_sent_by_another_change(stage, either, unpaid, field)
    assert stage.items(unpaid)[0].quantity == before


def expect_not_sent_by_another_change(stage, either, unpaid, field):
    other = stage.items(unpaid)[1]
    either.hand.write(field, "99")
    either.page.keyboard.press("Enter")
    expect(error_of(either, unpaid)).to_have_count(1)

    either.press(either.button("Remove item", row_of(either, unpaid, other)))

    expect(either.said).to_contain_text("Item removed")
    expect(field).to_have_value("99")
    expect(error_of(either, unpaid)).to_have_count(1)
    either.page.wait_for_timeout(800)
    assert stage.executed("crm.item.payment.product.setQuantity") == []


def test_an_error_at_a_field_is_gone_with_the_next_change(stage, either, unpaid, item, field):
    either.hand.write(field, "99")
    either.page.keyboard.press("Enter")
    expect(error_of(either, unpaid)).to_have_count(1)

    either.press(either.button("Decrease quantity", row_of(either, unpaid, item)))

    expect(error_of(either, unpaid)).to_have_count(0)
    # Counted from the saved 12.
    expect(field).to_have_value("11")
    expect(either.said).to_contain_text("Quantity saved")
    either.hand.write(field, "0")
    either.page.keyboard.press("Enter")
    expect(error_of(either, unpaid)).to_have_count(1)
    either.page.keyboard.press("Backspace")
    expect(error_of(either, unpaid)).to_have_count(0)
    # An empty one is told by Enter and taken back by Escape.
    either.page.keyboard.press("Enter")
    expect(error_of(either, unpaid)).to_contain_text(
        f"{LAMP}: enter a whole number, 1 or more. The quantity is still 11."
    )
    expect(field).to_have_value("")
    either.page.keyboard.press("Escape")
    expect(error_of(either, unpaid)).to_have_count(0)
    expect(field).to_have_value("11")
    expect(field).to_be_focused()
    expect_repaired_by_its_button(stage, either, unpaid, field)


def expect_repaired_by_its_button(stage, either, unpaid, field):
    either.hand.write(field, "5")
    either.page.keyboard.press("Enter")
    expect(field).to_have_attribute("value", "5")
    either.hand.write(field, "99")
    either.page.keyboard.press("Enter")
    expect(error_of(either, unpaid)).to_contain_text("The quantity is still 5.")

    either.press(either.button("Use 12", error_of(either, unpaid)))

    expect(error_of(either, unpaid)).to_have_count(0)
    expect(field).to_have_value("12")
    expect(field).to_be_focused()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(either.frame.locator(".is-saving")).to_have_count(0)
    assert stage.items(unpaid)[0].quantity == 12


def test_what_is_left_by_now_is_said_at_the_field(stage, either, unpaid, item, field):
    either.page.may_fail_to_load = True
    either.hand.write(field, "3")
    either.page.keyboard.press("Enter")
    expect(either.said).to_contain_text("Quantity saved")
    # Somebody bills what has just become free, but for two.
    [again] = [one for one in stage.portal.crm.items.values() if one.id == item.id]
    other = stage.portal.crm.items_of(stage.payments[2].id, "product")[0]
    other.entity_id, other.quantity = again.entity_id, 7

    either.hand.write(field, "11")
    either.page.keyboard.press("Enter")

    expect(error_of(either, unpaid)).to_contain_text(f"{LAMP}: at most 5 pcs can be billed.")
    expect(field).to_have_value("11")
    either.press(either.button("Use 5", error_of(either, unpaid)))
    expect(error_of(either, unpaid)).to_have_count(0)
    expect(either.frame.locator(".is-saving")).to_have_count(0)
    assert stage.items(unpaid)[0].quantity == 5


def test_a_dialog_says_at_its_row_what_cannot_be_billed(stage, either):
    either.press(either.button("New payment"))
    row = either.dialog.get_by_role("row").filter(has_text="Emergency exit sign E1")
    field = row.get_by_label("Quantity", exact=True)
    either.hand.write(field, "99")
    either.page.keyboard.press("Tab")
    error = either.dialog.get_by_role("alert")
    expect(error).to_contain_text("Emergency exit sign E1: at most 10 pcs can be billed.")
    expect(either.dialog.locator("#dialog-sum")).to_have_text("—")
    expect(either.button("Create payment", either.dialog)).to_have_accessible_description(
        "One of the quantities cannot be billed, so there is no total."
    )

    either.press(either.button("Create payment", either.dialog))

    expect(error).to_contain_text("Emergency exit sign E1: at most 10 pcs can be billed.")
    expect(error).not_to_contain_text("still")
    expect(field).to_be_focused()
    either.press(either.button("Use 10", error))
    expect(error).to_have_count(0)
    expect(either.dialog.locator("#dialog-sum")).to_have_text("€1,472.00")
    either.press(either.button("Create payment", either.dialog))
    expect(either.frame.locator("[data-payment-id]")).to_have_count(5)
    assert stage.executed("crm.item.payment.product.setQuantity") == []


def test_a_delivery_that_is_there_already_is_told_at_its_list(stage, either, unpaid):
    either.page.may_fail_to_load = True
    [line] = stage.deliveries(unpaid)
    other = next(iter(stage.shipments - {line.entity_id}))
    row = either.payment(unpaid).locator(f'[data-delivery-item-id="{line.id}"]')
    # Somebody adds the other one to this very payment.
    stage.portal.crm.items_of(stage.payments[1].id, "delivery")[0].payment_id = unpaid.id

    either.press(either.button("Reassign delivery", row))
    choice = row.get_by_role("combobox")
    choice.select_option(value=str(other))
    either.press(either.button("Apply", row))

    error = row.get_by_role("alert")
    expect(error).to_contain_text("This delivery is in the payment already.")
    expect(choice).to_be_focused()
    expect(choice).to_have_attribute("aria-invalid", "true")
    expect(either.said).to_have_count(0)
    either.hand.choose(choice, choice.locator("option").nth(0).inner_text())
    expect(error).to_have_count(0)


def test_a_fraction_is_changed_although_the_list_was_read_again_meanwhile(stage, person):
    person.open_tab("/crm/deal/details/8064/")
    row = person.frame.locator("tr:has([data-fraction])").first
    fraction = row.locator("[data-fraction] button").get_attribute("data-text")
    person.press(person.button("Change quantity", row))
    expect(person.dialog).to_be_visible()
    before = row.element_handle()
    person.frame.evaluate("htmx.trigger('#toolbar', 'renew')")
    person.frame.wait_for_function("row => !row.isConnected", arg=before)
    person.wait_until_loaded()

    person.press(person.button("Change quantity", person.dialog))

    field = row.get_by_label("Quantity", exact=True)
    expect(field).to_be_focused()
    # Until it is changed, it is what it was.
    person.hand.write(field, "9999")
    person.page.keyboard.press("Enter")
    expect(person.alert).to_contain_text(f"The quantity is still {fraction}.")
    assert "." in fraction
    assert stage.executed("crm.item.payment.product.setQuantity") == []


def test_a_comma_makes_a_fraction_and_not_a_number_ten_times_as_large(stage, person, unpaid, item):
    person.open_tab()
    field = row_of(person, unpaid, item).get_by_label("Quantity", exact=True)
    for way in (person.page.keyboard.type, person.page.keyboard.insert_text):
        # As Europe, China and Arabia write it.
        for comma in (",", "\uff0c", "\u066b"):
            person.hand.write(field, "1")
            way(f"{comma}0")
            way("5")

            expect(error_of(person, unpaid)).to_contain_text("Bitrix24 would drop the fraction")
            expect(field, repr(comma)).to_have_value("1.05")
            person.page.keyboard.press("Escape")
            expect(error_of(person, unpaid)).to_have_count(0)
    assert stage.executed("crm.item.payment.product.setQuantity") == []
    expect_composed_is_not_saved_before_it_is_a_number(stage, person, unpaid, field)


def expect_composed_is_not_saved_before_it_is_a_number(stage, someone, unpaid, field):
    """As an input method writes it."""
    someone.press(field)
    field.evaluate(
        """(field) => {
          field.value = "3";
          field.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
          for (const more of [{ isComposing: true }, { keyCode: 229 }]) {
            const key = { bubbles: true, key: "Enter", ...more };
            field.dispatchEvent(new KeyboardEvent("keydown", key));
          }
        }"""
    )
    someone.page.wait_for_timeout(700)
    assert stage.executed("crm.item.payment.product.setQuantity") == []

    field.evaluate(
        """(field) => field.dispatchEvent(
          new CompositionEvent("compositionend", { bubbles: true, data: "3" })
        )"""
    )
    expect(someone.said).to_contain_text("Quantity saved")
    assert stage.items(unpaid)[0].quantity == 3


def test_digits_of_any_script_are_read_and_two_numbers_are_not_one(stage, person, unpaid, item):
    person.open_tab()
    field = row_of(person, unpaid, item).get_by_label("Quantity", exact=True)
    # Two cells of a table, parts, a range, a minus as it is printed.
    for written in ("5\t10", "1/2", "1 2", "2\u00bd", "1e1", "\u22125"):
        person.hand.write(field, "")
        person.page.keyboard.insert_text(written)
        person.page.keyboard.press("Enter")
        said = f"{LAMP}: enter a whole number, 1 or more."
        expect(error_of(person, unpaid), written).to_contain_text(said)
        person.page.keyboard.press("Escape")
        expect(error_of(person, unpaid)).to_have_count(0)
    assert stage.executed("crm.item.payment.product.setQuantity") == []
    # Arabic, Persian, Devanagari, Thai and full-width digits.
    for quantity, nought in enumerate((0x660, 0x6F0, 0x966, 0xE50, 0xFF10), start=5):
        person.hand.write(field, "")
        person.page.keyboard.insert_text(chr(nought + quantity))
        person.page.keyboard.press("Enter")
        expect(field).to_have_attribute("value", str(quantity))
        assert stage.items(unpaid)[0].quantity == quantity
    expect_composed_digits_are_kept(person, field)


def expect_composed_digits_are_kept(someone, field):
    """As keyboards of telephones write them, behind the digit that is there."""
    keyboard = someone.page.context.new_cdp_session(someone.page)
    someone.hand.write(field, "1")
    keyboard.send(
        "Input.imeSetComposition", {"text": "\u0660", "selectionStart": 1, "selectionEnd": 1}
    )
    keyboard.send("Input.insertText", {"text": "\u0660"})
    expect(field).to_have_value("10")
