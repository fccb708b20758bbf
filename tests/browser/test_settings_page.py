"""The application's own page where something is wrong; test_story_*.py has the rest of its use."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser_stage import ADMIN
from tests.support.story import open_settings, seat, settings_of


def wait_until_loaded(place):
    expect(place.get_by_role("button", name="Save settings")).to_be_visible()
    expect(place.get_by_role("button", name="Re-check")).to_be_visible()
    expect(place.get_by_role("button", name="Export CSV")).to_be_visible()


def test_a_wrong_field_is_led_to_and_nothing_typed_is_lost(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    admin.page.may_fail_to_load = True
    open_settings(admin)
    admin.frame.get_by_label("Deutsch").fill("Zahlungen")
    admin.frame.get_by_label("Who can use: Mark as unpaid").select_option("users")

    admin.press(admin.button("Save settings"))

    expect(admin.alert).to_contain_text("Not saved")
    field = admin.frame.get_by_label("Who can use: Mark as unpaid")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("Choose at least one person, or another rule.")
    expect(admin.frame.get_by_label("Deutsch")).to_have_value("Zahlungen")
    assert settings_of(stage) == {}


def test_a_session_that_is_over_outside_the_frame_leads_to_a_login(new_page, stage, servers):
    page = new_page()
    page.may_fail_to_load = True
    page.goto(f"{servers.app_url}/oauth/start?domain={stage.portal.domain}")
    wait_until_loaded(page)
    stage.clock.advance(31 * 60)

    page.get_by_role("button", name="Re-check").click()
    page.get_by_role("link", name="Sign in again").click()

    wait_until_loaded(page)


def test_a_file_that_breaks_off_is_told_and_one_that_came_is_there_to_be_saved(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin)
    export = admin.button("Export CSV", frame.locator("#activity"))
    broken = "() => Promise.reject(new TypeError('the connection is gone'))"
    whole = "() => Promise.resolve(new Blob(['time']))"
    answer = "window.fetch = async () => ({{ ok: true, status: 200, blob: {} }})"

    frame.locator("body").evaluate(f"() => {{ {answer.format(broken)}; }}")
    admin.press(export)
    expect(admin.alert).to_contain_text("connection")

    revoked = "window.revoked = []; URL.revokeObjectURL = (url) => window.revoked.push(url);"
    frame.locator("body").evaluate(f"() => {{ {revoked} {answer.format(whole)}; }}")
    with admin.page.expect_download():
        admin.press(export)
    assert frame.locator("body").evaluate("() => window.revoked") == []
