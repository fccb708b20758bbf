"""Render large pages one at a time.

Rendering one takes a second of processor time and several times the memory of its text; two at once
would take as long together, and delay people who only want a small one.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any

from flask import render_template

from b24app.errors import PortalCrowdedError
from b24app.services.card.card_view import CardView

LARGE = 100
"""Payments and lines together."""

PATIENCE_SECONDS = 8.0
ONE_AT_A_TIME = Lock()


def render(template: str, views: Iterable[CardView], **context: Any) -> str:
    """Render a template that shows these views. Raises PortalCrowdedError after a long wait."""
    if sum(map(_size, views)) <= LARGE:
        return render_template(template, **context)
    if not ONE_AT_A_TIME.acquire(timeout=PATIENCE_SECONDS):
        raise PortalCrowdedError("too many large pages at once", code="crowded")
    try:
        return render_template(template, **context)
    finally:
        ONE_AT_A_TIME.release()


def _size(view: CardView) -> int:
    details = [payment.details for payment in view.payments if payment.details]
    lines = sum(len(detail.items) + len(detail.deliveries) for detail in details)
    return len(view.payments) + lines + len(view.free_rows)
