"""What a person at a browser waits for, with a normal and with a slow processor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import requests
from playwright.sync_api import Browser, Frame, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tools import chromium
from tools.bench.portal import LATENCY, Latency, Portal
from tools.bench.report import FigureError, Table, kilobytes, ms, times
from tools.stage import DEMO_CARD, ROOT, Stage, free_ports, stage

VITALS = """
  window.vitals = { lcp: 0, cls: 0, inp: 0, tries: 0 };
  const watch = (type, note, more) => new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) note(entry);
  }).observe({ type, buffered: true, ...more });
  watch("largest-contentful-paint", (entry) => { vitals.lcp = entry.startTime; });
  // What follows a person's doing within half a second is no surprise. The browser says so itself,
  // but not of a frame that shares its process with the card.
  let touched = -1000;
  const touch = (event) => { touched = event.timeStamp; };
  for (const type of ["pointerdown", "keydown"]) addEventListener(type, touch, true);
  // The worst session: shifts less than a second apart, five seconds at most.
  let [sum, first, last] = [0, 0, 0];
  watch("layout-shift", (entry) => {
    const at = entry.startTime;
    if (entry.hadRecentInput || at - touched < 500) return;
    if (at - last > 1000 || at - first > 5000) [sum, first] = [0, at];
    [sum, last] = [sum + entry.value, at];
    vitals.cls = Math.max(vitals.cls, sum);
  });
  watch("event", (entry) => {
    if (!entry.interactionId) return;
    vitals.tries += 1;
    vitals.inp = Math.max(vitals.inp, entry.duration);
  }, { durationThreshold: 16 });
"""
LOADED = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const all = [page, ...performance.getEntriesByType("resource")];
  const bytes = all.reduce((sum, one) => sum + one.transferSize, 0);
  return { requests: all.length, bytes, names: all.map((one) => one.name) };
}"""
READY = '#payments:not([aria-busy="true"])'
QUIET = """() => new Promise((done) => setTimeout(() => done(
  !document.querySelector(".htmx-request, [aria-busy=true]")), 300))"""
LOADED_HEADS = ("payments", "processor", "requests", "bytes", "script, packed", "style, packed",
                "calls")  # fmt: skip
FELT_HEADS = ("payments", "processor", "LCP", "of a call", "of normal", "CLS, opening", "later",
              "INP, worst", "of normal")  # fmt: skip
GOALS = "Goals: LCP at most 1200 ms, CLS 0.02, INP 100 ms, 6 requests before the first content."
PACKED = "Bytes as gunicorn sends them, packed."
CALL_SECONDS = LATENCY.seconds(commands=16)
"""What the portal takes for the call whose answer is the content, where nothing is opened."""


@dataclass(frozen=True)
class Sizes:
    """Cards of which size, how many times slower a processor is, and how often each is opened."""

    payments: tuple[int, ...] = (4, 20, 500)
    rates: tuple[int, ...] = (1, 4)
    tries: int = 3
    unseen: int = 3
    """Openings before those that count: the first of a card and of a process is not the usual."""
    latency: Latency = LATENCY


QUICK = Sizes(payments=(4,), tries=1)


@dataclass(frozen=True)
class Seen:
    """One opening: what came, what was felt, and how many calls the portal got."""

    loaded: dict[str, Any]
    opened: dict[str, float]
    vitals: dict[str, float]
    calls: int


def measure(sizes: Sizes) -> Iterator[Table]:
    """Open cards in Chromium and use them as a person would."""
    program = chromium.path()
    if program is None:
        raise FigureError("Chromium is missing: install it or name one in CHROMIUM.")
    with (
        stage(ROOT / "instance" / "bench" / "browser", *free_ports()) as running,
        sync_playwright() as playwright,
    ):
        options = list(chromium.OPTIONS)
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield from tables(running, sizes, browser)
        browser.close()


def tables(running: Stage, sizes: Sizes, browser: Browser) -> Iterator[Table]:
    """The same on a stage that is set."""
    portal = Portal(running.portal_url)
    portal.unlimited()
    try:
        seen = list(_all(browser, portal, sizes))
        rows = [_loaded(*part) for part in seen]
    except BrowserError as error:
        raise FigureError(f"The page did not do what it should: {error}") from error
    yield Table("What is loaded, a browser that was never here", LOADED_HEADS, rows, PACKED)
    normal = {payments: found for payments, rate, found in seen if rate == sizes.rates[0]}
    rows = [_felt(payments, rate, found, normal[payments]) for payments, rate, found in seen]
    yield Table("What is felt", FELT_HEADS, rows, f"{sizes.latency}. {GOALS}")


def _all(browser: Browser, portal: Portal, sizes: Sizes) -> Iterator[tuple[int, int, list[Seen]]]:
    for payments in sizes.payments:
        portal.wait(sizes.latency)
        for _ in range(sizes.unseen):
            _open_and_use(browser, portal, payments, 1)
        found: dict[int, list[Seen]] = {rate: [] for rate in sizes.rates}
        for _ in range(sizes.tries):
            for rate, seen in found.items():
                seen.append(_open_and_use(browser, portal, payments, rate))
        portal.wait(Latency(0, 0))
        yield from ((payments, rate, seen) for rate, seen in found.items())


def _open_and_use(browser: Browser, portal: Portal, payments: int, rate: int) -> Seen:
    # As before somebody marked one as paid.
    portal.control("seed", payments=payments)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(VITALS)
    page = context.new_page()
    slow = context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    page.goto(f"{portal.url}{DEMO_CARD}")
    portal.control("record/clear")
    page.get_by_role("tab", name="Payments").click()
    frame = _frame_of(page)
    frame.locator(READY).wait_for()
    frame.wait_for_function(QUIET)
    loaded, calls = frame.evaluate(LOADED), len(portal.rest_requests())
    opened = frame.evaluate("() => ({ ...vitals })")
    use(frame)
    # What a click caused is told when the next picture has been painted.
    frame.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    seen = Seen(loaded, opened, frame.evaluate("() => vitals"), calls)
    context.close()
    return demanded(seen)


def demanded(seen: Seen) -> Seen:
    """Return it. Raises FigureError where the browser told nothing of something."""
    if seen.vitals["lcp"] <= 0 or seen.vitals["tries"] == 0 or seen.loaded["bytes"] <= 0:
        raise FigureError(f"The browser did not tell everything: {seen}.")
    return seen


def _frame_of(page: Page) -> Frame:
    element = page.locator("iframe.app-frame:not(.app-loading)").first.element_handle()
    frame = element.content_frame()
    if frame is None:
        raise FigureError("The card has no frame of the app.")
    return frame


def use(frame: Frame) -> None:
    """Open a payment, filter, choose one, change one's mind in two dialogs, mark it as paid.

    By ids: to look among 500 rows for a name keeps a slowed processor busy for half a minute, which
    no person feels.
    """
    unpaid = frame.locator(".pay--unpaid").first
    dialog = frame.locator("dialog[open]")
    unpaid.locator(".pay__open").click()
    for shown in ("unpaid", "all"):
        frame.locator(f"#show-{shown}").click()
        # Of a long list the server chooses.
        frame.locator(f"#show-{shown}[aria-pressed=true]").wait_for()
        frame.locator(READY).wait_for()
    for _ in range(2):
        unpaid.locator("[data-ticks]").click()
    pay = unpaid.locator(".pay__actions > [id^=pay-]")
    for opener in (frame.locator("#new-payment"), pay):
        opener.click()
        dialog.get_by_role("button", name="Cancel").click()
    pay.click()
    dialog.get_by_role("button", name="Mark as paid", exact=True).click()
    frame.locator(".toasts .toast").first.wait_for()


def _loaded(payments: int, rate: int, seen: list[Seen]) -> tuple[str, ...]:
    def middle(name: str) -> float:
        return float(median(view.loaded[name] for view in seen))

    return (
        str(payments),
        _processor(rate),
        f"{middle('requests'):g}",
        kilobytes(middle("bytes")),
        *(kilobytes(packed(seen[0].loaded["names"], kind)) for kind in (".js", ".css")),
        f"{median(view.calls for view in seen):g}",
    )


def packed(names: list[str], kind: str) -> int:
    """How many bytes the files of a kind are as they are sent."""
    with requests.Session() as session:
        session.trust_env = False
        chosen = [name for name in names if urlsplit(name).path.endswith(kind)]
        return sum(int(session.get(name).headers["Content-Length"]) for name in chosen)


def _felt(payments: int, rate: int, seen: list[Seen], normal: list[Seen]) -> tuple[str, ...]:
    def middle(name: str, of: list[Seen]) -> Any:
        return median(view.vitals[name] for view in of)

    lcp, inp = middle("lcp", seen) / 1000, max(view.vitals["inp"] for view in seen) / 1000
    usual = max(view.vitals["inp"] for view in normal) / 1000
    return (
        str(payments),
        _processor(rate),
        ms(lcp),
        times(lcp / CALL_SECONDS),
        times(lcp * 1000 / middle("lcp", normal)),
        f"{max(view.opened['cls'] for view in seen):.3f}",
        f"{max(view.vitals['cls'] for view in seen):.3f}",
        ms(inp),
        times(inp / usual),
    )


def _processor(rate: int) -> str:
    return "normal" if rate == 1 else f"{rate} x slower"
