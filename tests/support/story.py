"""What the stories of a portal's life share: other people, the queue of events, the database."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from playwright.sync_api import expect
from sqlalchemy import select

from b24app.simulator.portal_state.events import deliver_now
from b24app.storage import settings
from b24app.storage.models import Base
from tests.support.person import Mouse, Person

INVOICE_CARD = "/crm/type/31/details/512/"
DEAL_TAB, INVOICE_TAB = "CRM_DEAL_DETAIL_TAB", "CRM_SMART_INVOICE_DETAIL_TAB"
PROJECT_TAB = "CRM_DYNAMIC_1036_DETAIL_TAB"
SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
WIDTHS = (375, 1280)
HAS_NO_SCROLL_BARS = """() => {
  const page = document.scrollingElement;
  return page.scrollHeight <= innerHeight && page.scrollWidth <= page.clientWidth;
}"""
TWO_PICTURES = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
)


def seat(page, stage, user_id):
    """Somebody at a browser of their own."""
    someone = Person(page, stage, Mouse(page))
    someone.be(user_id)
    return someone


def open_settings(admin, page="Cards"):
    """Open the application's own page as an administrator, and go to one of its five pages."""
    admin.open_application()
    expect(admin.frame.get_by_role("button", name="Save settings")).to_be_visible()
    expect(admin.frame.locator("#diagnostics[aria-busy]")).to_have_count(0)
    if page != "Cards":
        turn_to(admin, page)
    return admin.frame


def turn_to(admin, page):
    """Go to a page of the settings, and wait until it is there."""
    admin.press(admin.frame.get_by_role("link", name=page, exact=True))
    expect(admin.frame.get_by_role("link", name=page, exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect(admin.frame.locator(f"#{page.lower()}")).to_be_visible()
    expect(admin.frame.locator("[data-panel][aria-busy]:visible")).to_have_count(0)


def save_settings(admin):
    admin.press(admin.button("Save settings"))
    expect(admin.said).to_contain_text("Settings saved")
    # The log and the findings follow the save.
    expect(admin.frame.locator(".htmx-request")).to_have_count(0)


def look_at_both_widths(someone, name):
    """No scroll bar in the frame, and a picture of all of it in build/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    usual = someone.page.viewport_size
    for width in WIDTHS:
        someone.page.set_viewport_size({"width": width, "height": 5000})
        if someone.frame:
            someone.frame.wait_for_function(HAS_NO_SCROLL_BARS)
            # A frame of another site is drawn anew a moment after the window changed.
            someone.frame.evaluate(TWO_PICTURES)
        path = SCREENSHOTS / f"story-{name}-{width}.png"
        someone.page.screenshot(path=path, animations="disabled")
    someone.page.set_viewport_size(usual)


def choose_people(admin, opener, *names):
    """Choose in the portal's own dialog, which lies over the frame."""
    admin.press(opener)
    dialog = admin.page.get_by_role("dialog", name="Select users")
    for name in names:
        dialog.get_by_role("checkbox", name=name).check()
    dialog.get_by_role("button", name="Select", exact=True).click()
    expect(dialog).to_have_count(0)


def tab_names(person, card):
    person.go(card)
    return [name.strip() for name in person.page.get_by_role("tab").all_inner_texts()]


def bound(stage):
    """The codes of all bound tabs, twice where a tab is bound twice."""
    return sorted(one.code for one in stage.portal.installation.placements)


def handled_events(stage):
    return sorted(one.event for one in stage.portal.installation.event_handlers)


def deliver(stage):
    """Let the portal's queue post its events, and our worker finish what they ask for."""
    deliver_now(stage.portal)
    for thread in threading.enumerate():
        if thread.name == "event-work":
            thread.join(30)


def settings_of(stage):
    with stage.deps.db.reading() as session:
        return settings.load(session, stage.portal.member_id)


def tables_naming_the_portal(stage):
    """Every table with a row that holds the member_id or the address of the portal."""
    names = (stage.portal.member_id, stage.portal.domain)
    with stage.deps.db.reading() as session:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            if any(name in json.dumps(list(row), default=str) for name in names)
        }


def forge(person, method, path, **fields):
    """Send what no control of the page sends any more, with the page's own session."""
    return person.frame.evaluate(
        """async ([method, path, fields]) => {
          const headers = JSON.parse(document.body.getAttribute("hx-headers"));
          const body = new URLSearchParams(fields);
          headers["Idempotency-Key"] = crypto.randomUUID();
          headers["HX-Request"] = "true";
          const answer = await fetch(path, { method, headers, body });
          return { status: answer.status, text: await answer.text() };
        }""",
        [method, path, fields],
    )
