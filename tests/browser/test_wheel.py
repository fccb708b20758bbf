"""The mouse wheel over a number: the page scrolls, the number stays, and nothing is sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sit_down
from tests.support.person import Mouse


@pytest.fixture
def person(new_page, stage):
    someone = sit_down(new_page(), stage, Mouse)
    someone.open_tab()
    return someone


def turn_the_wheel_over(person, field):
    """Both ways, with the focus in the field: so browsers would change a number."""
    person.press(field)
    expect(field).to_be_focused()
    before = field.input_value()
    for by in (120, 120, -120):
        field.hover()
        person.page.mouse.wheel(0, by)
        person.page.wait_for_timeout(150)
    assert field.input_value() == before
    return before


def test_the_browser_itself_would_change_the_number(person):
    """Else the other tests could not fail."""
    person.frame.evaluate(
        """() => {
          const field = document.createElement("input");
          Object.assign(field, { type: "number", value: "7", id: "plain" });
          document.body.prepend(field);
          addEventListener("wheel", (event) => {
            if (event.target === field) event.stopImmediatePropagation();
          }, true);
          field.addEventListener("wheel", () => {});
        }"""
    )
    field = person.frame.locator("#plain")
    person.press(field)
    field.hover()
    person.page.mouse.wheel(0, 120)

    expect(field).not_to_have_value("7")


def test_a_quantity_stays_and_is_not_saved(stage, person):
    item = stage.items(stage.payments[3])[0]
    field = person.frame.locator(f"#qty-{item.id}")
    turn_the_wheel_over(person, field)

    person.press(person.button("New payment"))
    row = person.dialog.get_by_role("row").filter(has_text="Emergency exit sign E1")
    turn_the_wheel_over(person, row.get_by_label("Quantity", exact=True))
    expect(row.get_by_role("cell").last).to_have_text("€1,180.00")
    person.hand.leave(person.dialog)

    person.press(person.button("Allocation"))
    turn_the_wheel_over(person, person.dialog.locator(f"#all-{item.id}"))
    # What a change would have sent after half a second was not sent.
    person.page.wait_for_timeout(700)
    assert stage.executed("crm.item.payment.product.setQuantity") == []
    assert stage.items(stage.payments[3])[0].quantity == item.quantity == 12
    person.press(person.button("Done", person.dialog))
    expect(person.dialog).to_have_count(0)

    expect_page_scrolls_under_the_wheel(person, field)
    expect_arrow_keys_and_buttons_still_change_it(stage, person, field)


def expect_page_scrolls_under_the_wheel(person, field):
    person.page.set_viewport_size({"width": 1280, "height": 400})
    person.press(field)
    before = person.page.evaluate("scrollY")

    field.hover()
    person.page.mouse.wheel(0, 100)

    person.page.wait_for_function(f"() => scrollY > {before}")
    expect(field).to_have_value("12")


def expect_arrow_keys_and_buttons_still_change_it(stage, person, field):
    turn_the_wheel_over(person, field)
    person.page.keyboard.press("ArrowDown")
    expect(field).to_have_value("11")
    expect(person.said).to_contain_text("Quantity saved")
    assert stage.items(stage.payments[3])[0].quantity == 11
    person.press(person.button("Decrease quantity", field.locator("..")))

    expect(field).to_have_value("10")


def test_a_step_from_what_cannot_be_saved_counts_from_what_is_saved(stage, person):
    item = stage.items(stage.payments[3])[0]
    field = person.frame.locator(f"#qty-{item.id}")
    for written, left in (("99", 11), ("2.5", 10), ("-", 9)):
        person.hand.write(field, written)
        person.page.keyboard.press("ArrowDown")

        expect(field, written).to_have_value(str(left))
        saved = person.frame.locator(f"#qty-{item.id}[value='{left}']")
        expect(saved, written).to_have_count(1)
        expect(person.said).to_contain_text("Quantity saved")
        assert item.quantity == left, written
