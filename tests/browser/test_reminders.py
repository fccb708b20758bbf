"""Remind me: set in a payment's menu, seen in the card's timeline, and back by its button."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support.acts import open_reminders
from tests.support.browser_stage import DEAL_CARD
from tests.support.looks import take_picture, violations

SIZES = {"1280": (1280, 900), "375": (375, 1000)}
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


def test_a_day_that_is_over_is_told_at_its_field(stage, either):
    either.page.may_fail_to_load = True
    payment = stage.payments[2]
    open_dialog(either, payment)
    choose(either, "Another day")
    field = either.dialog.get_by_label("Day", exact=True)
    field.fill("2020-01-01")

    either.press(either.button("Remind me", either.dialog))

    expect(either.dialog.get_by_role("alert")).to_contain_text("Choose a day from today on")
    expect(either.dialog).to_be_visible()
    assert open_reminders(stage, payment.id) == []


def test_its_button_in_the_timeline_leads_back_to_the_payment(stage, either):
    payment = stage.payments[0]
    unpaid = stage.payments[2]
    open_dialog(either, unpaid)
    either.press(either.button("Remind me", either.dialog))
    expect(either.said).to_contain_text("Reminder set")
    assert payment.id != unpaid.id

    either.go(DEAL_CARD)
    either.page.get_by_role("button", name="Open payment").click()
    slider = either.page.locator("iframe.app-frame:not(.app-loading)").last
    either.frame = slider.element_handle().content_frame()

    row = either.payment(unpaid)
    expect(row.locator(".pay__more[open]")).to_be_visible()
    expect(row.locator(".pay__open")).to_have_attribute("aria-expanded", "true")
    either.expect_focus_on(row.locator(".pay__title"))
    expect(either.frame.locator("#apart")).to_contain_text("Deal 8061")
    expect(either.frame.get_by_role("link", name="Open the card")).to_be_visible()
    take_picture(either.page, "reminder-slider-1280")
    assert violations(either.frame) == []


def test_trying_again_without_a_connection_opens_the_payment_as_well(stage, person):
    unpaid = stage.payments[2]
    person.open_tab()
    open_dialog(person, unpaid)
    person.press(person.button("Remind me", person.dialog))
    expect(person.said).to_contain_text("Reminder set")
    first = re.compile(r"/payments\?first=1")
    person.page.may_fail_to_load = True

    person.go(DEAL_CARD)
    person.page.route(first, lambda route: route.abort())
    person.page.get_by_role("button", name="Open payment").click()
    slider = person.page.locator("iframe.app-frame:not(.app-loading)").last
    person.frame = slider.element_handle().content_frame()
    expect(person.frame.get_by_role("heading", name="No connection")).to_be_visible()
    person.page.unroute(first)
    person.press(person.button("Try again"))

    expect(person.payment(unpaid).locator(".pay__more[open]")).to_be_visible()
    expect(person.frame.locator("#apart")).to_contain_text("Deal 8061")


def test_completing_it_in_the_timeline_ends_it_here(stage, person):
    payment = stage.payments[2]
    person.open_tab()
    open_dialog(person, payment)
    person.press(person.button("Remind me", person.dialog))
    expect(person.said).to_contain_text("Reminder set")

    person.go(DEAL_CARD)
    person.page.get_by_role("button", name=re.compile(r"^Complete: Payment .* is expected")).click()

    person.open_tab()
    expect(expected(person, payment)).not_to_contain_text("expected on")


@pytest.mark.parametrize("size", SIZES)
def test_it_looks_like_the_rest(stage, person, size):
    width, height = SIZES[size]
    person.page.set_viewport_size({"width": width, "height": height})
    person.open_tab(opens=False)
    late, soon = stage.payments[2], stage.payments[3]
    open_dialog(person, soon)
    take_picture(person.page, f"reminder-{size}")
    assert violations(person.frame) == []
    choose(person, "Another day")
    take_picture(person.page, f"reminder-day-{size}")
    choose(person, "In a week")
    person.press(person.button("Remind me", person.dialog))
    expect(expected(person, soon)).to_contain_text("expected on")
    open_dialog(person, late)
    person.press(person.button("Remind me", person.dialog))
    expect(expected(person, late)).to_contain_text("expected on")
    open_reminders(stage, late.id)[0].deadline -= timedelta(4)

    person.press(person.button("Refresh"))

    expect(expected(person, late)).to_contain_text("3 days overdue")
    take_picture(person.page, f"reminder-list-{size}")
    assert violations(person.frame) == []
