"""What a browser complains about: script errors, refused policies, missing permissions."""

from __future__ import annotations

import re

PROVOKED = re.compile(r"Failed to load resource")
"""The browser's own line about an answer that is an error."""


class Watch:
    """Listens to a page and to every frame in it, of whatever site.

    Where a test provokes an error answer, `page.may_fail_to_load = True` allows the browser's own
    line about it, and nothing else.
    """

    def __init__(self, page):
        self.page = page
        page.may_fail_to_load = False
        self.errors = []
        self.complaints = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    @property
    def problems(self):
        """Everything that must not be: nothing, on a page that is right."""
        loud = [
            text
            for text in self.complaints
            if not (self.page.may_fail_to_load and PROVOKED.search(text))
        ]
        return self.errors + loud

    def forget(self):
        """Begin anew, where a test has looked at what was complained about."""
        self.errors.clear()
        self.complaints.clear()
