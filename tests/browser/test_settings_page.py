"""The application's own page, as an administrator uses it: in the frame and outside of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sit_down
from tests.browser.person import Mouse
from tests.browser.stage import ADMIN, MANAGER
from tests.browser.story import look_at_both_widths


@pytest.fixture
def admin(new_page, stage):
    someone = sit_down(new_page(), stage, Mouse, ADMIN)
    someone.open_application()
    wait_until_loaded(someone.frame)
    return someone


def wait_until_loaded(place):
    expect(place.get_by_role("button", name="Save settings")).to_be_visible()
    expect(place.get_by_role("button", name="Re-check")).to_be_visible()
    expect(place.get_by_role("button", name="Export CSV")).to_be_visible()


def choose_people(admin, action, *names):
    """Choose people for a rule in the portal's own dialog."""
    admin.frame.get_by_label(f"Who can use: {action}", exact=True).select_option("users")
    row = admin.frame.get_by_role("row", name=re.compile(f"^{action}"))
    row.get_by_role("button", name="Choose people").click()
    for name in names:
        admin.page.get_by_label(name).check()
    admin.page.get_by_role("button", name=re.compile("^(Select|Choose|OK)")).first.click()
    return row


def bound(stage):
    return {one.code for one in stage.portal.installation.placements}


def test_a_switched_on_card_shows_the_tab(admin, stage):
    admin.frame.get_by_label("Contacts", exact=True).check()
    admin.button("Save settings").click()

    expect(admin.said).to_contain_text("Settings saved")
    expect(admin.frame.get_by_text("Contacts: the tab is shown now.")).to_be_visible()
    assert "CRM_CONTACT_DETAIL_TAB" in bound(stage)
    expect(admin.frame.get_by_label("Contacts", exact=True)).to_be_checked()


def test_people_are_chosen_in_the_portals_dialog_kept_as_chips_and_removed(admin):
    row = choose_people(admin, "Mark as paid", "Marta Lindqvist")
    expect(row.get_by_text("Marta Lindqvist")).to_be_visible()
    choose_people(admin, "Mark as paid", "Marta Lindqvist", "Jonas Weber")
    expect(row.get_by_role("listitem")).to_have_count(2)

    # By key: the chips make the frame grow, and a button that moves under a mouse is missed.
    admin.button("Save settings").press("Enter")

    expect(admin.said).to_contain_text("Settings saved")
    expect(row.get_by_role("listitem")).to_have_count(2)
    row.get_by_role("button", name="Remove Marta Lindqvist").click()
    expect(row.get_by_role("listitem")).to_have_text(["Jonas Weber"])


def test_a_wrong_field_is_led_to_and_nothing_typed_is_lost(admin, stage):
    admin.page.may_fail_to_load = True
    admin.frame.get_by_label("Deutsch").fill("Zahlungen")
    admin.frame.get_by_label("Who can use: Mark as unpaid").select_option("users")

    admin.button("Save settings").click()

    expect(admin.alert).to_contain_text("Not saved")
    field = admin.frame.get_by_label("Who can use: Mark as unpaid")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("Choose at least one person, or another rule.")
    expect(admin.frame.get_by_label("Deutsch")).to_have_value("Zahlungen")
    assert "CRM_DEAL_DETAIL_TAB" in bound(stage)


def test_the_log_is_filtered_and_saved_as_a_file(admin):
    admin.button("Repair").click()
    expect(admin.said).to_contain_text("Tabs and events are complete")
    admin.frame.get_by_label("Action", exact=True).select_option("repair")
    admin.button("Apply").click()
    expect(admin.frame.get_by_role("cell", name="Tabs and events repaired")).to_be_visible()

    with admin.page.expect_download() as download:
        admin.button("Export CSV").click()

    assert download.value.suggested_filename == "activity.csv"
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"Anna Berger" in content


def test_a_removed_tab_is_found_and_repaired(admin, stage):
    stage.portal.installation.placements.clear()

    admin.button("Re-check").click()
    expect(
        admin.frame.get_by_text("Missing or leading elsewhere: Deals, Invoices.")
    ).to_be_visible()
    admin.button("Repair").click()

    expect(admin.said).to_contain_text("Tabs and events are complete")
    assert bound(stage) == {"CRM_DEAL_DETAIL_TAB", "CRM_SMART_INVOICE_DETAIL_TAB"}


def test_the_page_fits_its_frame_at_both_widths(admin):
    look_at_both_widths(admin, "settings-page")


def test_a_manager_reads_help(new_page, stage):
    manager = sit_down(new_page(), stage, Mouse, MANAGER)

    manager.open_application()

    expect(manager.frame.get_by_text("Settings are for portal administrators.")).to_be_visible()
    expect(manager.button("Save settings")).to_have_count(0)


def test_the_settings_work_outside_the_frame_after_a_login(new_page, stage, servers):
    page = new_page()
    start = f"{servers.app_url}/oauth/start?domain={stage.portal.domain}"

    page.goto(start)

    wait_until_loaded(page)
    assert page.context.cookies(servers.app_url) == []
    assert "code=" not in page.url
    expect(page.get_by_role("button", name="Choose people")).to_have_count(0)
    page.get_by_label("Companies", exact=True).check()
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator("#toasts")).to_contain_text("Settings saved")
    assert "CRM_COMPANY_DETAIL_TAB" in bound(stage)
    page.reload()
    wait_until_loaded(page)


def test_a_session_that_is_over_outside_the_frame_leads_to_a_login(new_page, stage, servers):
    page = new_page()
    page.may_fail_to_load = True
    page.goto(f"{servers.app_url}/oauth/start?domain={stage.portal.domain}")
    wait_until_loaded(page)
    stage.clock.advance(31 * 60)

    page.get_by_role("button", name="Re-check").click()
    page.get_by_role("link", name="Sign in again").click()

    wait_until_loaded(page)
