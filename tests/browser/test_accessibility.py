"""What people get who do not see the page as it was drawn, or not at all."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_look_of_words import style
from tests.support.browser_stage import ADMIN, DEAL_CARD, LINKED_CARD
from tests.support.framed_app import bind_tab
from tests.support.looks import violations
from tests.support.person import Keyboard, Mouse

TREE = """
- article "Payment 3653/4":
  - checkbox "Select payment 3653/4"
  - heading "Payment 3653/4" [level=2]:
    - button "Payment 3653/4"
  - paragraph: Bank transfer · 3 items and 1 delivery
  - text: Unpaid
  - paragraph
  - paragraph: €7,680.00
  - button "Mark as paid"
  - button "Copy public link"
  - button "Send"
  - button "More actions"
"""
LISTEN = """() => {
  window.heard = [];
  const isLive = (one) => one.closest?.("[role=status], [role=alert], [aria-live]");
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      const place = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      const words = [...addedNodes].map((one) => one.textContent).join(" ").trim();
      const isTold = isLive(place) || [...addedNodes].some((one) => one.matches?.("[role=alert]"));
      if (words && isTold && !place.closest("[aria-hidden=true]")) heard.push(words);
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
ICONS_OF_OTHER_COLOURS = """() => [...document.querySelectorAll("svg")].filter((one) =>
  one.checkVisibility() && getComputedStyle(one).color !== getComputedStyle(one.parentElement).color
).map((one) => one.parentElement.className)"""
SEVEN_TO_ONE = ("color-contrast-enhanced",)
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const look = getComputedStyle(one);
  const lasts = (text) => text.split(",").some((part) => parseFloat(part) > 0.01);
  const isDrawn = look.animationName !== "none" && lasts(look.animationDuration);
  return isDrawn || lasts(look.transitionDuration);
}).map((one) => one.id || one.className)"""


def test_a_payment_is_told_in_order_and_without_what_only_eyes_need(stage, person):
    person.open_tab(opens=False)

    expect(person.payment(stage.payments[3]).locator("..")).to_match_aria_snapshot(TREE)


def test_a_result_is_announced_once_and_the_focus_stays(stage, sit):
    someone = sit(Keyboard)
    someone.open_tab(opens=False)
    unpaid = stage.payments[2]
    someone.frame.evaluate(LISTEN)

    someone.press(someone.button("Mark as paid", someone.payment(unpaid)))
    someone.press(someone.button("Mark as paid", someone.dialog))

    expect(someone.said).to_contain_text("marked as paid")
    someone.wait_until_loaded()
    heard = someone.frame.evaluate("heard")
    assert [one for one in heard if "marked as paid" in one] != []
    assert len(heard) == 1, heard
    someone.expect_focus_kept(unpaid, someone.button("Mark as unpaid", someone.payment(unpaid)))


def test_forced_colours_keep_focus_selection_opened_row_and_icons(stage, sit):
    someone = sit(Mouse, forced_colors="active")
    someone.open_tab()
    opened, other = someone.payment(stage.payments[3]), someone.payment(stage.payments[0])
    someone.press(other.get_by_role("checkbox"))
    someone.page.keyboard.press("Tab")

    focused = someone.frame.locator(":focus")
    assert style(focused, "outline-style") == "solid"
    assert style(focused, "outline-color") != style(focused, "background-color")
    edge = style(opened, "background-color", "::before")
    assert edge != style(opened, "background-color")
    assert style(other.get_by_role("checkbox"), "appearance") != "none"
    # What is a link elsewhere has an edge here, and its words keep away from it.
    for name in ("Reassign delivery", "Move delivery"):
        button = opened.get_by_role("button", name=name, exact=True)
        assert style(button, "padding-inline-start") == style(button, "padding-inline-end")

    # Icons look like their words, and what cannot be pressed looks like that.
    someone.page.emulate_media(color_scheme="dark")
    someone.press(other.get_by_role("checkbox"))
    assert someone.frame.evaluate(ICONS_OF_OTHER_COLOURS) == []
    more = opened.get_by_role("button", name="Increase quantity").first
    less = opened.get_by_role("button", name="Decrease quantity").first
    expect(more).to_have_attribute("aria-disabled", "true")
    assert style(more, "color") != style(less, "color")

    someone.press(someone.button("More for this list"))
    assert someone.frame.evaluate(ICONS_OF_OTHER_COLOURS) == []


def test_more_contrast_is_given_to_who_asked_for_that(stage, sit):
    someone = sit(Mouse, contrast="more")
    someone.open_tab()
    someone.press(someone.payment(stage.payments[0]).get_by_role("checkbox"))
    expect(someone.frame.locator("#selected")).to_contain_text("1 selected")
    assert violations(someone.frame, only=SEVEN_TO_ONE) == []
    card = someone.frame.locator(".card").first
    assert style(card, "outline-style") == "solid"

    someone.be(ADMIN)
    someone.open_application()
    for name in ("Cards", "Rules", "Defaults", "Activity", "Diagnostics"):
        someone.press(someone.frame.get_by_role("link", name=name, exact=True))
        someone.frame.wait_for_function("() => !document.querySelector('.htmx-request')")
        assert violations(someone.frame, only=SEVEN_TO_ONE) == [], name


def test_nothing_moves_for_who_asked_for_that(stage, person):
    assert stage.was_installed
    person.open_tab()
    person.press(person.button("New payment"))
    expect(person.dialog.locator(".dialog__foot")).to_be_visible()

    assert person.frame.evaluate(MOVING) == []


def test_another_tab_of_the_card_and_back_changes_nothing(stage, person):
    person.open_tab()
    opened = person.payment(stage.payments[3])
    asked = len(stage.http_calls)
    person.page.get_by_role("tab", name="General").click()
    expect(person.page.locator("iframe.app-frame")).to_be_hidden()

    person.page.get_by_role("tab", name="Payments").click()

    expect(person.page.locator("iframe.app-frame")).to_be_visible()
    expect(opened.locator(".facts")).to_be_visible()
    person.wait_until_loaded()
    assert len(stage.http_calls) == asked
    person.press(person.button("Mark as paid", opened))
    expect(person.dialog).to_be_in_viewport()


@pytest.mark.parametrize("card", [DEAL_CARD, LINKED_CARD])
def test_no_description_repeats_the_name_that_it_follows(stage, person, card):
    bind_tab(stage.portal, "CRM_DYNAMIC_1036_DETAIL_TAB", f"{stage.app_url}/placement")
    person.open_tab(card, opens=False)

    told = told_of_buttons(person.page)

    assert "Refresh" in [name for name, _more in told]
    assert [(name, more) for name, more in told if more.startswith(name)] == []


def told_of_buttons(page):
    """Name and description of each button in the frame, as the browser tells them."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    [frame] = session.send("Page.getFrameTree")["frameTree"]["childFrames"]
    nodes = session.send("Accessibility.getFullAXTree", {"frameId": frame["frame"]["id"]})["nodes"]
    session.detach()
    buttons = [one for one in nodes if one.get("role", {}).get("value") == "button"]
    return [
        tuple(one.get(part, {}).get("value", "") for part in ("name", "description"))
        for one in buttons
    ]
