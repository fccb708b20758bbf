"""Details that come late: what was written meanwhile, and the sums above, stay as they are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state.records import ProductRow
from tests.browser.test_print import print_list
from tests.support.held import Late


def pay(person, payment):
    person.press(person.button("Mark as paid", person.payment(payment)))
    person.press(person.button("Mark as paid", person.dialog))


def start_with_late_details(person, method):
    late = Late(person, "/payments/details", method)
    late.wait(person.start_tab)
    return late


def let_go(person, late):
    late.let_go()
    person.frame.wait_for_function("() => !document.querySelector('.htmx-request')")
    person.wait_until_loaded()


@pytest.mark.parametrize("place", [3, 2], ids=["who reads them all", "another one"])
def test_details_that_were_read_before_a_mark_do_not_take_it_back(stage, person, place):
    unpaid = stage.payments[place]
    late = start_with_late_details(person, "POST")

    pay(person, unpaid)
    expect(person.status(unpaid)).to_have_text("Paid")
    let_go(person, late)

    expect(person.status(unpaid)).to_have_text("Paid")
    expect(person.said).not_to_contain_text("someone else")


def add_many_products(stage):
    """More than a page of the portal, so that the sums come with the details."""
    for number in range(60):
        row_id = 900_000 + number
        stage.portal.crm.product_rows[row_id] = ProductRow(
            row_id, 2, 8061, row_id, f"Screw {number}", Decimal(1), Decimal(2), sort=10_000 + number
        )


def test_sums_that_were_read_before_a_mark_do_not_take_it_back(stage, person):
    add_many_products(stage)
    late = start_with_late_details(person, "GET")
    paid = person.frame.locator("#strip .figures .is-paid dd")
    before = paid.inner_text()

    pay(person, stage.payments[2])
    expect(paid).not_to_have_text(before)
    after = paid.inner_text()
    let_go(person, late)

    expect(paid).to_have_text(after)


def test_sums_come_also_where_a_write_has_brought_none_meanwhile(stage, person):
    """Its answer was lost, so what comes with the details is all that there is."""
    add_many_products(stage)
    late = start_with_late_details(person, "GET")
    amount = person.frame.locator("#strip .figures dd").first
    expect(amount).to_have_text("€18,400.00")
    person.page.may_fail_to_load = True
    person.page.route("**/pay", lambda route: route.abort(), times=1)

    pay(person, stage.payments[3])
    expect(person.said).to_contain_text("The answer was lost")
    let_go(person, late)

    expect(amount).to_have_text("€18,520.00")


def test_details_that_are_asked_again_after_a_lost_write_read_the_card_again(stage, person):
    """What the page brought along would show the payment as it was before."""
    unpaid = stage.payments[2]
    person.page.may_fail_to_load = True
    person.page.route("**/payments/details", lambda route: route.abort(), times=1)
    person.start_tab()
    expect(person.status(unpaid)).to_have_text("Unpaid")
    stage.portal.faults.add("crm.item.payment.pay", "lost")
    stage.portal.faults.add("crm.item.get", "close_before", times=9)
    pay(person, unpaid)
    expect(person.said).to_contain_text("not known whether")
    stage.portal.faults.clear()

    print_list(person)

    expect(person.status(unpaid)).to_have_text("Paid")
