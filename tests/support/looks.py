"""How pages look: pictures, scroll bars, what axe objects to, and what became of the words."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
WIDE, MIDDLE, NARROW = (1280, 900), (768, 900), (375, 800)
SIZES = (NARROW, MIDDLE, WIDE)
SCREENSHOTS = ROOT / "build" / "screenshots"
CATALOGUES = ROOT / "b24app" / "translations"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LEAST_TARGET = 24
AXE = Axe()
GEOMETRY = Path(__file__).with_name("geometry.js").read_text(encoding="utf-8")
GEOMETRY = GEOMETRY[GEOMETRY.index("(least)") :].rstrip().rstrip(";")
OVERFLOW = """() => {
  const page = document.scrollingElement;
  return [page.scrollHeight - innerHeight, page.scrollWidth - innerWidth,
    innerWidth - page.clientWidth].map((by) => Math.max(0, by)).join();
}"""
PLACES = """() => {
  const boxOf = (one) => one.getBoundingClientRect();
  const boxes = (which) => [...document.querySelectorAll(which)].map(boxOf);
  const all = boxes(".pop:popover-open, .toasts, .savebar, dialog[open]");
  const isInside = (one) => one.bottom <= innerHeight && one.top >= 0;
  return [JSON.stringify([innerHeight, all]), boxes(".pop:popover-open").every(isInside)];
}"""
INNER_SCROLL = """() => [...document.querySelectorAll("main, main *, dialog[open], dialog[open] *")]
  .filter((one) => /auto|scroll/.test(getComputedStyle(one).overflow) && one.getClientRects().length
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
  .map((one) => one.tagName + "." + one.className)"""
WORDS = """() => {
  const found = [];
  const isSeen = (one) => one?.checkVisibility({ visibilityProperty: true });
  const isTheirs = (one) => one.closest("bdi, [dir=auto], [lang]:not(html), input, textarea");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (one.closest("script, style, template") || !isSeen(one) || isTheirs(one)) continue;
    found.push(walker.currentNode.data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"])
    for (const one of document.querySelectorAll(`body [${name}]`))
      if (isSeen(one)) found.push(one.getAttribute(name));
  return [...new Set(found.map((text) => text.trim().replace(/\\s+/g, " ")).filter(Boolean))];
}"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
NAMES = {"WhatsApp", "Telegram"}
WORD = re.compile("[A-Za-z]{2}")
LATIN = re.compile(r"(?<![\w/.:@-])[A-Za-z]{3,}(?![\w/.@-]*[0-9/@])")


def look_at(someone, name, axe_too=True):
    """Look at what is shown at every width, and take its picture."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for width, height in SIZES:
        someone.page.set_viewport_size({"width": width, "height": height})
        expect_no_scroll_bars(someone.frame)
        # The portal follows the frame's message a moment after the window changed.
        someone.frame.wait_for_function(f"() => !({INNER_SCROLL})().length")
        take_picture(someone.page, f"{name}-{width}")
        if axe_too:
            assert violations(someone.frame) == [], (name, width)


def take_picture(page, name, folder=SCREENSHOTS, frame=None):
    """Of the whole page: a frame of another site is drawn as far as the window reaches only.

    With the page's frame: as soon as menus, toasts and the save bar lie where they stay.
    """
    size = page.viewport_size
    if frame:
        settle_places(frame)
    for _ in range(3):
        height = page.evaluate("document.documentElement.scrollHeight")
        if height <= page.viewport_size["height"]:
            break
        page.set_viewport_size({"width": size["width"], "height": height})
        if frame:
            settle_places(frame)
    page.screenshot(path=folder / f"{name}.png", animations="disabled")
    page.set_viewport_size(size)


def settle_places(frame):
    """Wait until what follows the window has followed it, and a menu lies inside of the frame."""
    before, times = None, 0
    for _ in range(60):
        now, is_inside = frame.evaluate(PLACES)
        times = times + 1 if now == before else 0
        if times > 3 and is_inside:
            return
        before = now
        frame.page.wait_for_timeout(50)


def expect_no_scroll_bars(frame):
    """The frame is as large as its content, as soon as the portal has followed its message."""
    for _ in range(300):
        if frame.evaluate(OVERFLOW) == "0,0,0":
            return
        frame.page.wait_for_timeout(50)
    raise AssertionError(f"too high, too wide, width of a bar: {frame.evaluate(OVERFLOW)}")


def violations(frame, within=None, only=()):
    """What axe objects to, of all or of a part: the rule and the elements; `only` by some rules."""
    if not frame.evaluate("() => 'axe' in window"):
        frame.evaluate(AXE.axe_script)
    found = frame.evaluate(
        """([type, values, within]) => axe.run(document.querySelector(within) || document,
             { runOnly: { type, values }, resultTypes: ["violations"], selectors: false })""",
        ["rule" if only else "tag", only or RULES, within or ":not(*)"],
    )
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]
    ]


def faults_of_words(frame):
    """Words that are cut, outside or over others, and controls too small to press."""
    return frame.evaluate(GEOMETRY, LEAST_TARGET)


def settle_words(frame):
    """The same, as soon as the page has found its places; what stays for a second is a fault."""
    for _ in range(20):
        if not (found := faults_of_words(frame)):
            return []
        frame.page.wait_for_timeout(50)
    return found


class Untranslated:
    """Finds what is left in English on a page of another language, with or without its letters."""

    def __init__(self, messages, is_latin_foreign=False):
        self.exact = {
            one for one, there in messages if one != there and not PLACEHOLDER.search(one)
        }
        self.patterns = [
            re.compile(re.sub(r"%\\\((\w+)\\\)[sd]", ".+", re.escape(one)).replace("%%", "%"))
            for one, there in messages
            if one != there and PLACEHOLDER.search(one) and WORD.search(PLACEHOLDER.sub("", one))
        ]
        self.right = NAMES | {there for _, there in messages}
        self.foreign = set()
        if is_latin_foreign:
            self.foreign = latin_words(there for _, there in messages)
        self.seen = {}

    def expect(self, theirs):
        """Take the texts of a portal as they are: nobody translates them."""
        if self.foreign:
            self.foreign |= latin_words(theirs)
            self.seen.clear()

    def among(self, words):
        return [one for one in words if self.is_left(one)]

    def is_left(self, text):
        if text not in self.seen:
            self.seen[text] = text not in self.right and (
                text in self.exact or self.is_english(text)
            )
        return self.seen[text]

    def is_english(self, text):
        foreign = set(LATIN.findall(text)) - self.foreign if self.foreign else ()
        return bool(foreign) or any(one.fullmatch(text) for one in self.patterns)


def latin_words(texts):
    return set(re.findall(r"[A-Za-z]+", " ".join(texts)))


@cache
def read_catalogue(locale):
    """The pairs of English and translated texts; a plural has one pair for each form."""
    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file)
    pairs = []
    for message in catalogue:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        there = message.string if isinstance(message.string, tuple) else (message.string,)
        pairs += [(one, one_there) for one in ids for one_there in there]
    return pairs


def wait_for(locator):
    """Wait until one of these is seen."""
    expect(locator.filter(visible=True).first).to_be_visible()
