"""What people see before, instead of and beside the payments."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from b24app.simulator.gallery import STATES
from b24app.simulator.gallery.preparing import perform
from tests.support.browser_stage import (
    EMPTY_CARD,
    LINKED_CARD,
)
from tests.support.framed_app import bind_tab
from tests.support.person import Mouse

SHIFTS = """() => new Promise((resolve) => {
  let sum = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  });
  observer.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => { observer.disconnect(); resolve(sum); }, 100);
})"""
HEIGHTS = """() => {
  window.heights = [innerHeight];
  addEventListener("resize", () => heights.push(innerHeight));
}"""
THIRTY_MINUTES = 30 * 60


@pytest.fixture
def open_card(stage, person):
    """Opens a smart process item, whose tab an administrator has switched on."""

    def open_card(path):
        bind_tab(stage.portal, "CRM_DYNAMIC_1036_DETAIL_TAB", f"{stage.app_url}/placement")
        return person.open_tab(path)

    return open_card


@pytest.mark.parametrize(
    ("motion", "sizes"),
    [("no-preference", [(1280, 900)]), ("reduce", [(1280, 900), (768, 900), (375, 800)])],
)
def test_skeleton_gives_way_to_content_without_a_jump(stage, sit, motion, sizes):
    person = sit(Mouse, reduced_motion=motion)
    stage.portal.switches.request_ms = 2000
    for width, height in sizes:
        person.page.set_viewport_size({"width": width, "height": height})
        frame = person.start_tab()

        expect(frame.locator("#payments")).to_have_attribute("aria-busy", "true")
        expect(frame.locator("#payments .skel").first).to_be_visible()
        person.wait_until_loaded()

        expect(frame.locator(".skel:visible")).to_have_count(0)
        assert frame.evaluate(SHIFTS) == 0, width


def test_card_without_payments_offers_the_first_one_and_nothing_shifts(stage, person):
    """A frame that grows for it moves what is below, or brings a scroll bar that narrows it."""
    for width, height in ((1280, 900), (375, 950)):
        person.page.set_viewport_size({"width": width, "height": height})
        frame = person.open_tab(EMPTY_CARD)
        expect(frame.get_by_role("heading", name="No payments yet")).to_be_visible()
        frame.evaluate(HEIGHTS)

        person.press(person.button("New payment").first)
        expect(person.button("Create payment", person.dialog)).to_be_visible()
        person.page.wait_for_timeout(400)

        assert frame.evaluate("heights") == [600], width
        assert frame.evaluate(SHIFTS) <= 0.02, width

    person.press(person.button("Create payment", person.dialog))

    expect(person.frame.locator("[data-payment-id]")).to_have_count(1)
    expect(person.frame.get_by_role("heading", name="No payments yet")).to_be_hidden()

    # Where it cannot be read, nobody is asked for a first one, and who looks again keeps the focus.
    perform(stage.portal, STATES["unread"].before)
    person.press(person.button("Refresh"))
    again = person.button("Check again")
    expect(again).to_be_visible()
    expect(person.frame.get_by_role("heading", name="No payments yet")).to_have_count(0)
    again.focus()
    stage.portal.switches.odd_values.clear()
    person.page.keyboard.press("Enter")
    expect(person.frame.locator("[data-payment-id]")).to_have_count(1)
    person.expect_focus_on(person.button("Refresh"))


def test_smart_process_shows_and_changes_payments_of_linked_cards(stage, open_card, person):
    open_card(LINKED_CARD)
    unpaid = stage.payments[2]

    expect(person.frame.get_by_role("heading", name="Showroom lighting, phase 2")).to_be_visible()
    expect(person.frame.locator("[data-payment-id]")).to_have_count(4)
    person.press(person.button("Mark as paid", person.payment(unpaid)))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.status(unpaid)).to_have_text("Paid")
    assert unpaid.is_paid


def test_what_has_expired_is_renewed_silently(stage, person):
    person.open_tab()
    unpaid = stage.payments[2]
    stage.portal.tokens.expire_access()
    with person.page.expect_response(lambda answer: "refresh=1" in answer.url):
        person.press(person.button("Refresh"))
    person.wait_until_loaded()
    expect(person.alert).to_have_count(0)
    expect(person.frame.locator("[data-payment-id]")).to_have_count(4)

    person.page.may_fail_to_load = True
    stage.clock.advance(THIRTY_MINUTES + 60)
    person.press(person.button("Mark as paid", person.payment(unpaid)))
    person.press(person.button("Mark as paid", person.dialog))

    expect(person.status(unpaid)).to_have_text("Paid")
    expect(person.said).to_contain_text("marked as paid")
    expect(person.alert).to_have_count(0)
    assert len(stage.executed("crm.item.payment.pay")) == 1

    # A portal that renews nothing asks to reopen.
    stage.clock.advance(THIRTY_MINUTES + 60)
    person.page.route("**/app.layout/ajax.php*", lambda _route: None)
    person.press(person.button("Refresh"))
    expect(person.alert).to_contain_text("This tab was open for too long")
    person.expect_words(person.alert)


def test_a_file_that_a_session_is_too_old_for_says_how_to_reopen_the_tab(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab(opens=False)
    stage.clock.advance(THIRTY_MINUTES + 60)
    person.page.route("**/session", lambda route: route.fulfill(status=401))
    person.press(person.button("More for this list"))
    person.press(person.button("Export CSV"))
    expect(person.alert).to_contain_text("This tab was open for too long")

    person.page.unroute("**/session")
    with person.page.expect_download():
        person.press(person.button("Try again", person.alert))


def test_nothing_entered_is_lost_where_a_session_cannot_be_renewed(stage, person):
    person.page.may_fail_to_load = True
    frame = person.open_tab(opens=False)
    unpaid = stage.payments[3]
    refuse = ("**/session", lambda route: route.fulfill(status=401))
    note = person.dialog.get_by_label("Note or reference")
    person.press(person.button("Mark as paid", person.payment(unpaid)))
    person.hand.write(note, "statement 117")
    stage.clock.advance(THIRTY_MINUTES + 60)
    person.page.route(*refuse)

    person.press(person.button("Mark as paid", person.dialog))

    expect(person.dialog.get_by_role("alert")).to_contain_text("open for too long")
    expect(note).to_have_value("statement 117")

    # Pressed again with a session, it is sent, and with the note.
    person.page.unroute(refuse[0])
    person.press(person.button("Mark as paid", person.dialog))
    expect(person.status(unpaid)).to_have_text("Paid")
    person.press(person.opener(unpaid))
    expect(person.payment(unpaid).locator(".log")).to_contain_text("statement 117")

    person.press(person.button("New payment"))
    quantity = person.dialog.get_by_role("spinbutton").first
    quantity.fill("3")
    stage.clock.advance(THIRTY_MINUTES + 60)
    person.page.route(*refuse)
    person.press(person.button("Create payment", person.dialog))
    expect(person.dialog.get_by_role("alert")).to_contain_text("open for too long")
    expect(quantity).to_have_value("3")
    assert frame.locator(".pay").count() == 4

    person.hand.leave(person.dialog)
    person.press(frame.get_by_label("Select all shown"))
    person.press(person.button("Mark as paid", frame.locator("#selbar")))
    expect(person.dialog.get_by_role("alert")).to_contain_text("open for too long")
    expect(person.dialog.get_by_role("heading")).to_have_text("Mark as paid")
    expect(frame.locator("[data-ticks]:checked")).to_have_count(4)


def test_sums_of_a_dialog_that_was_closed_take_no_list_away(stage, person):
    person.page.may_fail_to_load = True
    frame = person.open_tab(opens=False)
    held = []
    person.press(person.button("New payment"))
    quantity = person.dialog.get_by_role("spinbutton").first
    expect(quantity).to_be_visible()
    stage.clock.advance(THIRTY_MINUTES + 60)
    person.page.route("**/session", lambda route: held.append(route))  # noqa: PLW0108 Playwright marks its handlers.
    quantity.fill("3")
    while not held:
        person.page.wait_for_timeout(20)

    person.hand.leave(person.dialog)
    with person.page.expect_response("**/session"):
        held[0].fulfill(status=401)
    person.page.unroute("**/session")
    person.press(frame.get_by_label("Select all shown"))

    expect(frame.locator("[data-ticks]:checked")).to_have_count(4)
    expect(frame.locator("#selected")).to_contain_text("4 selected")
    expect(frame.locator(".pay")).to_have_count(4)


def test_double_click_bills_the_rest_once(stage, person):
    stage.portal.switches.request_ms = 200
    person.open_tab()

    person.hand.press(person.button("Bill the rest"), clicks=2)
    person.hand.press(person.button("Bill the rest", person.dialog), clicks=2)

    expect(person.frame.locator("[data-payment-id]")).to_have_count(5)
    assert len(stage.executed("crm.item.payment.add")) == 1


def test_double_click_marks_as_paid_and_creates_once(stage, person):
    person.open_tab()
    unpaid = stage.payments[2]

    person.hand.press(person.button("Mark as paid", person.payment(unpaid)), clicks=2)
    person.hand.press(person.button("Mark as paid", person.dialog), clicks=2)

    expect(person.status(unpaid)).to_have_text("Paid")
    assert len(stage.executed("crm.item.payment.pay")) == 1

    stage.portal.switches.request_ms = 200
    person.press(person.button("New payment"))
    person.hand.press(person.button("Create payment", person.dialog), clicks=2)
    expect(person.frame.locator("[data-payment-id]")).to_have_count(5)
    person.page.wait_for_timeout(300)
    assert len(stage.payments) == 5
    assert len(stage.executed("crm.item.payment.add")) == 1


def test_second_tab_learns_that_a_payment_is_paid_already_or_gone(stage, person, another):
    person.open_tab()
    another.open_tab()
    unpaid = stage.payments[2]
    mark_as_paid(person, unpaid)
    expect(person.status(unpaid)).to_have_text("Paid")

    mark_as_paid(another, unpaid)

    expect(another.status(unpaid)).to_have_text("Paid")
    expect(another.said).to_contain_text("was already marked as paid")
    assert len(stage.executed("crm.item.payment.pay")) == 1
    expect_told_that_a_payment_is_gone(stage, person, another)


def expect_told_that_a_payment_is_gone(stage, person, another):
    another.page.may_fail_to_load = True
    deleted = stage.payments[3]
    person.choose_in_menu(deleted, "Delete payment")
    person.press(person.button("Delete payment", person.dialog))
    expect(person.payment(deleted)).to_have_count(0)

    mark_as_paid(another, deleted)

    expect(another.payment(deleted)).to_have_count(0)
    another.expect_words(another.alert.first)
    assert len(stage.executed("crm.item.payment.pay")) == 1


def mark_as_paid(person, payment):
    person.press(person.button("Mark as paid", person.payment(payment)))
    person.press(person.button("Mark as paid", person.dialog))


def test_coming_back_shows_what_changed_meanwhile(stage, person):
    person.open_tab()
    unpaid = stage.payments[2]
    unpaid.is_paid = True

    person.frame.evaluate(
        """() => {
          const now = Date.now;
          Date.now = () => now() + 31000;
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )

    expect(person.status(unpaid)).to_have_text("Paid")
