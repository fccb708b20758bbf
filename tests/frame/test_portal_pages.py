"""Every page of the portal: no error in the console, readable on a phone, usable without sight."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = (
    "/",
    "/marketplace/",
    "/marketplace/app/northwind.deal_payments/",
    "/crm/deal/list/",
    "/crm/type/31/list/category/0/",
    "/crm/deal/details/8061/",
    "/crm/deal/details/0/",
    "/crm/lead/details/101/",
    "/crm/contact/details/301/",
    "/crm/company/details/401/",
    "/crm/type/31/details/512/",
    "/crm/type/1036/details/11/",
    "/company/personal/user/7/",
    "/_control",
    "/_control/gallery",
)
WIDTHS = (375, 1280)
# The frame's attributes are the portal's, byte for byte: it has no title there either.
NOT_OURS = {"frame-title"}


# The page fixture fails the test for any error in the console.
@pytest.mark.parametrize("path", PAGES)
def test_page_fits_its_window_and_breaks_no_accessibility_rule(path, visit):
    visit.go(path)
    visit.page.wait_for_load_state("networkidle")

    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 720})
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width

    # A frame of another origin is not looked into, nor called to: the browser would log that.
    found = Axe().run(visit.page, options={"iframes": False}).response["violations"]
    assert [rule["id"] for rule in found if rule["id"] not in NOT_OURS] == []


def test_control_panel_switches_what_it_says(visit):
    visit.go("/_control")

    visit.page.get_by_role("button", name="Turn is_closed on").click()
    visit.page.get_by_role("status").wait_for()

    assert visit.portal.switches.is_closed


def test_escape_closes_the_panel_and_returns_the_focus(visit):
    visit.go("/")
    link = visit.page.get_by_role("link", name="Showroom lighting, phase 2")
    link.click()
    card = visit.page.locator(".side-panel__iframe").element_handle().content_frame()
    card.wait_for_load_state()

    card.get_by_role("tab", name="General").press("Escape")
    visit.page.locator(".side-panel").wait_for(state="detached")

    assert link.evaluate("(one) => one === document.activeElement")


def test_arrow_keys_move_along_the_tabs(visit):
    visit.go("/crm/deal/details/8061/")

    visit.page.get_by_role("tab", name="General").press("ArrowRight")

    assert visit.page.get_by_role("tabpanel", name="Products").is_visible()
    assert visit.page.get_by_role("tabpanel", name="General").is_hidden()
