"""Three hundred products: said beforehand, shown on the way, stopped and gone on with."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support import odd_cards

CARD = f"/crm/deal/details/{odd_cards.MANY}/"
ADD = "crm.item.payment.product.add"


@pytest.fixture
def many(stage):
    odd_cards.add_deal(stage.portal.crm, odd_cards.MANY)
    return stage


@pytest.fixture
def someone(many, either):
    assert many
    either.open_tab(CARD)
    return either


def held(stage):
    crm = stage.portal.crm
    return [
        len(crm.items_of(payment.id, "product")) for payment in crm.payments_of(2, odd_cards.MANY)
    ]


def begin(someone):
    someone.press(someone.button("Bill the rest"))
    expect(someone.dialog).to_contain_text("There are 300 products")
    someone.press(someone.button("Bill the rest", someone.dialog))


def test_three_hundred_products_are_billed_before_ones_eyes(many, someone):
    many.portal.switches.request_ms = 100
    begin(someone)

    bar = someone.dialog.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(someone.dialog).to_contain_text("of 300 products added.")
    expect(someone.said).to_contain_text(
        "created with everything that was unbilled", timeout=60_000
    )

    expect(someone.dialog).to_have_count(0)
    assert held(many) == [300]
    expect(someone.frame.locator("[data-payment-id]")).to_have_count(1)
    expect(someone.frame.locator(".pay__title")).to_be_focused()
    expect(someone.button("Bill the rest")).to_have_count(0)
    someone.wait_until_loaded()


def test_whoever_stops_is_shown_how_far_it_is_and_goes_on_later(many, someone):
    many.portal.switches.request_ms = 400
    begin(someone)
    expect(someone.dialog.get_by_role("progressbar")).to_be_visible()
    expect(someone.button("Stop", someone.dialog)).to_be_focused()
    # Each part bills more than the figures of before say.
    expect(someone.frame.locator("#strip")).to_have_attribute("aria-busy", "true")
    unbilled = someone.frame.locator("#strip .split3 data").last
    expect(unbilled).to_have_css("color", "rgba(0, 0, 0, 0)")

    someone.press(someone.button("Stop", someone.dialog))

    expect(someone.dialog).to_have_count(0)
    expect(someone.frame.get_by_text("is not complete yet")).to_be_visible()
    expect(someone.frame.get_by_text("payment was added")).to_have_count(0)
    expect(someone.frame.locator("[data-payment-id]")).to_have_count(1)
    expect(someone.frame.locator(".htmx-request")).to_have_count(0)
    (in_it,) = held(many)
    assert in_it < 300
    someone.wait_until_loaded()
    expect(someone.frame.locator("#strip[aria-busy]")).to_have_count(0)
    expect(unbilled).not_to_have_css("color", "rgba(0, 0, 0, 0)")
    many.portal.switches.request_ms = 0
    someone.press(someone.button("Continue"))
    expect(someone.said).to_contain_text(
        "created with everything that was unbilled", timeout=60_000
    )

    assert held(many) == [300]
    expect(someone.frame.locator("[data-payment-id]")).to_have_count(1)
    expect(someone.frame.get_by_text("is not complete yet")).to_have_count(0)
    someone.wait_until_loaded()


def test_figures_that_cannot_be_read_afterwards_say_of_when_they_are(many, someone):
    someone.page.may_fail_to_load = True
    many.portal.switches.request_ms = 400
    begin(someone)
    expect(someone.dialog.get_by_role("progressbar")).to_be_visible()
    as_of = someone.frame.get_by_text("Amounts as Bitrix24 gave them on")
    expect(as_of).to_be_hidden()
    lists = re.compile(r"/payments\?show=")
    someone.page.route(lists, lambda route: route.abort())

    someone.press(someone.button("Stop", someone.dialog))

    expect(as_of).to_be_visible()
    expect(someone.frame.locator("#strip[aria-busy]")).to_have_count(0)
    unbilled = someone.frame.locator("#strip .split3 data").last
    expect(unbilled).not_to_have_css("color", "rgba(0, 0, 0, 0)")
    someone.page.unroute(lists)
    someone.press(someone.button("Refresh").first)
    expect(as_of).to_be_hidden()
    someone.wait_until_loaded()


def refuse_parts(stage):
    """The portal takes the first 35 rows and is too busy for more, however many are sent."""
    stage.fail(ADD, "busy", times=1000, after=35)


def test_a_part_that_fails_stops_it_with_words_and_a_way_on(many, someone):
    someone.page.may_fail_to_load = True
    refuse_parts(many)
    begin(someone)

    expect(someone.dialog.get_by_role("alert")).to_be_visible()
    someone.expect_words(someone.dialog.get_by_role("alert"))
    many.portal.faults.clear()
    someone.press(someone.button("Continue", someone.dialog))
    expect(someone.dialog).to_have_count(0, timeout=60_000)

    assert held(many) == [300]
    someone.wait_until_loaded()


def test_a_new_payment_of_all_rows_goes_the_same_way(many, someone):
    someone.press(someone.button("New payment").first)
    expect(someone.dialog.get_by_role("row")).to_have_count(36)
    if someone.hand.name == "mouse":
        # By Tab it would be a long way to the end of them.
        someone.press(someone.button("Show 265 more products", someone.dialog))
        expect(someone.dialog.get_by_role("row")).to_have_count(301)
    someone.press(someone.button("Create payment", someone.dialog))

    expect(someone.dialog.get_by_role("progressbar")).to_be_visible()
    expect(someone.dialog).to_have_count(0, timeout=60_000)
    assert held(many) == [300]
    someone.wait_until_loaded()
