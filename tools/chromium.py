"""Where Chromium is, and how tests and pictures start it."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium-headless-shell", "chromium")
"""The same engine. The first has no windows, which cost a fifth of the time of a browser test."""

OPTIONS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The card and the frame in it share a process. Their origins stay apart, and a click never
    # goes by an older picture of a frame that has just grown.
    "--disable-site-isolation-trials",
)


def path() -> str | None:
    """Return the program that `CHROMIUM` names, or the first that is installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
