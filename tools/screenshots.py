"""`make screenshots`: pictures of the running app for the README and the marketplace.

Each is 1280 x 720, what the marketplace asks for, and comes from the simulated portal. A picture on
which nothing changed for the eye stays the file it was: ports stand in it, so these are fixed, and
two runs of a browser may differ in the last bit of a rounded corner.
"""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tools import chromium, walks
from tools.demo import port
from tools.stage import ROOT, StageError, stage
from tools.walks import Walker, Written

IMAGES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 720}
OPTIONS = [*chromium.OPTIONS, "--font-render-hinting=none"]
TRIES = 50
WRITTEN = Written(
    "bank statement 117",
    "20.11.2026;Northwind Ltd, payment 3653/4;7.680,00\n"
    "21.11.2026;Halvorsen & Co, lighting;2.258,00\n"
    "23.11.2026;Account fee;-12,00",
)
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
                take(Walker(page, running.portal_url, str, WRITTEN))
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


def opened(who: Walker) -> None:
    """Show an opened payment as far down as its details."""
    walks.opened(who)
    scroll_down(who.page)


def scroll_down(page: Page) -> None:
    """Bring what a payment consists of into the picture."""
    settled(page)
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 310); }")


def link(who: Walker) -> None:
    """Show a payment's public link."""
    frame = walks.open_tab(who)
    frame.get_by_role("button", name="Show QR code").first.click()
    frame.get_by_role("img", name="QR code").wait_for()


def allocation(who: Walker) -> None:
    """Show what is billed where."""
    frame = walks.open_tab(who)
    frame.get_by_role("button", name="Allocation").click()
    frame.get_by_role("table", name="What is billed where").wait_for()


def settings(who: Walker) -> None:
    """Show which cards have the tab."""
    walks.own_page(who, "Cards").get_by_role("button", name="Save settings").wait_for()


def activity(who: Walker) -> None:
    """Show who changed what: a payment is marked as paid first, and as unpaid again."""
    frame = walks.mark_as_paid(who)
    frame.get_by_role("dialog").get_by_role("button", name="Mark as paid").click()
    frame.get_by_role("button", name="Undo").click()
    frame.locator("#toasts", has_text="unpaid").wait_for()
    log = walks.own_page(who, "Activity")
    log.locator("#activity time").first.wait_for()
    # A time of today would be another one in every picture.
    for time in log.locator("#activity time").all():
        time.evaluate("(one) => { one.textContent = 'Nov 27, 2026, 9:41 AM'; }")


def remind_me(who: Walker) -> None:
    """Show when somebody can be reminded of a payment."""
    frame = walks.open_tab(who)
    frame.get_by_role("button", name="More actions").first.click()
    frame.get_by_role("button", name="Remind me", exact=True).click()
    days = frame.locator("dialog[open] .choice small")
    days.first.wait_for()
    for day, said in zip(days.all(), ("Nov 27", "Nov 28", "Dec 4"), strict=True):
        day.evaluate("(one, said) => { one.textContent = `${said}, 2026`; }", said)


def places(who: Walker) -> None:
    """Show a deal's payments in a panel over the list of deals, once that place is switched on."""
    cards = walks.own_page(who, "Cards")
    cards.get_by_role("checkbox", name="Deal list").check()
    cards.get_by_role("button", name="Save settings").click()
    cards.locator("#toasts", has_text="saved").wait_for()
    who.page.goto(f"{who.portal_url}/crm/deal/list/")
    who.page.get_by_label("Menu of Showroom lighting, phase 2", exact=True).click()
    who.page.locator("details[open]").get_by_text("Payments").click()
    panel = who.page.frame_locator(".side-panel iframe.app-frame")
    panel.locator(walks.LISTED).wait_for()
    panel.locator("[data-item-id]").first.wait_for(state="attached")


def diagnostics(who: Walker) -> None:
    """Show what the app has found out about the portal."""
    frame = walks.own_page(who, "Diagnostics")
    frame.get_by_role("button", name="Re-check").wait_for()
    frame.locator("#diagnostics .sect__lead").evaluate("(one) => { one.textContent = 'Checked'; }")
    for time in frame.locator("#diagnostics time").all():
        time.evaluate("(one) => { one.textContent = 'Nov 27, 2026, 9:41 AM'; }")


def installation(who: Walker) -> None:
    """Show a step of the installation that failed, with its reason and the way on."""
    page, portal_url = who.page, who.portal_url
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


PICTURES: dict[str, Callable[[Walker], object]] = {
    "tab": walks.open_tab,
    "many": walks.many,
    "new-payment": walks.advance,
    "link": link,
    "send": walks.send,
    "mark-as-paid": walks.mark_as_paid,
    "statement": walks.statement,
    "settings": settings,
    "opened": opened,
    "allocation": allocation,
    "rules": walks.rules,
    "activity": activity,
    "diagnostics": diagnostics,
    "remind-me": remind_me,
    "places": places,
    # Last: it leaves the portal without the app.
    "installation": installation,
}


if __name__ == "__main__":
    sys.exit(main())
