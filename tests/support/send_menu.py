"""Read the menu that sends a payment's link, as a person's program would."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote, urlsplit


def hrefs(answer):
    """The links of the menu, by the way they send."""
    found = re.findall(r'href="([^"]+)"[^>]* data-takes="(\w+)"', answer.text)
    return {way: html.unescape(href) for href, way in found}


def choices(answer):
    return [html.unescape(one).strip() for one in re.findall(r"<option[^>]*>([^<]+)", answer.text)]


def body_of(href):
    """The text of a link, as the program shows it."""
    query = urlsplit(href).query
    return unquote(re.split(r"(?:body|text)=", query)[1]).replace("\r\n", "\n")
