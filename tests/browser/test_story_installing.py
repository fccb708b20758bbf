"""Installing from the marketplace: with a step that fails, on an older portal, and once more."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser_stage import ADMIN, MANAGER, READER
from tests.support.person import Keyboard
from tests.support.story import (
    DEAL_TAB,
    INVOICE_TAB,
    bound,
    handled_events,
    look_at_both_widths,
    open_settings,
    save_settings,
    seat,
    settings_of,
    tab_names,
    turn_to,
)

EVENTS = ["ONAPPINSTALL", "ONAPPPAYMENT", "ONAPPUNINSTALL", "ONAPPUPDATE"]


def start_installation(admin, button="Install"):
    admin.go("/marketplace/")
    admin.page.get_by_role("button", name=button, exact=True).click()


def expect_finished(stage, admin):
    """The wizard closes by itself, and the portal shows the application's page in its place."""
    settings = admin.page.frame_locator("iframe.app-frame").locator("#settings-form")
    expect(settings).to_be_visible()
    assert stage.portal.installation.is_finished
    assert bound(stage) == [DEAL_TAB, INVOICE_TAB]
    assert handled_events(stage) == EVENTS


def test_a_failing_step_is_tried_again_while_others_wait(bare_stage, new_page):
    admin = seat(new_page(), bare_stage, ADMIN)
    manager = seat(new_page(), bare_stage, MANAGER)
    admin.page.may_fail_to_load = True
    bare_stage.fail("placement.bind", "denied", times=2)

    start_installation(admin)

    expect(admin.page.frame_locator("iframe.app-frame").get_by_role("alert")).to_be_visible()
    frame = admin.enter_frame()
    admin.expect_words(frame.get_by_role("alert"))
    expect(frame.get_by_role("heading", level=1)).to_have_text("Installation")
    expect(frame.locator("#wizard-state")).to_contain_text("Stopped")
    expect(frame.locator(".steps .is-done")).to_have_count(2)
    expect(frame.locator(".steps .is-fail")).to_contain_text("Add the tab to cards")
    look_at_both_widths(admin, "installer-failed")
    assert not bare_stage.portal.installation.is_finished
    manager.go(f"/marketplace/app/{bare_stage.portal.application.code}/")
    expect(manager.page.get_by_role("status")).to_contain_text("not fully installed yet")
    expect(manager.page.locator("iframe.app-frame")).to_have_count(0)

    admin.press(admin.button("Try again"))

    expect_finished(bare_stage, admin)
    for someone in (manager, admin, seat(new_page(), bare_stage, READER)):
        someone.open_tab()
        expect(someone.frame.locator("[data-payment-id]")).to_have_count(4)


def test_the_focus_stays_with_the_steps_until_one_can_be_tried_again(bare_stage, new_page):
    admin = seat(new_page(), bare_stage, ADMIN)
    admin.page.may_fail_to_load = True
    # Two calls of a step: both, then the events in the next one.
    bare_stage.fail("placement.bind", "denied", times=2)
    bare_stage.fail("event.bind", "denied", times=50)
    start_installation(admin)
    frame = admin.page.frame_locator("iframe.app-frame")
    expect(frame.locator(".steps .is-fail")).to_contain_text("Add the tab to cards")
    admin.enter_frame()
    again = admin.button("Try again")
    Keyboard(admin.page).reach(again)

    admin.page.keyboard.press("Enter")

    expect(frame.locator(".steps .is-fail")).to_contain_text("Connect events")
    expect(again).to_be_focused()
    bare_stage.portal.faults.clear()
    bare_stage.portal.switches.request_ms = 500
    admin.page.keyboard.press("Enter")
    expect(frame.locator(".steps .is-now")).to_contain_text("Check the result")
    expect(frame.get_by_role("heading", name="Installation")).to_be_focused()
    expect_finished(bare_stage, admin)


HEAR = "addEventListener('message', ({ data }) => window.heard?.(String(data)));"


def test_the_message_that_closes_the_frame_is_the_last_one(bare_stage, new_page):
    page = new_page()
    heard = []

    def hear(text):
        heard.append(text)

    page.expose_function("heard", hear)
    page.add_init_script(HEAR)
    admin = seat(page, bare_stage, ADMIN)

    start_installation(admin)
    expect_finished(bare_stage, admin)

    frame_id = next(one for one in heard if one.startswith("setInstallFinish")).rpartition(":")[2]
    of_wizard = [one.partition(":")[0] for one in heard if one.endswith(f":{frame_id}")]
    assert of_wizard[-2:] == ["resizeWindow", "setInstallFinish"]
    # No card is there to be told of anything.
    assert "getInterface" not in of_wizard


def test_a_portal_that_is_silent_at_first_is_asked_again(bare_stage, new_page):
    admin = seat(new_page(), bare_stage, ADMIN)
    admin.page.may_fail_to_load = True
    bare_stage.fail("batch", "error_500", times=2)

    start_installation(admin)

    expect(admin.page.frame_locator("iframe.app-frame").get_by_role("alert")).to_be_visible()
    frame = admin.enter_frame()
    expect(frame.locator(".steps .is-fail")).to_contain_text("Check your account and rights")
    expect(frame.get_by_role("alert")).to_contain_text("Press Try again")
    look_at_both_widths(admin, "installer-unverified")

    admin.press(admin.button("Try again"))

    expect_finished(bare_stage, admin)


def test_a_wizard_that_was_left_for_too_long_is_begun_anew(bare_stage, new_page):
    admin = seat(new_page(), bare_stage, ADMIN)
    admin.page.may_fail_to_load = True
    bare_stage.fail("batch", "error_500", times=2)
    start_installation(admin)
    expect(admin.page.frame_locator("iframe.app-frame").get_by_role("alert")).to_be_visible()
    admin.enter_frame()
    bare_stage.clock.advance(31 * 60)
    admin.press(admin.button("Try again"))
    expect(admin.alert.last).to_contain_text("This page was open for too long")

    admin.press(admin.button("Reopen tab"))

    expect_finished(bare_stage, admin)


def test_a_silent_authorization_server_keeps_nobody_from_installing(bare_stage, new_page):
    admin = seat(new_page(), bare_stage, ADMIN)
    admin.page.may_fail_to_load = True
    bare_stage.fail("oauth/token", "close_before", times=2)

    start_installation(admin)

    expect(admin.page.frame_locator("iframe.app-frame").get_by_role("alert")).to_be_visible()
    frame = admin.enter_frame()
    expect(frame.get_by_role("alert")).to_contain_text("The authorization server did not answer")
    look_at_both_widths(admin, "installer-unasked")

    admin.press(admin.button("Try again"))

    expect(frame.get_by_role("alert")).to_contain_text("The authorization server did not answer")
    admin.press(admin.button("Try again"))
    expect_finished(bare_stage, admin)


def test_an_older_portal_without_the_newer_fields_is_installed_and_used(bare_stage, new_page):
    bare_stage.portal.switches.is_cloud = False
    bare_stage.portal.switches.generation = "oldest"
    admin = seat(new_page(), bare_stage, ADMIN)

    start_installation(admin)

    expect_finished(bare_stage, admin)
    manager = seat(new_page(), bare_stage, MANAGER)
    manager.open_tab()
    expect(manager.frame.locator("[data-payment-id]")).to_have_count(4)
    unpaid = bare_stage.payments[2]
    manager.press(manager.button("Mark as paid", manager.payment(unpaid)))
    manager.press(manager.button("Mark as paid", manager.dialog))
    expect(manager.status(unpaid)).to_have_text("Paid")
    assert unpaid.is_paid


def test_settings_survive_a_reinstallation_and_nothing_is_bound_twice(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin, "Defaults")
    frame.get_by_label("English").fill("Money")
    frame.get_by_label("Keep the activity log for").select_option("90")
    turn_to(admin, "Cards")
    frame.get_by_role("checkbox", name="Contacts").check()
    save_settings(admin)
    before, tabs = settings_of(stage), bound(stage)

    start_installation(admin, "Re-install")
    admin.page.wait_for_url("**install_finished=Y")
    frame = open_settings(admin)

    assert settings_of(stage) == before
    assert bound(stage) == tabs
    assert handled_events(stage) == EVENTS
    expect(frame.get_by_label("English")).to_have_value("Money")
    expect(frame.get_by_label("Keep the activity log for")).to_have_value("90")
    expect(frame.get_by_role("checkbox", name="Contacts")).to_be_checked()
    assert "Money" in tab_names(admin, "/crm/contact/details/301/")
