"""How every state looks at 1280, 768 and 375: no scroll bar in the frame, nothing for axe to say.

Pictures of all of them go to build/screenshots, for people to look at.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from b24app.simulator.portal_state import seed
from tests.support.browser_stage import (
    ADMIN,
    DEAL_CARD,
    EMPTY_CARD,
    LINKED_CARD,
    MANAGER,
    READER,
    UNLINKED_CARD,
)
from tests.support.framed_app import bind_tab
from tests.support.story import open_settings

WIDE, MIDDLE, NARROW = (1280, 900), (768, 900), (375, 800)
SIZES = (NARROW, MIDDLE, WIDE)
SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe()
OVERFLOW = """() => {
  const page = document.scrollingElement;
  return [page.scrollHeight - innerHeight, page.scrollWidth - innerWidth,
    innerWidth - page.clientWidth].map((by) => Math.max(0, by)).join();
}"""
INNER_SCROLL = """() => [...document.querySelectorAll("main, main *, dialog[open], dialog[open] *")]
  .filter((one) => /auto|scroll/.test(getComputedStyle(one).overflow) && one.getClientRects().length
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
  .map((one) => one.tagName + "." + one.className)"""


@pytest.fixture
def look():
    """Looks at a state at every width."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return look_at


def look_at(someone, name, axe_too=True):
    for width, height in SIZES:
        someone.page.set_viewport_size({"width": width, "height": height})
        expect_no_scroll_bars(someone.frame)
        # The portal follows the frame's message a moment after the window changed.
        someone.frame.wait_for_function(f"() => !({INNER_SCROLL})().length")
        take_picture(someone.page, f"{name}-{width}")
        if axe_too:
            assert violations(someone.frame) == [], (name, width)


def take_picture(page, name):
    """Of the whole page: a frame of another site is drawn as far as the window reaches only."""
    size = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    page.set_viewport_size(size)


def expect_no_scroll_bars(frame):
    """The frame is as large as its content, as soon as the portal has followed its message."""
    for _ in range(150):
        if frame.evaluate(OVERFLOW) == "0,0,0":
            return
        frame.page.wait_for_timeout(100)
    raise AssertionError(f"too high, too wide, width of a bar: {frame.evaluate(OVERFLOW)}")


def violations(frame):
    """What axe objects to: the rule and the elements."""
    if not frame.evaluate("() => 'axe' in window"):
        frame.evaluate(AXE.axe_script)
    found = frame.evaluate(
        "(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES
    )
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]
    ]


def test_tab_with_open_details(stage, person, look):
    person.open_tab()
    for payment in stage.payments:
        details = person.payment(payment).locator("details")
        if not details.evaluate("one => one.open"):
            person.press(person.opener(payment))

    look(person, "tab")


def test_overlays_of_a_payment(stage, person, look):
    person.open_tab()
    for name, number, verb in (
        ("dialog-paid", 3, "Mark as paid"),
        ("dialog-unpaid", 0, "Mark as unpaid"),
        ("link", 0, "Show QR code"),
        ("send", 2, "Send"),
        ("menu", 2, "More actions"),
        ("reassign", 3, "Reassign delivery"),
        ("move", 3, "Move delivery"),
    ):
        person.press(person.button(verb, person.payment(stage.payments[number])))
        expect(person.frame.locator("dialog[open], .pop:popover-open")).to_be_visible()
        expect(person.frame.locator(".skel:visible")).to_have_count(0)
        look(person, name)
        close_overlay(person)


def test_dialogs_of_the_menu(stage, person, look):
    person.open_tab()
    for verb in ("Change payment system", "Add items", "Add delivery", "Delete payment"):
        person.choose_in_menu(stage.payments[2], verb)
        expect(person.dialog.locator(".dialog__foot")).to_be_visible()
        look(person, verb.lower().replace(" ", "-"))
        close_overlay(person)


@pytest.mark.usefixtures("stage")
def test_dialogs_of_the_card(person, look):
    person.open_tab()
    for verb in ("New payment", "Bill the rest", "Allocation"):
        person.press(person.button(verb))
        expect(person.dialog.locator(".dialog__foot")).to_be_visible()
        look(person, verb.lower().replace(" ", "-"))
        close_overlay(person)


def close_overlay(someone):
    someone.page.keyboard.press("Escape")
    expect(someone.frame.locator("dialog[open], .pop:popover-open")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "card"),
    [
        ("empty", EMPTY_CARD),
        ("linked", LINKED_CARD),
        ("nothing-linked", UNLINKED_CARD),
        ("fractions", "/crm/deal/details/8064/"),
        ("two-orders", "/crm/deal/details/8065/"),
        ("invoice", "/crm/type/31/details/512/"),
    ],
)
def test_other_cards(stage, person, look, name, card):
    bind_tab(stage.portal, "CRM_DYNAMIC_1036_DETAIL_TAB", f"{stage.app_url}/placement")

    person.open_tab(card)

    look(person, name)


def test_many_payments(stage, person, look):
    stage.portal.crm = type(stage.portal.crm)()
    seed.fill(stage.portal.crm, 60)
    person.start_tab()
    expect(person.frame.locator("[data-payment-id]")).to_have_count(60)
    expect(person.frame.locator("#payments")).not_to_have_attribute("aria-busy", "true")

    # What axe says of four payments it says of sixty, in half a minute.
    look(person, "many", axe_too=False)


@pytest.mark.parametrize("language", ["de", "ar"])
def test_other_languages(stage, person, look, language):
    stage.portal.users[MANAGER].language = language
    person.go(DEAL_CARD)
    person.page.locator("[role=tab]").last.click()
    person.enter_frame()
    person.wait_until_loaded()

    look(person, f"language-{language}")


def test_view_only_after_a_refusal(stage, person, look):
    person.be(READER)
    person.page.may_fail_to_load = True
    person.open_tab()
    person.press(person.button("Mark as paid", person.payment(stage.payments[2])))
    person.press(person.button("Mark as paid", person.dialog))
    expect(person.button("View only")).to_be_visible()
    person.wait_until_loaded()

    look(person, "view-only")


def test_toasts_of_success_and_failure(stage, person, look):
    person.page.may_fail_to_load = True
    person.open_tab()
    item = stage.items(stage.payments[3])[0]
    row = person.frame.locator(f'[data-item-id="{item.id}"]')
    person.press(person.button("Remove item", row))
    expect(person.button("Undo", person.said)).to_be_visible()
    stage.fail("*", "html", times=50)
    person.press(person.button("Refresh"))
    expect(person.alert).to_be_visible()

    look(person, "toasts")


def test_loading(stage, person, look):
    person.page.may_fail_to_load = True
    stage.portal.switches.request_ms = 10_000
    person.start_tab()
    expect(person.frame.locator(".skel").first).to_be_visible()

    look(person, "loading")


@pytest.mark.parametrize("kind", ["busy", "html", "portal_deleted"])
def test_first_load_fails(stage, person, look, kind):
    person.page.may_fail_to_load = True
    stage.fail("*", kind, times=50)
    person.start_tab()
    expect(person.alert).to_be_visible()
    person.expect_words(person.alert)

    look(person, f"first-load-{kind}")


@pytest.mark.parametrize("page", ["Cards", "Rules", "Defaults", "Activity", "Diagnostics"])
def test_each_page_of_the_settings(stage, person, look, page):
    stage.portal.installation.placements.pop()
    person.be(ADMIN)
    open_settings(person, page)

    look(person, f"settings-{page.lower()}")


@pytest.mark.usefixtures("stage")
def test_settings_that_were_not_taken(person, look):
    person.be(ADMIN)
    person.page.may_fail_to_load = True
    open_settings(person, "Rules")
    person.frame.get_by_label("Who can use: Delete payment").select_option("users")
    person.press(person.button("Save settings"))
    expect(person.alert).to_be_visible()

    look(person, "settings-refused")


@pytest.mark.usefixtures("stage")
def test_help(person, look):
    person.be(MANAGER)
    person.open_application()
    expect(person.frame.locator("#settings[data-first-load]")).to_have_count(0)

    look(person, "help")


def test_installer_at_work_and_failed(bare_stage, person, look):
    person.be(ADMIN)
    person.page.may_fail_to_load = True
    person.go("/marketplace/")
    bare_stage.fail("placement.bind", "slow", seconds=6)
    person.page.get_by_role("button", name="Install", exact=True).click()
    person.enter_frame()
    expect(person.frame.locator(".steps .is-now")).to_be_visible()
    look(person, "installer")
    bare_stage.fail("*", "html", times=50)
    expect(person.frame.get_by_role("heading", level=1)).to_have_text("Installation")
    expect(person.alert).to_be_visible()

    look(person, "installer-failed")


def test_landing_outside_of_a_portal(stage, new_page):
    page = new_page()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(stage.app_url)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Deal Payments"))
        page.screenshot(path=SCREENSHOTS / f"landing-{width}.png")
        assert violations(page) == []
