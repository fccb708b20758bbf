"""Remind me: set in a payment's menu, seen in the card's timeline, and back by its button."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from tests.support.acts import open_reminders
from tests.support.browser_stage import DEAL_CARD
from tests.support.looks import take_picture, violations
from tests.support.odd_answers import put
from tests.support.person import Mouse

SIZES = {"1280": (1280, 900), "375": (375, 1000)}
FIRST = re.compile(r"/payments\?first=1")
CHOICES = ("Today", "Tomorrow", "In a week", "Another day")


def radio(someone, name):
    return someone.dialog.get_by_role("radio", name=name, exact=True)


def choose(someone, name):
    """By keyboard Tab reaches the chosen one of a group, and arrows the others."""
    if someone.hand.name == "mouse":
        someone.press(radio(someone, name))
        return
    now = next(one for one in CHOICES if radio(someone, one).is_checked())
    someone.hand.reach(radio(someone, now))
    for _ in range(CHOICES.index(name) - CHOICES.index(now)):
        someone.page.keyboard.press("ArrowRight")


def open_dialog(someone, payment):
    someone.choose_in_menu(payment, "Remind me")
    expect(radio(someone, "Tomorrow")).to_be_checked()


def expected(someone, payment):
    return someone.payment(payment).locator(".pay__when")


def test_a_reminder_is_set_moved_and_removed(stage, either):
    payment = stage.payments[2]
    open_dialog(either, payment)
    choose(either, "In a week")
    either.press(either.button("Remind me", either.dialog))

    expect(either.said).to_contain_text("Reminder set")
    expect(expected(either, payment)).to_contain_text("expected on")
    either.expect_focus_kept(payment, either.button("More actions", either.payment(payment)))
    (activity,) = open_reminders(stage, payment.id)

    either.choose_in_menu(payment, "Remind me")
    expect(radio(either, "In a week")).to_be_checked()
    choose(either, "Another day")
    day = (stage.clock.now() + timedelta(30)).date()
    either.dialog.get_by_label("Day", exact=True).fill(day.isoformat())
    either.press(either.button("Remind me", either.dialog))

    expect(either.said).to_contain_text("Reminder moved")
    assert open_reminders(stage, payment.id)[0].id == activity.id

    either.choose_in_menu(payment, "Remind me")
    expect(either.dialog.get_by_label("Day", exact=True)).to_have_value(day.isoformat())
    either.press(either.button("Remove reminder", either.dialog))

    expect(either.said).to_contain_text("removed")
    expect(expected(either, payment)).not_to_contain_text("expected on")
    assert open_reminders(stage, payment.id) == []
    expect_day_that_is_over_told_at_its_field(stage, either, payment)


def expect_day_that_is_over_told_at_its_field(stage, either, payment):
    either.page.may_fail_to_load = True
    open_dialog(either, payment)
    choose(either, "Another day")
    field = either.dialog.get_by_label("Day", exact=True)
    field.fill("2020-01-01")

    either.press(either.button("Remind me", either.dialog))

    expect(either.dialog.get_by_role("alert")).to_contain_text("Choose a day from today on")
    expect(either.dialog).to_be_visible()
    assert open_reminders(stage, payment.id) == []


def test_its_button_in_the_timeline_leads_back_and_completing_it_ends_it(stage, either):
    unpaid = stage.payments[2]
    open_dialog(either, unpaid)
    either.press(either.button("Remind me", either.dialog))
    expect(either.said).to_contain_text("Reminder set")

    either.go(DEAL_CARD)
    row = expect_opened_by_its_button(either, unpaid)
    expect(row.locator(".pay__open")).to_have_attribute("aria-expanded", "true")
    either.expect_focus_on(row.locator(".pay__title"))
    expect(either.frame.get_by_role("link", name="Open the card")).to_be_visible()
    take_picture(either.page, "reminder-slider-1280")
    assert violations(either.frame) == []

    expect_opened_by_trying_again_without_a_connection(either, unpaid)
    expect_ended_by_completing_it_there(either, unpaid)


def press_its_button(someone):
    someone.page.get_by_role("button", name="Open payment").click()
    slider = someone.page.locator("iframe.app-frame:not(.app-loading)").last
    someone.frame = slider.element_handle().content_frame()


def expect_opened_by_its_button(someone, payment, *, again=False):
    press_its_button(someone)
    if again:
        expect(someone.frame.get_by_role("heading", name="No connection")).to_be_visible()
        someone.page.unroute(FIRST)
        someone.press(someone.button("Try again"))
    row = someone.payment(payment)
    expect(row.locator(".pay__more[open]")).to_be_visible()
    expect(someone.frame.locator("#apart")).to_contain_text("Deal 8061")
    return row


def expect_opened_by_trying_again_without_a_connection(someone, payment):
    someone.page.may_fail_to_load = True
    someone.go(DEAL_CARD)
    someone.page.route(FIRST, lambda route: route.abort())
    expect_opened_by_its_button(someone, payment, again=True)


def expect_ended_by_completing_it_there(someone, payment):
    someone.go(DEAL_CARD)
    complete = re.compile(r"^Complete: Payment .* is expected")
    someone.page.get_by_role("button", name=complete).click()

    someone.open_tab()
    expect(expected(someone, payment)).not_to_contain_text("expected on")


def look_at_both_sizes(person, name, axe_too=False):
    for size, (width, height) in SIZES.items():
        person.resize(width, height)
        take_picture(person.page, f"{name}-{size}")
        if axe_too:
            assert violations(person.frame) == [], size


def test_it_looks_like_the_rest(stage, person):
    person.open_tab(opens=False)
    late, soon = stage.payments[2], stage.payments[3]
    open_dialog(person, soon)
    look_at_both_sizes(person, "reminder", axe_too=True)
    choose(person, "Another day")
    look_at_both_sizes(person, "reminder-day")
    choose(person, "In a week")
    person.press(person.button("Remind me", person.dialog))
    expect(expected(person, soon)).to_contain_text("expected on")
    open_dialog(person, late)
    person.press(person.button("Remind me", person.dialog))
    expect(expected(person, late)).to_contain_text("expected on")
    open_reminders(stage, late.id)[0].deadline -= timedelta(4)

    person.press(person.button("Refresh"))

    expect(expected(person, late)).to_contain_text("3 days overdue")
    look_at_both_sizes(person, "reminder-list", axe_too=True)


def test_people_whose_profile_names_no_zone_are_reminded_in_that_of_their_browser(stage, sit):
    put(stage, "profile", "TIME_ZONE", '""')
    someone = sit(Mouse, timezone_id="Asia/Vladivostok")
    someone.open_tab()
    payment = stage.payments[2]

    open_dialog(someone, payment)
    someone.press(someone.button("Remind me", someone.dialog))

    expect(someone.said).to_contain_text("Reminder set")
    (activity,) = open_reminders(stage, payment.id)
    assert activity.deadline.isoformat().endswith("T09:00:00+10:00")
