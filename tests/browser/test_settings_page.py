"""The application's own page where something is wrong; test_story_*.py has the rest of its use."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import LISTEN
from tests.support.browser_stage import ADMIN
from tests.support.story import open_settings, seat, settings_of, turn_to

CUT = """(choice) => {
  const pen = document.createElement("canvas").getContext("2d");
  const { font, paddingLeft, paddingRight } = getComputedStyle(choice);
  pen.font = font;
  const room = choice.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  const texts = [...choice.options].map((one) => one.text);
  return texts.filter((text) => pen.measureText(text).width > room + 1);
}"""


def show_diagnostics(page):
    expect(page.get_by_role("button", name="Save settings")).to_be_visible()
    page.get_by_role("link", name="Diagnostics").click()
    expect(page.get_by_role("button", name="Re-check")).to_be_visible()


def expect_apart(one, other):
    """One ends above where the other begins, as soon as both have found their places."""
    for _ in range(50):
        above, below = one.bounding_box(), other.bounding_box()
        if above["y"] + above["height"] <= below["y"]:
            return
        one.page.wait_for_timeout(100)
    raise AssertionError((above, below))


def test_a_wrong_field_is_led_to_and_nothing_typed_is_lost(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    admin.page.may_fail_to_load = True
    expect_discard_stays_on_its_page(admin, open_settings(admin, "Rules"))
    admin.frame.get_by_label("Who can use: Mark as unpaid").select_option("users")
    turn_to(admin, "Defaults")
    admin.frame.get_by_label("Deutsch").fill("Zahlungen")

    admin.press(admin.button("Save settings"))

    expect(admin.alert).to_contain_text("Not saved")
    # The page of the field is shown, and no toast lies over the bar that saves.
    field = admin.frame.get_by_label("Who can use: Mark as unpaid")
    rule = admin.frame.locator('[data-rule="unpay"]')
    expect(rule.get_by_role("button", name="Choose people")).to_be_focused()
    expect(field).to_have_accessible_description("Choose at least one person, or another rule.")
    expect_apart(admin.frame.locator(".toast"), admin.frame.locator(".savebar"))
    turn_to(admin, "Defaults")
    expect(admin.frame.get_by_label("Deutsch")).to_have_value("Zahlungen")
    assert settings_of(stage) == {}


def test_what_is_wrong_with_the_cards_goes_as_soon_as_one_is_switched(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    admin.page.may_fail_to_load = True
    frame = open_settings(admin, "Cards")
    del stage.portal.crm.smart_processes[1040]
    admin.press(frame.get_by_role("checkbox", name="Service contracts"))
    admin.press(admin.button("Save settings"))
    wrong = frame.get_by_text("One of the cards does not exist here any more.")
    expect(wrong).to_be_visible()
    expect(frame.locator("#cards")).to_have_accessible_description(wrong.inner_text())

    admin.press(frame.get_by_role("checkbox", name="Leads", exact=True))

    expect(wrong).to_have_count(0)
    expect(frame.locator("#cards")).to_have_accessible_description("")
    expect(admin.alert).to_have_count(0)


def test_a_session_that_is_over_outside_the_frame_leads_to_a_login(new_page, stage, servers):
    page = new_page()
    page.may_fail_to_load = True
    page.goto(f"{servers.app_url}/oauth/start?domain={stage.portal.domain}")
    show_diagnostics(page)
    stage.clock.advance(31 * 60)

    page.get_by_role("button", name="Re-check").click()
    page.get_by_role("link", name="Sign in again").click()

    show_diagnostics(page)


def test_a_file_that_a_session_is_too_old_for_leads_to_a_login_once(new_page, stage, servers):
    page = new_page()
    page.may_fail_to_load = True
    page.goto(f"{servers.app_url}/oauth/start?domain={stage.portal.domain}")
    page.get_by_role("link", name="Activity").click()
    export = page.get_by_role("button", name="Export CSV")
    expect(export).to_be_visible()
    stage.clock.advance(31 * 60)

    for _ in range(2):
        export.click()
        expect(export).not_to_have_class(re.compile("is-busy"))

    expect(page.get_by_role("link", name="Sign in again")).to_have_count(1)
    expect(page.locator(".toast")).to_have_count(0)


def test_a_file_that_breaks_off_is_told_and_one_that_came_is_there_to_be_saved(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin, "Activity")
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


def test_what_was_asked_for_is_announced_once(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin)
    for _ in range(2):
        admin.press(frame.get_by_role("checkbox", name="Leads", exact=True))
    frame.evaluate(LISTEN)
    admin.press(frame.get_by_role("checkbox", name="Companies", exact=True))
    assert frame.evaluate("heard") == ["1 unsaved change: Companies"]

    turn_to(admin, "Activity")
    frame.evaluate("heard.length = 0")
    frame.get_by_label("Payment, name, note").fill("elephant")
    admin.press(admin.button("Apply"))
    expect(frame.locator("#activity")).to_contain_text("No entries match this filter.")
    assert frame.evaluate("heard") == ["No entries match this filter."]

    turn_to(admin, "Diagnostics")
    frame.evaluate("heard.length = 0")
    admin.press(admin.button("Re-check"))
    expect(frame.get_by_role("status").filter(has_text="Checked")).to_have_count(1)
    assert len(frame.evaluate("heard")) == 1


def test_a_file_of_a_filter_that_is_wrong_leads_to_its_field(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    admin.page.may_fail_to_load = True
    frame = open_settings(admin, "Activity")
    frame.get_by_label("From", exact=True).fill("2026-05-05")
    frame.get_by_label("Until", exact=True).fill("2026-05-04")

    admin.press(admin.button("Export CSV"))

    expect(frame.get_by_label("Until", exact=True)).to_be_focused()
    expect(frame.locator("#log-until-error")).to_have_text("This is before the first day.")
    expect(frame.locator(".toast")).to_have_count(0)


def test_the_field_is_in_sight_when_its_page_takes_the_place_of_another(stage, new_page):
    admin = seat(new_page(size=(375, 800)), stage, ADMIN)
    admin.page.may_fail_to_load = True
    open_settings(admin, "Rules")
    field = admin.frame.get_by_label("Who can use: Delete payment")
    field.select_option("users")
    field = admin.frame.locator('[data-rule="delete"]').get_by_role("button", name="Choose people")
    turn_to(admin, "Cards")
    # The five pages stand in one line of a telephone.
    links = admin.frame.locator(".tabs").get_by_role("link").all()
    assert len({round(one.bounding_box()["y"]) for one in links}) == 1

    admin.press(admin.button("Save settings"))

    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    for _ in range(50):
        box, bar = field.bounding_box(), admin.frame.locator(".savebar").bounding_box()
        if box["y"] > 0 and box["y"] + box["height"] < bar["y"] < 800:
            return
        admin.page.wait_for_timeout(100)
    raise AssertionError((box, bar))


COVERED = """() => {
  const { activeElement } = document;
  const bar = document.querySelector(".savebar");
  const box = activeElement.getBoundingClientRect(), over = bar.getBoundingClientRect();
  const isOver = box.bottom > over.top && box.top < over.bottom;
  return isOver && !bar.contains(activeElement) && activeElement !== document.body;
}"""


def test_the_bar_that_saves_never_lies_over_what_has_the_focus(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin, "Rules")
    for size in ((1280, 600), (375, 700), (320, 256)):
        admin.resize(*size)
        frame.get_by_label("Who can use: Mark as paid").focus()

        for _ in range(12):
            admin.page.keyboard.press("Tab")
            frame.wait_for_function(f"() => !({COVERED})()")
            admin.page.wait_for_timeout(100)
            assert not frame.evaluate(COVERED), size


def expect_discard_stays_on_its_page(admin, frame):
    rule = frame.get_by_label("Who can use: Delete payment")
    rule.select_option("admins")

    admin.press(admin.button("Discard"))

    expect(rule).to_have_value("everybody")
    expect(frame.locator("#rules")).to_be_focused()
    expect(admin.button("Discard")).to_be_hidden()


def test_what_a_save_did_is_not_told_below_other_pages(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin, "Cards")
    frame.get_by_label("Leads", exact=True).check()

    admin.press(admin.button("Save settings"))

    told = frame.get_by_text("Leads: the tab is shown now.")
    expect(told).to_be_visible()
    # Nor under the toast that comes with it.
    expect_apart(admin.said.locator(".toast"), told)
    turn_to(admin, "Activity")
    expect(told).to_be_hidden()
    turn_to(admin, "Cards")
    expect(told).to_be_visible()


def test_what_was_wrong_is_not_told_any_more_once_it_was_discarded(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    admin.page.may_fail_to_load = True
    frame = open_settings(admin, "Defaults")
    frame.get_by_label("Text of the message").fill("without its link")
    admin.press(admin.button("Save settings"))
    expect(admin.alert).to_contain_text("Not saved")

    admin.press(admin.button("Discard"))

    expect(frame.get_by_label("Text of the message")).to_have_value("")
    expect(admin.alert).to_have_count(0)


@pytest.mark.parametrize("size", [(1280, 900), (375, 800)])
def test_what_was_saved_is_not_told_over_the_pages_to_choose_from(stage, new_page, size):
    admin = seat(new_page(size), stage, ADMIN)
    frame = open_settings(admin, "Cards")
    frame.get_by_label("Leads", exact=True).check()
    admin.press(admin.button("Save settings"))
    expect(admin.said.locator(".toast")).to_be_visible()

    turn_to(admin, "Rules")

    expect_apart(frame.locator("nav.tabs"), admin.said.locator(".toast"))
    expect_apart(frame.locator("#t-rules"), admin.said.locator(".toast"))


def test_outside_of_the_frame_the_address_tells_the_page(stage, new_page, servers):
    page = new_page()
    page.goto(f"{servers.app_url}/oauth/start?domain={stage.portal.domain}")
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_label("Who can use: Mark as paid")).to_be_visible()
    page.get_by_role("link", name="Defaults").click()
    expect(page.get_by_label("Deutsch")).to_be_visible()

    page.go_back()
    expect(page.get_by_label("Who can use: Mark as paid")).to_be_visible()
    page.reload()

    expect(page.get_by_label("Who can use: Mark as paid")).to_be_visible()
    expect(page.get_by_role("link", name="Rules")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Activity").click()
    expect(page.get_by_role("button", name="Export CSV")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Export CSV")).to_be_visible()


def test_a_problem_is_counted_beside_the_name_of_the_diagnostics(stage, new_page):
    stage.portal.installation.placements.pop()
    admin = seat(new_page(), stage, ADMIN)
    frame = open_settings(admin)

    link = frame.get_by_role("link", name="Diagnostics", exact=True)
    expect(link).to_have_accessible_description("1 problem")
    turn_to(admin, "Diagnostics")
    expect(admin.button("Repair")).to_have_accessible_description(
        "Puts back tabs and events as the settings ask. "
        "It changes no payment and nothing that works, and can be pressed twice."
    )
    admin.press(admin.button("Repair"))

    expect(admin.said).to_contain_text("Tabs and events are complete")
    expect(link).not_to_have_accessible_description("1 problem")


def test_the_message_is_previewed_while_it_is_written(stage, new_page):
    admin = seat(new_page(), stage, ADMIN)
    open_settings(admin, "Defaults")
    preview = admin.frame.get_by_role("group", name="What a client gets")
    expect(preview).to_contain_text("here is the link for payment 3653/4, €1,250.00:")

    admin.frame.get_by_label("Text of the message").fill("{amount}: {link} {odd}")
    admin.frame.get_by_label("Subject of an e-mail").fill("Invoice {number}")

    expect(preview).to_contain_text("Invoice 3653/4")
    expect(preview).to_contain_text("€1,250.00: https://example.com/~a1b2c {odd}")
    admin.page.may_fail_to_load = True
    admin.press(admin.button("Save settings"))
    field = admin.frame.get_by_label("Text of the message")
    expect(field).to_have_accessible_description(
        "In braces only {number}, {amount} and, in the text, {link} stand for something."
    )
    expect(field).to_have_value("{amount}: {link} {odd}")
    # What differs after a colon is a change, too.
    field.fill("{amount}: {link}")
    admin.press(admin.button("Save settings"))
    expect(admin.said).to_contain_text("saved")
    field = admin.frame.get_by_label("Text of the message")
    field.fill("{amount}: pay {link}")
    expect(admin.frame.get_by_text("1 unsaved change: Text of the message")).to_be_visible()


def test_who_may_do_something_is_read_whole_on_a_telephone_in_every_language(stage, new_page):
    admin = seat(new_page((375, 800)), stage, ADMIN)
    for language in ("en", "de", "fr", "kz", "la", "ru"):
        stage.portal.users[ADMIN].language = language
        admin.open_application()
        admin.frame.locator('a[href$="rules"]').click()
        choice = admin.frame.locator('[data-rule="pay"] select')
        expect(choice).to_be_visible()

        assert choice.evaluate(CUT) == [], language
