"""Settings that are not saved yet: named, kept in sight, and never lost without a word."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser_stage import ADMIN, DEAL_CARD
from tests.support.held import Held
from tests.support.person import Keyboard, Mouse
from tests.support.story import choose_people, open_settings, settings_of, turn_to


@pytest.fixture
def sit_at_settings(stage, sit):
    """Seats an administrator in the settings, with the mouse or with the keyboard only."""

    def sit_at_settings(hand, **options):
        someone = sit(hand, **options)
        someone.be(ADMIN)
        open_settings(someone)
        assert stage.was_installed
        return someone

    return sit_at_settings


@pytest.fixture(params=[Mouse, Keyboard], ids=["mouse", "keyboard"])
def admin(request, sit_at_settings):
    return sit_at_settings(request.param)


def bar(someone):
    return someone.frame.locator(".savebar")


def switch(someone, name):
    someone.hand.toggle(someone.frame.get_by_role("checkbox", name=name))


def expect_unsaved(someone, *names):
    changes = "1 unsaved change" if len(names) == 1 else f"{len(names)} unsaved changes"
    words = f"{changes}: {', '.join(names)}"
    expect(bar(someone).get_by_role("status")).to_have_text(words)
    expect(someone.button("Discard", bar(someone))).to_be_visible()


def expect_nothing_unsaved(someone):
    expect(bar(someone).get_by_role("status")).to_have_count(0)
    expect(someone.button("Discard", bar(someone))).to_be_hidden()


def look(someone):
    button = someone.button("Save settings", bar(someone))
    expect(button).to_be_enabled()
    return button.evaluate("(one) => getComputedStyle(one).color")


def test_the_button_stands_out_only_where_there_is_something_to_save(admin):
    """It can be pressed all the same: the focus may be on it while a save ends."""
    assert look(admin) != "rgb(255, 255, 255)"
    switch(admin, "Companies")
    expect_unsaved(admin, "Companies")
    assert look(admin) == "rgb(255, 255, 255)"

    admin.press(admin.button("Save settings", bar(admin)))
    expect_nothing_unsaved(admin)
    assert look(admin) != "rgb(255, 255, 255)"


def test_the_bar_names_what_is_not_saved(admin):
    expect_nothing_unsaved(admin)
    switch(admin, "Companies")
    expect_unsaved(admin, "Companies")
    turn_to(admin, "Rules")
    admin.hand.choose(
        admin.frame.get_by_label("Who can use: Mark as paid"), "Portal administrators"
    )
    expect_unsaved(admin, "Companies", "Mark as paid")
    turn_to(admin, "Defaults")
    admin.hand.write(admin.frame.get_by_label("Deutsch"), "Geld")
    expect_unsaved(admin, "Companies", "Mark as paid", "Tab title, Deutsch")

    turn_to(admin, "Cards")
    switch(admin, "Companies")
    expect_unsaved(admin, "Mark as paid", "Tab title, Deutsch")
    admin.press(admin.button("Save settings"))

    expect(admin.said).to_contain_text("Settings saved")
    expect_nothing_unsaved(admin)
    expect(admin.button("Save settings")).to_be_focused()
    # Going elsewhere inside the page loses nothing.
    switch(admin, "Invoices")
    for section in ("Rules", "Defaults", "Activity", "Diagnostics"):
        turn_to(admin, section)
        expect_unsaved(admin, "Invoices")
    admin.press(admin.button("Re-check"))
    expect(admin.frame.locator(".htmx-request")).to_have_count(0)
    turn_to(admin, "Cards")
    expect(admin.frame.get_by_role("checkbox", name="Invoices")).not_to_be_checked()
    expect_unsaved(admin, "Invoices")


def expect_in_sight(someone):
    """Wherever the page is scrolled to, clean or not."""
    height = someone.page.viewport_size["height"]
    for by in (0, 200, 200, -150):
        someone.page.mouse.wheel(0, by)
        someone.page.wait_for_timeout(500)
        box = bar(someone).bounding_box()
        assert 0 < box["y"] + box["height"] <= height + 1, box


def test_the_bar_is_in_sight_while_something_is_not_saved(sit_at_settings):
    someone = sit_at_settings(Mouse, size=(1280, 500))
    expect_in_sight(someone)
    switch(someone, "Companies")
    turn_to(someone, "Rules")
    expect_in_sight(someone)
    turn_to(someone, "Activity")
    turn_to(someone, "Cards")
    expect_in_sight(someone)
    someone.press(someone.button("Discard"))

    expect(someone.frame.get_by_role("checkbox", name="Companies")).not_to_be_checked()
    expect_nothing_unsaved(someone)


def read_anew(someone):
    """What would take the form away: the whole page is read again."""
    someone.frame.evaluate(
        """() => { htmx.ajax("GET", "/settings", { target: "#settings", swap: "outerHTML" }); }"""
    )


def test_what_would_take_the_form_away_asks_first(stage, sit_at_settings):
    admin = sit_at_settings(Mouse)
    for hand in (Mouse, Keyboard):
        admin.hand = hand(admin.page)
        switch(admin, "Invoices")
        read_anew(admin)
        expect(admin.dialog).to_contain_text("Leave without saving?")
        expect(admin.button("Cancel", admin.dialog)).to_be_focused()
        admin.hand.leave(admin.dialog)
        expect_unsaved(admin, "Invoices")

        read_anew(admin)
        admin.press(admin.button("Leave without saving", admin.dialog))

        expect(admin.frame.get_by_role("checkbox", name="Invoices")).to_be_checked()
        expect_nothing_unsaved(admin)
    read_anew(admin)
    expect(admin.frame.locator(".htmx-request")).to_have_count(0)
    expect(admin.dialog).to_have_count(0)
    expect_leaving_asks(admin)
    assert settings_of(stage) == {}


def expect_leaving_asks(admin):
    """While something is not saved, and not any more."""
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    admin.page.on("dialog", stay)
    switch(admin, "Invoices")

    admin.page.get_by_role("link", name="CRM").click()
    admin.page.wait_for_timeout(500)

    assert asked == ["beforeunload"]
    expect(admin.frame.get_by_role("checkbox", name="Invoices")).not_to_be_checked()
    switch(admin, "Invoices")
    expect_nothing_unsaved(admin)
    admin.go(DEAL_CARD)
    assert asked == ["beforeunload"]


def test_a_wrong_form_stays_unsaved_and_its_words_go_with_the_next_change(stage, admin):
    admin.page.may_fail_to_load = True
    turn_to(admin, "Rules")
    rule = admin.frame.locator('[data-rule="unpay"]')
    who = admin.frame.get_by_label("Who can use: Mark as unpaid")
    admin.hand.choose(who, "Chosen people")
    admin.press(admin.button("Save settings"))
    opener = rule.get_by_role("button", name="Choose people")
    expect(opener).to_be_focused()
    expect(opener).to_have_accessible_description(re.compile("Choose at least one person"))
    expect(rule).to_contain_text("Choose at least one person")
    expect_unsaved(admin, "Mark as unpaid")

    choose_people(admin, opener, "Marta Lindqvist")

    expect(opener).to_have_accessible_description("Mark as unpaid")
    expect(rule).not_to_contain_text("Choose at least one person")
    expect(who).not_to_have_attribute("aria-invalid", "true")
    expect(admin.frame.locator(".toast--err")).to_have_count(0)
    admin.press(admin.button("Save settings"))
    expect(admin.said).to_contain_text("Settings saved")
    expect_nothing_unsaved(admin)
    assert settings_of(stage)["rules"]["unpay"]["who"] == "users"
    expect_people_are_a_change_of_their_rule(stage, admin)


def expect_people_are_a_change_of_their_rule(stage, admin):
    """And the focus goes on where one is removed."""
    rule = admin.frame.locator('[data-rule="pay"]')
    admin.hand.choose(rule.get_by_role("combobox"), "Chosen people")
    opener = rule.get_by_role("button", name="Choose people")
    choose_people(admin, opener, "Jonas Weber", "Marta Lindqvist")
    admin.press(admin.button("Save settings"))
    expect_nothing_unsaved(admin)

    admin.press(rule.get_by_role("button", name="Remove Jonas Weber"))

    expect_unsaved(admin, "Mark as paid")
    expect(rule.get_by_role("button", name="Remove Marta Lindqvist")).to_be_focused()
    assert len(settings_of(stage)["rules"]["pay"]["users"]) == 2


def test_a_session_that_is_over_takes_nothing_that_was_typed(stage, sit_at_settings):
    admin = sit_at_settings(Mouse)
    admin.page.may_fail_to_load = True
    switch(admin, "Companies")
    stage.clock.advance(31 * 60)
    admin.page.route("**/app.layout/ajax.php*", lambda _route: None)
    admin.press(admin.button("Save settings"))
    expect(admin.alert).to_contain_text("This page was open for too long")
    expect(admin.alert).to_contain_text("Close this page and open it again")
    admin.page.unroute("**/app.layout/ajax.php*")

    admin.press(admin.button("Reopen tab"))

    expect(admin.alert).to_have_count(0)
    expect_unsaved(admin, "Companies")
    admin.press(admin.button("Save settings"))
    expect(admin.said).to_contain_text("Settings saved")


def test_nothing_can_be_changed_while_it_is_saved(sit_at_settings):
    """The answer shows what was sent: it would take back what was changed since, without a word."""
    admin = sit_at_settings(Keyboard)
    switch(admin, "Companies")
    late = Held(admin, "/settings$", "POST")
    late.wait(lambda: admin.press(admin.button("Save settings")))
    panel = admin.frame.locator("#cards")
    assert panel.evaluate("one => one.inert")
    expect(admin.button("Save settings")).to_be_focused()

    late.let_go()

    expect(admin.said).to_contain_text("Settings saved")
    expect_nothing_unsaved(admin)
    switch(admin, "Contacts")
    expect_unsaved(admin, "Contacts")

    # What could not be saved can be changed again.
    late.is_over = True
    admin.page.may_fail_to_load = True
    admin.page.route(re.compile("/settings$"), lambda route: route.abort())
    admin.press(admin.button("Save settings"))
    expect(admin.alert).to_be_visible()

    switch(admin, "Leads")

    expect_unsaved(admin, "Leads", "Contacts")


def test_the_focus_stays_on_the_page_from_which_the_bar_goes_once_all_is_saved(sit_at_settings):
    admin = sit_at_settings(Keyboard)
    switch(admin, "Leads")
    turn_to(admin, "Activity")

    admin.press(admin.button("Save settings"))

    expect(admin.said).to_contain_text("Settings saved")
    expect(bar(admin)).to_be_hidden()
    admin.expect_focus_on(admin.frame.locator("#activity"))
