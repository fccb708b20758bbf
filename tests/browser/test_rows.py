"""A payment is one row that opens to what it is made of, its details and its history."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser_stage import DEAL_CARD

GET = "crm.item.payment.get"
ROWS = "() => [...document.querySelectorAll('.pay__row')].map((row) => row.offsetHeight)"


def details(person, payment):
    return person.payment(payment).locator(".pay__side")


@pytest.mark.parametrize("width", [1280, 768])
def test_nothing_opens_by_itself_and_a_row_is_one_line(stage, person, width):
    person.page.set_viewport_size({"width": width, "height": 900})
    person.open_tab(opens=False)

    assert set(person.frame.evaluate(ROWS)) <= {56, 57}
    expect(person.frame.locator("[data-item-id]:visible")).to_have_count(0)
    assert [one for one in stage.portal.recorder.commands() if one.method == GET] == []


def test_the_button_of_a_row_opens_its_details_and_closes_it(stage, either):
    payment = stage.payments[1]
    opener = either.opener(payment)
    expect(opener).to_have_attribute("aria-expanded", "false")

    either.press(opener)

    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(opener).to_be_focused()
    expect(details(either, payment)).to_contain_text("Bank transfer (ID")
    expect(details(either, payment).get_by_role("heading", name="Details")).to_be_visible()
    expect(details(either, payment)).to_contain_text("Nothing has been done")
    either.press(opener)
    expect(details(either, payment)).to_be_hidden()


def test_a_click_on_the_row_opens_it_but_none_on_its_controls(stage, person):
    person.open_tab(opens=False)
    payment = stage.payments[1]

    person.press(person.payment(payment).locator(".pay__amount"))
    expect(person.opener(payment)).to_have_attribute("aria-expanded", "true")
    person.press(person.status(payment))
    expect(person.opener(payment)).to_have_attribute("aria-expanded", "false")
    person.open_menu(payment)
    expect(person.opener(payment)).to_have_attribute("aria-expanded", "false")
    person.press(person.button("Details and history", person.payment(payment)))
    expect(person.opener(payment)).to_have_attribute("aria-expanded", "true")
    expect(person.opener(payment)).to_be_focused()


def test_after_a_write_the_history_is_new_and_the_portal_is_not_asked_again(stage, person):
    person.open_tab()
    payment = stage.payments[3]
    expect(details(person, payment)).to_contain_text("Status")
    stage.portal.recorder.clear()

    person.press(person.button("Mark as paid", person.payment(payment)))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.status(payment)).to_have_text("Paid")
    expect(details(person, payment)).to_contain_text("Marked as paid")
    expect(details(person, payment)).to_contain_text("Date paid")
    assert [one for one in stage.portal.recorder.commands() if one.method == GET] == []


def test_a_field_is_copied_and_its_button_says_so(stage, person):
    person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.open_tab()
    payment = stage.payments[3]
    button = person.button("Copy", details(person, payment)).first

    person.press(button)

    expect(details(person, payment).get_by_role("status")).to_have_text("Copied")
    assert person.page.evaluate("() => navigator.clipboard.readText()") == payment.account_number
    expect(button).to_be_focused()
    expect(person.said).to_have_count(0)


def test_details_that_do_not_come_are_asked_for_again(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab(opens=False)
    payment = stage.payments[3]
    person.page.route("**/payments/*/details", lambda route: route.abort())
    person.press(person.opener(payment))
    expect(person.alert.first).to_contain_text("No connection")
    person.page.unroute("**/payments/*/details")

    person.press(person.button("Try again", person.said))

    expect(details(person, payment)).to_contain_text("Nothing has been done")


def test_details_that_did_not_come_say_so_where_they_should_be(stage, either):
    either.page.may_fail_to_load = True
    paid = stage.payments[1]
    side = either.payment(paid).locator(".pay__side")
    either.page.route("**/payments/*/details", lambda route: route.abort())
    either.press(either.opener(paid))
    expect(side).to_contain_text("This could not be read just now.")
    expect(side.locator(".skel")).to_have_count(0)

    again = either.button("Try again", side)
    either.press(again)
    expect(again).not_to_have_class("is-busy")
    expect(side.get_by_text("could not be read")).to_have_count(1)
    either.page.unroute("**/payments/*/details")
    either.press(again)

    expect(side).to_contain_text("Marta Lindqvist")
    expect(side.get_by_role("heading", name="History")).to_be_visible()
    expect(side).not_to_contain_text("could not be read")


def test_details_that_did_not_come_are_read_when_the_row_is_opened_again(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab(opens=False)
    payment = stage.payments[3]
    person.page.route("**/payments/*/details", lambda route: route.abort())
    person.press(person.opener(payment))
    expect(person.alert.first).to_contain_text("No connection")
    person.page.unroute("**/payments/*/details")
    person.press(person.button("Dismiss", person.said))
    person.press(person.opener(payment))

    person.press(person.opener(payment))

    expect(details(person, payment)).to_contain_text("Nothing has been done")


@pytest.mark.parametrize("width", [1280, 768, 375])
def test_a_copied_address_is_seen_whole_in_its_row(stage, person, width):
    person.page.set_viewport_size({"width": width, "height": 900})
    person.open_tab(opens=False)
    payment = person.payment(stage.payments[2])
    before = payment.locator(".pay__row").bounding_box()

    person.press(person.button("Copy public link", payment))

    address = payment.get_by_role("textbox", name="Public link")
    expect(address).to_be_visible()
    box, place = address.bounding_box(), payment.locator(".pay__id").bounding_box()
    assert box["width"] >= 75
    assert place["x"] <= box["x"]
    assert box["x"] + box["width"] <= place["x"] + place["width"] + 1
    assert payment.locator(".pay__row").bounding_box()["height"] <= before["height"] + 1


def test_a_qr_code_says_of_which_payment_it_is(stage, person):
    """Somebody may be shown the code with nothing else of the page in sight."""
    person.open_tab(opens=False)
    paid = stage.payments[0]

    person.press(person.button("Show QR code", person.payment(paid)))

    shown = person.payment(paid).locator(".pop:popover-open")
    for waiting in (True, False):
        expect(shown).to_contain_text(f"Public link of payment {paid.account_number}")
        expect(shown.locator(".share__what")).to_have_text(f"€{paid.sum:,.2f} Paid")
        if waiting:
            expect(shown.get_by_role("img", name="QR code")).to_be_visible()


def test_a_link_that_comes_late_takes_the_focus_from_nobody(stage, person):
    person.open_tab()
    stage.portal.switches.request_ms = 1500
    field = person.payment(stage.payments[3]).get_by_label("Quantity", exact=True).first
    person.press(person.button("Copy public link", person.payment(stage.payments[2])))
    field.focus()

    expect(person.frame.locator("#live")).to_have_text("Public link copied")

    expect(field).to_be_focused()


def test_a_row_that_was_opened_stays_so_when_the_list_is_read_again(stage, person):
    person.open_tab(DEAL_CARD)
    payment = stage.payments[3]

    person.press(person.button("Refresh"))
    person.wait_until_opened()

    expect(person.opener(payment)).to_have_attribute("aria-expanded", "true")
    expect(details(person, payment)).to_contain_text("Status")


RIGHT_EDGES = """(payment) =>
  [...payment.querySelectorAll(".grid .num:is(.end, .grid--sum *) data")]
  .filter((one) => one.getClientRects().length)
  .map((one) => Math.round(one.getBoundingClientRect().right))"""


@pytest.mark.parametrize("width", [1280, 768, 375])
@pytest.mark.parametrize("number", [1, 3])
def test_every_sum_of_an_opened_payment_ends_on_one_edge(stage, person, width, number):
    person.page.set_viewport_size({"width": width, "height": 900})
    person.open_tab(opens=False)
    payment = person.payment(stage.payments[number])
    person.press(person.opener(stage.payments[number]))
    expect(payment.locator(".grid--sum")).to_be_visible()

    edges = payment.evaluate(RIGHT_EDGES)

    lines = len(stage.items(stage.payments[number])) + len(stage.deliveries(stage.payments[number]))
    assert len(edges) == lines + 3
    assert max(edges) - min(edges) <= 1


def test_a_line_of_an_item_fits_a_phone(stage, person):
    person.page.set_viewport_size({"width": 375, "height": 800})
    person.open_tab()
    item = stage.items(stage.payments[3])[0]
    row = person.frame.locator(f'[data-item-id="{item.id}"]')

    field = person.button("Increase quantity", row).bounding_box()
    total = row.locator(".end").bounding_box()

    assert field["y"] <= total["y"] + total["height"] / 2 <= field["y"] + field["height"]


def test_the_narrowest_phone_shows_whole_names_and_the_figures_below_each_other(stage, person):
    person.page.set_viewport_size({"width": 320, "height": 800})
    person.open_tab(opens=False)

    systems = person.frame.locator(".pay__system")
    expect(systems).to_have_count(len(stage.payments))
    cut = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).length"
    assert systems.evaluate_all(cut) == 0
    # Where there is no room for two on a line, none of the three stands apart from the others.
    edges = "(all) => all.map((one) => Math.round(one.getBoundingClientRect().right))"
    assert len(set(person.frame.locator(".figures dd").evaluate_all(edges))) == 1


@pytest.mark.parametrize(
    ("verb", "title"),
    [("Add items", "Add items to payment"), ("Add delivery", "Add delivery to payment")],
)
def test_an_opened_payment_takes_one_press_to_add_to_it(stage, either, verb, title):
    payment = stage.payments[3]

    either.press(either.button(verb, either.payment(payment).locator(".pay__main")))

    expect(either.dialog.get_by_role("heading")).to_have_text(f"{title} {payment.account_number}")


def test_a_paid_payment_offers_nothing_to_add(stage, person):
    person.open_tab(opens=False)
    payment = stage.payments[0]
    person.press(person.opener(payment))

    expect(person.payment(payment).locator(".grid--sum")).to_be_visible()

    expect(person.button("Add items", person.payment(payment))).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 768, 375])
@pytest.mark.usefixtures("stage")
def test_a_number_of_usual_length_is_seen_whole(person, width):
    person.page.set_viewport_size({"width": width, "height": 900})
    person.open_tab(opens=False)

    cut = person.frame.evaluate(
        """() => [...document.querySelectorAll(".pay__open > bdi")]
          .filter((one) => one.scrollWidth > one.clientWidth).length"""
    )

    assert cut == 0
