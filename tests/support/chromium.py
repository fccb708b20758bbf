"""Chromium, as browser and frame tests run it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tools import chromium

# The first two are hidden pages of the address bar, loaded with every window: a third of the work
# of a test. The others are Playwright's own list, which a second --disable-features replaces.
UNUSED_FEATURES = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
PATIENCE_MS = 45_000
"""How long a page is waited for. A machine may be five times slower than another, and the same one
than an hour ago; whoever need not wait loses nothing."""

# Network and painting as threads of the browser: two processes fewer to start and to talk to, which
# saves a test a twelfth of its time.
IN_ONE_PROCESS = ("--in-process-gpu", "--enable-features=NetworkServiceInProcess2")

CHROMIUM_OPTIONS = [
    *chromium.OPTIONS,
    *IN_ONE_PROCESS,
    f"--disable-features={','.join(UNUSED_FEATURES)}",
]


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run Chromium until the block ends. Without one the test is skipped; with CI set it fails."""
    program = chromium.path()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; CI needs one (CHROMIUM is its path).")
        pytest.skip("Chromium is not installed; set CHROMIUM to its path.")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()
