"""Say in the card's timeline who marked payments as what: a title and one line."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from b24app import texts
from b24app.domain import Told
from b24app.services.writing.timeline import Line
from b24app.web.plumbing import i18n

PAID_ICON, UNPAID_ICON = "circle-check", "circle-crossed"
"""Signs of the portal's own (rest-contract e.23)."""

NOTE_OF_SEVERAL = 80
"""Of a payment's own note, beside others in one line. The history has all of it."""


def paid(told: Sequence[Told], who: str, note: str) -> Line:
    """Return the line about payments that were marked as paid."""
    title = ngettext("%(num)s payment marked as paid", "%(num)s payments marked as paid", len(told))
    if len(told) == 1:
        title = _("Payment %(number)s marked as paid", number=told[0].number)
    return Line(title, _text(told, who, note), PAID_ICON)


def unpaid(told: Sequence[Told], who: str, note: str) -> Line:
    """Return the line about payments that were marked as unpaid."""
    title = ngettext(
        "%(num)s payment marked as unpaid", "%(num)s payments marked as unpaid", len(told)
    )
    if len(told) == 1:
        title = _("Payment %(number)s marked as unpaid", number=told[0].number)
    return Line(title, _text(told, who, note), UNPAID_ICON)


def _text(told: Sequence[Told], who: str, note: str) -> str:
    if len(told) == 1:
        amounts = [i18n.money_text(told[0].amount)]
        note = note or told[0].note
    else:
        amounts = [_of_several(payment) for payment in told]
    parts = [", ".join(amounts)]
    if who:
        parts.append(_("by %(name)s", name=who))
    if note:
        parts.append(_("Note: %(note)s", note=note))
    return " · ".join(parts)


def _of_several(payment: Told) -> str:
    note = f" ({texts.shortened(payment.note, NOTE_OF_SEVERAL)})" if payment.note else ""
    return f"{payment.number}: {i18n.money_text(payment.amount)}{note}"
