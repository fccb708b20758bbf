"""Questions to a page that wait for their answer, without Playwright's own script in the page.

A locator, and `wait_for_function`, first put 340 KB of script into each document they ask, and once
more for the page's own scripts: compiling it took a tenth of the time of a browser test. Where a
plain question is enough, as whenever a tab is opened, this asks it.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Error
from playwright.sync_api import TimeoutError as LateError

from tests.support.chromium import PATIENCE_MS

LEFT = ("Execution context was destroyed", "Cannot find context")
"""What Playwright says when a document is left while it is asked: the next one is asked then."""

ASKED = """async ([given, patience]) => {
  const question = %s;
  // A test may have stopped the clock of the page: this waits by that of the machine.
  const { setTimeout, performance } = globalThis.__pwClock?.builtins ?? globalThis;
  const end = performance.now() + patience;
  for (;;) {
    const found = await question(given);
    if (found) return found;
    if (performance.now() > end) return null;
    await new Promise((later) => setTimeout(later, 20));
  }
}"""

TAB_IN_SIGHT = """(title) => {
  const tab = [...document.querySelectorAll("[role=tab]")]
    .find((one) => one.textContent.trim() === title && one.checkVisibility());
  if (!tab) throw new Error(`no tab ${title} is to be seen`);
  tab.scrollIntoView({ block: "nearest" });
  const { left, top, width, height } = tab.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}"""
SHOWN_FRAME = """(within) =>
  document.querySelector(`${within} iframe.app-frame:not(.app-loading)`)?.name"""


def asked(frame: Any, question: str, given: Any = None, patience: int = PATIENCE_MS) -> Any:
    """Ask again and again until the answer is neither nothing nor no, and return it."""
    while True:
        try:
            found = frame.evaluate(ASKED % question, [given, patience])
        except Error as error:
            if not any(words in error.message for words in LEFT):
                raise
            continue
        if found is None:
            raise LateError(f"not so after {patience} ms: {question}")
        return found


def click_tab(page: Any, title: str) -> None:
    """Click, with the mouse, on a tab of the card that is open."""
    page.mouse.click(*page.evaluate(TAB_IN_SIGHT, title))


def shown_frame(page: Any, within: str = "body") -> Any:
    """Return the application's first frame in there, as soon as it has loaded."""
    return page.frame(name=asked(page, SHOWN_FRAME, within))
