"""Content that comes late, or not at all, says so where it was to be, and comes after all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.browser_stage import ADMIN
from tests.support.held import Held

SLOW = "Bitrix24 is slow. Please wait a little longer."
OPENERS = ("New payment", "Allocation", "Add items", "Change payment system")


def go_offline(someone, *, is_offline=True):
    someone.page.may_fail_to_load = True
    someone.page.context.set_offline(is_offline)


def open_dialog(someone, stage, verb):
    payment = stage.payments[3]
    if verb in {"Add items", "Change payment system"}:
        someone.choose_in_menu(payment, verb)
    else:
        someone.press(someone.button(verb))


def expect_content(someone):
    expect(someone.dialog.locator(".dialog__foot")).to_be_visible()
    expect(someone.dialog.get_by_role("alert")).to_have_count(0)
    expect(someone.dialog.locator(".skel")).to_have_count(0)


def expect_told_inside(someone, words):
    """In the dialog, announced, with a way on that has the focus, and nowhere behind it."""
    expect(someone.dialog.get_by_role("alert")).to_contain_text(words)
    expect(someone.button("Try again", someone.dialog)).to_be_focused()
    expect(someone.dialog.locator(".skel, [aria-busy]")).to_have_count(0)
    expect(someone.frame.locator("body > .toasts .toast")).to_have_count(0)


def test_a_dialog_without_connection_says_so_inside_and_comes_by_itself(stage, either):
    for verb in OPENERS:
        go_offline(either)
        open_dialog(either, stage, verb)
        expect_told_inside(either, "No connection. This could not be loaded")
        expect(either.dialog.get_by_role("heading")).to_have_text(verb)

        go_offline(either, is_offline=False)

        expect_content(either)
        either.page.keyboard.press("Escape")
        expect(either.dialog).to_have_count(0)
    expect_can_be_given_up(stage, either)


def expect_can_be_given_up(stage, either):
    go_offline(either)
    open_dialog(either, stage, "New payment")
    expect_told_inside(either, "No connection")

    either.hand.leave(either.dialog)

    expect(either.dialog).to_have_count(0)
    expect(either.button("New payment")).to_be_focused()
    go_offline(either, is_offline=False)
    either.page.wait_for_timeout(300)
    expect(either.dialog).to_have_count(0)


def test_a_dialog_that_failed_is_asked_for_again_inside(stage, either):
    either.page.may_fail_to_load = True
    for kind in ("busy", "html"):
        stage.fail("*", kind, times=50)
        open_dialog(either, stage, "Change payment system")
        expect_told_inside(either, "Payment 3653/4:")
        either.press(either.button("Try again", either.dialog))
        expect_told_inside(either, "Payment 3653/4:")
        stage.portal.faults.clear()

        either.press(either.button("Try again", either.dialog))

        expect_content(either)
        either.hand.leave(either.dialog)

    # What may not be seen cannot be tried again.
    stage.fail("*", "denied", times=50)
    open_dialog(either, stage, "Change payment system")
    expect(either.dialog.get_by_role("alert")).to_contain_text("Payment 3653/4: You can’t see")
    expect(either.button("Try again", either.dialog)).to_have_count(0)
    either.hand.leave(either.dialog)
    expect(either.dialog).to_have_count(0)


def test_what_does_not_come_any_more_is_not_told_to_who_has_gone_on(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab()
    person.page.route("**/payments/new", lambda _route: None)
    person.press(person.button("New payment"))
    expect(person.dialog.locator(".skel").first).to_be_visible()
    person.page.keyboard.press("Escape")
    expect(person.dialog).to_have_count(0)
    person.page.unroute("**/payments/new")

    person.page.route("**/payments/*/system", lambda route: route.abort())
    open_dialog(person, stage, "Change payment system")

    expect(person.dialog.get_by_role("alert")).to_contain_text("No connection")
    expect(person.dialog.get_by_role("heading")).to_have_text("Change payment system")


def test_a_session_that_is_over_is_told_in_front_of_the_dialog(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab()
    stage.clock.advance(31 * 60)
    person.page.route("**/app.layout/ajax.php*", lambda _route: None)

    person.press(person.button("New payment"))

    expect(person.alert).to_contain_text("This tab was open for too long")
    expect(person.dialog).to_have_count(0)


def test_a_renewal_that_is_never_answered_is_given_up(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab()
    person.frame.evaluate("""() => {
      const limit = AbortSignal.timeout.bind(AbortSignal);
      AbortSignal.timeout = (time) => limit(time / 50);
    }""")
    stage.clock.advance(31 * 60)
    person.page.route("**/session", lambda _route: None)

    person.press(person.button("New payment"))

    expect(person.alert).to_contain_text("This tab was open for too long")


def test_a_dialog_that_was_closed_stays_closed_when_its_session_is_renewed(stage, person):
    person.page.may_fail_to_load = True
    person.open_tab()
    stage.clock.advance(31 * 60)
    renewing = Held(person, "/session$", "POST")
    renewing.wait(lambda: person.press(person.button("New payment")))
    person.page.keyboard.press("Escape")
    expect(person.dialog).to_have_count(0)
    asked = []
    person.page.on("request", lambda request: asked.append(request.url))

    renewing.let_go()

    # With the new session it comes when it is asked for.
    person.press(person.button("New payment"))
    expect_content(person)
    assert len([url for url in asked if url.endswith("/payments/new")]) == 1


def test_the_tab_comes_by_itself_when_the_connection_is_back(stage, person):
    person.go("/crm/deal/details/8061/")
    person.page.route("**/payments?first=1", lambda route: route.abort())
    person.page.may_fail_to_load = True
    person.page.get_by_role("tab", name="Payments").click()
    person.enter_frame()
    expect(person.frame.get_by_role("heading", name="No connection")).to_be_visible()
    person.page.unroute("**/payments?first=1")
    assert stage.was_installed

    go_offline(person)
    go_offline(person, is_offline=False)

    person.wait_until_loaded()
    expect(person.frame.locator("[data-payment-id]")).to_have_count(4)


@pytest.fixture
def late(stage, person):
    """Somebody at a page whose time a test lets pass, before a portal that takes four seconds."""
    person.page.clock.install()
    stage.portal.switches.request_ms = 4_000
    return person


@pytest.fixture
def late_in_the_tab(stage, late):
    """The same, with the tab open, and no time passes any more."""
    stage.portal.switches.request_ms = 0
    late.open_tab()
    stage.portal.switches.request_ms = 4_000
    stop_the_clock(late)
    return late


def stop_the_clock(someone):
    someone.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))


def wait_five_seconds(someone):
    someone.page.clock.run_for(4_900)
    expect(someone.frame.get_by_text(SLOW)).to_have_count(0)
    someone.page.clock.run_for(200)


def test_a_slow_portal_is_told_in_the_tab(late):
    late.start_tab()
    expect(late.frame.locator(".skel").first).to_be_visible()

    late.page.clock.run_for(5_000)

    expect(late.frame.get_by_role("status").filter(has_text=SLOW)).to_be_visible()
    late.wait_until_loaded()
    expect(late.frame.get_by_text(SLOW)).to_have_count(0)


def test_a_slow_portal_is_told_in_dialogs_and_beside_what_is_on_the_page(stage, late_in_the_tab):
    late = late_in_the_tab
    for verb in ("New payment", "Change payment system"):
        open_dialog(late, stage, verb)
        expect(late.dialog.locator(".skel").first).to_be_visible()

        wait_five_seconds(late)

        expect(late.dialog.get_by_role("status").filter(has_text=SLOW)).to_be_visible()
        expect_content(late)
        expect(late.frame.get_by_text(SLOW)).to_have_count(0)
        late.hand.leave(late.dialog)
        expect(late.dialog).to_have_count(0)
    expect_told_beside_what_is_on_the_page(late, stage.payments[2])


def expect_told_beside_what_is_on_the_page(late, small):
    late.press(late.button("Mark as paid", late.payment(small)))
    late.press(late.button("Mark as paid", late.dialog))
    expect(late.payment(small)).to_have_attribute("aria-busy", "true")

    wait_five_seconds(late)

    expect(late.frame.get_by_role("status").filter(has_text=SLOW)).to_be_visible()
    expect(late.status(small)).to_have_text("Paid")
    expect(late.frame.get_by_text(SLOW)).to_have_count(0)
    expect(late.said).to_contain_text("marked as paid")


def test_a_slow_portal_is_told_in_the_settings(late):
    late.be(ADMIN)
    late.open_application()
    expect(late.frame.locator("#settings .skel").first).to_be_visible()

    late.page.clock.run_for(5_000)

    expect(
        late.frame.locator("#settings").get_by_role("status").filter(has_text=SLOW)
    ).to_be_visible()
    expect(late.frame.get_by_role("button", name="Save settings")).to_be_visible()


def test_the_installer_waits_for_the_connection_and_goes_on(bare_stage, person):
    person.be(ADMIN)
    person.page.may_fail_to_load = True
    person.page.route("**/install/steps/tabs", lambda route: route.abort())
    person.go("/marketplace/")
    person.page.get_by_role("button", name="Install", exact=True).click()
    person.enter_frame()
    expect(person.alert).to_contain_text("The answer was lost. Try again")
    person.page.unroute("**/install/steps/tabs")
    go_offline(person)
    person.press(person.button("Try again"))
    expect(person.alert).to_contain_text("No connection: nothing was sent")

    go_offline(person, is_offline=False)

    # The portal opens the page of the finished application in the place of the wizard.
    expect(person.page.frame_locator("iframe.app-frame").locator("#settings")).to_be_visible()
    assert bare_stage.portal.installation.is_finished


def test_a_slow_portal_is_told_in_the_installer(bare_stage, person):
    person.page.clock.install()
    person.be(ADMIN)
    bare_stage.fail("placement.bind", "slow", seconds=8)
    person.go("/marketplace/")
    person.page.get_by_role("button", name="Install", exact=True).click()
    person.enter_frame()
    expect(person.frame.locator(".steps .is-now")).to_contain_text("Add the tab to cards")

    person.page.clock.run_for(5_000)

    expect(person.frame.get_by_role("status").filter(has_text=SLOW)).to_be_visible()


def test_an_advance_that_takes_long_says_so(stage, person):
    person.open_tab(opens=False)
    person.press(person.button("New payment"))
    expect_content(person)
    stage.portal.switches.request_ms = 7000

    person.press(person.dialog.get_by_label("An advance"))

    expect(person.dialog).to_contain_text(SLOW)
    expect(person.dialog).to_contain_text("€455.00, 30.9%")
    expect(person.dialog).not_to_contain_text(SLOW)


def test_a_row_that_is_drawn_again_while_it_reads_leaves_nobody_waiting(stage, person):
    """The answer of what has gone from the page reaches nobody who listens to the page."""
    person.page.clock.install()
    payment = stage.payments[2]
    whole = Held(person, "/payments/details$", "POST")
    side = Held(person, rf"/payments/{payment.id}/details")
    whole.wait(person.start_tab)
    side.wait(lambda: person.press(person.opener(payment)))
    with person.page.expect_request(side.is_it):
        whole.let_go()

    side.let_go()
    side.let_go()
    expect(person.payment(payment).locator(".pay__side dl")).to_be_visible()
    stop_the_clock(person)
    person.page.clock.run_for(6_000)

    expect(person.frame.get_by_text(SLOW)).to_have_count(0)
