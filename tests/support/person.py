"""A person at the browser: opens cards, presses what they see, and looks at what comes."""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

from playwright.sync_api import Error, expect
from playwright.sync_api import TimeoutError as LateError

from tests.support.asking import asked, click_tab, shown_frame
from tests.support.browser_stage import DEAL_CARD

TABS_TO_PRESS = 250
CLICKS_AT_MOST = 5
FEELS = """() => {
  const state = { felt: false };
  const feel = ({ target }) => { state.felt = !target.matches("dialog[open]"); };
  addEventListener("pointerdown", feel, { capture: true, once: true });
  return state;
}"""
STEPS = """(one) => {
  const at = document.activeElement;
  if (one === at) return 0;
  const pop = (stop) => stop.closest(":popover-open");
  if (!at || at === document.body || pop(at) !== pop(one)) return 1;
  const isAfter = (stop, other) => Boolean(
    other.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING);
  const within = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document;
  const stops = [...within.querySelectorAll(
    "a[href], button, input:not([type=radio]), select, textarea, summary, [tabindex]")]
    .filter((stop) => stop.tabIndex >= 0 && !stop.matches(":disabled, [inert] *") &&
      pop(stop) === pop(one) && stop.checkVisibility({ visibilityProperty: true }));
  const isAhead = isAfter(one, at);
  const isBetween = (stop) => stop !== one && stop !== at && isAfter(one, stop) &&
    isAfter(stop, at);
  const isOnTheWayAround = (stop) => stop !== at && stop !== one &&
    (isAfter(one, stop) || isAfter(stop, at));
  return 1 + stops.filter(isAhead ? isBetween : isOnTheWayAround).length;
}"""
"""How many stops of Tab there are to a control, at least: to look after each costs half a test."""

TWO_PICTURES = """() => new Promise((drawn) => {
  requestAnimationFrame(() => requestAnimationFrame(drawn));
})"""

STILL = """() => {
  const has = (selector) => Boolean(document.querySelector(selector));
  const strip = document.querySelector("#strip");
  return Object.entries({
    "the strip is not seen": !strip?.checkVisibility({ visibilityProperty: true }),
    "the payments are read": !has("#payments:not([aria-busy=true])"),
    "a payment is busy": has(".pay[aria-busy=true]"),
    // Where nothing reads ahead, what payments are made of waits to be opened.
    "a payment waits": has("#tab:has(.pay__load) .pay__more[data-waits]"),
    // A click into a frame that still grows may miss.
    "the frame grows": document.scrollingElement.scrollHeight > innerHeight,
    "an opened payment is read": %s,
  }).filter(([, is]) => is).map(([what]) => what);
}"""
OPENING = 'has(".pay__more[open] :is([data-needs], [hx-trigger=need])")'
STILL_LOADING, STILL_OPENING = STILL % "false", STILL % OPENING
"""What a tab is still doing, by name; none of it, and it may be used."""


class Person:
    """One browser window on the portal. `frame` is the application's frame on the present page."""

    def __init__(self, page, stage, hand):
        self.page = page
        self.stage = stage
        self.hand = hand
        self.frame: Any = None

    # Going places

    def be(self, user_id):
        """Sit down as another employee."""
        cookie = {"name": "simulator_user", "value": str(user_id), "url": self.stage.portal.origin}
        self.page.context.add_cookies([cookie])

    def go(self, path):
        self.page.goto(self.stage.portal.origin + path)

    def start_tab(self, card=DEAL_CARD):
        """Open a card's tab without waiting for its content."""
        self.go(card)
        click_tab(self.page, "Payments")
        return self.enter_frame()

    def open_tab(self, card=DEAL_CARD, *, opens=True):
        """Open a card's tab and, where it has one, its newest unpaid payment, and let all load."""
        self.start_tab(card)
        self.wait_until_loaded()
        if opens:
            self.frame.evaluate("() => document.querySelector('.pay--unpaid .pay__open')?.click()")
            self.wait_until_opened()
        return self.frame

    def wait_until_opened(self):
        """Wait for what only an opened payment shows."""
        self._wait_for_none_of(STILL_OPENING)

    def opener(self, payment):
        """The button that opens a payment's row, and closes it."""
        return self.payment(payment).locator(".pay__open")

    def open_application(self):
        self.go(f"/marketplace/app/{self.stage.portal.application.code}/")
        return self.enter_frame()

    def enter_frame(self):
        self.frame = shown_frame(self.page)
        return self.frame

    def wait_until_loaded(self):
        self._wait_for_none_of(STILL_LOADING)

    def _wait_for_none_of(self, waiting):
        """In one question: one for each is a tenth of the work of opening a tab."""
        try:
            asked(self.frame, f"() => !({waiting})().length")
        except LateError:
            raise AssertionError(f"still: {self.frame.evaluate(waiting)}") from None

    def resize(self, width, height=900):
        """Make the window another size, and wait until the frame has followed and is drawn."""
        before = self.frame.evaluate("innerWidth")
        if width == self.page.viewport_size["width"]:
            before = None
        self.page.set_viewport_size({"width": width, "height": height})
        asked(self.frame, "(before) => innerWidth !== before", before)
        self.frame.evaluate(TWO_PICTURES)

    # Looking

    def payment(self, payment):
        return self.frame.locator(f'[data-payment-id="{payment.id}"]')

    def status(self, payment):
        return self.payment(payment).locator(".pay__state .badge")

    def button(self, name, within=None):
        return (within or self.frame).get_by_role("button", name=name, exact=True)

    @property
    def dialog(self):
        return self.frame.locator("dialog[open]")

    @property
    def said(self):
        """What the toasts say."""
        return self.frame.locator(".toasts:has(.toast)")

    @property
    def alert(self):
        return self.frame.get_by_role("alert")

    def expect_words(self, locator):
        """What a person is told: a sentence or more, nothing of the program's inside."""
        expect(locator).to_be_visible()
        text = locator.inner_text()
        assert re.search(r"[A-Z].{10,}\.", text), text
        assert not re.search(r"Traceback|Exception|Error:|error 0|undefined|None|\{|<", text), text

    # Doing

    def press(self, locator):
        self.hand.press(locator)

    def open_menu(self, payment):
        self.press(self.button("More actions", self.payment(payment)))

    def choose_in_menu(self, payment, name):
        self.open_menu(payment)
        self.press(self.button(name, self.payment(payment).locator(".menu")))

    def expect_focus_on(self, *locators):
        """The focus is, or comes to be, on one of these."""
        any_of_them = reduce(lambda one, other: one.or_(other), locators)
        expect(any_of_them.and_(self.frame.locator(":focus"))).to_have_count(1)

    def expect_focus_kept(self, payment, *locators):
        """After a change the focus is on the control that was used, or on the payment's title."""
        self.expect_focus_on(*locators, self.payment(payment).locator(".pay__title"))


def has_felt(state):
    try:
        return state.evaluate("state => state.felt")
    except Error:
        # The page that could tell is gone: the click led away from it.
        return True


class Mouse:
    """Somebody who clicks."""

    name = "mouse"

    def __init__(self, page):
        self.page = page

    def press(self, locator, clicks=1):
        """Click, again where the page felt nothing at all, or a press beside its dialog.

        A busy browser may still hold an older picture of a frame that has just grown, and sends
        the click to where the button was. What a page did feel is never sent twice.
        """
        self.scroll_to(locator)
        for attempt in range(CLICKS_AT_MOST):
            felt = locator.evaluate_handle(FEELS)
            locator.click(click_count=clicks)
            if has_felt(felt):
                return
            # The newer picture comes soon, and later on a busy machine.
            self.page.wait_for_timeout(100 * 2**attempt)
        raise AssertionError(f"no click reaches {locator}")

    def scroll_to(self, locator):
        """Turn the wheel until the control is in sight, as at the end of a long dialog."""
        box, size = locator.bounding_box(), self.page.viewport_size
        if box is None or 0 <= box["y"] <= size["height"] - box["height"]:
            return
        self.page.mouse.move(size["width"] / 2, size["height"] / 2)
        self.page.mouse.wheel(0, box["y"] - size["height"] / 2)
        self.page.wait_for_timeout(150)

    def toggle(self, locator):
        self.press(locator)

    def choose(self, locator, label):
        locator.select_option(label=label)

    def write(self, locator, text):
        self.press(locator, clicks=3)
        self.page.keyboard.type(text)

    def leave(self, dialog):
        self.press(dialog.get_by_role("button", name="Cancel"))


class Keyboard:
    """Somebody without a mouse: Tab to a control, then Enter, Space, letters or Esc."""

    name = "keyboard"

    def __init__(self, page):
        self.page = page

    def reach(self, locator):
        """Press Tab until the control has the focus, as a person would; far away, hold it."""
        locator.wait_for()
        pressed = 0
        while steps := locator.evaluate(STEPS):
            if pressed >= TABS_TO_PRESS:
                break
            for _ in range(steps):
                self.page.keyboard.down("Tab")
            self.page.keyboard.up("Tab")
            pressed += steps
        else:
            return
        raise AssertionError(f"Tab never reaches {locator}")

    def press(self, locator):
        self.reach(locator)
        self.page.keyboard.press("Enter")

    def toggle(self, locator):
        self.reach(locator)
        self.page.keyboard.press("Space")

    def choose(self, locator, label):
        """Type the beginning of an option's name into a closed list."""
        self.reach(locator)
        self.page.keyboard.type(label)
        assert locator.evaluate("one => one.selectedOptions[0].label.trim()") == label

    def write(self, locator, text):
        self.reach(locator)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def leave(self, _dialog):
        self.page.keyboard.press("Escape")
