"""`make screenshots`: pictures of the running app for the README and the marketplace.

Each is 1280 x 720, what the marketplace asks for, and comes from the simulated portal.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable

from playwright.sync_api import FrameLocator, Page, ViewportSize, sync_playwright

from tools.stage import DEMO_CARD, ROOT, StageError, free_ports, stage

IMAGES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 720}
OPTIONS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]


def main() -> int:
    """Set the stage and take every picture. Returns the exit status."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        print("Chromium is missing: install it or name one in CHROMIUM.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    try:
        with (
            stage(ROOT / "instance" / "screenshots", *free_ports()) as running,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
            for name, take in PICTURES.items():
                page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
                take(page, running.portal_url)
                page.screenshot(path=IMAGES / f"{name}.png")
                page.close()
                print(f"docs/images/{name}.png")
            browser.close()
    except StageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def open_tab(page: Page, portal_url: str, card: str = DEMO_CARD) -> FrameLocator:
    """Open a card and its tab, and wait until the list stands."""
    page.goto(f"{portal_url}{card}")
    page.get_by_role("tab", name="Payments").click()
    frame = page.frame_locator(".app-frame")
    frame.locator('#payments[aria-busy="false"], #payments:not([aria-busy])').wait_for()
    frame.locator("[data-item-id]").first.wait_for()
    return frame


def tab(page: Page, portal_url: str) -> None:
    """The tab in the card of a deal."""
    open_tab(page, portal_url)


def new_payment(page: Page, portal_url: str) -> None:
    """The dialog of a new payment."""
    frame = open_tab(page, portal_url)
    frame.get_by_role("button", name="New payment").click()
    frame.get_by_role("dialog").locator("input, select").first.wait_for()


def link(page: Page, portal_url: str) -> None:
    """A payment's public link."""
    frame = open_tab(page, portal_url)
    frame.get_by_role("button", name="Copy public link").first.click()
    frame.get_by_role("dialog").locator("input").first.wait_for()


def settings(page: Page, portal_url: str) -> None:
    """The settings of the portal's administrator."""
    page.goto(f"{portal_url}/marketplace/")
    page.get_by_role("link", name=re.compile("Open", re.IGNORECASE)).first.click()
    page.frame_locator(".app-frame").get_by_role("button", name="Save settings").wait_for()


PICTURES: dict[str, Callable[[Page, str], None]] = {
    "tab": tab,
    "new-payment": new_payment,
    "link": link,
    "settings": settings,
}


if __name__ == "__main__":
    sys.exit(main())
