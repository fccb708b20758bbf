"""Pictures of the kit: the icon, the app in a card in each language, and the legal pages.

The pictures show the running app in a simulated portal that speaks the language of the card; each
is 1280 x 720. A picture on which nothing changed for the eye stays the file it was.
"""

from __future__ import annotations

import gettext
import re
import sys
from collections.abc import Callable, Mapping

from playwright.sync_api import Browser, Page, sync_playwright

from tools import chromium, walks
from tools.market.kit import LANGUAGES, ROOT, Places, values
from tools.market.portal import words_of
from tools.screenshots import OPTIONS, SIZE, keep, scroll_down, settled
from tools.stage import StageError, stage
from tools.walks import Say, Walker, Written

APP_PORT, PORTAL_PORT = 8710, 8724
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

WRITTEN = {
    "en": Written(
        "bank statement 117",
        "2026-11-20;Northwind Showrooms, payment 3653/4;7,680.00\n"
        "2026-11-21;Halvorsen & Co, lighting;2,258.00\n"
        "2026-11-23;Account fee;-12.00",
    ),
    "de": Written(
        "Kontoauszug 117",
        "20.11.2026;Nordwind Wohnräume GmbH, Zahlung 3653/4;7.680,00\n"
        "21.11.2026;Halvorsen & Co, Beleuchtung;2.258,00\n"
        "23.11.2026;Kontoführung;-12,00",
    ),
    "ru": Written(
        "выписка 117",
        "20.11.2026;Северный ветер, оплата 3653/4;7 680,00\n"
        "21.11.2026;Халворсен и партнёры, освещение;2 258,00\n"
        "23.11.2026;Ведение счёта;-12,00",
    ),
}


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
            take(Walker(page, running.portal_url, say, WRITTEN[language]))
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


def _opened(who: Walker) -> None:
    walks.opened(who)
    scroll_down(who.page)


def _send(who: Walker) -> None:
    # The link leads to the machine on which the picture is taken, which is nobody's portal.
    link = walks.send(who).locator("[id^=send-url]")
    link.evaluate("(field, address) => { field.value = address; }", LINK)


PICTURES: dict[str, Callable[[Walker], object]] = {
    "payments-of-a-deal": walks.open_tab,
    "items-and-deliveries": _opened,
    "many-at-once": walks.many,
    "new-payment-advance": walks.advance,
    "mark-as-paid": walks.mark_as_paid,
    "bank-statement": walks.statement,
    "send-link": _send,
    "rules": walks.rules,
}
