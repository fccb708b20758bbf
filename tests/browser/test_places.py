"""Payments opened from the lists, the toolbar and a link, in the portal's own panels."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.simulator.portal_state.application import Placement
from tests.support.browser_stage import ADMIN, DEAL_CARD, MANAGER
from tests.support.looks import SCREENSHOTS, violations
from tests.support.person import Keyboard, Mouse
from tests.support.story import open_settings

DEALS, INVOICES = "/crm/deal/list/", "/crm/type/31/list/category/0/"
DEAL_ROW, INVOICE_ROW = "Menu of Showroom lighting, phase 2", "Menu of Invoice for phase 2"
TOOLBAR = "Applications and knowledge base"
CODES = {
    "deal list": ("CRM_DEAL_LIST_MENU", DEALS, DEAL_ROW),
    "invoice list": ("CRM_SMART_INVOICE_LIST_MENU", INVOICES, INVOICE_ROW),
    "deal": ("CRM_DEAL_DETAIL_TOOLBAR", DEAL_CARD, TOOLBAR),
    "invoice": ("CRM_SMART_INVOICE_DETAIL_TOOLBAR", "/crm/type/31/details/512/", TOOLBAR),
}


@pytest.fixture
def bind(stage):
    def bind(code):
        number = stage.portal.next_binding_id()
        handler = f"{stage.servers.app_url}/placement"
        stage.portal.installation.placements.append(Placement(number, code, handler, "Payments"))

    return bind


@pytest.fixture
def someone(sit):
    """With the mouse, until a test takes the keyboard."""
    return sit(Mouse)


def take_the_keyboard(someone):
    someone.hand = Keyboard(someone.page)


def open_from(someone, place, bind):
    code, path, _ = CODES[place]
    bind(code)
    someone.go(path)
    return open_panel(someone, place)


def open_panel(someone, place):
    someone.page.get_by_label(CODES[place][2], exact=True).click()
    someone.page.locator("details[open]").get_by_text("Payments").click()
    return enter_panel(someone)


def enter_panel(someone):
    """Enter the application's frame: in the panel, or in the portal's page that the panel shows."""
    shown = someone.page.locator(".side-panel iframe").last.element_handle()
    frame = shown.content_frame()
    if "app-frame" not in shown.get_attribute("class"):
        frame = frame.locator("iframe.app-frame").first.element_handle().content_frame()
    someone.frame = frame
    expect(frame.locator("#page")).to_be_visible()
    return frame


def wait_until_shown(someone):
    expect(someone.frame.locator("#strip .figures")).to_be_visible()
    expect(someone.frame.locator("#payments")).not_to_have_attribute("aria-busy", "true")


def close_button(someone):
    return someone.button("Close", someone.frame.locator("header.apart"))


def expect_fit(someone, name):
    """Without a scroll bar, and right for axe. Pictures go to build/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for width in (375, 1280):
        # What the panel leaves free beside it depends on the window.
        someone.page.set_viewport_size({"width": width + 44, "height": 900})
        someone.frame.wait_for_function("(width) => innerWidth < width + 20", arg=width)
        beyond = (
            "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert someone.frame.evaluate(beyond) <= 0, width
        assert violations(someone.frame) == [], width
        someone.page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png")


@pytest.mark.usefixtures("stage")
def test_an_administrator_switches_a_place_on(someone):
    someone.be(ADMIN)
    open_settings(someone)
    someone.hand.toggle(someone.frame.get_by_role("checkbox", name="Deal list", exact=True))
    take_the_keyboard(someone)
    someone.hand.toggle(someone.frame.get_by_role("checkbox", name="Toolbar", exact=True))
    someone.press(someone.button("Save settings"))

    expect(someone.said).to_contain_text("Settings saved")
    expect(someone.frame.get_by_text("Deal list: payments can be opened")).to_be_visible()
    for width in (375, 1280):
        someone.page.set_viewport_size({"width": width, "height": 1100})
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        someone.page.screenshot(path=SCREENSHOTS / f"settings-places-{width}.png", full_page=True)
    assert violations(someone.frame) == []
    someone.go(DEALS)
    someone.page.get_by_label(DEAL_ROW, exact=True).click()
    expect(someone.page.locator("details[open]").get_by_text("Payments")).to_be_visible()


@pytest.mark.parametrize("place", CODES)
def test_a_payment_is_marked_in_a_panel_that_close_closes(someone, bind, stage, place):
    """By mouse, and in the panel opened again by keyboard."""
    open_from(someone, place, bind)
    wait_until_shown(someone)
    if place.startswith("deal"):
        expect_fit(someone, f"panel-{place.replace(' ', '-')}")
    number = int(someone.frame.locator('[data-paid="N"]').first.get_attribute("data-payment-id"))

    for is_paid, verb in ((True, "Mark as paid"), (False, "Mark as unpaid")):
        payment = someone.frame.locator(f'[data-payment-id="{number}"]')
        someone.press(someone.button(verb, payment))
        someone.press(someone.button(verb, someone.dialog))

        expect(payment).to_have_attribute("data-paid", "Y" if is_paid else "N")
        assert stage.portal.crm.payments[number].is_paid is is_paid
        someone.press(close_button(someone))
        expect(someone.page.locator(".side-panel")).to_have_count(0)
        if is_paid:
            open_panel(someone, place)
            wait_until_shown(someone)
            take_the_keyboard(someone)


@pytest.mark.parametrize(("place", "hand"), [("deal list", Mouse), ("invoice", Keyboard)])
def test_the_card_opens_from_the_panel(sit, bind, place, hand):
    someone = sit(hand)
    open_from(someone, place, bind)
    wait_until_shown(someone)

    someone.press(someone.frame.get_by_role("link", name="Open the card"))

    expect(someone.page.locator(".side-panel")).to_have_count(2)


def test_a_row_that_names_nothing_is_a_hint_that_can_be_closed(someone, bind, stage):
    stage.portal.switches.has_list_ids = False

    open_from(someone, "invoice list", bind)

    expect(someone.frame.get_by_role("heading", name="Which deal or invoice?")).to_be_visible()
    expect_fit(someone, "panel-invoice-list")
    someone.press(close_button(someone))
    expect(someone.page.locator(".side-panel")).to_have_count(0)


def test_a_link_opens_its_payment(someone, bind, stage):
    bind("REST_APP_URI")
    number = next(one.id for one in stage.portal.crm.payments_of(2, 8061) if not one.is_paid)
    named = f"params[entityTypeId]=2&params[entityId]=8061&params[payment]={number}"
    link = f"/marketplace/view/{stage.portal.application.code}/?{named}"
    text = f"Please look: [URL={link}]the payment[/URL]"
    stage.portal.crm.write_comment((2, 8061), MANAGER, text, stage.portal.clock.now())
    someone.go(DEAL_CARD)
    someone.page.get_by_label("Timeline").get_by_role("link", name="the payment").click()

    enter_panel(someone)
    wait_until_shown(someone)

    payment = someone.frame.locator(f'[data-payment-id="{number}"]')
    expect(payment.locator(".pay__more")).to_have_attribute("open", "")
    expect(payment.locator(".pay__title")).to_be_focused()


def test_a_page_that_stays_open_says_how_to_close_it(someone, bind, stage):
    """In no panel there is nothing to close, and the portal answers nothing."""
    bind("REST_APP_URI")
    someone.go(f"/marketplace/view/{stage.portal.application.code}/?params[payment]=1036")
    someone.enter_frame()

    someone.press(close_button(someone))

    expect(someone.said).to_contain_text("close it with the cross in its corner")
