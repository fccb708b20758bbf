"""`make screenshots`: pictures of the running app for the README and the marketplace.

Each is 1280 x 720, what the marketplace asks for, and comes from the simulated portal. A picture on
which nothing changed for the eye stays the file it was: ports stand in it, so these are fixed, and
two runs of a browser may differ in the last bit of a rounded corner.
"""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, FrameLocator, Page, ViewportSize, sync_playwright

from tools import chromium
from tools.demo import port
from tools.stage import DEMO_CARD, ROOT, StageError, stage

IMAGES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 720}
OPTIONS = [*chromium.OPTIONS, "--font-render-hinting=none"]
TRIES = 50
INVISIBLE = 8
"""How far a channel of a pixel, of 255, may be off before somebody could see it."""

DIFFERENCE = """async ([before, after, invisible]) => {
  const pixels = async (data) => {
    const image = await createImageBitmap(await (await fetch(data)).blob());
    const place = new OffscreenCanvas(image.width, image.height).getContext("2d");
    place.drawImage(image, 0, 0);
    return place.getImageData(0, 0, image.width, image.height).data;
  };
  const [old, fresh] = [await pixels(before), await pixels(after)];
  const isFar = (one, at) => Math.abs(one - old[at]) > invisible;
  return old.length !== fresh.length || fresh.some(isFar);
}"""


def main() -> int:
    """Set the stage and take every picture. Returns the exit status."""
    program = chromium.path()
    if program is None:
        print("Chromium is missing: install it or name one in CHROMIUM.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    try:
        with (
            stage(
                ROOT / "instance" / "screenshots", port("APP_PORT", 8710), port("PORTAL_PORT", 8724)
            ) as running,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
            for name, take in PICTURES.items():
                page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
                take(page, running.portal_url)
                verdict = keep(browser, IMAGES / f"{name}.png", settled(page))
                page.close()
                print(f"docs/images/{name}.png {verdict}")
            browser.close()
    except StageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def settled(page: Page) -> bytes:
    """Take a picture that is the same twice: a frame may be drawn again after its text."""
    last = page.screenshot()
    for _ in range(TRIES):
        page.evaluate("() => new Promise((done) => requestIdleCallback(done))")
        taken = page.screenshot()
        if taken == last:
            return taken
        last = taken
    raise StageError(f"{page.url} never stands still.")


def keep(browser: Browser, path: Path, taken: bytes) -> str:
    """Write a picture unless it looks like the one that is there. Returns what was done."""
    if path.exists() and not differ(browser, path.read_bytes(), taken):
        return "is as it was"
    path.write_bytes(taken)
    return "is new"


def differ(browser: Browser, before: bytes, after: bytes) -> bool:
    """Return whether anybody could tell two pictures apart."""
    page = browser.new_page()
    addresses = [
        f"data:image/png;base64,{b64encode(picture).decode()}" for picture in (before, after)
    ]
    is_other = page.evaluate(DIFFERENCE, [*addresses, INVISIBLE])
    page.close()
    return bool(is_other)


def open_tab(page: Page, portal_url: str, card: str = DEMO_CARD) -> FrameLocator:
    """Open a card and its tab, and wait until the list stands."""
    page.goto(f"{portal_url}{card}")
    page.get_by_role("tab", name="Payments").click()
    frame = page.frame_locator(".app-frame")
    frame.locator('#payments[aria-busy="false"], #payments:not([aria-busy])').wait_for()
    frame.locator("[data-item-id]").first.wait_for(state="attached")
    return frame


def tab(page: Page, portal_url: str) -> None:
    """Show the tab in the card of a deal."""
    open_tab(page, portal_url)


def many(page: Page, portal_url: str) -> None:
    """Show what can be done with two selected payments."""
    frame = open_tab(page, portal_url)
    for box in frame.get_by_role("checkbox", name="Select payment").all()[:2]:
        box.check()
    frame.locator("#selected", has_text="2 selected").wait_for()


def new_payment(page: Page, portal_url: str) -> None:
    """Show the dialog of a new payment, with an advance worked out."""
    frame = open_tab(page, portal_url)
    frame.get_by_role("button", name="New payment").click()
    frame.get_by_role("radio", name="An advance").check()
    frame.get_by_role("radiogroup", name="Nearest sums").wait_for()
    frame.locator("#dialog-sum", has_text="455.00").wait_for()


def link(page: Page, portal_url: str) -> None:
    """Show a payment's public link."""
    frame = open_tab(page, portal_url)
    frame.get_by_role("button", name="Show QR code").first.click()
    frame.get_by_role("img", name="QR code").wait_for()


def mark_as_paid(page: Page, portal_url: str) -> None:
    """Show the question before a payment is marked as paid, with a note."""
    frame = open_tab(page, portal_url)
    frame.get_by_role("button", name="Mark as paid").first.click()
    frame.get_by_label("Note or reference").fill("bank statement 117")


STATEMENT = """20.11.2026;Northwind Ltd, payment 3653/4;7.680,00
21.11.2026;Halvorsen & Co, lighting;2.258,00
23.11.2026;Account fee;-12,00"""


def statement(page: Page, portal_url: str) -> None:
    """Show which payments the lines of a bank statement pay."""
    frame = open_tab(page, portal_url)
    frame.get_by_role("button", name="More for this list").click()
    frame.get_by_role("button", name="Match a bank statement").click()
    frame.get_by_label("Lines of the statement").fill(STATEMENT)
    frame.get_by_role("button", name="Find payments").click()
    frame.get_by_text("1 of 3 lines").wait_for()
    frame.locator("dialog[open] input[type=checkbox]").first.check()


def send(page: Page, portal_url: str) -> None:
    """Show the ways to send a payment's link."""
    frame = open_tab(page, portal_url)
    frame.get_by_role("button", name="Send", exact=True).first.click()
    frame.get_by_role("link", name="WhatsApp").wait_for()


def opened(page: Page, portal_url: str) -> None:
    """Show an opened payment: items, deliveries, details."""
    frame = open_tab(page, portal_url)
    row = frame.locator("[data-payment-id][data-paid=N]").first
    row.locator("[aria-expanded]").first.click()
    settled(page)
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 310); }")


def allocation(page: Page, portal_url: str) -> None:
    """Show what is billed where."""
    frame = open_tab(page, portal_url)
    frame.get_by_role("button", name="Allocation").click()
    frame.get_by_role("table", name="What is billed where").wait_for()


def own_page(page: Page, portal_url: str, name: str) -> FrameLocator:
    """Open a page of the settings as the portal's administrator."""
    page.goto(f"{portal_url}/marketplace/")
    page.get_by_role("link", name=re.compile("Open", re.IGNORECASE)).first.click()
    frame = page.frame_locator(".app-frame")
    frame.get_by_role("link", name=re.compile(f"^{name}")).click()
    return frame


def settings(page: Page, portal_url: str) -> None:
    """Show which cards have the tab."""
    own_page(page, portal_url, "Cards").get_by_role("button", name="Save settings").wait_for()


def rules(page: Page, portal_url: str) -> None:
    """Show who may do what."""
    own_page(page, portal_url, "Rules").get_by_text("Who may do what").wait_for()


def activity(page: Page, portal_url: str) -> None:
    """Show who changed what: a payment is marked as paid first, and as unpaid again."""
    frame = open_tab(page, portal_url)
    frame.get_by_role("button", name="Mark as paid").first.click()
    frame.get_by_label("Note or reference").fill("bank statement 117")
    frame.get_by_role("dialog").get_by_role("button", name="Mark as paid").click()
    frame.get_by_role("button", name="Undo").click()
    frame.locator("#toasts", has_text="unpaid").wait_for()
    log = own_page(page, portal_url, "Activity")
    log.locator("#activity time").first.wait_for()
    # A time of today would be another one in every picture.
    for time in log.locator("#activity time").all():
        time.evaluate("(one) => { one.textContent = 'Nov 27, 2026, 9:41 AM'; }")


def diagnostics(page: Page, portal_url: str) -> None:
    """Show what the app has found out about the portal."""
    frame = own_page(page, portal_url, "Diagnostics")
    frame.get_by_role("button", name="Re-check").wait_for()
    frame.locator("#diagnostics .sect__lead").evaluate("(one) => { one.textContent = 'Checked'; }")
    for time in frame.locator("#diagnostics time").all():
        time.evaluate("(one) => { one.textContent = 'Nov 27, 2026, 9:41 AM'; }")


def installation(page: Page, portal_url: str) -> None:
    """Show a step of the installation that failed, with its reason and the way on."""
    control = partial(page.request.post, timeout=20_000)
    control(f"{portal_url}/_control/uninstall", form={"clean": "1"})
    control(
        f"{portal_url}/_control/fault",
        form={"method": "placement.bind", "kind": "error_500", "times": "9"},
    )
    page.goto(f"{portal_url}/marketplace/")
    page.get_by_role("button", name="Install", exact=True).click()
    frame = page.frame_locator(".app-frame")
    frame.get_by_role("button", name="Try again").wait_for()
    frame.locator("#wizard code").evaluate("(one) => { one.textContent = '4f2a91c07be3d586'; }")


PICTURES: dict[str, Callable[[Page, str], None]] = {
    "tab": tab,
    "many": many,
    "new-payment": new_payment,
    "link": link,
    "send": send,
    "mark-as-paid": mark_as_paid,
    "statement": statement,
    "settings": settings,
    "opened": opened,
    "allocation": allocation,
    "rules": rules,
    "activity": activity,
    "diagnostics": diagnostics,
    # Last: it leaves the portal without the app.
    "installation": installation,
}


if __name__ == "__main__":
    sys.exit(main())
