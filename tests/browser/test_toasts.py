"""Toasts: what was done is always said, what failed stays until it is answered and no longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

BOX = """() => document.querySelector(".toasts:has(.toast)").getBoundingClientRect().toJSON()"""


def go_offline(someone, *, is_offline=True):
    someone.page.may_fail_to_load = True
    someone.page.context.set_offline(is_offline)


def mark_as_paid(someone, payment):
    someone.press(someone.button("Mark as paid", someone.payment(payment)))
    someone.press(someone.button("Mark as paid", someone.dialog))


def remove_first_item(someone, stage, payment):
    row = someone.payment(payment).locator(f'[data-item-id="{stage.items(payment)[0].id}"]')
    someone.press(someone.button("Remove item", row))


def toasts(someone, kind=""):
    return someone.frame.locator(f"body > .toasts .toast{kind}")


def errors(someone):
    return toasts(someone, "--err")


@pytest.fixture
def clocked(stage, person):
    """Somebody in the opened tab whose page lets time pass when the test says so."""
    assert stage.was_installed
    person.page.clock.install()
    person.open_tab()
    person.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    return person


def test_standing_errors_never_take_the_place_of_a_success_or_its_undo(stage, either):
    either.page.may_fail_to_load = True
    small, large = stage.payments[2:]
    stage.portal.switches.shop = "no_site"
    either.press(either.button("Copy public link", either.payment(small)))
    expect(errors(either)).to_have_count(1)
    stage.fail("*", "busy", times=50)
    mark_as_paid(either, large)
    expect(errors(either)).to_have_count(2)
    stage.portal.faults.clear()
    stage.fail("*", "html", times=50)
    mark_as_paid(either, small)
    expect(errors(either)).to_have_count(3)
    # A payment is named even where nothing could be read.
    lost = errors(either).filter(has_text="Payment 3653/3: Bitrix24 did not answer")
    expect(lost).to_contain_text("not known whether this was carried out")
    stage.portal.faults.clear()

    remove_first_item(either, stage, large)

    expect(either.said.get_by_role("status")).to_contain_text("Item removed from payment 3653/4")
    expect(either.button("Undo", either.said)).to_be_visible()
    expect(errors(either)).to_have_count(3)

    # Refresh answers every error that was shown.
    either.press(either.button("Refresh").first)
    either.wait_until_loaded()
    expect(errors(either)).to_have_count(0)


def test_offline_says_that_nothing_was_sent_once_for_all(stage, either):
    small, large = stage.payments[2:]
    go_offline(either)
    mark_as_paid(either, large)
    expect(either.button("Try again", either.said)).to_have_count(1)
    for payment in (small, large):
        mark_as_paid(either, payment)

    expect(errors(either)).to_have_count(1)
    expect(errors(either)).to_contain_text(
        "No connection: nothing was sent, and nothing was changed."
    )
    expect(errors(either)).to_contain_text("3 times")
    expect(errors(either)).to_contain_text("Payments 3653/4, 3653/3")
    # One press never repeats several acts.
    expect(either.button("Try again", either.said)).to_have_count(0)
    go_offline(either, is_offline=False)
    remove_first_item(either, stage, large)

    expect(either.button("Undo", either.said)).to_be_visible()
    expect(errors(either)).to_have_count(0)
    assert stage.executed("crm.item.payment.pay") == []


def test_what_was_not_sent_is_sent_by_try_again(stage, either):
    small, large = stage.payments[2:]
    go_offline(either)
    mark_as_paid(either, small)
    expect(errors(either)).to_contain_text("Payment 3653/3: No connection")
    either.press(either.button("Try again", either.said))
    expect(errors(either)).to_contain_text("Payment 3653/3: No connection")
    expect(errors(either)).not_to_contain_text("times")
    go_offline(either, is_offline=False)

    either.press(either.button("Try again", either.said))

    expect(either.status(small)).to_have_text("Paid")
    expect(errors(either)).to_have_count(0)
    assert len(stage.executed("crm.item.payment.pay")) == 1

    # Once, also what failed several times.
    go_offline(either)
    for _ in range(3):
        mark_as_paid(either, large)
    expect(errors(either)).to_contain_text("3 times")
    go_offline(either, is_offline=False)
    sent = []
    either.page.on("request", lambda one: sent.append(one.url) if "/pay" in one.url else None)
    either.press(either.button("Try again", either.said))
    expect(either.status(large)).to_have_text("Paid")
    assert len([url for url in sent if url.endswith(f"/{large.id}/pay")]) == 1


def test_an_error_is_gone_when_the_same_succeeds_but_not_by_something_else(stage, either):
    either.page.may_fail_to_load = True
    small, large = stage.payments[2:]
    stage.fail("*", "busy", times=50)
    mark_as_paid(either, small)
    expect(errors(either)).to_contain_text("Payment 3653/3: Bitrix24 is busy")
    stage.portal.faults.clear()

    remove_first_item(either, stage, large)
    expect(either.said).to_contain_text("Item removed")
    expect(errors(either)).to_have_count(1)
    expect_try_again_asks_about_what_is_there_now(stage, either, small)

    expect(either.status(small)).to_have_text("Paid")
    expect(errors(either)).to_have_count(0)


def expect_try_again_asks_about_what_is_there_now(stage, either, small):
    """Somebody comes back to the tab: it is read again, and the error still stands."""
    small.sum += 10
    either.frame.evaluate("htmx.trigger('#toolbar', 'renew')")
    expect(either.payment(small)).to_contain_text("2,268.00")
    either.wait_until_loaded()
    expect(errors(either)).to_have_count(1)

    either.press(either.button("Try again", either.said))

    expect(either.dialog).to_contain_text("2,268.00")
    assert stage.executed("crm.item.payment.pay") == []
    either.press(either.button("Mark as paid", either.dialog))


def test_what_was_said_of_a_payment_leaves_when_it_is_over(stage, clocked):
    """An Undo stays until another mark takes its place; a payment that is gone has none."""
    small = stage.payments[2]
    mark_as_paid(clocked, small)
    expect(clocked.said).to_contain_text("marked as paid")
    clocked.press(clocked.button("Mark as unpaid", clocked.payment(small)))
    clocked.press(clocked.button("Mark as unpaid", clocked.dialog))
    expect(clocked.said).to_contain_text("marked as unpaid")
    expect(toasts(clocked)).to_have_count(1)
    clocked.choose_in_menu(small, "Remind me")
    clocked.press(clocked.button("Remind me", clocked.dialog))
    expect(clocked.said).to_contain_text("Reminder set")
    expect(toasts(clocked)).to_have_count(2)

    clocked.choose_in_menu(small, "Delete payment")
    clocked.press(clocked.button("Delete payment", clocked.dialog))

    expect(clocked.said).to_contain_text("deleted")
    expect(toasts(clocked)).to_have_count(1)


def test_success_leaves_after_six_seconds_and_undo_after_ten(stage, clocked):
    large = stage.payments[3]
    remove_first_item(clocked, stage, large)
    clocked.press(clocked.button("Undo", clocked.said))
    expect(clocked.said).to_contain_text("Item put back")
    expect(toasts(clocked)).to_have_count(1)
    remove_first_item(clocked, stage, large)
    expect(toasts(clocked)).to_have_count(2)
    clocked.page.mouse.move(900, 300)

    # Between the two toasts real time has passed, too.
    clocked.page.clock.run_for(3_000)
    expect(toasts(clocked)).to_have_count(2)
    clocked.page.clock.run_for(3_500)
    expect(toasts(clocked)).to_have_count(1)
    expect(clocked.button("Undo", clocked.said)).to_be_visible()
    clocked.page.clock.run_for(4_500)
    expect(toasts(clocked)).to_have_count(0)
    expect_time_stands_still_for_whoever_is_in_it(stage, clocked, large)
    expect_error_stays_until_dismissed(stage, clocked)


def expect_time_stands_still_for_whoever_is_in_it(stage, clocked, large):
    """Or points at it."""
    remove_first_item(clocked, stage, large)
    undo = clocked.button("Undo", clocked.said)
    undo.hover()
    clocked.page.clock.run_for(30_000)
    expect(undo).to_be_visible()
    clocked.page.mouse.move(900, 300)
    undo.focus()
    clocked.page.clock.run_for(30_000)
    expect(undo).to_be_visible()

    clocked.button("Refresh").focus()

    clocked.page.clock.run_for(11_000)
    expect(undo).to_have_count(0)


def expect_error_stays_until_dismissed(stage, clocked):
    clocked.page.may_fail_to_load = True
    stage.portal.switches.shop = "no_site"
    clocked.press(clocked.button("Copy public link", clocked.payment(stage.payments[2])))
    expect(errors(clocked)).to_have_count(1)

    clocked.page.clock.run_for(120_000)
    expect(errors(clocked)).to_have_count(1)
    clocked.press(clocked.button("Dismiss", clocked.said))

    expect(errors(clocked)).to_have_count(0)


def expect_at_the_foot_of_the_window(someone):
    """Wholly seen, at the start side, in the lower part of what the window shows of the frame."""
    someone.page.wait_for_timeout(400)
    box = someone.frame.evaluate(BOX)
    frame = someone.page.locator("iframe.app-frame").first.bounding_box()
    height = someone.page.viewport_size["height"]
    foot = min(height, frame["y"] + frame["height"])
    assert box["x"] <= 20
    assert foot - 40 <= box["bottom"] + frame["y"] <= foot, (box, frame)
    assert box["top"] + frame["y"] > height / 2


def test_toasts_stand_at_the_foot_of_what_is_seen_and_go_along(stage, person):
    person.page.may_fail_to_load = True
    person.page.set_viewport_size({"width": 1280, "height": 640})
    person.open_tab()
    for payment in stage.payments[:2]:
        person.press(person.payment(payment).locator(".pay__open"))
    stage.portal.switches.shop = "no_site"
    person.press(person.button("Copy public link", person.payment(stage.payments[3])))
    expect(errors(person)).to_have_count(1)
    person.frame.evaluate("document.activeElement.blur()")

    expect_at_the_foot_of_the_window(person)
    for by in (300, 400, -500):
        person.page.mouse.wheel(0, by)
        person.page.wait_for_timeout(300)
        expect_at_the_foot_of_the_window(person)


def test_a_toast_never_lies_over_what_is_in_use(stage, person):
    person.page.set_viewport_size({"width": 1280, "height": 640})
    person.open_tab()
    last = stage.payments[0]
    person.press(person.payment(last).locator(".pay__open"))
    button = person.button("Mark as unpaid", person.payment(last))
    button.scroll_into_view_if_needed()
    # The used row is the lowest that the window shows.
    frame = person.page.locator("iframe.app-frame").first
    person.page.mouse.wheel(0, button.bounding_box()["y"] - 600)
    person.page.wait_for_timeout(300)
    button.focus()

    person.page.keyboard.press("Enter")
    person.press(person.button("Mark as unpaid", person.dialog))

    expect(person.status(last)).to_have_text("Unpaid")
    expect(toasts(person)).to_have_count(1)
    person.page.wait_for_timeout(400)
    box = person.frame.evaluate(BOX)
    row = person.payment(last).locator(".pay__row").bounding_box()
    top = frame.bounding_box()["y"]
    assert box["bottom"] + top < row["y"] or box["top"] + top > row["y"] + row["height"]
    # Nor under the portal's own bar.
    assert box["top"] + top >= 52


@pytest.mark.parametrize("width", [1280, 375])
def test_a_toast_covers_neither_the_figures_nor_the_changed_row(stage, person, width):
    """The strip is the first that the window shows, the changed row the last."""
    person.page.set_viewport_size({"width": width, "height": 900})
    person.open_tab()
    small, large = stage.payments[2:]
    person.press(person.payment(large).locator(".pay__open"))
    strip = person.frame.locator("#strip")
    row = person.payment(small).locator(".pay__row")
    bar = 52 + 8
    foot = row.bounding_box()["y"] + row.bounding_box()["height"] + (80 if width < 600 else 12)
    person.page.set_viewport_size(
        {"width": width, "height": round(foot - strip.bounding_box()["y"]) + bar}
    )
    person.page.mouse.move(width / 2, 300)
    person.page.mouse.wheel(0, strip.bounding_box()["y"] - bar)
    person.page.wait_for_timeout(300)

    mark_as_paid(person, small)

    expect(person.status(small)).to_have_text("Paid")
    expect(toasts(person)).to_have_count(1)
    person.page.wait_for_timeout(400)
    toast = toasts(person).bounding_box()
    for box in (strip.bounding_box(), row.bounding_box()):
        ends = (box["y"] + box["height"], toast["y"] + toast["height"])
        assert toast["y"] >= ends[0] or ends[1] <= box["y"], (toast, box)
    assert toast["y"] >= 52
    assert ends[1] <= person.page.viewport_size["height"]


def test_an_undo_leaves_once_many_marks_or_somebody_else_have_changed_its_payment(stage, clocked):
    small, large = stage.payments[2:]
    undo_of = {
        one.id: clocked.said.locator(f'[data-undo="title-{one.id}"]') for one in (small, large)
    }
    for payment in (large, small):
        mark_as_paid(clocked, payment)
        expect(undo_of[payment.id]).to_be_visible()
    clocked.frame.get_by_role("checkbox", name="Select payment 3653/3").check()
    clocked.press(clocked.button("Mark as unpaid", clocked.frame.locator("#selbar")))
    clocked.press(clocked.button("Mark as unpaid", clocked.dialog))
    clocked.press(clocked.button("Done", clocked.dialog))

    expect(clocked.status(small)).to_have_text("Unpaid")
    expect(undo_of[small.id]).to_have_count(0)
    expect(undo_of[large.id]).to_be_visible()

    large.is_paid = False
    clocked.press(clocked.button("Refresh").first)

    expect(clocked.status(large)).to_have_text("Unpaid")
    expect(undo_of[large.id]).to_have_count(0)
