"""Pictures of the kit: the icon, the app in a card in each language, and the legal pages.

The pictures show the running app in a simulated portal that speaks the language of the card; each
is 1280 x 720. A picture on which nothing changed for the eye stays the file it was.
"""

from __future__ import annotations

import gettext
import re
import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

from playwright.sync_api import Browser, FrameLocator, Locator, Page, sync_playwright

from tools import chromium
from tools.market.kit import LANGUAGES, ROOT, Places, values
from tools.market.portal import words_of
from tools.screenshots import OPTIONS, SIZE, keep, settled
from tools.stage import DEMO_CARD, StageError, stage

APP_PORT, PORTAL_PORT = 8710, 8724
LISTED = '#payments[aria-busy="false"], #payments:not([aria-busy])'
LEGAL = {"license": "/legal/license", "privacy": "/legal/privacy"}
STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
OF_THE_TAB = re.compile(
    r"(?:<script\b.*?</script>|<meta name=.htmx-config[^>]*>|<div hidden><svg\b.*?</svg></div>)\s*",
    re.DOTALL,
)
"""Its behaviour and its icons."""
USED_RULES = r"""() => {
  const isUsed = (selector) => {
    const plain = selector.replace(/::?(before|after|hover|active|focus[a-z-]*)/g, "");
    try { return document.querySelector(plain) } catch { return false }
  };
  const kept = (rules) => [...rules].map((rule) => {
    if (rule.selectorText) return isUsed(rule.selectorText) ? rule.cssText : "";
    const inner = rule instanceof CSSMediaRule ? kept(rule.cssRules) : "";
    return inner && `@media ${rule.conditionText} {\n${inner}\n}`;
  }).filter(Boolean).join("\n");
  return [...document.styleSheets].map((sheet) => kept(sheet.cssRules)).join("\n");
}"""
"""The rules of a page's style that one of its elements needs: the rest is about the tab."""
LINK = "https://lumen.example/~99414"
SIMULATED = ("Portal simulator", "Control")

Say = Callable[[str], str]


class Written(NamedTuple):
    """What somebody types in a picture; the simulated deal has these payments and amounts."""

    note: str
    statement: str


WRITTEN = {
    "Payments": Written(
        "bank statement 117",
        "2026-11-20;Northwind Showrooms, payment 3653/4;7,680.00\n"
        "2026-11-21;Halvorsen & Co, lighting;2,258.00\n"
        "2026-11-23;Account fee;-12.00",
    ),
    "Zahlungen": Written(
        "Kontoauszug 117",
        "20.11.2026;Nordwind Wohnräume GmbH, Zahlung 3653/4;7.680,00\n"
        "21.11.2026;Halvorsen & Co, Beleuchtung;2.258,00\n"
        "23.11.2026;Kontoführung;-12,00",
    ),
    "Оплаты": Written(
        "выписка 117",
        "20.11.2026;Северный ветер, оплата 3653/4;7 680,00\n"
        "21.11.2026;Халворсен и партнёры, освещение;2 258,00\n"
        "23.11.2026;Ведение счёта;-12,00",
    ),
}
"""By what the tab is called."""


def main(places: Places) -> int:
    """Make all of them. Returns the exit status."""
    program = chromium.path()
    if program is None:
        print("Chromium is missing: install it or name one in CHROMIUM.", file=sys.stderr)
        return 1
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
            _icon(places, browser)
            for language in LANGUAGES:
                _in_language(places, browser, language)
            browser.close()
    except StageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _icon(places: Places, browser: Browser) -> None:
    """Draw the icon with the browser: its own picture of a page has no transparency."""
    page = browser.new_page(viewport={"width": 650, "height": 650})
    drawing = (ROOT / "tools/market/icon.svg").read_text(encoding="utf-8")
    page.set_content(f"<body style='margin:0;font-size:0'>{drawing}")
    verdict = keep(browser, places.market / "icon.png", page.screenshot())
    page.close()
    print(f"market/icon.png {verdict}")


def _in_language(places: Places, browser: Browser, language: str) -> None:
    known = values(places, language)
    portal = [sys.executable, "-m", "tools.market.portal", "--port", str(PORTAL_PORT)]
    folder = places.market / language / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with stage(
        ROOT / "instance" / "market",
        APP_PORT,
        PORTAL_PORT,
        {"LICENSOR": known["licensor"], "SUPPORT_EMAIL": known["support_email"]},
        portal=[*portal, "--language", language],
    ) as running:
        for name, path in LEGAL.items():
            text = _standing_alone(browser, running.app_url, path, language)
            (places.market / language / f"{name}.html").write_text(text, encoding="utf-8")
        say = _catalogue(language)
        for number, (name, take) in enumerate(PICTURES.items(), 1):
            page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
            page.set_default_timeout(20_000)
            take(page, running.portal_url, say)
            _demand_language(page, language)
            target = folder / f"{number}-{name}.png"
            print(f"{target.relative_to(places.root)} {keep(browser, target, settled(page))}")
            page.close()


def _standing_alone(browser: Browser, app_url: str, path: str, language: str) -> str:
    """Return a page of the app as one file that opens in any browser."""
    address = f"{app_url}{path}?LANG={language}"
    opened = browser.new_page()
    opened.goto(address)
    style = f"<style>\n{opened.evaluate(USED_RULES)}\n</style>"
    page = opened.request.get(address).text()
    opened.close()
    page = STYLE.sub(lambda _: style, OF_THE_TAB.sub("", page))
    for name, other in LEGAL.items():
        page = re.sub(rf'href="{other}[^"]*"', f'href="{name}.html"', page)
    return page.replace(' id="page" hidden', ' id="page"')


def _catalogue(language: str) -> Say:
    if language == "en":
        return str
    return gettext.translation("messages", ROOT / "b24app/translations", [language]).gettext


def _demand_language(page: Page, language: str) -> None:
    """Raise StageError where a word of the simulator, or of English, is in the picture."""
    seen = page.locator("body").inner_text().splitlines()
    english: Mapping[str, str] = {} if language == "en" else words_of("page", language)
    wrong = [
        word for word in (*SIMULATED, *english) if word in seen and english.get(word, "") != word
    ]
    if wrong:
        raise StageError(f"The picture would show {', '.join(wrong)}: see portal_words.toml.")


def _tab(page: Page, portal_url: str, say: Say) -> FrameLocator:
    page.goto(f"{portal_url}{DEMO_CARD}")
    page.get_by_role("tab", name=say("Payments")).click()
    frame = page.frame_locator(".app-frame")
    frame.locator(LISTED).wait_for()
    frame.locator("[data-item-id]").first.wait_for(state="attached")
    return frame


def _button(frame: FrameLocator, name: str) -> Locator:
    return frame.get_by_role("button", name=name, exact=True)


def _overview(page: Page, portal_url: str, say: Say) -> None:
    _tab(page, portal_url, say)


def _opened(page: Page, portal_url: str, say: Say) -> None:
    frame = _tab(page, portal_url, say)
    row = frame.locator("[data-payment-id][data-paid=N]").first
    row.locator("[aria-expanded]").first.click()
    row.locator("[data-item-id]").first.wait_for()
    settled(page)
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 310); }")


def _many(page: Page, portal_url: str, say: Say) -> None:
    frame = _tab(page, portal_url, say)
    for box in frame.locator("[data-payment-id] input[type=checkbox]").all()[:2]:
        box.check()
    frame.locator("#selected", has_text="2").wait_for()


def _advance(page: Page, portal_url: str, say: Say) -> None:
    frame = _tab(page, portal_url, say)
    frame.get_by_role("button", name=say("New payment")).first.click()
    frame.get_by_role("radio", name=say("An advance")).check()
    frame.get_by_role("radiogroup", name=say("Nearest sums")).wait_for()
    frame.locator("#dialog-sum", has_text="455").wait_for()


def _send(page: Page, portal_url: str, say: Say) -> None:
    frame = _tab(page, portal_url, say)
    _button(frame, say("Send")).first.click()
    frame.get_by_role("link", name="WhatsApp").wait_for()
    # The link leads to the machine on which the picture is taken, which is nobody's portal.
    link = frame.locator("[id^=send-url]")
    link.evaluate("(field, address) => { field.value = address; }", LINK)


def _mark_as_paid(page: Page, portal_url: str, say: Say) -> None:
    frame = _tab(page, portal_url, say)
    frame.get_by_role("button", name=say("Mark as paid")).first.click()
    frame.get_by_label(say("Note or reference")).fill(WRITTEN[say("Payments")].note)


def _statement(page: Page, portal_url: str, say: Say) -> None:
    frame = _tab(page, portal_url, say)
    _button(frame, say("More for this list")).click()
    _button(frame, say("Match a bank statement")).click()
    frame.get_by_label(say("Lines of the statement")).fill(WRITTEN[say("Payments")].statement)
    _button(frame, say("Find payments")).click()
    frame.locator("dialog[open] input[type=checkbox]").first.check()


def _settings(page: Page, portal_url: str, say: Say) -> None:
    page.goto(f"{portal_url}/marketplace/")
    page.get_by_role("link", name=re.compile("Open", re.IGNORECASE)).first.click()
    frame = page.frame_locator(".app-frame")
    frame.get_by_role("link", name=say("Rules"), exact=True).click()
    _button(frame, say("Save settings")).wait_for()


PICTURES: dict[str, Callable[[Page, str, Say], None]] = {
    "payments-of-a-deal": _overview,
    "items-and-deliveries": _opened,
    "many-at-once": _many,
    "new-payment-advance": _advance,
    "mark-as-paid": _mark_as_paid,
    "bank-statement": _statement,
    "send-link": _send,
    "rules": _settings,
}
