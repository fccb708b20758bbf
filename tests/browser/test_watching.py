"""No page may go wrong unnoticed: what the watch over every browser test sees in a frame."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import sit_down
from tests.support.chromium import PATIENCE_MS
from tests.support.person import Mouse
from tests.support.watching import Watch

PROBLEMS = {
    "a script error": ("() => { setTimeout(() => missing.function(), 0); }", "missing"),
    "a promise that nobody catches": ("() => { Promise.reject(new Error('lost')); }", "lost"),
    "an error in the console": ("() => console.error('htmx:swapError')", "htmx:swapError"),
    "a style that the policy refuses": (
        "() => document.body.setAttribute('style', 'color: red')",
        "style-src",
    ),
    "a script that the policy refuses": (
        "() => document.body.setAttribute('onclick', 'void 0')",
        "script-src",
    ),
    "a permission that the frame lacks": (
        "() => { navigator.clipboard.writeText('x').catch(() => {}); }",
        "[Pp]ermission",
    ),
}


@pytest.mark.usefixtures("stage")
def test_a_problem_in_a_frame_of_another_site_is_seen(browser, bare_stage):
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    watch = Watch(page)
    someone = sit_down(page, bare_stage, Mouse)
    someone.open_tab()
    assert watch.problems == []

    for kind, (script, words) in PROBLEMS.items():
        # The clipboard is refused before any policy is looked at, while the frame has no focus.
        someone.frame.locator("#refresh").focus()
        someone.frame.evaluate(script)

        for _ in range(50):
            if watch.problems:
                break
            page.wait_for_timeout(100)
        assert re.search(words, " ".join(watch.problems)), kind
        page.may_fail_to_load = True
        assert watch.problems, kind
        page.may_fail_to_load = False
        watch.forget()
    context.close()
