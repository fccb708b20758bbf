"""How values are printed: JSON inside a page, JSON as PHP writes it, money and dates for people."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

from markupsafe import Markup

_HTML_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_PHP_ESCAPES = {
    '\\"': "\\u0022", "/": "\\/", "&": "\\u0026", "<": "\\u003C", ">": "\\u003E", "'": "\\u0027",
}  # fmt: skip
_CURRENCY_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def script_json(value: object) -> Markup:
    """Return JSON that is safe inside a script element, keys in their own order."""
    text = _replaced(json.dumps(value, ensure_ascii=False), _HTML_ESCAPES)
    return Markup(text)  # noqa: S704 - every sign that could leave the element is escaped


def php_json(value: object) -> str:
    r"""Encode as the portal posts it: no spaces, ASCII, `\/` and hex escapes of & < > ' "."""
    return _replaced(json.dumps(value, separators=(",", ":")), _PHP_ESCAPES)


def _replaced(text: str, escapes: dict[str, str]) -> str:
    for sign, escaped in escapes.items():
        text = text.replace(sign, escaped)
    return text


def money(amount: Decimal, currency: str) -> str:
    """Return an amount as the portal's English interface prints it: €18,400.00."""
    return f"{_CURRENCY_SIGNS.get(currency, currency + ' ')}{amount:,.2f}"


def quantity(value: Decimal) -> str:
    """Return a quantity without trailing zeros: 12, 2.5."""
    return f"{value.normalize():f}"


def day(local: datetime) -> str:
    """Return the date of a moment in the reader's time zone: May 14, 2026."""
    return f"{local:%B} {local.day}, {local.year}"


def time_of_day(local: datetime) -> str:
    """Return the time of a moment in the reader's time zone: 4:42 pm."""
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
