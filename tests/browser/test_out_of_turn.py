"""Answers that come late, and what people do before they come: nothing is lost or mistaken."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from b24app.simulator.control.control_somebody import do_payment
from tests.support.held import Held, Late
from tests.support.person import Keyboard, Mouse

COPIES = """() => {
  const copies = [];
  document.addEventListener("copy", ({ target }) => copies.push(target.value));
  return copies;
}"""
CLICKS = """(button) => {
  const clicks = [];
  button.addEventListener("click", (event) => clicks.push(event));
  return clicks;
}"""


@pytest.fixture
def unpaid(stage):
    return stage.payments[3]


@pytest.fixture
def item(stage, unpaid):
    return stage.items(unpaid)[0]


def test_a_late_answer_is_not_shown_in_the_dialog_of_another_payment(stage, person):
    earlier, later = stage.payments[2], stage.payments[3]
    person.open_tab()
    late = Held(person, f"/payments/{earlier.id}/system")
    late.wait(lambda: person.choose_in_menu(earlier, "Change payment system"))
    expect(person.dialog.locator(".skel").first).to_be_visible()
    person.page.keyboard.press("Escape")
    expect(person.dialog).to_have_count(0)
    person.choose_in_menu(later, "Change payment system")
    label = f"Payment system for {later.account_number}"
    expect(person.dialog.get_by_label(label)).to_be_visible()

    late.let_go()

    person.frame.wait_for_function("() => !document.querySelector('.htmx-request')")
    expect(person.dialog.get_by_label(label)).to_be_visible()


def test_a_dialog_that_was_left_holds_back_nothing_of_its_payment(stage, person, unpaid, item):
    person.open_tab()
    late = Held(person, f"/payments/{unpaid.id}/items$")
    late.wait(lambda: person.choose_in_menu(unpaid, "Add items"))
    expect(person.dialog.locator(".skel").first).to_be_visible()
    person.page.keyboard.press("Escape")
    expect(person.dialog).to_have_count(0)

    person.hand.write(person.frame.locator(f"#qty-{item.id}"), "5")
    person.press(person.button("Mark as paid", person.payment(unpaid)))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.status(unpaid)).to_have_text("Paid")
    assert stage.items(unpaid)[0].quantity == 5


def test_what_was_agreed_to_is_done_on_a_list_that_was_read_again_meanwhile(
    stage, person, unpaid, item
):
    person.open_tab()
    expect_another_amount_to_be_agreed_to_anew(stage, person, unpaid, item)
    late = Held(person, "refresh=1")
    late.wait(lambda: person.press(person.button("Refresh")))
    person.press(person.button("Mark as paid", person.payment(unpaid)))
    expect(person.dialog).to_contain_text("Mark payment 3653/4 as paid?")
    late.let_go()
    person.wait_until_loaded()

    person.press(person.button("Mark as paid", person.dialog))

    expect(person.status(unpaid)).to_have_text("Paid")
    assert len(stage.executed("crm.item.payment.pay")) == 1


def expect_another_amount_to_be_agreed_to_anew(stage, person, unpaid, item):
    late = Held(person, "refresh=1")
    late.wait(lambda: person.press(person.button("Refresh")))
    person.press(person.button("Mark as paid", person.payment(unpaid)))
    expect(person.dialog).to_contain_text("Mark payment 3653/4 as paid?")
    do_payment(stage.portal, {"do": "set_quantity", "id": str(item.id), "quantity": "5"})
    late.is_over = True
    late.let_go()
    person.wait_until_loaded()

    person.press(person.button("Mark as paid", person.dialog))

    expect(person.alert).to_contain_text("nothing was changed")
    assert stage.executed("crm.item.payment.pay") == []
    person.press(person.button("Dismiss", person.alert))


def test_what_is_typed_while_the_session_is_renewed_is_saved_too(stage, person, unpaid, item):
    person.page.may_fail_to_load = True
    person.open_tab()
    stage.clock.advance(31 * 60)
    field = person.frame.locator(f"#qty-{item.id}")
    renewal = Held(person, "app.layout/ajax.php", "POST")
    person.hand.write(field, "5")
    renewal.wait(lambda: person.page.keyboard.press("Enter"))
    person.page.keyboard.press("ArrowUp")
    person.page.keyboard.press("ArrowUp")
    expect(field).to_have_value("7")

    renewal.let_go()

    expect(person.payment(unpaid).locator(f"#qty-{item.id}[value='7']")).to_have_value("7")
    assert stage.items(unpaid)[0].quantity == 7


def test_what_is_typed_while_another_number_fails_is_saved(stage, person, unpaid, item):
    person.page.may_fail_to_load = True
    person.open_tab()
    field = person.frame.locator(f"#qty-{item.id}")
    saving = Held(person, f"/payments/{unpaid.id}/items/{item.id}", "POST")
    person.hand.write(field, "5")
    saving.wait(lambda: person.page.keyboard.press("Enter"))
    person.page.keyboard.press("ArrowUp")
    person.page.keyboard.press("Enter")
    saving.is_over = True

    saving.routes[0].abort()

    expect(person.payment(unpaid).locator(f"#qty-{item.id}[value='6']")).to_have_value("6")
    assert stage.items(unpaid)[0].quantity == 6


def test_a_quantity_of_a_payment_that_the_list_does_not_show_is_saved(either, item):
    either.press(either.button(re.compile("^Paid")))
    either.wait_until_loaded()
    either.press(either.button("Allocation"))
    field = either.dialog.locator(f"#all-{item.id}")
    either.hand.write(field, "7")

    either.press(either.button("Done", either.dialog))

    expect(either.dialog).to_have_count(0)
    expect(either.said).to_contain_text("Quantity saved")
    assert item.quantity == 7
    # The focus goes back to a button that was replaced.
    either.press(either.button("Allocation"))
    either.hand.write(field, "8")
    either.page.keyboard.press("Enter")
    expect(either.frame.locator(f"#all-{item.id}[value='8']")).to_have_count(1)
    either.press(either.button("Close", either.dialog))
    expect(either.button("Allocation")).to_be_focused()


def test_a_key_that_is_held_down_presses_once(stage, sit, unpaid, item):
    """Space waits for the quantity, and then the button that agrees has the focus."""
    someone = sit(Keyboard)
    someone.open_tab()
    saving = Held(someone, f"/payments/{unpaid.id}/items/{item.id}", "POST")
    pay = someone.button("Mark as paid", someone.payment(unpaid))
    someone.hand.write(someone.frame.locator(f"#qty-{item.id}"), "5")
    saving.wait(pay.focus)

    someone.page.keyboard.down(" ")
    saving.let_go()
    expect(someone.button("Mark as paid", someone.dialog)).to_be_focused()
    someone.page.keyboard.down(" ")
    someone.page.keyboard.up(" ")

    someone.page.keyboard.press("Escape")
    expect(someone.dialog).to_have_count(0)
    expect(pay).to_be_focused()
    assert stage.executed("crm.item.payment.pay") == []


def test_a_finger_presses_once_what_was_replaced_below_it(sit, unpaid, item):
    someone = sit(Mouse, has_touch=True)
    someone.open_tab()
    field = someone.frame.locator(f"#qty-{item.id}")
    saving = Held(someone, f"/payments/{unpaid.id}/items/{item.id}", "POST")
    someone.hand.write(field, "5")
    saving.wait(lambda: someone.page.keyboard.press("Enter"))
    less = someone.frame.locator(f"#qty-{item.id}-less")
    box = less.bounding_box()
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    finger = someone.page.context.new_cdp_session(someone.page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    saving.is_over = True
    saving.let_go()
    expect(someone.said).to_contain_text("Quantity saved")
    clicked = less.evaluate_handle(CLICKS)

    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    expect(field).to_have_value("4")
    assert clicked.evaluate("clicks => clicks.length") == 1


def test_the_link_that_was_asked_for_last_is_the_one_that_is_copied(stage, person, unpaid):
    person.open_tab(opens=False)
    copies = person.frame.evaluate_handle(COPIES)
    late = Held(person, f"/payments/{unpaid.id}/link")
    first = person.button("Copy public link", person.payment(unpaid))
    late.wait(lambda: person.press(first))
    other = person.payment(stage.payments[2])
    person.press(person.button("Copy public link", other))
    address = other.locator("[data-url]")
    expect(address).to_be_visible()

    late.let_go()

    expect(first).not_to_have_class(re.compile("is-busy"))
    assert copies.json_value() == [address.input_value()]
    person.press(first)
    expect(person.payment(unpaid).locator("[data-url]")).to_be_visible()
    assert len(copies.json_value()) == 2
    expect_late_list_to_replace_nothing_copied_since(person, stage.payments[0], copies)


def expect_late_list_to_replace_nothing_copied_since(person, payment, copies):
    before = copies.json_value()
    late = Held(person, "/payments/export.csv")
    person.press(person.frame.locator("#list-more"))
    late.wait(lambda: person.press(person.frame.locator("#copy-export")))
    other = person.payment(payment)
    person.press(person.button("Copy public link", other))
    address = other.locator("[data-url]")
    expect(address).to_be_visible()

    late.let_go()

    expect(person.frame.locator("#list-more")).not_to_have_class(re.compile("is-busy"))
    assert copies.json_value() == [*before, address.input_value()]


def test_a_dialog_that_outlives_its_payment_says_that_it_is_gone(stage, person):
    person.page.may_fail_to_load = True
    gone = stage.payments[2]
    person.open_tab()
    late = Held(person, "refresh=1")
    late.wait(lambda: person.press(person.button("Refresh")))
    person.choose_in_menu(gone, "Change payment system")
    person.dialog.locator("select").select_option(index=1)
    do_payment(stage.portal, {"do": "delete", "id": str(gone.id)})
    late.let_go()
    expect(person.payment(gone)).to_have_count(0)

    person.press(person.button("Save", person.dialog))

    expect(person.dialog.get_by_role("alert")).to_contain_text("deleted in Bitrix24")


def test_a_renewed_session_is_renewed_again_also_if_the_network_failed_between(
    stage, person, unpaid, item
):
    person.page.may_fail_to_load = True
    person.open_tab()
    field = person.frame.locator(f"#qty-{item.id}")
    saves = f"**/payments/{unpaid.id}/items/{item.id}*"
    sent = []

    def fail_at_the_second(route):
        sent.append(route)
        if len(sent) == 2:
            route.abort()
        else:
            route.continue_()

    person.page.route(saves, fail_at_the_second)
    stage.clock.advance(31 * 60)
    person.hand.write(field, "5")
    person.page.keyboard.press("Enter")
    expect(person.alert).to_be_visible()
    assert len(sent) == 2

    stage.clock.advance(31 * 60)
    field.focus()
    person.page.keyboard.press("Enter")

    expect(person.payment(unpaid).locator(f"#qty-{item.id}[value='5']")).to_have_value("5")
    assert stage.items(unpaid)[0].quantity == 5


def pay(person, payment):
    person.press(person.button("Mark as paid", person.payment(payment)))
    person.press(person.button("Mark as paid", person.dialog))


def expect_nothing_of_others(person):
    """The list is read, and nothing is said to be somebody else's."""
    person.frame.wait_for_function("() => !document.querySelector('.htmx-request')")
    person.wait_until_loaded()
    expect(person.said).not_to_contain_text("someone else")
    expect(person.said).not_to_contain_text(re.compile("was (added|removed)"))


def test_a_list_that_was_read_before_a_mark_does_not_take_it_back(stage, person, unpaid):
    person.open_tab()
    late = Late(person, "refresh=1")
    late.wait(lambda: person.press(person.button("Refresh")))

    with person.page.expect_request(re.compile("refresh=1")):
        pay(person, unpaid)
    late.let_go()

    expect_nothing_of_others(person)
    expect(person.status(unpaid)).to_have_text("Paid")
    expect_list_asked_for_during_a_mark_read_after_it(person, stage.payments[2])
    expect_list_of_before_a_creation_not_to_take_it_away(person)


def expect_list_asked_for_during_a_mark_read_after_it(person, unpaid):
    mark = Late(person, "/pay$", "POST")
    mark.wait(lambda: pay(person, unpaid))
    expect(person.payment(unpaid)).to_have_attribute("aria-busy", "true")

    person.press(person.button("Refresh"))
    with person.page.expect_request(re.compile("refresh=1")):
        mark.let_go()

    expect_nothing_of_others(person)
    expect(person.status(unpaid)).to_have_text("Paid")


def expect_list_of_before_a_creation_not_to_take_it_away(person):
    late = Late(person, "refresh=1")
    late.wait(lambda: person.press(person.button("Refresh")))
    person.press(person.button("New payment"))

    with person.page.expect_request(re.compile("refresh=1")):
        person.press(person.button("Create payment", person.dialog))
    late.let_go()

    expect_nothing_of_others(person)
    expect(person.frame.locator("#payments [data-payment-id]")).to_have_count(5)
