"""Ways to the states of the app that pictures show, of `docs/` and of the marketplace.

They go by the words of the page, in any language: `say` translates them. So a change of a page is
followed here, for all pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import FrameLocator, Locator, Page

from tools.stage import DEMO_CARD

LISTED = '#payments[aria-busy="false"], #payments:not([aria-busy])'

Say = Callable[[str], str]


class Written(NamedTuple):
    """What somebody types in a picture; the simulated deal has these payments and amounts."""

    note: str
    statement: str


class Walker(NamedTuple):
    """Who walks: the page of a browser, the address of the portal, and the language."""

    page: Page
    portal_url: str
    say: Say
    written: Written


def open_tab(who: Walker, card: str = DEMO_CARD) -> FrameLocator:
    """Open a card and its tab, and wait until the list stands."""
    who.page.goto(f"{who.portal_url}{card}")
    who.page.get_by_role("tab", name=who.say("Payments")).click()
    frame = who.page.frame_locator(".app-frame")
    frame.locator(LISTED).wait_for()
    frame.locator("[data-item-id]").first.wait_for(state="attached")
    return frame


def own_page(who: Walker, name: str) -> FrameLocator:
    """Open a page of the settings as the portal's administrator."""
    who.page.goto(f"{who.portal_url}/marketplace/")
    who.page.get_by_role("link", name=re.compile("Open", re.IGNORECASE)).first.click()
    frame = who.page.frame_locator(".app-frame")
    frame.get_by_role("link", name=re.compile(f"^{re.escape(who.say(name))}")).click()
    return frame


def opened(who: Walker) -> None:
    """Show an opened payment: items, deliveries, details."""
    row = open_tab(who).locator("[data-payment-id][data-paid=N]").first
    row.locator("[aria-expanded]").first.click()
    row.locator("[data-item-id]").first.wait_for()


def many(who: Walker) -> None:
    """Show what can be done with two selected payments."""
    frame = open_tab(who)
    for box in frame.locator("[data-payment-id] input[type=checkbox]").all()[:2]:
        box.check()
    frame.locator("#selected", has_text="2").wait_for()


def advance(who: Walker) -> None:
    """Show the dialog of a new payment, with an advance worked out."""
    frame = open_tab(who)
    frame.get_by_role("button", name=who.say("New payment")).first.click()
    frame.get_by_role("radio", name=who.say("An advance")).check()
    frame.get_by_role("radiogroup", name=who.say("Nearest sums")).wait_for()
    frame.locator("#dialog-sum", has_text="455").wait_for()


def send(who: Walker) -> FrameLocator:
    """Show the ways to send a payment's link."""
    frame = open_tab(who)
    _button(frame, who.say("Send")).first.click()
    frame.get_by_role("link", name="WhatsApp").wait_for()
    return frame


def mark_as_paid(who: Walker) -> FrameLocator:
    """Show the question before a payment is marked as paid, with a note."""
    frame = open_tab(who)
    frame.get_by_role("button", name=who.say("Mark as paid")).first.click()
    frame.get_by_label(who.say("Note or reference")).fill(who.written.note)
    return frame


def statement(who: Walker) -> None:
    """Show which payments the lines of a bank statement pay."""
    frame = open_tab(who)
    _button(frame, who.say("More for this list")).click()
    _button(frame, who.say("Match a bank statement")).click()
    frame.get_by_label(who.say("Lines of the statement")).fill(who.written.statement)
    _button(frame, who.say("Find payments")).click()
    frame.locator("dialog[open] input[type=checkbox]").first.check()


def rules(who: Walker) -> None:
    """Show who may do what."""
    _button(own_page(who, "Rules"), who.say("Save settings")).wait_for()


def _button(frame: FrameLocator, name: str) -> Locator:
    return frame.get_by_role("button", name=name, exact=True)
