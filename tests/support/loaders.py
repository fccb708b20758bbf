"""What the page reads by itself after an answer: what is in groups of payments that wait for it."""

from __future__ import annotations

import html
import json
import re

LOADER = re.compile(r'<span class="pay__load"(?P<is>[^>]*)></span>')
FORM = re.compile(r"hx-post=\"/payments/details\" hx-vals='([^']+)' data-reads")
ADDRESS = re.compile(r'hx-get="/payments/details\?ids=([\d,]+)&amp;rows=(\d+)"')


def loaded(tab):
    """Read all groups as the page does, one after the other; return what comes."""
    return "".join(_read(tab, found["is"]).text for found in LOADER.finditer(tab.answer.text))


def posted_by(tab):
    """Return what the first group of a new card posts, None where it is asked by its address."""
    found = FORM.search(tab.answer.text)
    return json.loads(html.unescape(found[1])) if found else None


def is_asked_at_once(tab):
    """Return whether a group is asked by its address as soon as it is there."""
    return any(
        ADDRESS.search(found["is"]) and 'hx-trigger="load, need"' in found["is"]
        for found in LOADER.finditer(tab.answer.text)
    )


def _read(tab, loader):
    if form := FORM.search(loader):
        return tab.send("POST", "/payments/details", json.loads(html.unescape(form[1])))
    ids, rows = ADDRESS.search(loader).groups()
    return tab.get("/payments/details", ids=ids, rows=rows)
